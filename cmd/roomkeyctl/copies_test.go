package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
)

// TestSecondCopy has a connection open twice: both may change the document, and
// the first sees what the second did; one of them works on the tenant at a time.
func TestSecondCopy(t *testing.T) {
	t.Setenv("ROOMKEY_HOME", t.TempDir())
	t.Setenv("ROOMKEY_VAULT", "memory")
	env, err := wire.New(wire.Options{})
	if err != nil {
		t.Fatal(err)
	}
	first, err := env.Create(t.Context(), "Contoso", func(c *connection.Connection) { c.Tenant.Domain = "contoso.com" })
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()

	c := &commandLine{t: t}
	if status, printed := c.run("connection", "show", "--output", "json"); status != exitDone || !strings.Contains(printed, "contoso.com") {
		t.Errorf("looking: exit status %d\n%s", status, printed)
	}
	lock, err := env.Store.Lock(first.ID())
	if err != nil {
		t.Fatal(err)
	}
	if status, printed := c.run("connection", "set", "server=https://two.example", "--offline"); status != exitDone {
		t.Errorf("saving: exit status %d\n%s", status, printed)
	}
	// Nobody is asked to sign in for what cannot be kept.
	if status, printed := c.run("register", "apply", "--yes", "--no-browser"); status != exitFailed || !strings.Contains(printed, "store.in-use") {
		t.Errorf("registering: exit status %d\n%s", status, printed)
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	if err := first.Change(t.Context(), connection.Put("name", "Fabrikam").BasedOn("Contoso")); err != nil {
		t.Fatal(err)
	}
	if got := first.Document(); got.Name != "Fabrikam" || got.Server.URL != "https://two.example" {
		t.Errorf("%s at %s: a change was lost", got.Name, got.Server.URL)
	}
	if err := first.Change(t.Context(), connection.Put("server.url", "https://three.example").BasedOn("")); problem.CodeOf(err) != connection.CodeConflict {
		t.Errorf("both changed the server's address: %v", err)
	}
}

// TestReadOnlyFolder says that nothing can be saved, and leaves the old document
// whole.
func TestReadOnlyFolder(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere; core/store has this on a file system that is mounted read-only")
	}
	home := t.TempDir()
	t.Setenv("ROOMKEY_HOME", home)
	t.Setenv("ROOMKEY_VAULT", "memory")
	env, err := wire.New(wire.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := env.Create(t.Context(), "Contoso", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	list, _ := env.Store.List()
	file := list[0].File
	folder := filepath.Dir(file)
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(folder, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(folder, 0o700) })
	if err := s.Change(t.Context(), connection.Put("name", "Fabrikam")); problem.CodeOf(err).String() != "store.cannot-write" {
		t.Errorf("saving into a read-only folder: %v", err)
	}
	if after, _ := os.ReadFile(file); string(after) != string(before) {
		t.Error("the document changed")
	}
}
