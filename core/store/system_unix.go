//go:build !windows

package store

import "os"

// syncFolder makes a rename survive a power cut. Some file systems refuse it,
// and then there is nothing more to do.
func syncFolder(folder string) {
	if d, err := os.Open(folder); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

func isBusy(error) bool { return false }

func isDiskFull(error) bool { return false }
