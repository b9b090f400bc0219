package vault

import (
	"errors"
	"os/exec"

	"github.com/roomkey/roomkey/core/problem"
)

// cause sorts the exit status of /usr/bin/security, which is the low byte of
// the OSStatus: 36 is errSecInteractionNotAllowed (-25308), 51
// errSecAuthFailed (-25293), 128 errSecUserCanceled (-128), 50
// errSecNoSuchKeychain (-25294), 37 errSecNoDefaultKeychain (-25307).
func cause(err error) problem.Code {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		if contains(err, "/usr/bin/security") {
			return CodeUnavailable
		}
		return problem.Code{}
	}
	switch exit.ExitCode() {
	case 36, 51, 128:
		return CodeLocked
	case 37, 50:
		return CodeUnavailable
	}
	return problem.Code{}
}

// reachable is for systems whose keychain may be missing.
func reachable() error { return nil }
