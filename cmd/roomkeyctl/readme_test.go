package main

import (
	"io"
	"os"
	"path/filepath"
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
