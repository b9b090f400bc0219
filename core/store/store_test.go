package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
)

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func saved(t *testing.T, s *Store, name string) *connection.Connection {
	t.Helper()
	c := connection.New(name)
	c.Tenant.Domain = "contoso.com"
	if err := s.Save(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestASavedConnectionIsFoundAfterARestart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	a := saved(t, open(t, dir), "Zürich – Süd")
	b := saved(t, open(t, dir), "basel")
	s := open(t, dir)
	entries, problems := s.List()
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	want := []Entry{{ID: b.ID, Name: "basel", Cloud: "global", Tenant: "contoso.com"}, {ID: a.ID, Name: "Zürich – Süd", Cloud: "global", Tenant: "contoso.com"}}
	if d := cmp.Diff(want, entries, cmpopts.IgnoreFields(Entry{}, "File", "Modified")); d != "" {
		t.Error(d)
	}
	for _, name := range []string{a.ID, "Zürich – Süd", "ZÜRICH – SÜD", " zürich - süd "} {
		got, err := s.FindByName(name)
		if err != nil {
			t.Fatal(name, err)
		}
		if d := cmp.Diff(a, got, cmpopts.IgnoreUnexported(connection.Connection{})); d != "" {
			t.Error(d)
		}
	}
	if _, err := s.FindByName("Bern"); problem.CodeOf(err).String() != "store.unknown-connection" || !strings.Contains(problem.Of(err).Remedies[0].String(), "basel") {
		t.Error(err)
	}
	saved(t, s, "ZÜRICH – SÜD")
	if got, err := s.FindByName("Zürich – Süd"); err != nil || got.ID != a.ID {
		t.Error("an exact name wins", err)
	}
	if _, err := s.FindByName("zürich - süd"); problem.CodeOf(err).String() != "store.ambiguous" {
		t.Error(err)
	}
	if err := s.Delete(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(a.ID); problem.CodeOf(err).String() != "store.deleted" {
		t.Error(err)
	}
	if err := s.Delete(t.Context(), a.ID); problem.CodeOf(err).String() != "store.deleted" {
		t.Error(err)
	}
	if info, err := os.Stat(s.file(b.ID)); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Error("others may read the document", info.Mode(), err)
	}
}

func TestABrokenDocumentIsNamedAndLeftWhileOthersLoad(t *testing.T) {
	s := open(t, t.TempDir())
	good := saved(t, s, "good")
	broken := map[string][2]string{
		"cut":   {`{"schema": 1, "id": "cu`, "cut off"},
		"newer": {`{"schema": 99}`, "newer Roomkey"},
		"wrong": {"{\"schema\": 1,\n\"id\": \"wrong\",\n\"name\": 7}", "line 3, field name"},
		"copy":  {`{"schema": 1, "id": "other"}`, "field id"},
		"empty": {``, "is empty"},
	}
	for id, b := range broken {
		put(t, s.file(id), b[0])
	}
	put(t, filepath.Join(s.dir("lost"), "journal.jsonl"), "{}\n")
	put(t, filepath.Join(s.root, "Has Capitals", documentFile), "{}")
	put(t, filepath.Join(s.root, ".hidden", documentFile), "{}")
	put(t, filepath.Join(s.root, "stray.txt"), "x")
	if err := os.Mkdir(s.dir("nothing"), 0o700); err != nil {
		t.Fatal(err)
	}
	entries, problems := s.List()
	if len(entries) != 1 || entries[0].ID != good.ID {
		t.Error(entries)
	}
	if len(problems) != len(broken)+2 {
		t.Error(len(problems), problems)
	}
	for id, b := range broken {
		named := false
		for _, p := range problems {
			named = named || strings.Contains(p.Title.String(), s.file(id)) && strings.Contains(p.Title.String(), b[1])
		}
		if !named {
			t.Errorf("%s is not named with %q in %v", id, b[1], problems)
		}
		if content(t, s.file(id)) != b[0] {
			t.Errorf("%s was changed", id)
		}
		// A new connection of the same id does not overwrite it.
		c := connection.New("x")
		c.ID = id
		if err := s.Save(t.Context(), c); problem.CodeOf(err).String() != "store.changed" || content(t, s.file(id)) != b[0] {
			t.Errorf("%s was overwritten: %v", id, err)
		}
	}
	if _, err := s.FindByName("cut"); !strings.Contains(err.Error(), "cannot be read") {
		t.Error("does not say that a broken one may be meant:", err)
	}
}

func TestADocumentThatChangedOnDiskIsNotOverwritten(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	c := saved(t, s, "first")
	mine, err := s.Load(c.ID)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := open(t, dir).Load(c.ID)
	if err != nil {
		t.Fatal(err)
	}
	theirs.Name = "theirs"
	if err := open(t, dir).Save(t.Context(), theirs); err != nil {
		t.Fatal(err)
	}
	mine.Name = "mine"
	if err := s.Save(t.Context(), mine); problem.CodeOf(err).String() != "store.changed" {
		t.Error(err)
	}
	if now, err := s.Load(c.ID); err != nil || now.Name != "theirs" {
		t.Error(now, err)
	}
	// Saving twice is no conflict with oneself, nor is a clone.
	theirs.Name = "again"
	if err := s.Save(t.Context(), theirs); err != nil {
		t.Error(err)
	}
	if err := s.Save(t.Context(), theirs.Clone()); err != nil {
		t.Error(err)
	}
	if err := s.Delete(t.Context(), c.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.Save(t.Context(), theirs); problem.CodeOf(err).String() != "store.deleted" {
		t.Error(err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Save(cancelled, connection.New("x")); problem.CodeOf(err) != problem.CodeCancelled {
		t.Error(err)
	}
	for _, id := range []string{"", "../x", "con", "A"} {
		bad := connection.New("x")
		bad.ID = id
		if err := s.Save(t.Context(), bad); problem.CodeOf(err).String() != "store.misplaced" {
			t.Error(id, err)
		}
		if _, err := s.Load(id); problem.CodeOf(err).String() != "store.misplaced" {
			t.Error(id, err)
		}
		if _, err := s.LastCheck(id); problem.CodeOf(err).String() != "store.misplaced" {
			t.Error(id, err)
		}
		if err := s.Delete(t.Context(), id); problem.CodeOf(err).String() != "store.misplaced" {
			t.Error(id, err)
		}
	}
}

// One works outside at a time; the document can be changed by both.
func TestTheSecondMaySaveButNotWork(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir)
	c := saved(t, first, "shared")
	l, err := first.Lock(c.ID)
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*Store{"the same store": first, "another": open(t, dir)} {
		if _, err := s.Lock(c.ID); problem.CodeOf(err).String() != "store.in-use" {
			t.Errorf("%s: %v", name, err)
		}
	}
	second := open(t, dir)
	seen, err := second.Load(c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Save(t.Context(), seen); err != nil {
		t.Error(err)
	}
	if err := second.Delete(t.Context(), c.ID); problem.CodeOf(err).String() != "store.in-use" {
		t.Error(err)
	}
	// A scheduled check is not stopped by an open window.
	if err := second.SaveCheck(c.ID, LastCheck{Verdict: "pass"}); err != nil {
		t.Error(err)
	}
	if err := first.Save(t.Context(), c); err != nil {
		t.Error("the holder must be able to save:", err)
	}
	if err := l.Unlock(); err != nil {
		t.Error(err)
	}
	if err := l.Unlock(); err != nil {
		t.Error(err)
	}
	again, err := second.Lock(c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Unlock(); err != nil { // a late second unlock does not free another's
		t.Error(err)
	}
	if _, err := first.Lock(c.ID); problem.CodeOf(err).String() != "store.in-use" {
		t.Error("the late unlock freed another's:", err)
	}
	if err := again.Unlock(); err != nil {
		t.Error(err)
	}
}

// The lock of a process that was killed is free again.
func TestALockEndsWithItsProcess(t *testing.T) {
	if dir := os.Getenv("ROOMKEY_TEST_LOCK"); dir != "" {
		if _, err := open(t, dir).Lock("abc"); err != nil {
			t.Fatal(err)
		}
		fmt.Println("locked")
		time.Sleep(time.Minute)
	}
	dir := t.TempDir()
	s := open(t, dir)
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	other := exec.CommandContext(t.Context(), binary, "-test.run=^TestALockEndsWithItsProcess$")
	other.Env = append(os.Environ(), "ROOMKEY_TEST_LOCK="+dir)
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 7)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Lock("abc"); problem.CodeOf(err).String() != "store.in-use" {
		t.Error(err)
	}
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = other.Wait() // it was killed
	l, err := s.Lock("abc")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Unlock(); err != nil {
		t.Error(err)
	}
}

func TestSeveralWritersLeaveOneWholeDocument(t *testing.T) {
	dir := t.TempDir()
	c := saved(t, open(t, dir), "start")
	var done sync.WaitGroup
	for i := range 8 {
		done.Go(func() {
			s := open(t, dir)
			for range 20 {
				mine, err := s.Load(c.ID)
				if err != nil {
					t.Error(err)
					return
				}
				mine.Name = fmt.Sprint("writer ", i)
				err = s.Save(t.Context(), mine)
				if code := problem.CodeOf(err).String(); err != nil && code != "store.in-use" && code != "store.changed" {
					t.Error(err)
				}
			}
		})
	}
	done.Wait()
	if got, err := open(t, dir).Load(c.ID); err != nil || !strings.HasPrefix(got.Name, "writer") {
		t.Error(got, err)
	}
	rest, err := filepath.Glob(filepath.Join(dir, "connections", c.ID, temporary+"*"))
	if err != nil || len(rest) > 0 {
		t.Error("left behind", rest, err)
	}
}

// TestADeletedConnectionIsGoneThoughAFileIsHeld: on Windows a virus scanner or
// an indexer may keep the last file; nothing then says that nothing was changed.
func TestADeletedConnectionIsGoneThoughAFileIsHeld(t *testing.T) {
	removeAll = func(string) error { return errors.New("the file is in use") }
	t.Cleanup(func() { removeAll = os.RemoveAll })
	s := open(t, t.TempDir())
	c := saved(t, s, "Bern")
	err := s.Delete(t.Context(), c.ID)
	if problem.CodeOf(err).String() != "store.left-over" || strings.Contains(err.Error(), "was not changed") {
		t.Errorf("%v", err)
	}
	if _, err := s.Load(c.ID); problem.CodeOf(err).String() != "store.deleted" {
		t.Errorf("the connection is still there: %v", err)
	}
}
