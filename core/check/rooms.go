package check

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/words"
)

// RoomProof is what was proven of one room.
type RoomProof struct {
	Room   string `json:"room"`
	Status Status `json:"status"`
	Code   string `json:"code,omitempty"`
	// Listed is whether the tenant's list of rooms has it; "unknown" when the
	// product may not read that list.
	Listed    permission.Truth `json:"listed"`
	RequestID string           `json:"requestId,omitempty"`
	// Digest is the connection's when it was proven: a proof is good for
	// exactly that configuration.
	Digest string    `json:"digest,omitempty"`
	At     time.Time `json:"at"`
}

// RoomTally sums the rooms up. Failures keeps the first hundred that did not
// pass, so that a report does not grow with the tenant.
type RoomTally struct {
	Chosen   int         `json:"chosen"`
	Proven   int         `json:"proven"`
	Failed   int         `json:"failed"`
	Unknown  int         `json:"unknown"`
	Resumed  int         `json:"resumed,omitempty"`
	Failures []RoomProof `json:"failures,omitempty"`
}

const (
	failuresKept = 100
	// proofLife is how long a proof of an interrupted run is good for.
	proofLife = 15 * time.Minute
)

func wantsCalendars(in Input) (bool, words.Text) {
	for _, p := range in.Needs.Permissions {
		if strings.HasPrefix(p.Value, "Calendars.") && p.Kind == permission.Application {
			return true, words.Text{}
		}
	}
	return false, words.T("%s reads no calendars.", in.Product.Name)
}

// chosen are the addresses of the rooms that the booking server will handle,
// and whether they are known.
func (s *State) chosen() ([]string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !s.Product.ManagesRooms(s.Needs):
		return nil, true
	case s.Connection.Rooms.Mode == connection.Selected:
		return Follow(s.Connection.Rooms.Items, s.moved), true
	case s.Connection.Rooms.Mode == connection.Lists, s.Connection.Rooms.Mode == connection.ByRule:
		return s.resolved, s.resolved != nil
	case s.listed:
		return s.rooms, true
	}
	return tenant.Addresses(s.KnownRooms), len(s.KnownRooms) > 0
}

// handles tells the rooms that are among the chosen ones, as far as their own
// data says.
func (s *State) handles() func(tenant.Room) bool {
	switch c := s.Connection.Rooms; c.Mode {
	case connection.Selected:
		chosen := map[string]bool{}
		for _, a := range c.Items {
			chosen[strings.ToLower(a)] = true
		}
		return func(r tenant.Room) bool { return chosen[strings.ToLower(r.EmailAddress)] }
	case connection.ByRule:
		return c.Rule.Matcher()
	}
	return func(tenant.Room) bool { return true }
}

func checkCalendars(ctx context.Context, s *State) Finding {
	rooms, known := s.chosen()
	if !known || len(rooms) == 0 {
		return unknown(s.noRoom())
	}
	s.say(0, len(rooms), words.N(len(rooms), "Reading the calendar of %d room.", "Reading the calendars of %d rooms.", len(rooms)))
	digest := ""
	if s.Digest != nil {
		digest = s.Digest(rooms)
	}
	t := &tallying{RoomTally: RoomTally{Chosen: len(rooms)}, tell: s.Room}
	queue := make(chan string)
	var workers sync.WaitGroup
	for range min(outlookAtATime, len(rooms)) {
		workers.Go(func() {
			for room := range queue {
				proof, resumed, p := s.proveRoom(ctx, room, digest)
				t.add(proof, resumed, p)
				s.say(1, 0, words.T("%s", room))
			}
		})
	}
feeding:
	for _, room := range rooms {
		select {
		case queue <- room:
		case <-ctx.Done():
			break feeding
		}
	}
	close(queue)
	workers.Wait()
	s.mu.Lock()
	s.tally = t.RoomTally
	s.mu.Unlock()
	return s.judgeRooms(t, ctx.Err())
}

// noRoom says why no room is known.
func (s *State) noRoom() *problem.Problem {
	s.mu.Lock()
	noPlaces := s.noPlaces || s.Cloud.Lacks(cloud.FeaturePlaces)
	s.mu.Unlock()
	if noPlaces {
		return problem.New(codeRoomsNoneChosen, words.T("No rooms are known: Microsoft Graph in %s does not list rooms (/places).", s.Cloud.Name)).
			Lead(words.T("Have an Exchange administrator run the script that lists the rooms."), problem.PlaceRoomsScript).
			Lead(words.T("Then import its result, or type the rooms' addresses."), problem.PlaceRoomFile)
	}
	return problem.New(codeRoomsNoneChosen, words.T("No known room has a calendar that could be read.")).
		Lead(words.T("Choose rooms: from the list, from an Exchange result file, or by typing their addresses."), problem.PlaceRooms)
}

