package bench

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/task"
)

// atATime is how many calls to mailboxes Microsoft serves an application at once.
const atATime = 4

func BenchmarkCheck(b *testing.B) {
	const rooms = 200
	l := newLab(b, rooms, 50, latency)
	var first, proven, all []time.Duration
	var trips int64
	for b.Loop() {
		l.signedOut(b)
		started := time.Now()
		seen, called := false, false
		run := l.diagnose(b, func(f check.Finding) {
			if !seen {
				seen, first = true, append(first, time.Since(started))
			}
			if !called && f.Duration >= latency {
				called, proven = true, append(proven, time.Since(started))
			}
		}, nil)
		all = append(all, time.Since(started))
		trips = inARow(run, rooms)
	}
	one, _ := pages(1)
	held("first finding", first, one, latency)
	held("first finding that a call proved", proven, one, latency)
	against, bound := pages(trips)
	held("check of 200 rooms", all, fmt.Sprintf("%s, %d of them for the rooms, %d at a time", against, rooms/atATime, atATime), bound)
}

// inARow is the longest chain of calls that have to wait for each other: those
// of each check, after those of the checks that it depends on or waits for.
func inARow(run check.Run, rooms int) int64 {
	longest, most := map[string]int64{}, int64(0)
	for _, c := range check.Catalogue() {
		f, _ := run.Finding(c.ID)
		own := int64(len(f.Exchanges))
		switch c.ID {
		case check.Certificate, check.ServerReach:
			own = 1 // Microsoft's two hosts are asked at the same time
		case check.RoomCalendars:
			own = int64(rooms+atATime-1) / atATime
		}
		for _, id := range slices.Concat(c.DependsOn, c.After) {
			longest[c.ID] = max(longest[c.ID], longest[id])
		}
		longest[c.ID] += own
		most = max(most, longest[c.ID])
	}
	return most
}

// diagnose runs all checks; a run that did not prove its rooms measures nothing.
func (l *lab) diagnose(b *testing.B, emit func(check.Finding), report task.Report) check.Run {
	run, err := l.Check(b.Context(), check.Options{}, emit, report)
	must(b, err)
	if run.Verdict == check.Failed || run.Verdict == check.Incomplete || run.Rooms.Proven != run.Rooms.Chosen {
		b.Fatalf("%s: %+v", run.Verdict, run.RootCause)
	}
	return run
}

// BenchmarkCheckMemory holds what a check keeps in memory for each room, at its
// peak, against what the list of rooms itself takes.
func BenchmarkCheckMemory(b *testing.B) {
	const few, many = 200, 3000
	small, large := newLab(b, few, 50, 0), newLab(b, many, 50, 0)
	small.diagnose(b, nil, nil) // what is made once and kept: connections, tables
	var growth, listed []float64
	for b.Loop() {
		growth = append(growth, float64(large.peak(b)-small.peak(b))/(many-few))
		before := live()
		list := large.Rooms(b.Context(), nil)
		whole(b, list, many)
		listed = append(listed, float64(live()-before)/many)
		runtime.KeepAlive(list)
	}
	row("memory that a check takes for each room more (3,000 against 200)", inBytes(median(growth)),
		fmt.Sprintf("a room in the list: %s", inBytes(median(listed))), median(growth)/median(listed))
}

func inBytes(n float64) string { return fmt.Sprintf("%.0f bytes", n) }

// peak is how much the live heap grows while a check runs, looked at every
// hundred steps.
func (l *lab) peak(b *testing.B) int64 {
	before := live()
	most, steps := before, 0
	l.diagnose(b, nil, func(task.Progress) {
		if steps++; steps%100 == 0 {
			most = max(most, live())
		}
	})
	return most - before
}

// live is the size of the heap after all garbage is gone.
func live() int64 {
	runtime.GC()
	runtime.GC() // the second run frees what finalizers and pools held
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
