package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/tenant"
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

// listed runs a command that lists something in a tenant of this size. It gives
// what was printed, and how many calls for this part of the addresses were made
// by then.
func listed(t *testing.T, o simulator.Options, part string, command ...string) (out *firstWrite, calling int64) {
	t.Helper()
	home, seen := t.TempDir(), new(atomic.Int64)
	o.Dir, o.Latency, o.Log = t.TempDir(), 20*time.Millisecond, slog.New(calls{slog.NewTextHandler(io.Discard, nil), part, seen})
	sim, entry := signedIn(t, home, o)
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
	out = &firstWrite{seen: seen}
	term := &terminal{in: os.Stdin, out: out, err: io.Discard, json: wantsJSON(command)}
	root := newRoot(term)
	root.SetArgs(command)
	if status := term.exit(root.ExecuteContext(t.Context())); status != exitDone {
		t.Fatalf("%d %s", status, out)
	}
	return out, seen.Load()
}

// TestRowsComeAsPagesCome: the first rooms are on the screen while the others are
// still asked for.
func TestRowsComeAsPagesCome(t *testing.T) {
	out, calling := listed(t, simulator.Options{Rooms: 450, Users: 10}, "/places/", "rooms", "list")
	if out.at > calling-3 {
		t.Errorf("the first room was printed after %d of %d calls", out.at, calling)
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

// TestStreamIsTheWholeDocument: what is written while a list comes is the same text
// as the list written in one, whatever its items and its end.
func TestStreamIsTheWholeDocument(t *testing.T) {
	people := make([]tenant.Person, 30)
	for i := range people {
		people[i] = tenant.Person{ID: string(rune('a' + i)), DisplayName: "\u202e<\u00fc & \U0001F600\u200b\x1b[2J>\xff"}
	}
	failed := problem.New(codeUsageCommand, words.T("%s", "x\u2028y"))
	for name, list := range map[string]tenant.Listing[tenant.Person]{
		"whole":   {Items: people, Complete: true},
		"cut":     {Items: people[:7], Problem: failed, LeftOut: people[8:9]},
		"nothing": {Problem: failed},
		"empty":   {Items: []tenant.Person{}, Complete: true},
	} {
		for _, pages := range []int{0, 1, 2, len(list.Items)} {
			var got, want bytes.Buffer
			s := newStream[tenant.Person](&terminal{out: &got})
			for page := range slices.Chunk(list.Items, max(1, len(list.Items)/2)) {
				if pages--; pages >= 0 {
					s.add(page)
				}
			}
			if err := s.end(list); err != nil {
				t.Fatal(err)
			}
			whole := list
			whole.Items = append([]tenant.Person{}, list.Items...)
			if err := (&terminal{out: &want, json: true}).show(whole, nil); err != nil {
				t.Fatal(err)
			}
			// Broken text is the one thing that the two packages spell differently.
			if alike := strings.NewReplacer(`\ufffd`, "\ufffd"); alike.Replace(got.String()) != alike.Replace(want.String()) {
				t.Errorf("%s: %s\nnot\n%s", name, &got, &want)
			}
		}
	}
}

// TestPeopleAreWrittenAsPagesCome, as JSON too.
func TestPeopleAreWrittenAsPagesCome(t *testing.T) {
	out, calling := listed(t, simulator.Options{Rooms: 3, Users: 5000}, "/users", "people", "list", "--output", "json")
	if out.at > calling-2 {
		t.Errorf("the first person was written after %d of %d calls", out.at, calling)
	}
	var list tenant.Listing[tenant.Person]
	if err := json.Unmarshal(out.Bytes(), &list); err != nil || len(list.Items) != 5000 || !list.Complete {
		t.Errorf("%d people, %v", len(list.Items), err)
	}
}
