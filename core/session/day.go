package session

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

const (
	// schedulesACall is how many mailboxes Graph tells about in one call.
	schedulesACall = 20
	// daysBeside is how many calls are under way at once: Outlook serves an
	// application four at a time, and a test may run beside.
	daysBeside = 2
	// dayLasts is how long a day that was read is shown again without a call.
	dayLasts = time.Minute
	// askers is how many mailboxes of a call are tried as the one that asks.
	askers = 3
)

// Days reads when rooms are free and busy on a day by each room's own clocks, in
// the order of the addresses. A room that is not told about has its own problem;
// the error is about all of them. What was read within the last minute is given
// again.
func (s *Session) Days(ctx context.Context, date time.Time, rooms []string) ([]tenant.Day, error) {
	if err := s.mayReadDays(); err != nil {
		return nil, err
	}
	reader, err := s.tenant()
	if err != nil {
		return nil, err
	}
	date = time.Date(date.Year(), date.Month(), date.Day(), 0, 0, 0, 0, time.UTC)
	s.days.read(ctx, reader, date, rooms, s.env.Now)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.days.of(date, rooms), nil
}

// read reads the days that are not known.
func (k *keptDays) read(ctx context.Context, reader Tenant, date time.Time, rooms []string, now func() time.Time) {
	missing := k.missing(date, rooms, now())
	calls := make(chan []string)
	var workers sync.WaitGroup
	for range min(daysBeside, len(missing)) {
		workers.Go(func() {
			for call := range calls {
				k.keep(date, readDays(ctx, reader, date, call), now())
			}
		})
	}
feeding:
	for call := range slices.Chunk(missing, schedulesACall) {
		select {
		case calls <- call:
		case <-ctx.Done():
			break feeding
		}
	}
	close(calls)
	workers.Wait()
}

// mayReadDays says why free and busy cannot be read, nil when they can.
func (s *Session) mayReadDays() error {
	p, needs, err := s.needs()
	if err != nil {
		return err
	}
	wanted := permission.Ref{Value: "Calendars.ReadBasic.All", Kind: permission.Application}
	for _, n := range needs.Permissions {
		if s.env.Permissions.Covers(n.Ref, wanted) {
			return nil
		}
	}
	return problem.New(codeDayNotAllowed, words.T("%s has no application permission to read calendars, so free and busy times are not shown.", p.Name)).
		Fix(words.T("No action is needed: the booking server does not read them either."))
}

// readDays asks one mailbox of a call for the free and busy times of all. One
// that may not be opened cannot ask, so another does; it may still be told about.
func readDays(ctx context.Context, reader Tenant, date time.Time, rooms []string) []tenant.Day {
	from, to := tenant.DayBounds(date)
	var told []tenant.Availability
	var err error
	for _, asker := range rooms[:min(askers, len(rooms))] {
		told, err = reader.Availability(ctx, asker, rooms, from, to)
		if kind := problem.KindOf(err); kind != problem.Denied && kind != problem.Absent {
			break
		}
	}
	days := make([]tenant.Day, len(rooms))
	for i, room := range rooms {
		a := tenant.Availability{Room: room, Problem: problem.Of(err)}
		if at := slices.IndexFunc(told, func(t tenant.Availability) bool { return strings.EqualFold(t.Room, room) }); at >= 0 {
			a = told[at]
		}
		days[i] = a.Day(date)
	}
	return days
}

// keptDays are the days that were read last.
type keptDays struct {
	mu   sync.Mutex
	kept map[string]keptDay
}

type keptDay struct {
	day tenant.Day
	on  time.Time
	at  time.Time
}

// missing are the rooms whose day is not known or too old, each once.
func (k *keptDays) missing(date time.Time, rooms []string, now time.Time) (out []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	seen := map[string]bool{}
	for _, room := range rooms {
		key := strings.ToLower(room)
		kept, ok := k.kept[key]
		if !seen[key] && (!ok || !kept.on.Equal(date) || now.Sub(kept.at).Abs() >= dayLasts) {
			out = append(out, room)
		}
		seen[key] = true
	}
	return out
}

func (k *keptDays) keep(date time.Time, days []tenant.Day, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil {
		k.kept = map[string]keptDay{}
	}
	for _, d := range days {
		k.kept[strings.ToLower(d.Room)] = keptDay{d, date, now}
	}
}

func (k *keptDays) of(date time.Time, rooms []string) []tenant.Day {
	k.mu.Lock()
	defer k.mu.Unlock()
	days := make([]tenant.Day, 0, len(rooms))
	for _, room := range rooms {
		if kept := k.kept[strings.ToLower(room)]; kept.on.Equal(date) {
			days = append(days, kept.day)
		}
	}
	return days
}