func (s *State) judgeRooms(t *tallying, cancelled error) Finding {
	looked := t.Proven + t.Failed + t.Unknown
	var f Finding
	switch {
	case t.Failed > 0:
		if t.failure.Kind == problem.Absent {
			t.failure.Lead(words.T("If it is no longer a room, or has another address, choose the rooms again."), problem.PlaceRooms)
		}
		f = fail(t.failure).noted(words.N(t.Chosen, "%d of %d room failed: %s.", "%d of %d rooms failed; the first is %s.", t.Failed, t.Chosen, t.failed))
	case cancelled != nil:
		f = unknown(problem.Of(cancelled)).noted(words.N(t.Chosen, "%d of %d room was checked.", "%d of %d rooms were checked.", looked, t.Chosen))
	case t.Unknown > 0:
		f = unknown(t.doubt).noted(words.N(t.Chosen, "%d of %d room could not be checked.", "%d of %d rooms could not be checked.", t.Unknown, t.Chosen))
	case t.Proven != t.Chosen:
		f = unknown(unexpected(words.N(t.Chosen, "%d of %d room was proven.", "%d of %d rooms were proven.", t.Proven, t.Chosen)))
	default:
		f = pass(words.N(t.Chosen, "The calendar of the %d room was read.", "The calendars of all %d rooms were read.", t.Chosen))
	}
	if cancelled == nil && s.Proofs != nil {
		if err := s.Proofs.Forget(); err != nil {
			f = f.with("proofsKept", problem.CodeOf(err).String())
		}
	}
	f.Exchanges = t.exchanges
	return f.with("chosen", t.Chosen).with("proven", t.Proven).with("failed", t.Failed).with("unknown", t.Unknown)
}

// tallying collects the proofs of the workers.
type tallying struct {
	RoomTally
	mu             sync.Mutex
	tell           func(RoomProof)
	failure, doubt *problem.Problem
	failed         string
	exchanges      []transport.Evidence
}

func (t *tallying) add(r proofOf, resumed bool, p *problem.Problem) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if resumed {
		t.Resumed++
	}
	if t.tell != nil {
		t.tell(r.RoomProof)
	}
	switch r.Status {
	case Pass:
		t.Proven++
	case Fail:
		t.Failed++
		if t.failure == nil {
			t.failure, t.failed = p, r.Room
		}
	default:
		t.Unknown++
		if t.doubt == nil {
			t.doubt = p
		}
	}
	if r.Status != Pass && len(t.Failures) < failuresKept {
		t.Failures = append(t.Failures, r.RoomProof)
	}
	if len(t.exchanges) < 2*exchangesKept && r.evidence.URL != "" {
		t.exchanges = append(t.exchanges, r.evidence)
	}
}

type proofOf struct {
	RoomProof
	evidence transport.Evidence
}

// proveRoom proves one room: it is in the list of rooms, where the product may
// read that, and its calendar answers.
func (s *State) proveRoom(ctx context.Context, room, digest string) (proofOf, bool, *problem.Problem) {
	if s.Proofs != nil {
		if old, ok := s.Proofs.Proven(room); ok && old.Status == Pass && digest != "" && old.Digest == digest && s.now().Sub(old.At).Abs() < proofLife {
			return proofOf{RoomProof: old}, true, nil
		}
	}
	ctx, seen := transport.Record(ctx)
	requestID, err := s.readCalendar(ctx, room)
	proof := proofOf{RoomProof{Room: room, Status: Pass, Listed: s.inList(room), RequestID: requestID, Digest: digest, At: s.now()}, seen.Last()}
	var p *problem.Problem
	switch {
	case err != nil:
		f := judge(err)
		proof.Status, p = f.Status, f.Problem
	case proof.Listed == permission.No:
		proof.Status = Fail
		p = problem.New(codeRoomsNotARoom, words.T("%s has a calendar but is not in the tenant's list of rooms.", room)).
			Fix(words.T("Exchange admin center, Resources: look whether it is a room mailbox, and whether \"Hide from global address list\" is on, which hides it from the booking server too. A shared mailbox is under Mailboxes.")).
			Fix(words.T("A new room takes 24 to 48 hours to appear in the list; then check again."))
	}
	if p != nil && (proof.Listed == permission.No || p.Kind == problem.Absent) {
		if seen := s.lookUp(ctx, room); seen != nil {
			p = seen.By(p)
		}
	}
	if p != nil {
		proof.Code = p.Code.String()
	}
	if s.Proofs != nil && proof.Status == Pass {
		// A proof that cannot be kept is proven again next time.
		_ = s.Proofs.Keep(proof.RoomProof)
	}
	return proof, false, p
}

// inList is whether the tenant's list of rooms has the address.
func (s *State) inList(room string) permission.Truth {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !s.listed:
		return permission.Unknown
	case s.isRoom[strings.ToLower(room)]:
		return permission.Yes
	}
	return permission.No
}

// readCalendar reads one event of the coming week, which is all the proof that
// is needed that the calendar can be read.
func (s *State) readCalendar(ctx context.Context, mailbox string) (requestID string, err error) {
	inner, seen := transport.Record(ctx)
	defer seen.Repeat(ctx)
	from := s.now().UTC().Truncate(time.Hour)
	err = s.onMailbox(inner, func() error {
		_, err := s.Calendars.CalendarView(inner, mailbox, from, from.AddDate(0, 0, 7), 1)
		return err
	})
	if err != nil {
		s.deny(err, "Calendars.Read", "Calendars.ReadBasic.All", "Calendars.ReadWrite")
		return "", err
	}
	requestID = seen.Last().RequestID
	s.prove(requestID, "Calendars.Read", "Calendars.ReadBasic.All")
	return requestID, nil
}

// denied is whether somebody who knows the mailbox said no.
func denied(err error) bool {
	return err != nil && problem.KindOf(err) == problem.Denied
}
