package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/roomkey/roomkey/core/words"
)

// TestInputThatIsNotRead is noticed in a file and in a pipe, and a pipe into which
// nothing comes is none.
func TestInputThatIsNotRead(t *testing.T) {
	open := func(text string) *os.File {
		name := filepath.Join(t.TempDir(), "in")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	full, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	silent, never, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ended, end, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = errors.Join(to.Close(), never.Close()) }()
	_, err = to.WriteString("https://hooks.example/1")
	if err = errors.Join(err, end.Close()); err != nil {
		t.Fatal(err)
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for name, try := range map[string]struct {
		in   *os.File
		want bool
	}{"a file": {open("x"), true}, "an empty file": {open(""), false}, "a pipe": {full, true}, "a silent pipe": {silent, false}, "an ended pipe": {ended, false}, "nothing": {null, false}} {
		if got := (&terminal{in: try.in}).given(t.Context()); got != try.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// TestWaitingForInputEndsWithTheCancel, though nothing ever comes on standard
// input.
func TestWaitingForInputEndsWithTheCancel(t *testing.T) {
	in, silent, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close() // what the read that stays behind waits for
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	term := &terminal{in: in}
	if _, err := term.secret(ctx, ""); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := term.read(ctx, "-"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if said, err := term.yes(ctx, words.Plain("?")); said || err != nil {
		t.Errorf("without a terminal: %t %v", said, err)
	}
}
