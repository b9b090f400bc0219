//go:build unix

package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/simulator"
)

// TestAPipeHangsNothing puts a pipe that nobody reads or writes in the place of
// every file of the configuration folder, one after another: each command ends.
func TestAPipeHangsNothing(t *testing.T) {
	home, lab := t.TempDir(), t.TempDir()
	sim, entry := signedIn(t, home, simulator.Options{Dir: lab})
	account := sim.Account()
	for name, text := range map[string]string{"clouds.yaml": entry, "products/own.yaml": "id: own", "languages/de.json": "{}"} {
		if err := os.MkdirAll(filepath.Join(home, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := &commandLine{t: t}
	ends := func(where string, args ...string) (status int, printed string) {
		t.Helper()
		done := make(chan struct{})
		go func() {
			defer close(done)
			status, printed = c.run(args...)
		}()
		select {
		case <-done:
			return status, printed
		case <-time.After(30 * time.Second):
			t.Fatalf("roomkeyctl %v hangs with a pipe at %s", args, where)
			return 0, ""
		}
	}
	for _, args := range [][]string{
		{"connection", "new", "Lab", "--cloud", "simulated", "--tenant", account.Domain, "--product", "offision-application",
			"--client-id", account.ClientID, "--server", sim.BookingURL()},
		{"connection", "set", "server.caFile=" + sim.CAFile()},
		{"check"}, {"check"},
	} {
		if status, printed := ends("no place", args...); status != exitDone {
			t.Fatalf("%v: %d\n%s", args, status, printed)
		}
	}
	pipe := filepath.Join(lab, "authority.pem")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, authority := range []string{pipe, lab, filepath.Join(lab, "missing.pem")} {
		if status, printed := ends(authority, "connection", "set", "server.caFile="+authority); status != exitUsage || !strings.Contains(printed, authority) {
			t.Errorf("an authority at %s: %d\n%s", authority, status, printed)
		}
	}
	var files []string
	err := filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		aside := filepath.Join(lab, "aside")
		if err := os.Rename(file, aside); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mkfifo(file, 0o600); err != nil {
			t.Fatal(err)
		}
		where, _ := filepath.Rel(home, file)
		for _, args := range [][]string{
			{"connection", "list"}, {"connection", "set", "name=Lab " + filepath.Base(where)}, {"status"},
			{"check", "--only", "token"}, {"check", "--report", filepath.Join(lab, "bundle.zip"), "--only", "token"}, {"push", "--dry-run"},
		} {
			ends(where, args...)
		}
		if err := os.Rename(aside, file); err != nil {
			t.Fatal(err)
		}
	}
}
