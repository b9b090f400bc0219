package main

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/internal/texts"
)

// TestHelpIsInTheCatalogue reads the help of every command in the language that
// nobody speaks.
func TestHelpIsInTheCatalogue(t *testing.T) {
	t.Setenv("ROOMKEY_LANG", "qps-ploc")
	t.Setenv("ROOMKEY_HOME", t.TempDir())
	t.Cleanup(func() { language = nil })
	bypasses, err := texts.NewBypasses()
	if err != nil {
		t.Fatal(err)
	}
	var help func(c *cobra.Command)
	help = func(c *cobra.Command) {
		var out bytes.Buffer
		c.SetOut(&out)
		if err := c.Help(); err != nil {
			t.Error(err)
		}
		for line := range strings.Lines(strings.ReplaceAll(out.String(), c.Example, "")) {
			for _, english := range bypasses.In(line) {
				t.Errorf("%s: %q in %q", c.CommandPath(), english, line)
			}
		}
		for _, sub := range c.Commands() {
			help(sub)
		}
	}
	var out bytes.Buffer
	help(newRoot(&terminal{out: &out, err: &out}))
}

// foreign COMMAND… runs a command, whatever its status, and notes each row of
// English words in what it says, for no-english.
func foreign(ts *testscript.TestScript, _ bool, args []string) {
	_ = ts.Exec(args[0], args[1:]...)
	data := []string{
		"Simulated tenant", "Simulated Rooms", "Room booking", "All departments", "Global Administrator", "FlexO room booking",
		"Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app",
		"no such file or directory", "schema, id, name, cloud,",
	}
	for _, s := range exchange.Catalogue() {
		data = append(data, fmt.Sprint(s.Fields().Args...))
	}
	bypasses, err := texts.NewBypasses(data...)
	ts.Check(err)
	var lines []string
	for _, stream := range []string{"stdout", "stderr"} {
		lines = append(lines, slices.Collect(strings.Lines(ts.ReadFile(stream)))...)
	}
	if i := slices.Index(args, "--report"); i > 0 {
		page := style.ReplaceAllString(ts.ReadFile(args[i+1]), "")
		lines = append(lines, strings.Split(html.UnescapeString(tag.ReplaceAllString(page, "\n")), "\n")...)
	}
	if len(lines) == 0 {
		ts.Fatalf("%s says nothing", strings.Join(args, " "))
	}
	for _, line := range lines {
		for _, english := range bypasses.In(line) {
			ts.Logf("%s: %q in %q", strings.Join(args, " "), english, line)
			ts.Setenv("ENGLISH", "found")
		}
	}
}

// A report is read without its tags; what stands between them are texts of their own.
var (
	style = regexp.MustCompile(`(?s)<style>.*</style>`)
	tag   = regexp.MustCompile(`<[^>]*>`)
)

// noEnglish fails for what foreign found.
func noEnglish(ts *testscript.TestScript, _ bool, _ []string) {
	if ts.Getenv("ENGLISH") != "" {
		ts.Fatalf("the words above are not in the catalogue")
	}
}
