//go:build !darwin && !windows

package vault

import (
	"errors"

	"github.com/godbus/dbus/v5"

	"github.com/roomkey/roomkey/core/problem"
)

// reachable finds the session's D-Bus without starting one. Left to itself the
// library starts a bus and a keychain of its own with dbus-launch, which hold
// nothing, are locked, and outlive this process.
func reachable() error {
	bus, err := dbus.SessionBusPrivateNoAutoStartup()
	if err != nil {
		return err
	}
	return bus.Close()
}

// cause sorts an error of the Secret Service on D-Bus.
func cause(err error) problem.Code {
	var answer dbus.Error
	if errors.As(err, &answer) {
		switch answer.Name {
		case "org.freedesktop.Secret.Error.IsLocked":
			return CodeLocked
		case "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner",
			"org.freedesktop.DBus.Error.NoServer", "org.freedesktop.DBus.Error.Disconnected",
			"org.freedesktop.DBus.Error.Spawn.ChildExited", "org.freedesktop.DBus.Error.Spawn.ExecFailed",
			"org.freedesktop.DBus.Error.UnknownInterface", "org.freedesktop.DBus.Error.UnknownMethod",
			"org.freedesktop.Secret.Error.NoSuchObject", "org.freedesktop.DBus.Error.UnknownObject":
			return CodeUnavailable
		case "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Timeout":
			return CodeLocked
		}
	}
	switch {
	// go-keyring says this when the prompt was dismissed or no prompt came.
	case contains(err, "failed to unlock correct collection", "is locked", "locked collection"):
		return CodeLocked
	case errors.Is(err, dbus.ErrClosed), contains(err, "dbus-launch", "d-bus", "dbus:", "dial unix", "autolaunch", "x11"):
		return CodeUnavailable
	}
	return problem.Code{}
}
