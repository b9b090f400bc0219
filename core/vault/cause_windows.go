package vault

import (
	"errors"
	"syscall"

	"github.com/roomkey/roomkey/core/problem"
)

// cause sorts the errors of Windows' Credential Manager: 1312 is
// ERROR_NO_SUCH_LOGON_SESSION (a service or a network logon has no
// credentials), 1004 ERROR_INVALID_FLAGS, 5 ERROR_ACCESS_DENIED.
func cause(err error) problem.Code {
	var code syscall.Errno
	if errors.As(err, &code) && (code == 1312 || code == 1004 || code == 5) {
		return CodeUnavailable
	}
	return problem.Code{}
}

// reachable is for systems whose keychain may be missing.
func reachable() error { return nil }
