package session

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// comparison is one part of what was proven, held against today.
type comparison struct {
	changed, not []words.Text
	err          error
}

const (
	// mailboxesCompared is how many rooms are read by a survey at most: a larger
	// tenant is for a test.
	mailboxesCompared = 200
	mailboxesBeside   = 4
)

// compareMailboxes reads the calendar of each room that was proven: the list of
// rooms goes on naming one for a while whose mailbox is gone.
func (s *Session) compareMailboxes(ctx context.Context, before check.Run, rooms []string) (c comparison) {
	switch {
	case before.Rooms.Proven == 0 || len(rooms) == 0:
		return c // no calendar was ever read
	case len(rooms) > mailboxesCompared:
		c.not = append(c.not, words.T("With more than %d rooms, only a test reads each calendar.", mailboxesCompared))
		return c
	}
	reader, err := s.tenant()
	if err != nil {
		c.err = err
		return c
	}
	from := s.env.Now().UTC().Truncate(time.Hour)
	found := make([]error, len(rooms))
	next := make(chan int)
	var wait sync.WaitGroup
	for range min(mailboxesBeside, len(rooms)) {
		wait.Go(func() {
			for i := range next {
				_, found[i] = reader.CalendarView(ctx, rooms[i], from, from.AddDate(0, 0, 7), 1)
			}
		})
	}
	for i := range rooms {
		next <- i
	}
	close(next)
	wait.Wait()
	for i, err := range found {
		switch problem.KindOf(err) {
		case problem.Absent:
			c.changed = append(c.changed, words.T("The mailbox of the room %s no longer exists.", rooms[i]))
		case problem.Denied:
			c.changed = append(c.changed, words.T("The calendar of the room %s can no longer be read.", rooms[i]))
		default:
			if err != nil {
				c.err = err
			}
		}
	}
	return c
}

// compareGrants holds what the tenant granted for signed-in users against what
// was consented to when it was tested. No token of the application's shows it,
// and not every application may read it.
func (s *Session) compareGrants(ctx context.Context, before []permission.Layers) (c comparison) {
	var proven []permission.Ref
	for _, l := range before {
		if l.Kind == permission.Delegated && l.Consented == permission.Yes {
			proven = append(proven, l.Ref)
		}
	}
	if len(proven) == 0 {
		return c
	}
	o, err := s.applications()
	if err != nil {
		c.err = err
		return c
	}
	directory := s.env.Directory(o)
	var now []permission.Ref
	sp, err := directory.ServicePrincipal(ctx, s.Document().Application.ClientID)
	if err == nil {
		now, err = granted(ctx, directory, sp)
	}
	switch kind := problem.KindOf(err); {
	case kind == problem.Denied || kind == problem.Refused:
		c.not = append(c.not, words.T("The application cannot read what is granted for signed-in users. Only a test with an administrator's sign-in compares that."))
	case kind == problem.Absent:
		c.changed = append(c.changed, words.T("The enterprise application no longer exists."))
	case err != nil:
		c.err = err
	default:
		for _, ref := range proven {
			if !slices.ContainsFunc(now, func(o permission.Ref) bool { return o.Kind == ref.Kind && strings.EqualFold(o.Value, ref.Value) }) {
				c.changed = append(c.changed, words.T("The delegated permission %s is no longer granted.", ref.Value))
			}
		}
	}
	return c
}

// changedRoles are permissions that a token carries now and did not when it was
// proven, and the other way round.
func changedRoles(before, now []permission.Layers) (changed []words.Text) {
	for _, l := range now {
		i := slices.IndexFunc(before, func(o permission.Layers) bool { return o.Ref == l.Ref })
		was := permission.No
		if i >= 0 {
			was = before[i].InToken
		}
		switch {
		case was == permission.Yes && l.InToken == permission.No:
			changed = append(changed, words.T("The permission %s was removed.", l.Value))
		case was == permission.No && l.InToken == permission.Yes:
			changed = append(changed, words.T("The permission %s was added.", l.Value))
		}
	}
	for _, l := range before {
		if l.InToken == permission.Yes && len(now) > 0 && !slices.ContainsFunc(now, func(o permission.Layers) bool { return o.Ref == l.Ref }) {
			changed = append(changed, words.T("The permission %s was removed.", l.Value))
		}
	}
	return changed
}

// changedRooms are rooms that were proven and are not listed any more and, where
// all of them are chosen, those that are new.
func changedRooms(all bool, proven, now []string) (changed []words.Text) {
	added, gone := check.Since(proven, now)
	for _, address := range gone {
		changed = append(changed, words.T("The room %s is no longer listed.", address))
	}
	if !all || len(proven) == 0 {
		return changed
	}
	for _, address := range added {
		changed = append(changed, words.T("The room %s is new.", address))
	}
	return changed
}
