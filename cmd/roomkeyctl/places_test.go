package main

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/setup"
)

// TestPlacesAreCommands: whoever follows a remedy at a terminal finds the
// command, its flags and the field or script that it names.
func TestPlacesAreCommands(t *testing.T) {
	if len(problem.Places()) < 20 {
		t.Fatal("the places are not listed")
	}
	pages := []string{"settings"}
	for _, s := range setup.Steps(setup.Known{}) {
		pages = append(pages, s.ID)
	}
	for _, p := range problem.Places() {
		words := strings.Fields(p.Command)
		if words[0] != "roomkeyctl" {
			t.Errorf("%s is no command of ours", p.Command)
			continue
		}
		root := newRoot(&terminal{out: io.Discard, err: io.Discard})
		command, rest, err := root.Find(words[1:])
		if err != nil || !command.Runnable() {
			t.Errorf("%s: %v", p.Command, err)
			continue
		}
		if err := command.ParseFlags(rest); err != nil {
			t.Errorf("%s: %v", p.Command, err)
		}
		if err := command.ValidateArgs(command.Flags().Args()); err != nil {
			t.Errorf("%s: %v", p.Command, err)
		}
		named(t, command, p.Command)
		if !slices.Contains(pages, p.Page) {
			t.Errorf("%s: no step %q", p.Command, p.Page)
		}
	}
}

// named looks up what the command is told.
func named(t *testing.T, command *cobra.Command, line string) {
	t.Helper()
	args := command.Flags().Args()
	switch command.CommandPath() {
	case "roomkeyctl connection set":
		key, _, _ := strings.Cut(args[0], "=")
		if _, err := (&connection.Connection{}).Get(key); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	case "roomkeyctl script show":
		if !slices.ContainsFunc(exchange.Catalogue(), func(s exchange.Script) bool { return s.Name == args[0] }) {
			t.Errorf("%s: there is no script %s", line, args[0])
		}
	}
}
