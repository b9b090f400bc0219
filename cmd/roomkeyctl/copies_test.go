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

// TestSecondCopyLooksOnly opens a connection twice: the second copy says so,
// shows it and saves nothing.
func TestSecondCopyLooksOnly(t *testing.T) {
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
	if status, printed := c.run("connection", "set", "name=Fabrikam", "--offline"); status != exitFailed || !strings.Contains(printed, "store.in-use") {
		t.Errorf("saving: exit status %d\n%s", status, printed)
	}
	// Nobody is asked to sign in for what cannot be kept.
	if status, printed := c.run("register", "apply", "--yes", "--no-browser"); status != exitFailed || !strings.Contains(printed, "store.in-use") {
		t.Errorf("registering: exit status %d\n%s", status, printed)
	}
	if got := first.Document().Name; got != "Contoso" {
		t.Errorf("the name became %s", got)
	}
	first.Close()
	if status, printed := c.run("connection", "set", "name=Fabrikam", "--offline"); status != exitDone {
		t.Errorf("saving after the first was closed: exit status %d\n%s", status, printed)
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
	folder := filepath.Dir(env.Store.File(s.ID()))
	before, err := os.ReadFile(env.Store.File(s.ID()))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(folder, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(folder, 0o700) })
	doc := s.Document()
	doc.Name = "Fabrikam"
	if err := s.Save(t.Context(), doc); problem.Code(err) != "store.cannot-write" {
		t.Errorf("saving into a read-only folder: %v", err)
	}
	if after, _ := os.ReadFile(env.Store.File(s.ID())); string(after) != string(before) {
		t.Error("the document changed")
	}
}
