//go:build !windows

package policy

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/roomkey/roomkey/core/words"
)

// system reads the policy of this computer, from a file that only its
// administrators can write.
func system() (Policy, error) {
	if runtime.GOOS == "darwin" {
		return owned("/Library/Application Support/Roomkey/policy.yaml", 0)
	}
	return owned("/etc/roomkey/policy.yaml", 0)
}

// owned reads a policy that is owner's alone to write. Where others could have
// written it, what it locks is theirs and not the administrator's.
func owned(path string, owner uint32) (Policy, error) {
	for _, name := range []string{filepath.Dir(path), path} {
		if _, err := os.Lstat(name); errors.Is(err, os.ErrNotExist) {
			return Policy{}, nil
		}
		info, err := os.Stat(name) // of a link that leads nowhere too: it is no policy that sets nothing
		if err != nil {
			return Policy{}, invalid(words.Plain(path), words.Plain(err.Error()))
		}
		if of, ok := info.Sys().(*syscall.Stat_t); !ok || of.Uid != owner || info.Mode().Perm()&0o022 != 0 {
			return Policy{}, invalid(words.Plain(path), words.T("%s can be written by people who are not administrators.", name))
		}
	}
	return readFile(path)
}
