//go:build !darwin && !windows

package vault

import "os"

// Commands for a terminal, where nobody sees a window. The password is read
// without echo and is neither an argument nor in a file.
const (
	readPassword = `read -rsp "Password of the keyring: " p; echo >&2; printf %s "$p"`
	// unlockKeyring unlocks the keyring of the session that the terminal is in.
	unlockKeyring = `(` + readPassword + `) | gnome-keyring-daemon --replace --unlock --components=secrets`
	// ownSession runs a program in a session of its own with the keyring unlocked;
	// the program comes between it and a single quote.
	ownSession = `dbus-run-session -- bash -c '(` + readPassword + `) | gnome-keyring-daemon --unlock --components=secrets >/dev/null; exec `
)

// headless is whether there is no screen on which anything could ask.
func headless() bool { return os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" }
