//go:build !windows

package policy

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/roomkey/roomkey/core/problem"
)

// A policy that others can write to is nobody's who may lock anything, and one
// that cannot be read is not the same as none.
func TestOnlyAdministratorsWrite(t *testing.T) {
	me := uint32(os.Getuid())
	for name, c := range map[string]struct {
		folder, file os.FileMode
		spoil        func(path string) error
		owner        uint32
		sets, wrong  bool
	}{
		"sound":               {0o755, 0o644, nil, me, true, false},
		"no file":             {0o755, 0o644, os.Remove, me, false, false},
		"no folder":           {0o755, 0o644, func(path string) error { return os.RemoveAll(filepath.Dir(path)) }, me, false, false},
		"anybody writes it":   {0o755, 0o646, nil, me, false, true},
		"a group writes it":   {0o755, 0o664, nil, me, false, true},
		"anybody replaces it": {0o757, 0o644, nil, me, false, true},
		"somebody else's":     {0o755, 0o644, nil, me + 1, false, true},
		"a link to nowhere":   {0o755, 0o644, func(path string) error { return relink(path, "nowhere") }, me, false, true},
		"a link to itself":    {0o755, 0o644, func(path string) error { return relink(path, path) }, me, false, true},
		"a folder":            {0o755, 0o755, func(path string) error { _ = os.Remove(path); return os.Mkdir(path, 0o755) }, me, false, true},
		"a pipe":              {0o755, 0o644, func(path string) error { _ = os.Remove(path); return syscall.Mkfifo(path, 0o644) }, me, false, true},
	} {
		folder := filepath.Join(t.TempDir(), "roomkey")
		path := filepath.Join(folder, "policy.yaml")
		err := os.Mkdir(folder, 0o700)
		if err == nil {
			err = os.WriteFile(path, []byte("noDeviceCode: true\n"), 0o600)
		}
		if err == nil {
			err = os.Chmod(path, c.file)
		}
		if err == nil && c.spoil != nil {
			err = c.spoil(path)
		}
		if _, missing := os.Stat(folder); err == nil && missing == nil {
			err = os.Chmod(folder, c.folder)
		}
		if err != nil {
			t.Fatal(name, err)
		}
		p, err := owned(path, c.owner)
		if p.NoDeviceCode != c.sets || (err != nil) != c.wrong || c.wrong && problem.CodeOf(err) != codeInvalid {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}

func relink(path, target string) error {
	if err := os.Remove(path); err != nil {
		return err
	}
	return os.Symlink(target, path)
}
