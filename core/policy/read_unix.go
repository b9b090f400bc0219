//go:build !windows

package policy

import "runtime"

// system reads the policy of this computer, from a file that only its
// administrators can write.
func system() (Policy, error) {
	if runtime.GOOS == "darwin" {
		return readFile("/Library/Application Support/Roomkey/policy.yaml")
	}
	return readFile("/etc/roomkey/policy.yaml")
}
