package store

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
)

// TestAFullAndAReadOnlyDisk runs itself again in a mount namespace of its own,
// where a real disk of 256 kB fills up and then becomes read-only.
func TestAFullAndAReadOnlyDisk(t *testing.T) {
	if dir := os.Getenv("ROOMKEY_TEST_DISK"); dir != "" {
		fillDisk(t, dir)
		return
	}
	if err := exec.CommandContext(t.Context(), "unshare", "-rm", "true").Run(); err != nil {
		t.Skip("this system gives no mount namespace: ", err)
	}
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	c := exec.CommandContext(t.Context(), "unshare", "-rm", "sh", "-c", `mount -t tmpfs -o size=256k none "$ROOMKEY_TEST_DISK" && exec "$0" -test.v -test.run='^TestAFullAndAReadOnlyDisk$'`, binary)
	c.Env = append(os.Environ(), "ROOMKEY_TEST_DISK="+dir)
	if out, err := c.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS")) {
		t.Errorf("%v\n%s", err, out)
	}
}

func fillDisk(t *testing.T, dir string) {
	s := open(t, dir)
	c := saved(t, s, "small")
	if err := s.Journal(c.ID).Append("first"); err != nil {
		t.Fatal(err)
	}
	before := content(t, s.file(c.ID))
	unharmed := func(err error, says string) {
		t.Helper()
		p := problem.Of(err)
		if p == nil || p.Code.String() != "store.cannot-write" || !strings.Contains(p.Detail.String(), says) {
			t.Errorf("%v, want %q", err, says)
		}
		if content(t, s.file(c.ID)) != before {
			t.Error("the document was changed")
		}
		if rest, err := filepath.Glob(filepath.Join(s.dir(c.ID), temporary+"*")); err != nil || len(rest) > 0 {
			t.Error("left behind", rest, err)
		}
	}
	large := c.Clone()
	large.ServiceAccount = strings.Repeat("x", 300<<10)
	unharmed(s.Save(t.Context(), large), "disk is full")
	unharmed(s.SaveCheck(c.ID, LastCheck{Verdict: strings.Repeat("x", 300<<10)}), "disk is full")
	unharmed(s.PutCache(c.ID, "rooms", make([]byte, 300<<10)), "disk is full")
	unharmed(s.Journal(c.ID).Append(strings.Repeat("x", 300<<10)), "disk is full")
	entries, err := s.Journal(c.ID).Entries()
	if err != nil || len(entries) != 1 {
		t.Error(len(entries), err)
	}
	// With room again, everything goes on.
	if err := os.Truncate(filepath.Join(s.dir(c.ID), journalFile), 9); err != nil {
		t.Fatal(err)
	}
	if err := s.Journal(c.ID).Append("second"); err != nil {
		t.Error(err)
	}
	if entries, err := s.Journal(c.ID).Entries(); err != nil || len(entries) != 2 {
		t.Error(len(entries), err)
	}
	if out, err := exec.CommandContext(t.Context(), "mount", "-o", "remount,ro", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	small := c.Clone()
	small.Name = "other"
	unharmed(s.Save(t.Context(), small), "read-only")
	unharmed(s.Save(t.Context(), connection.New("new")), "read-only")
	unharmed(s.Delete(t.Context(), c.ID), "read-only")
	if _, err := Open(filepath.Join(dir, "elsewhere")); problem.CodeOf(err).String() != "store.cannot-write" {
		t.Error(err)
	}
	if _, err := json.Marshal(problem.Of(s.Save(t.Context(), small))); err != nil {
		t.Error(err)
	}
	// It can still be looked at.
	if entries, problems := s.List(); len(entries) != 1 || len(problems) > 0 {
		t.Error(entries, problems)
	}
}
