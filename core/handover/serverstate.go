package handover

import (
	"cmp"
	"context"
	"slices"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/proof"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/words"
)

// ServerState is what the server holds and what it says of itself.
type ServerState struct {
	Description booking.Description `json:"server"`
	Current     booking.Current     `json:"current"`
	Status      booking.Status      `json:"status"`
	// StatusProblem is why the server's own view could not be had, or why it is no
	// proof that the server works.
	StatusProblem *problem.Problem `json:"statusProblem,omitempty"`
	// Matches is whether the server holds this connection's configuration, field by
	// field: it may repeat the digest of one that it altered.
	Matches bool `json:"matches"`
	// Compared is whether it is known here what that is, Checked whether a check
	// ran on it as it is now.
	Compared bool `json:"compared"`
	Checked  bool `json:"checked"`
	// HandedOver is whether the last hand-over ended well and was not taken back.
	HandedOver bool `json:"handedOver"`
	// SignIn is why people could not sign in although all of it is there, nil
	// when nothing stands against it.
	SignIn *problem.Problem `json:"signIn,omitempty"`
	// Resolution says what became of a push that got no answer, nil for none.
	Resolution *booking.Resolution `json:"resolution,omitempty"`
	// NotKept is why this look is not remembered here, nil when it is.
	NotKept *problem.Problem `json:"notKept,omitempty"`
}

// Differs reports whether the server holds something else than what was checked
// here, or nothing although it was handed over.
func (h ServerState) Differs() bool {
	return h.Compared && !h.Matches && (h.HandedOver || h.Current.Configuration != nil)
}

// ServerState asks the server.
func (h *Handover) ServerState(ctx context.Context) (ServerState, error) {
	if err := h.find(ctx); err != nil {
		return ServerState{}, err
	}
	client, err := h.client(ctx)
	if err != nil {
		return ServerState{}, err
	}
	var out ServerState
	if out.Description, err = client.Describe(ctx); err == nil {
		err = booking.StillConfirmed(h.o.Owner.Document().Server, out.Description)
	}
	if err != nil {
		return out, err
	}
	if out.Resolution, err = client.Resolve(ctx, h.lastChecked(ctx)); err != nil {
		return out, err
	}
	if out.Current, err = client.Current(ctx); err != nil {
		return out, err
	}
	var failed error
	if out.Status, failed = client.Status(ctx); failed != nil {
		out.StatusProblem = problem.Of(failed)
	}
	out.SignIn = h.Unregistered(out.Description.RedirectURIs)
	last, err := h.o.Ledger.LastHandover()
	if err != nil {
		return out, err
	}
	out.HandedOver, out.Current = last.State == store.PushDone, out.Current.AfterPush(last)
	want, digest := h.lastChecked(ctx), ""
	if _, tested, err := h.o.Ledger.LastCheck(ctx); err == nil && want != nil {
		out.Checked = tested
	}
	if held := out.Current.Configuration; held != nil {
		// Where nothing is known to compare it with, the view is of what the server has.
		digest = held.Digest
	}
	if want != nil {
		same := *want
		if out.Checked || h.o.Ledger.RoomsTested(ctx) {
			// The rooms are those of the present choice. A digest that differs by a field
			// for which the server has no use, such as its own address, is no difference: a
			// push would write nothing. None at all is that of a push that has not ended.
			// A server that was handed this very configuration has no reason for another.
			if last.Digest != want.Digest || digest == "" {
				same.Digest = cmp.Or(digest, want.Digest)
			}
		}
		if out.Compared, out.Matches = true, client.Keeps(out.Current, same); out.Matches {
			want.Digest = same.Digest
		}
		digest = want.Digest
	}
	if view := h.view(ctx, out.Status, failed, digest, out.Current); view.Status != check.Pass && view.Status != check.Skipped {
		out.StatusProblem = view.Problem
	}
	if want == nil {
		return out, nil // nothing was compared
	}
	out.NotKept = problem.Of(h.remember(ctx, out, digest, failed))
	return out, nil
}

// remember keeps what a look at the server showed. What it has of somebody
// else, before anything was pushed from here, is no evidence.
func (h *Handover) remember(ctx context.Context, now ServerState, digest string, failed error) error {
	before, err := h.o.Ledger.Remembers(evidence.HandedOver)
	if err != nil {
		return err
	}
	basis, at := h.o.Ledger.Basis(ctx, h.o.Owner.Document()), h.o.Now()
	var seen []evidence.Record
	switch {
	case now.Matches:
		seen = append(h.viewEvidence(h.view(ctx, now.Status, failed, digest, now.Current), basis), proof.Pushed(evidence.Proven, words.Text{}, at, basis))
	case before && now.Current.Configuration == nil:
		seen = proof.Lost(at, basis)
	case before:
		seen = append(seen, proof.Pushed(evidence.Doubtful, words.T("The booking server has a different configuration. Push this one again, or remove what it has."), at, basis))
	}
	if len(seen) == 0 {
		return nil
	}
	return h.o.Ledger.Remember(ctx, seen...)
}

