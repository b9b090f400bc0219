package check

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/words"
)

// outlookAtATime is how many calls to mailboxes are under way at once, in
// total: Outlook serves an application four at a time.
const outlookAtATime = 4

// State is what the checks of one run learned so far. A check reads what those
// that it depends on or waits for have written.
type State struct {
	Input
	now     func() time.Time
	outlook chan struct{}

	mu        sync.Mutex
	seen      []look
	discovery cloud.Discovery
	token     entra.Token
	// proofs are permissions by value that a call has proven, with the request
	// id; only an answer that could not have come without them counts.
	proofs  map[string]string
	denials map[string]bool
	// listed is whether the tenant's rooms are known from the application.
	listed bool
	rooms  []string
	// noPlaces is whether the cloud turned out not to list rooms.
	noPlaces bool
	isRoom   map[string]bool
	tally    RoomTally
	// lookUps is how many addresses were looked up, see lookUp.
	lookUps int
	// resolved are the rooms of the chosen room lists or of the rule, nil while
	// they are not known; matching are those of the list that match the rule.
	resolved []string
	matching []tenant.Room
	// moved are the chosen rooms that have another address now.
	moved []MovedRoom
	// people is how many people the tenant has, 0 while that is not known;
	// groupNames are the names of its groups by id.
	people     int
	groupNames map[string]string
	// reached is what was seen when the booking server was reached.
	reached transport.Evidence
	server  ServerDescription
	// undescribed is the check in which the server did not say what it is, "" where
	// it did or was not asked.
	undescribed string
	status      ServerStatus
	// held is what the server was seen to hold.
	held ServerCurrent
	// registration as the administrator's sign-in reads it, nil if unread.
	application    *tenant.Application
	principal      *tenant.ServicePrincipal
	grants         *consents
	graphIDs       map[permission.Ref]string
	graphPrincipal string
	// sawOutsider is whether the list of people has the mailbox that must be
	// out of reach.
	sawOutsider bool
	progress    task.Report
	total, did  int
}

func newState(in Input, checks int, report task.Report) *State {
	now := in.Options.Now
	if now == nil {
		now = time.Now
	}
	return &State{
		Input: in, now: now, outlook: make(chan struct{}, outlookAtATime),
		proofs: map[string]string{}, denials: map[string]bool{}, progress: report, total: checks,
	}
}

// step reports that a check has ended.
func (s *State) step(c Check) { s.say(1, 0, c.Title) }

// say adds to the progress: done steps, and steps that turned out to be ahead.
func (s *State) say(done, ahead int, now words.Text) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.did, s.total = s.did+done, s.total+ahead
	s.progress.Say(s.did, s.total, now)
}

// onMailbox makes one call to a mailbox when fewer than four are under way.
func (s *State) onMailbox(ctx context.Context, call func() error) error {
	select {
	case s.outlook <- struct{}{}:
		defer func() { <-s.outlook }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return guard(call)
}

// guard makes an error of a panic: what a client does not expect of an answer
// must not end the program, and is never a pass.
func guard(call func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = broke(r)
		}
	}()
	return call()
}

func broke(by any) *problem.Problem {
	return problem.New(problem.CodeUnexpected, words.T("This check failed because of something unexpected.")).
		With(words.Plain(fmt.Sprint(by)))
}

// prove notes that a call needing a permission has succeeded.
func (s *State) prove(requestID string, values ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range values {
		if _, proven := s.proofs[v]; !proven {
			s.proofs[v] = requestID
		}
	}
}

func (s *State) proven(value string) (requestID string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	requestID, ok = s.proofs[value]
	return requestID, ok
}

// wants is whether the product needs an application permission.
func (s *State) wants(value string) bool {
	for _, p := range s.Needs.Permissions {
		if p.Value == value && p.Kind == permission.Application {
			return true
		}
	}
	return false
}

// roles are the roles of the token, and whether they could be read.
func (s *State) roles() ([]string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token.Claims == nil {
		return nil, false
	}
	return s.token.Claims.Roles, true
}

// has is whether the token carries an application permission, itself or in one
// that includes it.
func (s *State) has(value string) bool {
	roles, _ := s.roles()
	for _, r := range roles {
		if s.covers(r, value) {
			return true
		}
	}
	return false
}

// covers asks the catalogue about two application permissions.
func (s *State) covers(held, wanted string) bool {
	ref := func(value string) permission.Ref { return permission.Ref{Value: value, Kind: permission.Application} }
	return held == wanted || s.Permissions.Covers(ref(held), ref(wanted))
}

// scopable is whether Exchange can grant a permission for some mailboxes only.
func (s *State) scopable(value string) bool {
	e, ok := s.Permissions.Get(value)
	return ok && e.ExchangeRole != ""
}

func sameID(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) }
