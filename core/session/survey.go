package session

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/handover"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// Health is where one of many connections stands.
type Health struct {
	ID     string    `json:"id"`
	Name   string    `json:"connection"`
	Tenant string    `json:"tenant"`
	At     time.Time `json:"at"`
	// CredentialDays is how many days the credential lasts, nil when its end is
	// not known.
	CredentialDays *int `json:"credentialDays"`
	// Server is what the booking server says of itself, a booking.Status state;
	// "" when it was not asked or did not answer, serverOther when it has another
	// configuration, and booking.StatusUnknown when what it says is not known to be
	// of this configuration as it is now.
	Server string `json:"server"`
	// Changed is what is different at Microsoft from what was proven, NotCompared
	// what of that nobody could look at; it asks for nothing.
	Changed     []words.Text `json:"changed"`
	NotCompared []words.Text `json:"notCompared,omitempty"`
	// ProvenAt is when the last whole test ended, zero for never.
	ProvenAt time.Time `json:"provenAt,omitzero"`
	// Wants is what somebody has to look at, nothing when all is well.
	Wants []words.Text `json:"wants"`
	// Since is when the newest of it was first found, zero when all is well.
	Since time.Time `json:"since,omitzero"`
	// Tested is whether only a whole test is behind it: nobody asked what the
	// booking server has.
	Tested bool `json:"-"`
	// ConfirmedBy is who said that it works, where only a person's word is behind
	// it.
	ConfirmedBy string `json:"-"`
}

// Well is whether nobody has to look at it.
func (h Health) Well() bool { return len(h.Wants) == 0 }

func (h *Health) lists(t words.Text) bool {
	return slices.ContainsFunc(h.Wants, func(o words.Text) bool { return o.String() == t.String() })
}

func (h *Health) wants(t words.Text) {
	if !h.lists(t) {
		h.Wants = append(h.Wants, t)
	}
}

// SurveyOptions bound a survey. The zero value is for nobody to wait for.
type SurveyOptions struct {
	// Beside is how many connections are asked at once, 8 when 0.
	Beside int
	// Each is how long one may take, a minute when 0; All how long all of them,
	// half an hour when 0.
	Each, All time.Duration
	// Tell is the form in which the webhook is told what was found, "" for not.
	Tell string
}

const (
	surveyBeside  = 8
	surveyEach    = time.Minute
	surveyAll     = 30 * time.Minute
	surveyCache   = "health.json"
	credentialEnd = 30 // days before the end of a credential that it is said
)

// Survey asks every connection where it stands, several at once, and tells of
// each as soon as it is known: one that hangs delays only itself, for as long as
// one may take. They come back in the order of their names. What is found is kept
// for the start page. The problems are those of connections that cannot be read,
// and that of a webhook that was not told.
func (e *Environment) Survey(ctx context.Context, o SurveyOptions, emit func(Health)) ([]Health, []*problem.Problem) {
	if o.Beside == 0 {
		o.Beside = surveyBeside
	}
	if o.Each == 0 {
		o.Each = surveyEach
	}
	if o.All == 0 {
		o.All = surveyAll
	}
	caller := ctx
	ctx, cancel := context.WithTimeout(ctx, o.All)
	defer cancel()
	entries, problems := e.Store.List()
	all := make([]Health, len(entries))
	var wait sync.WaitGroup
	var told sync.Mutex
	next := make(chan int)
	for range min(o.Beside, len(entries)) {
		wait.Go(func() {
			for i := range next {
				h := e.health(ctx, entries[i].ID, entries[i].Name, o.Each)
				h.Tenant = entries[i].Tenant
				h.Since = e.since(h)
				all[i] = h
				if data, err := json.Marshal(h); err == nil {
					_ = e.Store.PutCache(h.ID, surveyCache, data) // found again by the next survey
				}
				if emit != nil {
					told.Lock()
					emit(h)
					told.Unlock()
				}
			}
		})
	}
	for i := range entries {
		next <- i
	}
	close(next)
	wait.Wait()
	if caller.Err() == nil { // else nobody waits for it any more
		problems = e.conclude(caller, o.Tell, all, problems)
	}
	return all, problems
}

