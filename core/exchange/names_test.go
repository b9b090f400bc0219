package exchange_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// TestNamesOfTheFrame: no script gives a variable of the frame another meaning. The
// frame's functions would read that instead.
func TestNamesOfTheFrame(t *testing.T) {
	files, err := filepath.Glob("../../resources/scripts/*.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	set := func(file, pattern string) (names []string) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
			names = append(names, m[1])
		}
		return names
	}
	frame := set("../../resources/scripts/frame.ps1.tmpl", `(?m)^\$(\w+) = `)
	if len(frame) < 10 {
		t.Fatal(frame)
	}
	for _, file := range files {
		if filepath.Base(file) == "frame.ps1.tmpl" {
			continue
		}
		for _, name := range set(file, `(?m)^ *\$(\w+) = `) {
			if slices.Contains(frame, name) {
				t.Errorf("%s sets $%s of the frame", filepath.Base(file), name)
			}
		}
	}
}
