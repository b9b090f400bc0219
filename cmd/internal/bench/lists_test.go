package bench

import (
	"fmt"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/tenant"
)

// pages is how the calls of a list become a bound: as if each page were asked for
// when the one before has come.
func pages(n int64) (string, time.Duration) {
	if n == 1 {
		return "one call of " + short(latency), latency
	}
	return fmt.Sprintf("%d calls one after another × %s", n, short(latency)), time.Duration(n) * latency
}

// watch is how long a list took to its first entries and to its end, and how
// many calls each needed.
type watch struct {
	l                    *lab
	started              time.Time
	before               int64
	first, all           []time.Duration
	firstCalls, allCalls int64
}

func (w *watch) start() { w.started, w.before, w.firstCalls = time.Now(), w.l.calls.Load(), 0 }

func (w *watch) page() {
	if w.firstCalls == 0 {
		w.first, w.firstCalls = append(w.first, time.Since(w.started)), w.l.calls.Load()-w.before
	}
}

func (w *watch) end() {
	w.all, w.allCalls = append(w.all, time.Since(w.started)), w.l.calls.Load()-w.before
}

func BenchmarkRooms(b *testing.B) {
	const n = 200
	l := newLab(b, n, 50, latency)
	cold, warm := &watch{l: l}, &watch{l: l}
	list := func(w *watch) {
		w.start()
		whole(b, l.Rooms(b.Context(), func([]tenant.Room) { w.page() }), n)
		w.end()
	}
	for b.Loop() {
		l.signedOut(b)
		list(cold)
		list(warm)
	}
	against, bound := pages(cold.firstCalls)
	held("first room, sign-in included", cold.first, against, bound)
	against, bound = pages(warm.allCalls)
	held("all 200 rooms, signed in", warm.all, against, bound)
}

func BenchmarkPeople(b *testing.B) {
	const n = 20_000
	l := newLab(b, 10, n, latency)
	_, rooms, users := l.record(b, n)
	w := &watch{l: l}
	for b.Loop() {
		w.start()
		whole(b, l.People(b.Context(), func([]tenant.Person) { w.page() }).Listing, n)
		w.end()
	}
	against, bound := pages(int64(len(rooms)))
	held("first page of people, once the rooms are known", w.first, against, bound)
	against, bound = pages(int64(len(users)))
	held("all 20,000 people", w.all, against, bound)
}

// whole ends the benchmark when a list is not what it should be: the speed of
// half a list is none.
func whole[T any](b *testing.B, l tenant.Listing[T], atLeast int) {
	if l.Problem != nil {
		b.Fatal(l.Problem)
	}
	if !l.Complete || len(l.Items) < atLeast {
		b.Fatalf("%d entries of %d", len(l.Items), atLeast)
	}
}