// conclude tells the webhook and keeps what the survey came to.
func (e *Environment) conclude(ctx context.Context, tell string, all []Health, problems []*problem.Problem) []*problem.Problem {
	v := store.Survey{At: e.Now(), Connections: len(all) + len(problems), Wanting: len(problems)}
	for _, h := range all {
		if !h.Well() {
			v.Wanting++
		}
	}
	if tell != "" {
		if err := e.tell(ctx, tell, all, problems); err != nil {
			p := problem.Of(err)
			problems = append(problems, p)
			v.Trouble = append(v.Trouble, words.T("The webhook was not notified: %s", p.Title))
		}
	}
	if err := e.Store.SaveSurvey(v); err != nil {
		problems = append(problems, problem.Of(err))
	}
	return problems
}

// since is when the newest trouble was first found: what was wanted already by
// the survey before is as old as it was.
func (e *Environment) since(h Health) time.Time {
	if h.Well() {
		return time.Time{}
	}
	before, ok := e.LastHealth(h.ID)
	if !ok || before.Since.IsZero() {
		return h.At
	}
	for _, t := range h.Wants {
		if !before.lists(t) {
			return h.At
		}
	}
	return before.Since
}

// LastHealth is what the last survey found of a connection, or what a whole test
// found after it, or without either a person's word; ok is false when there is
// none of them.
func (e *Environment) LastHealth(id string) (h Health, ok bool) {
	data, _, ok := e.Store.Cache(id, surveyCache)
	ok = ok && json.Unmarshal(data, &h) == nil
	last, err := e.Store.LastCheck(id)
	switch {
	case err == nil && last == nil && !ok:
		return e.confirmed(id)
	case err != nil || last == nil || ok && !last.At.After(h.At):
		return h, ok
	}
	h = Health{ID: id, At: last.At, ProvenAt: last.At, Since: last.At, Tested: true}
	switch check.Verdict(last.Verdict) {
	case check.Passed:
		h.Since = time.Time{}
	case check.Warned:
		h.wants(words.T("The last test has warnings."))
	case check.Failed:
		h.wants(words.T("The last test failed."))
	default:
		h.wants(words.T("The last test did not finish."))
	}
	return h, true
}

// confirmed is the latest word of a person that the connection works.
func (e *Environment) confirmed(id string) (h Health, ok bool) {
	records, _, _ := e.Store.Evidence(id) // one that cannot be read is said where it is opened
	for _, r := range records {
		if r.Source == evidence.SourcePerson && r.Outcome == evidence.Proven && r.At.After(h.At) {
			h, ok = Health{ID: id, At: r.At, ConfirmedBy: r.By}, true
		}
	}
	return h, ok
}

// health asks one connection.
func (e *Environment) health(ctx context.Context, id, name string, each time.Duration) Health {
	h := Health{ID: id, Name: name, At: e.Now(), Changed: []words.Text{}, Wants: []words.Text{}}
	// Several wait at once, each for a minute at most: nobody is told of every wait.
	patient, cancel := context.WithTimeout(task.WithWaiting(ctx, nil), each)
	defer cancel()
	s, err := e.Open(id)
	if err == nil {
		defer s.Close()
		err = s.health(patient, &h)
	}
	switch {
	case patient.Err() != nil && ctx.Err() == nil:
		h.wants(words.T("It did not answer within %s.", each))
	case ctx.Err() != nil:
		h.wants(words.T("There was no time left to ask it."))
	case err != nil:
		h.wants(problem.Of(err).Title)
	}
	return h
}

