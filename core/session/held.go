package session

import (
	"context"
	"slices"
	"time"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/words"
)

// Held is what the server holds and what it says of itself.
type Held struct {
	Description booking.Description `json:"server"`
	Current     booking.Current     `json:"current"`
	Status      booking.Status      `json:"status"`
	// StatusProblem is why the server's own view could not be had.
	StatusProblem *problem.Problem `json:"statusProblem,omitempty"`
	// Matches is whether the server holds the configuration that was last checked
	// here, field by field: it may repeat the digest of one that it altered.
	Matches bool `json:"matches"`
	// Compared is whether it is known here what was last checked.
	Compared bool `json:"compared"`
	// HandedOver is whether the last hand-over ended well and was not taken back.
	HandedOver bool `json:"handedOver"`
	// SignIn is why people could not sign in although all of it is there, nil
	// when nothing stands against it.
	SignIn *problem.Problem `json:"signIn,omitempty"`
	// Resolution says what became of a push that got no answer, nil for none.
	Resolution *booking.Resolution `json:"resolution,omitempty"`
}

// Differs reports whether the server holds something else than what was checked
// here, or nothing although it was handed over.
func (h Held) Differs() bool {
	return h.Compared && !h.Matches && (h.HandedOver || h.Current.Configuration != nil)
}

// Held asks the server.
func (s *Session) Held(ctx context.Context) (Held, error) {
	if err := s.findAdapter(ctx); err != nil {
		return Held{}, err
	}
	client, err := s.booking(ctx)
	if err != nil {
		return Held{}, err
	}
	var h Held
	if h.Description, err = client.Describe(ctx); err == nil {
		err = booking.StillConfirmed(s.Document().Server, h.Description)
	}
	if err != nil {
		return h, err
	}
	if h.Resolution, err = client.Resolve(ctx, s.wanted(ctx)); err != nil {
		return h, err
	}
	if h.Current, err = client.Current(ctx); err != nil {
		return h, err
	}
	var failed error
	if h.Status, failed = client.Status(ctx); failed != nil {
		h.StatusProblem = problem.Of(failed)
	}
	h.SignIn = s.unregistered(h.Description.RedirectURIs)
	pushes, err := pushLog{s}.Pushes()
	if err != nil {
		return h, err
	}
	h.HandedOver = len(pushes) > 0 && pushes[len(pushes)-1].State == booking.PushDone
	want, err := s.lastChecked(ctx)
	if err != nil {
		return h, nil // without a check there is nothing to compare it with
	}
	h.Compared, h.Matches = true, client.Keeps(h.Current, want)
	if view := s.view(ctx, h.Status, failed, want.Digest); view.Status == check.Fail {
		h.StatusProblem = view.Problem
	}
	return h, s.rememberHeld(ctx, h, want.Digest, failed)
}

// rememberHeld keeps what a look at the server showed. What it has of somebody
// else, before anything was pushed from here, is no evidence.
func (s *Session) rememberHeld(ctx context.Context, h Held, digest string, failed error) error {
	records, _, err := s.env.Store.Evidence(s.ID())
	if err != nil {
		return err
	}
	basis, now := s.basis(ctx, s.Document()), s.env.Now()
	before := slices.ContainsFunc(records, func(r evidence.Record) bool { return r.Claim == evidence.HandedOver })
	var seen []evidence.Record
	switch {
	case h.Matches:
		seen = append(s.viewEvidence(s.view(ctx, h.Status, failed, digest), basis), pushed(evidence.Proven, words.Text{}, now, basis))
	case before && h.Current.Configuration == nil:
		seen = lostAgain(now, basis)
	case before:
		seen = append(seen, pushed(evidence.Doubtful, words.T("The booking server has another configuration than this one. Push it again."), now, basis))
	}
	if len(seen) == 0 {
		return nil
	}
	return s.remember(ctx, seen...)
}

// lostAgain is what is known of a push that the server has nothing of any more.
func lostAgain(at time.Time, basis evidence.Basis) []evidence.Record {
	note := words.T("The booking server has no configuration any more. Push it again.")
	return []evidence.Record{
		pushed(evidence.Doubtful, note, at, basis),
		{Claim: evidence.ServerWorks, Source: check.ServerStatusOf, Outcome: evidence.Unanswered, Note: note, At: at, Basis: basis.Of(evidence.ServerWorks)},
	}
}

