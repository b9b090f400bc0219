package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/words"
)

// TestStartShowsTheNewestTroubleFirst: above everything else, with what is wanted
// and since when; what is well comes after it, by name.
func TestStartShowsTheNewestTroubleFirst(t *testing.T) {
	b := newFake(t)
	b.Health = map[string]session.Health{}
	for name, found := range map[string]session.Health{
		"Aachen":  {At: time.Date(2026, 11, 20, 12, 0, 0, 0, time.Local)},
		"Bremen":  {At: time.Date(2026, 11, 24, 12, 0, 0, 0, time.Local), Wants: []words.Text{words.T("The room a@contoso.com is gone.")}},
		"Celle":   {At: time.Date(2026, 11, 25, 12, 0, 0, 0, time.Local), Wants: []words.Text{words.T("The credential ended.")}},
		"Dresden": {},
	} {
		id, err := b.Make(connection.New(name))
		if err != nil {
			t.Fatal(err)
		}
		if !found.At.IsZero() {
			b.Health[id] = found
		}
	}
	p := sit(t, b)
	p.rest()
	text, at := p.reads(), 0
	for _, want := range []string{"Your connections", "Celle", "The credential ended. (2026-11-25)", "Bremen", "The room a@contoso.com is gone. (2026-11-24)",
		"Aachen", "Everything was well on 2026-11-20.", "Dresden", "New connection"} {
		i := strings.Index(text[at:], want)
		if i < 0 {
			t.Fatalf("no %q in its place:\n%s", want, text)
		}
		at += i
	}
}