// health asks Microsoft and the booking server at once, and holds what they say
// against what was proven.
func (s *Session) health(ctx context.Context, h *Health) error {
	before, _, err := s.LastCheck(ctx)
	if err != nil {
		return err
	}
	// What is known here is said also of one that does not answer.
	s.ends(h)
	if before != nil {
		h.ProvenAt = before.Finished
	}
	proven, _ := s.cached(cacheProven) // not the resolved ones, which every look at the server renews
	var run check.Run
	var rooms []string
	var moved []check.MovedRoom
	some := s.Document().Rooms.Mode == connection.Selected // one that is hidden is chosen all the same
	var held handover.ServerState
	var mailboxes, grants comparison
	var checkErr, roomsErr, heldErr error
	var wait sync.WaitGroup
	if before != nil {
		wait.Go(func() { mailboxes = s.compareMailboxes(ctx, *before, tenant.Addresses(proven.Rooms)) })
		wait.Go(func() { grants = s.compareGrants(ctx, before.Layers) })
	}
	wait.Go(func() {
		run, checkErr = s.Check(ctx, check.Options{Only: []string{check.Token, check.Roles}}, func(check.Finding) {}, nil)
	})
	wait.Go(func() {
		var found []tenant.Room
		if some {
			found, roomsErr = s.wholeList(ctx)
		} else {
			found, roomsErr = s.ResolveRooms(ctx)
		}
		rooms, moved = tenant.Addresses(found), s.Moved(found)
	})
	wait.Go(func() { held, heldErr = s.ServerState(ctx) })
	wait.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, f := range run.Findings {
		if f.Problem != nil && (f.Status == check.Fail || f.Status == check.Warn || f.Status == check.Unknown) {
			h.wants(f.Problem.Title)
		}
	}
	if problem.CodeOf(heldErr) == booking.CodeNoAPI {
		heldErr = nil
	}
	if held.NotKept != nil {
		h.wants(held.NotKept.Title)
	}
	for _, err := range []error{checkErr, roomsErr, heldErr, mailboxes.err, grants.err} {
		if err != nil && !errors.Is(err, context.Canceled) {
			h.wants(problem.Of(err).Title)
		}
	}
	h.Server = serverOf(held)
	if before != nil {
		h.Changed = append(h.Changed, changedRoles(before.Layers, run.Layers)...)
		if roomsErr == nil {
			h.Changed = append(h.Changed, changedRooms(!some, tenant.Addresses(proven.Rooms), rooms)...)
			if len(moved) > 0 {
				h.Changed = append(h.Changed, check.MovedText(moved))
			}
		}
		for _, c := range []comparison{mailboxes, grants} {
			h.Changed = append(h.Changed, c.changed...)
			h.NotCompared = append(h.NotCompared, c.not...)
		}
	}
	for _, t := range h.Changed {
		h.wants(t)
	}
	return s.judge(ctx, h, held)
}

// serverOther is a booking server with another configuration than this one; how it
// fares with that says nothing of the connection.
const serverOther = "other-configuration"

// serverOf is what the server says of this connection's configuration.
func serverOf(held handover.ServerState) string {
	stored := held.Current.Configuration != nil
	switch state := held.Status.State; {
	case stored && held.Compared && !held.Matches:
		return serverOther
	case state == booking.StatusOK && held.StatusProblem != nil: // long ago
		return booking.StatusUnknown
	case (state == booking.StatusOK || state == booking.StatusFailing) && !held.Matches:
		return booking.StatusUnknown
	default:
		return state
	}
}

// ends says when the credential ends.
func (s *Session) ends(h *Health) {
	end := s.Document().Application.Credential.Expires
	if end.IsZero() {
		return
	}
	days := connection.DaysUntil(end, s.env.Now())
	h.CredentialDays = &days
	switch {
	case days < 0:
		h.wants(words.T("The credential expired on %s.", end.Format(time.DateOnly)))
	case days == 0:
		h.wants(words.T("The credential expires within a day."))
	case days <= credentialEnd:
		h.wants(words.N(days, "The credential expires in %d day.", "The credential expires in %d days.", days))
	}
}

// judge adds what the steps and the server want.
func (s *Session) judge(ctx context.Context, h *Health, held handover.ServerState) error {
	for _, p := range []*problem.Problem{held.StatusProblem, held.SignIn} {
		if p != nil && p.Kind != problem.Absent {
			h.wants(p.Title)
		}
	}
	if held.Current.Configuration != nil && !held.Compared {
		h.wants(words.T("It is not known whether the booking server has this connection's configuration."))
	}
	steps, err := s.Steps(ctx)
	if err != nil {
		return err
	}
	for _, step := range steps {
		if (step.ID == setup.Prove || step.ID == setup.HandOver) && step.State != setup.Done && !h.lists(step.Reason) {
			h.wants(words.T("%s: %s", step.Title, step.Reason))
		}
	}
	return nil
}