// Entered keeps a person's word that the configuration was entered in the
// vendor's console, or that a booking server which cannot say so works with it.
// A server that says it by itself is asked instead ("booking.says-itself").
func (h *Handover) Entered(ctx context.Context, by string) error {
	p, err := h.o.Product()
	if err != nil {
		return err
	}
	claim := evidence.ServerWorks
	switch {
	case h.adapter() == booking.AdapterForm:
		claim = evidence.HandedOver
	case h.speaks():
		return problem.New(codeSaysItself, words.T("This booking server reports whether it works.")).
			Run(words.T("Ask it:"), "roomkeyctl status")
	}
	if err := h.o.Ledger.LimitFirst(ctx); err != nil {
		return err
	}
	steps, err := h.o.Steps(ctx)
	if err != nil {
		return err
	}
	described, chosen := true, true
	for _, step := range steps {
		switch blocked := problem.New(codeNotProven, step.Reason); {
		case step.ID == setup.Describe:
			described = step.State == setup.Done
		case step.ID == setup.Choose:
			chosen = step.State != setup.Ready
		case step.ID != setup.HandOver || step.State != setup.Blocked:
		case !described:
			return blocked.Lead(words.T("Find the tenant."), problem.PlaceTenant.With("roomkeyctl connection find-tenant"))
		case !chosen:
			return blocked.Lead(words.T("Choose rooms, all or some."), problem.PlaceRooms)
		case p.Model != product.Own:
			return blocked.Lead(words.T("See the consent link, and compare what was granted."), problem.PlaceConsent)
		default:
			return blocked.Run(words.T("Test the connection:"), "roomkeyctl check")
		}
	}
	if claim == evidence.ServerWorks {
		claims, err := h.o.Ledger.Claims(ctx)
		if err != nil {
			return err
		}
		if evidence.Find(claims, evidence.HandedOver).Standing != evidence.Works {
			return problem.New(codeNotProven, words.T("The booking server does not have this configuration yet.")).
				Lead(words.T("Push the configuration, then try it there."), problem.PlacePush)
		}
	}
	now := h.o.Ledger.Basis(ctx, h.o.Owner.Document())
	return h.o.Ledger.Remember(ctx, evidence.Record{Claim: claim, Source: evidence.SourcePerson, By: by, Outcome: evidence.Proven, At: h.o.Now(), Basis: now.Of(claim)})
}

// CannotSignIn is why people could not sign in at the booking server although it
// holds everything: nil when nothing stands against it, or the server does not
// say where its sign-in comes back to.
func (h *Handover) CannotSignIn(ctx context.Context) error {
	client, err := h.client(ctx)
	if err != nil {
		return err
	}
	d, err := client.Describe(ctx)
	if err != nil {
		return err
	}
	if p := h.Unregistered(d.RedirectURIs); p != nil {
		return p
	}
	return nil
}

// Unregistered is nil when the registration has every address that the server
// sends people to Microsoft with: with another, Microsoft refuses the sign-in.
// Only Seatsurfing chooses it late; a check compares what others say of theirs.
func (h *Handover) Unregistered(used []string) *problem.Problem {
	if h.adapter() != booking.AdapterSeatsurfing {
		return nil
	}
	c := h.o.Owner.Document()
	for _, uri := range used {
		if !slices.Contains(c.SingleSignOn.RedirectURIs, uri) {
			return problem.New(booking.CodeRedirectMissing, words.T("No one can sign in yet: the app registration does not have the redirect URI of the booking server.")).
				With(words.Plain(uri)).
				Lead(words.T("Plan the registration again to import the address, and apply the plan. Then test and push again; what is already right is not written again."), problem.PlaceRegister)
		}
	}
	return nil
}

// ResolvePush asks the server what became of a push that got no answer; nil when
// there is none.
func (h *Handover) ResolvePush(ctx context.Context) (*booking.Resolution, error) {
	last, err := h.o.Ledger.LastPush()
	if err != nil || last.State != store.PushStarted && last.State != store.PushUnknown {
		return nil, err
	}
	client, err := h.client(ctx)
	if err != nil {
		return nil, err
	}
	return client.Resolve(ctx, h.lastChecked(ctx))
}

// Proves is whether the server says that it works with exactly what was pushed
// last, which is the configuration of now.
func (h *Handover) Proves(ctx context.Context) (bool, error) {
	held, err := h.ServerState(ctx)
	if err != nil {
		return false, err
	}
	last, err := h.o.Ledger.LastPush()
	return err == nil && held.Matches && booking.Proves(last, held.Current, held.Status), err
}
