package vault

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/zalando/go-keyring"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

func name(kind Kind) words.Text {
	switch kind {
	case ClientSecret:
		return words.T("the client secret")
	case Certificate:
		return words.T("the certificate with its private key")
	case ServerToken:
		return words.T("the booking server's token")
	}
	return words.Plain(string(kind))
}

func absent(kind Kind) *problem.Problem {
	return problem.New(CodeAbsent, words.T("Nothing is stored in the keychain for %s of this connection.", name(kind))).
		Lead(words.T("Enter it."), problem.PlaceOf(string(kind)))
}

func damaged(kind Kind) *problem.Problem {
	return problem.New(CodeDamaged, words.T("The keychain entry for %s is incomplete.", name(kind))).
		With(words.T("Storing it was interrupted, or another program changed part of it.")).
		Lead(words.T("Enter it again."), problem.PlaceOf(string(kind)))
}

func waiting() *problem.Problem {
	p := problem.New(CodeLocked, words.T("The keychain does not answer. It is locked or waiting for you."))
	if !headless() {
		p.Fix(words.T("Look for a window of the operating system that asks for the keychain's password, answer it, and try again."))
	}
	return unlocking(p)
}

func locked(cause error) *problem.Problem {
	p := problem.New(CodeLocked, words.T("The keychain is locked.")).By(cause)
	return unlocking(p)
}

func unlocking(p *problem.Problem) *problem.Problem {
	switch runtime.GOOS {
	case "darwin":
		return p.Run(words.T("Over SSH no window can ask. Unlock the login keychain first:"), "security unlock-keychain login.keychain-db")
	case "windows":
		return p.Fix(words.T("Sign in to Windows on this computer with your own account and try again."))
	}
	if headless() {
		return p.Run(words.T("Unlock the keyring from this terminal, which does not show what you type, and try again:"), unlockKeyring)
	}
	return p.Fix(words.T("Open Passwords and Keys (Seahorse) or KWallet Manager, unlock the default keyring, and try again. Signing in at this computer's own screen unlocks it too."))
}

func unavailable(cause error) *problem.Problem {
	p := problem.New(CodeUnavailable, words.T("Roomkey cannot reach a keychain on this computer, so no secret can be stored.")).
		With(words.Plain(cause.Error())).By(cause)
	switch runtime.GOOS {
	case "darwin", "windows":
		p.Fix(words.T("Start Roomkey in your own desktop session: a service or a remote shell has no keychain."))
	default:
		if headless() {
			return p.Run(words.T("Install gnome-keyring and run Roomkey in its own session, which asks for the keyring's password without showing it:"), ownSession+"roomkeyctl …'").
				Run(words.T("To work without storing anything, keep the secrets in memory until Roomkey ends:"), "roomkeyctl --vault memory …")
		}
		p.Fix(words.T("Install gnome-keyring or KWallet and sign in at the desktop again: Roomkey needs the Secret Service on the session's D-Bus."))
	}
	return p.Run(words.T("To work without storing anything, keep the secrets in memory until Roomkey ends:"), "roomkeyctl --vault memory …")
}

// problemOf names what the keychain answered.
func problemOf(err error, kind Kind) error {
	var already *problem.Problem
	switch {
	case err == nil:
		return nil
	case errors.As(err, &already):
		return already
	case errors.Is(err, context.Canceled):
		return problem.Of(err)
	case errors.Is(err, context.DeadlineExceeded):
		return waiting()
	case errors.Is(err, keyring.ErrNotFound):
		return absent(kind)
	case errors.Is(err, keyring.ErrUnsupportedPlatform):
		return unavailable(err)
	}
	switch cause(err) {
	case CodeLocked:
		return locked(err)
	case CodeUnavailable:
		return unavailable(err)
	}
	return problem.New(CodeRefused, words.T("The keychain refused %s.", name(kind))).With(words.Plain(err.Error())).By(err).
		Fix(words.T("Try again. If it is refused again, check the keychain with the operating system's own program."))
}

// contains reports whether the error's text has one of the parts: what the
// system's keychains answer is mostly only text.
func contains(err error, parts ...string) bool {
	text := strings.ToLower(err.Error())
	for _, part := range parts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

// crashed is what a panic inside a keychain library becomes.
func crashed(value any) error {
	return fmt.Errorf("the keychain's answer could not be read: %v", value)
}
