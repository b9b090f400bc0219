package session

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// asked is a tenant that is only asked for availability.
type asked struct {
	Tenant
	mu    sync.Mutex
	calls [][]string
	// closed are mailboxes that may not be opened.
	closed []string
}

func (a *asked) Availability(_ context.Context, asker string, rooms []string, from, _ time.Time) ([]tenant.Availability, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls = append(a.calls, rooms)
	if slices.Contains(a.closed, asker) {
		return nil, problem.New(tenant.CodeMailboxDenied, words.T("Access is denied."))
	}
	told := make([]tenant.Availability, len(rooms))
	for i, r := range rooms {
		told[i] = tenant.Availability{Room: r, From: from, View: make([]tenant.Presence, 200)}
		if slices.Contains(a.closed, r) {
			told[i].Problem = problem.New(tenant.CodeNoSchedule, words.T("Not told."))
		}
	}
	return told, nil
}

// TestDaysAreAskedTogether reads a page of rooms, one of which may not be opened,
// and asks nothing again within a minute.
func TestDaysAreAskedTogether(t *testing.T) {
	var rooms []string
	for i := range 45 {
		rooms = append(rooms, fmt.Sprintf("room%d@x", i))
	}
	date, now := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	reader, kept := &asked{closed: []string{"room0@x"}}, &keptDays{}
	kept.read(t.Context(), reader, date, rooms, func() time.Time { return now })
	sizes := map[int]int{}
	for _, c := range reader.calls {
		sizes[len(c)]++
	}
	if sizes[20] != 3 || sizes[5] != 1 || len(reader.calls) != 4 { // the first asker was refused
		t.Errorf("calls of %v", sizes)
	}
	days := kept.of(date, rooms)
	if len(days) != 45 || days[0].Problem == nil || days[1].Problem != nil || days[44].Room != "room44@x" {
		t.Errorf("%d days, the first %+v", len(days), days[0])
	}
	for _, tt := range []struct {
		after time.Duration
		date  time.Time
		want  int
	}{{59 * time.Second, date, 0}, {59 * time.Second, date.AddDate(0, 0, 1), 45}, {time.Minute, date, 45}} {
		if got := kept.missing(tt.date, append(rooms, "ROOM1@x"), now.Add(tt.after)); len(got) != tt.want {
			t.Errorf("after %s: %d are missing", tt.after, len(got))
		}
	}
	everyoneClosed := &asked{closed: rooms}
	kept = &keptDays{}
	kept.read(t.Context(), everyoneClosed, date, rooms[:20], func() time.Time { return now })
	if days := kept.of(date, rooms[:20]); len(everyoneClosed.calls) != askers || days[19].Problem == nil || days[19].Slots != nil {
		t.Errorf("%d calls, %+v", len(everyoneClosed.calls), days[19])
	}
}
