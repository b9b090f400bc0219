package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestReadmeNamesEveryCommand: each stands in the table of commands, in the row
// of its noun.
func TestReadmeNamesEveryCommand(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "| `") {
			rows = append(rows, line)
		}
	}
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			walk(sub)
		}
		_, path, _ := strings.Cut(c.CommandPath(), " ")
		noun, verb, _ := strings.Cut(path, " ")
		if !c.Runnable() || c.Hidden || slices.Contains([]string{"", "help", "completion"}, noun) {
			return
		}
		if !slices.ContainsFunc(rows, func(row string) bool {
			return says(row, noun) && verb == "" || says(row, noun+" "+verb) || strings.Contains(row, "`"+noun+" ") && says(row, verb)
		}) {
			t.Errorf("README does not name %s", c.CommandPath())
		}
	}
	walk(newRoot(&terminal{out: io.Discard, err: io.Discard}))
}

// says is whether a row has a command alone, or with what follows it.
func says(row, command string) bool {
	return strings.Contains(row, "`"+command+"`") || strings.Contains(row, "`"+command+" ")
}

// TestDocsNameRealCommands: each command line in the documentation and in the
// window's help exists, with its flags, and each label in the help does, too.
func TestDocsNameRealCommands(t *testing.T) {
	root := filepath.Join("..", "..")
	help, _ := filepath.Glob(filepath.Join(root, "resources", "help", "*.md"))
	docs, _ := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	inDocs := regexp.MustCompile("(?m)(?:^|`|\\$ )roomkeyctl ([^`\\n]*)")
	lines := 0
	for _, file := range slices.Concat(help, docs, []string{filepath.Join(root, "README.md")}) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range inDocs.FindAllStringSubmatch(string(data), -1) {
			lines++
			if err := exists(strings.Fields(m[1])); err != nil {
				t.Errorf("%s: roomkeyctl %s: %v", filepath.Base(file), m[1], err)
			}
		}
	}
	if lines < 25 {
		t.Errorf("only %d command lines were found", lines)
	}
	texts, err := os.ReadFile(filepath.Join(root, "resources", "texts", "en.json"))
	if err != nil {
		t.Fatal(err)
	}
	labels := map[string]any{"Green": nil, "Yellow": nil, "Red": nil} // the colors are not written on the page
	said := map[string]any{}
	if err := json.Unmarshal(texts, &said); err != nil {
		t.Fatal(err)
	}
	maps.Copy(labels, said)
	for _, file := range help {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\*\*(.+?)\*\*`).FindAllStringSubmatch(string(data), -1) {
			if _, ok := labels[m[1]]; !ok {
				t.Errorf("%s: nothing in the window is called %q", filepath.Base(file), m[1])
			}
		}
	}
}

// TestRemediesNameRealCommands: each command line that the program prints exists,
// with its flags.
func TestRemediesNameRealCommands(t *testing.T) {
	root, lines := filepath.Join("..", ".."), 0
	printed := regexp.MustCompile(`["\x60]roomkeyctl ([a-z][^"\x60]*)["\x60]`)
	for _, folder := range []string{"core", "cmd", "ui"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			data, err := os.ReadFile(path)
			for _, m := range printed.FindAllStringSubmatch(string(data), -1) {
				if strings.HasPrefix(m[1], "takes ") {
					continue // what roomkeyctl is
				}
				for _, line := range strings.Split(m[1], ", roomkeyctl ") {
					lines++
					if err := exists(strings.Fields(line)); err != nil {
						t.Errorf("%s: roomkeyctl %s: %v", path, line, err)
					}
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if lines < 90 {
		t.Errorf("only %d command lines were found", lines)
	}
}

// exists says what keeps a command line from being one: its command or a flag.
func exists(args []string) error {
	c, rest, err := newRoot(&terminal{out: io.Discard, err: io.Discard}).Find(args)
	if err != nil {
		return err
	}
	if !c.Runnable() && !c.HasSubCommands() || c.HasSubCommands() && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		return fmt.Errorf("there is no command %q", strings.Join(args, " "))
	}
	for _, arg := range rest {
		name, _, _ := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
		if !strings.HasPrefix(arg, "--") || name == "" || name == "help" || name == "version" {
			continue
		}
		name = strings.Trim(name, ".,;:)]")
		if c.Flags().Lookup(name) == nil && c.InheritedFlags().Lookup(name) == nil {
			return fmt.Errorf("there is no flag --%s", name)
		}
	}
	return nil
}
