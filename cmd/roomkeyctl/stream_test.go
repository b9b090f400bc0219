package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/words"
)

// calls counts the lines of a log whose text has one of these parts.
type calls struct {
	slog.Handler
	part string
	seen *atomic.Int64
}

func (c calls) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if strings.Contains(a.Value.String(), c.part) {
			c.seen.Add(1)
			return false
		}
		return true
	})
	return nil
}

// firstWrite notes how many calls were seen when something was first printed.
type firstWrite struct {
	bytes.Buffer
	seen *atomic.Int64
	at   int64
}

func (w *firstWrite) Write(p []byte) (int, error) {
	if w.Len() == 0 {
		w.at = w.seen.Load()
	}
	return w.Buffer.Write(p)
}

// TestRowsComeAsPagesCome: the first rooms are on the screen while the others are
// still asked for.
func TestRowsComeAsPagesCome(t *testing.T) {
	home, seen := t.TempDir(), new(atomic.Int64)
	sim, entry := signedIn(t, home, simulator.Options{Dir: t.TempDir(), Rooms: 450, Users: 10, Latency: 20 * time.Millisecond,
		Log: slog.New(calls{slog.NewTextHandler(io.Discard, nil), "/places/", seen})})
	account := sim.Account()
	if err := os.WriteFile(filepath.Join(home, "clouds.yaml"), []byte(entry), 0o600); err != nil {
		t.Fatal(err)
	}
	c := &commandLine{t: t}
	if status, printed := c.run("connection", "new", "Lab", "--cloud", "simulated", "--tenant", account.Domain, "--product", "offision-application",
		"--client-id", account.ClientID, "--server", sim.BookingURL()); status != exitDone {
		t.Fatal(printed)
	}
	if status, printed := c.run("rooms", "select", "--all"); status != exitDone {
		t.Fatal(printed)
	}
	out := &firstWrite{seen: seen}
	term := &terminal{in: os.Stdin, out: out, err: io.Discard}
	root := newRoot(term)
	root.SetArgs([]string{"rooms", "list"})
	if status := term.exit(root.ExecuteContext(t.Context())); status != exitDone {
		t.Fatalf("%d %s", status, out)
	}
	if out.at > seen.Load()-3 {
		t.Errorf("the first room was printed after %d of %d calls", out.at, seen.Load())
	}
	if n := strings.Count(out.String(), " yes "); n != 450 {
		t.Errorf("%d rooms were printed", n)
	}
}

// TestColumnsStayWhereTheyAre from one page of rows to the next.
func TestColumnsStayWhereTheyAre(t *testing.T) {
	var out strings.Builder
	table := &printer{w: &out, header: []words.Key{"room", "address"}}
	table.add([][]string{{"A long name", "a@x"}})
	table.add([][]string{{"B", "b@x"}})
	table.add([][]string{{"A much longer name", "c@x"}, {"D", "d@x"}})
	const want = ` ROOM         ADDRESS 
 A long name  a@x     
 B            b@x     
 A much longer name  c@x     
 D                   d@x     
`
	if out.String() != want {
		t.Errorf("%s", out.String())
	}
}
