//go:build !windows

package policy

import "runtime"

// Read reads the policy of this computer, from a file that only its
// administrators can write.
func Read() (Policy, error) {
	if runtime.GOOS == "darwin" {
		return ReadFile("/Library/Application Support/Roomkey/policy.yaml")
	}
	return ReadFile("/etc/roomkey/policy.yaml")
}