// Entered keeps a person's word that the configuration was entered in the
// vendor's console, or that a booking server which cannot say so works with it.
// A server that says it by itself is asked instead ("booking.says-itself").
func (s *Session) Entered(ctx context.Context, by string) error {
	p, err := s.Product()
	if err != nil {
		return err
	}
	c := s.Document()
	claim := evidence.ServerWorks
	switch adapter := adapterOf(c, p); {
	case adapter == adapterForm:
		claim = evidence.HandedOver
	case !silent(adapter):
		return problem.New(codeSaysItself, words.T("This booking server says by itself whether it works.")).
			Run(words.T("Ask it:"), "roomkeyctl status")
	}
	steps, err := s.Steps(ctx)
	if err != nil {
		return err
	}
	for _, step := range steps {
		if step.ID == setup.HandOver && step.State == setup.Blocked && p.Model != product.Own {
			return problem.New(codeNotProven, step.Reason).Run(words.T("See the consent link, and compare what was granted:"), "roomkeyctl consent")
		}
		if step.ID == setup.HandOver && step.State == setup.Blocked {
			return problem.New(codeNotProven, step.Reason).Run(words.T("Test the connection:"), "roomkeyctl check")
		}
	}
	if claim == evidence.ServerWorks {
		claims, err := s.Claims(ctx)
		if err != nil {
			return err
		}
		if evidence.Find(claims, evidence.HandedOver).Standing != evidence.Works {
			return problem.New(codeNotProven, words.T("The booking server does not have this configuration yet.")).
				Lead(words.T("Push the configuration, then try it there."), problem.PlacePush)
		}
	}
	now := s.basis(ctx, c)
	return s.remember(ctx, evidence.Record{Claim: claim, Source: evidence.SourcePerson, By: by, Outcome: evidence.Proven, At: s.env.Now(), Basis: now.Of(claim)})
}

// CannotSignIn is why people could not sign in at the booking server although it
// holds everything: nil when nothing stands against it, or the server does not
// say where its sign-in comes back to.
func (s *Session) CannotSignIn(ctx context.Context) error {
	client, err := s.booking(ctx)
	if err != nil {
		return err
	}
	d, err := client.Describe(ctx)
	if err != nil {
		return err
	}
	if p := s.unregistered(d.RedirectURIs); p != nil {
		return p
	}
	return nil
}

// unregistered is nil when the registration has every address that the server
// sends people to Microsoft with: with another, Microsoft refuses the sign-in.
// Only Seatsurfing chooses it late; a check compares what others say of theirs.
func (s *Session) unregistered(used []string) *problem.Problem {
	c := s.Document()
	if p, err := s.Product(); err != nil || adapterOf(c, p) != booking.AdapterSeatsurfing {
		return nil
	}
	for _, uri := range used {
		if !slices.Contains(c.SingleSignOn.RedirectURIs, uri) {
			return problem.New(booking.CodeRedirectMissing, words.T("Nobody can sign in yet: the app registration does not have the redirect URI of the booking server.")).
				With(words.Plain(uri)).
				Lead(words.T("Plan the registration again, which takes the address over, and apply it. Then test and push again; nothing is written there that is right already."), problem.PlaceRegister)
		}
	}
	return nil
}

// ResolvePush asks the server what became of a push that got no answer; nil when
// there is none.
func (s *Session) ResolvePush(ctx context.Context) (*booking.Resolution, error) {
	pushes, err := pushLog{s}.Pushes()
	if err != nil || len(pushes) == 0 {
		return nil, err
	}
	if last := pushes[len(pushes)-1].State; last != booking.PushStarted && last != booking.PushUnknown {
		return nil, nil
	}
	client, err := s.booking(ctx)
	if err != nil {
		return nil, err
	}
	return client.Resolve(ctx, s.wanted(ctx))
}

// wanted is the configuration over the rooms of the last check, nil when it is
// not known.
func (s *Session) wanted(ctx context.Context) *booking.Configuration {
	want, err := s.lastChecked(ctx)
	if err != nil {
		return nil
	}
	return &want
}
