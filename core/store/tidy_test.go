package store

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// What an interrupted Roomkey left goes at the next start; what may be in use,
// and what is somebody's, stays.
func TestLeftOversGoAtTheNextStart(t *testing.T) {
	dir := t.TempDir()
	stays := map[string]bool{
		"kept/document.json": true, "kept/.writing-1": false, "kept/cache/.writing-2": false, "kept/cache/rooms.json": true,
		"kept.lock": true, "kept.write.lock": true, "gone.lock": false, "gone.write.lock": false,
		".writing-3": false, ".deleted-4/gone/document.json": false, "notes.txt": true,
	}
	before := time.Now().Add(-2 * time.Hour)
	for name := range stays {
		path := filepath.Join(dir, "connections", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		for at := path; at != dir; at = filepath.Dir(at) {
			if err := os.Chtimes(at, before, before); err != nil {
				t.Fatal(err)
			}
		}
	}
	young := []string{"kept/.writing-now", "new.lock", ".deleted-now/x"}
	for _, name := range young {
		stays[name] = true
		path := filepath.Join(dir, "connections", name)
		_ = os.MkdirAll(filepath.Dir(path), 0o700)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(stays)) {
		if _, err := os.Stat(filepath.Join(dir, "connections", name)); (err == nil) != stays[name] {
			t.Errorf("%s: %v", name, err)
		}
	}
}
