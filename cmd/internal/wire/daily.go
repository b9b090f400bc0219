package wire

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/roomkey/roomkey/core/schedule"
	"github.com/roomkey/roomkey/core/session"
)

// daily is this computer's way of running roomkeyctl each day.
func daily(paths Paths, vault string) session.Daily {
	home, _ := os.UserHomeDir() // what cannot be written is said then
	config, _ := os.UserConfigDir()
	return session.Daily{
		Program: commandLine(), Folder: paths.Config, Forgets: InMemory(vault),
		System: schedule.System{
			OS: runtime.GOOS, Home: home, Config: config, UID: fmt.Sprint(os.Getuid()),
			Run: tool,
		},
	}
}

// tool runs a program of the system and gives what it printed. One that it has started
// and left behind may still have hold of the output: that is not waited for.
func tool(ctx context.Context, name string, args ...string) (string, error) {
	c := exec.CommandContext(ctx, name, args...)
	c.WaitDelay = time.Second
	out, err := c.CombinedOutput()
	if errors.Is(err, exec.ErrWaitDelay) {
		err = nil
	}
	return string(out), err
}

// commandLine is the path of roomkeyctl: this program itself, the one beside it
// or the one on the search path; "" when there is none.
func commandLine() string {
	name := "roomkeyctl"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if own, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(own), name)
		if info, err := os.Stat(beside); err == nil && info.Mode().IsRegular() {
			return beside
		}
	}
	found, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	found, err = filepath.Abs(found)
	if err != nil {
		return ""
	}
	return found
}
