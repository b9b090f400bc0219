package store

import (
	"errors"
	"syscall"
)

// syncFolder does nothing: Windows has no such call, and NTFS logs the rename.
func syncFolder(string) {}

// isBusy is ERROR_ACCESS_DENIED (5), ERROR_SHARING_VIOLATION (32) or
// ERROR_LOCK_VIOLATION (33).
func isBusy(err error) bool { return hasCode(err, 5, 32, 33) }

// isDiskFull is ERROR_HANDLE_DISK_FULL (39) or ERROR_DISK_FULL (112).
func isDiskFull(err error) bool { return hasCode(err, 39, 112) }

func hasCode(err error, codes ...syscall.Errno) bool {
	var code syscall.Errno
	if !errors.As(err, &code) {
		return false
	}
	for _, c := range codes {
		if code == c {
			return true
		}
	}
	return false
}
