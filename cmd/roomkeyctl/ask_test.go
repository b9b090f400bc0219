package main

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/roomkey/roomkey/core/words"
)

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
