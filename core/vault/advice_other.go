//go:build darwin || windows

package vault

// Only systems with the Secret Service need advice for a terminal.
const (
	unlockKeyring = ""
	ownSession    = ""
)

func headless() bool { return false }
