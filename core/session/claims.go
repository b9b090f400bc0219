package session

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// Claims are where the claims of this connection stand, from what is remembered
// here: it asks the keychain, but makes no call.
func (s *Session) Claims(ctx context.Context) ([]evidence.State, error) {
	c := s.Document()
	now := s.basis(ctx, c)
	records, kept, err := s.env.Store.Evidence(c.ID)
	if err != nil {
		return nil, err
	}
	if !kept {
		records = s.olderEvidence(ctx, now)
	}
	if pushes, err := s.env.Store.Pushes(c.ID); err != nil {
		return nil, err
	} else if n := len(pushes); n > 0 && pushes[n-1].State == store.PushRemoved {
		records = slices.DeleteFunc(records, func(r evidence.Record) bool {
			return r.Claim == evidence.HandedOver || r.Claim == evidence.ServerWorks
		})
	}
	if r, ok := s.scriptEvidence(now); ok {
		records = evidence.Merge(records, r)
	}
	return evidence.Assess(records, s.wantedClaims(c), now, s.env.Now()), nil
}

// wantedClaims are what the connection claims, none while its product or its
// cloud is not known.
func (s *Session) wantedClaims(c *connection.Connection) []evidence.Want {
	p, needs, err := s.needs()
	if err != nil {
		return nil
	}
	row, err := s.Cloud()
	if err != nil {
		return nil
	}
	p.Adapter = adapterOf(c, p)
	in := check.Input{Connection: c, Product: p, Needs: needs, Cloud: row, Permissions: s.env.Permissions}
	if p.Adapter != adapterForm {
		in.Server = refusingServer{} // it is only asked whether there is one
	}
	if p.Model != product.Own {
		return theirClaims(p)
	}
	wanted := append(check.Claims(in), evidence.Want{Claim: evidence.RoomSettings})
	if p.Adapter == adapterForm {
		return append(wanted, evidence.Want{Claim: evidence.HandedOver, By: []string{evidence.SourcePerson}})
	}
	if silent(p.Adapter) {
		wanted = slices.DeleteFunc(wanted, func(w evidence.Want) bool { return w.Claim == evidence.ServerWorks })
		wanted = append(wanted, evidence.Want{Claim: evidence.ServerWorks, By: []string{evidence.SourcePerson}})
	}
	return append(wanted, evidence.Want{Claim: evidence.HandedOver, By: []string{evidence.SourcePush}})
}

// silent is whether servers with this adapter cannot say that they work.
func silent(adapter string) bool { return adapter != booking.AdapterContract }

// basis is what evidence rests on that is seen of this document now. A
// credential that cannot be read is left out: it may be the same.
func (s *Session) basis(ctx context.Context, c *connection.Connection) evidence.Basis {
	p, _ := s.Product()
	b := evidence.Basis{
		evidence.Application: connection.DigestOf([]string{c.Cloud, strings.ToLower(tenantOf(c)), strings.ToLower(c.Application.ClientID)}),
		evidence.Product:     connection.DigestOf(c.Product),
		evidence.ChosenRooms: s.roomsDigest(c),
		evidence.ChosenPeople: connection.DigestOf([]any{
			c.People.Mode == connection.Groups, c.People.Groups, c.People.CardNumberAttribute, c.People.DefaultGroups,
		}),
		evidence.ExchangeLimit: connection.DigestOf([]string{
			c.Scope.Kind, c.Scope.Target, c.Scope.Name, c.Scope.Group, c.Scope.OrganizersBy + c.Scope.Organizers, s.scopeChanged().UTC().Format(time.RFC3339),
		}),
		evidence.Addresses:     connection.DigestOf(c.Notifications),
		evidence.Redirects:     connection.DigestOf(c.SingleSignOn.RedirectURIs),
		evidence.BookingServer: connection.DigestOf([]string{c.Server.URL, adapterOf(c, p), c.Server.CAFile}),
	}
	if fingerprint, err := s.fingerprint(ctx); err == nil {
		b[evidence.Credential] = fingerprint
	}
	return b
}

// roomsDigest identifies the choice of rooms and what it came to when it was
// looked up last.
func (s *Session) roomsDigest(c *connection.Connection) string {
	rooms := c.Rooms.Items
	if c.Rooms.Mode != connection.Selected {
		resolved, _ := s.cached(cacheResolved)
		rooms = tenant.Addresses(resolved.Rooms)
	}
	choice := []string{}
	for _, address := range rooms {
		choice = append(choice, strings.ToLower(address))
	}
	slices.Sort(choice)
	switch c.Rooms.Mode {
	case connection.Lists:
		return connection.DigestOf([]any{c.Rooms.Lists, choice})
	case connection.ByRule:
		return connection.DigestOf([]any{c.Rooms.Rule, choice})
	}
	return connection.DigestOf([]any{c.Rooms.Mode == connection.Selected, choice})
}

// remember adds what was seen to what is remembered.
func (s *Session) remember(ctx context.Context, seen ...evidence.Record) error {
	// What a cancelled run saw was seen.
	ctx = context.WithoutCancel(ctx)
	now := s.basis(ctx, s.Document())
	return s.env.Store.UpdateEvidence(ctx, s.ID(), func(records []evidence.Record, kept bool) []evidence.Record {
		if !kept {
			records = s.olderEvidence(ctx, now)
		}
		return evidence.Merge(records, seen...)
	})
}

// olderEvidence is what a version that kept no evidence left behind: its last
// check and its last push. It counts when they were of exactly the present
// configuration, and is void otherwise.
func (s *Session) olderEvidence(ctx context.Context, now evidence.Basis) []evidence.Record {
	var records []evidence.Record
	digest, _ := s.lastDigest(ctx)
	on := func(of string) evidence.Basis {
		if digest == "" || of != digest {
			return nil
		}
		return now
	}
	if last, err := s.env.Store.LastCheck(s.ID()); err == nil && last != nil {
		var run check.Run
		if json.Unmarshal(last.Report, &run) == nil {
			records = append(records, run.Evidence(on(last.Digest))...)
		}
	}
	if pushes, err := s.env.Store.Pushes(s.ID()); err == nil && len(pushes) > 0 {
		if p := pushes[len(pushes)-1]; p.State == store.PushDone {
			records = append(records, pushed(evidence.Proven, words.Text{}, p.At, on(p.Digest)))
		}
	}
	return records
}

// pushed is what a push, or a look at what the server has, says.
func pushed(outcome evidence.Outcome, note words.Text, at time.Time, basis evidence.Basis) evidence.Record {
	return evidence.Record{Claim: evidence.HandedOver, Source: evidence.SourcePush, Outcome: outcome, Note: note, At: at, Basis: basis.Of(evidence.HandedOver)}
}

// scriptEvidence is what the last run of the script calendar-processing did to
// the chosen rooms. A room that its own calendar processing, as it was read
// back, shows to be right needs no script.
func (s *Session) scriptEvidence(now evidence.Basis) (evidence.Record, bool) {
	r, ok := s.scriptResult("calendar-processing")
	undo, undone := s.scriptResult("calendar-processing-undo")
	if !ok || r.WhatIf || undone && !undo.WhatIf && undo.FinishedAt.After(r.FinishedAt) {
		return evidence.Record{}, false
	}
	right := map[string]bool{}
	for _, o := range r.Results {
		right[strings.ToLower(o.Identity)] = o.Status == exchange.Changed || o.Status == exchange.Same
	}
	for _, state := range s.Processing() {
		if state.AsNeeded() {
			right[strings.ToLower(state.Room)] = true
		}
	}
	missing := 0
	for _, address := range s.chosenRooms() {
		if !right[strings.ToLower(address)] {
			missing++
		}
	}
	record := evidence.Record{Claim: evidence.RoomSettings, Source: r.Script, Outcome: evidence.Doubtful, At: r.FinishedAt, Basis: now.Of(evidence.RoomSettings)}
	switch n := r.Summary[exchange.Failed]; {
	case n > 0:
		record.Outcome = evidence.Disproved
		record.Note = words.N(n, "The script failed for %d mailbox.", "The script failed for %d mailboxes.", n)
	case r.Err != "" || r.Summary[exchange.Skipped] > 0:
		record.Note = words.T("The script did not do everything. Its results say what it skipped, or why it stopped.")
	case missing > 0:
		record.Note = words.N(missing, "%d chosen room is not in the results of the script.", "%d chosen rooms are not in the results of the script.", missing)
	case r.Summary[exchange.Changed]+r.Summary[exchange.Same] == 0:
		return evidence.Record{}, false
	default:
		record.Outcome, record.Reported = evidence.Proven, true
		record.Note = words.T("The result file of the script says so. Anybody can write such a file, and no call has confirmed it.")
	}
	return record, true
}

// whole is a run with what is remembered. The verdict of a run of all checks
// does not pass over what an earlier run saw and this one did not try.
func (s *Session) whole(ctx context.Context, run check.Run) check.Run {
	claims, err := s.Claims(ctx)
	if err != nil {
		run.Verdict, run.NotKept = check.Incomplete, problem.Of(err)
		return run
	}
	run.Claims, run.Chain = inChain(claims)
	run.Headline = evidence.Headline(run.Claims)
	bad, ok := evidence.Worst(setup.Tested(claims))
	verdict := check.Warned
	if bad.Standing == evidence.Failed {
		verdict = check.Failed
	}
	if ok && len(run.Only) == 0 && (run.Verdict == check.Passed || run.Verdict == check.Warned && verdict == check.Failed) {
		run.Verdict, run.RootCause = verdict, &check.Cause{Check: bad.Source}
		if bad.Problem != nil {
			run.RootCause.Code = bad.Problem.Code.String()
		}
	}
	if cause, broken := run.Chain.Cause(); broken && len(run.Only) == 0 && run.Verdict == check.Failed && cause.Standing == evidence.Failed {
		run.RootCause = &check.Cause{Check: cause.Source}
		if cause.Problem != nil {
			run.RootCause.Code = cause.Problem.Code.String()
		}
	}
	return run
}

// inChain are the claims that a test proves, and the links that they make.
func inChain(claims []evidence.State) ([]evidence.State, evidence.Chain) {
	own := slices.DeleteFunc(slices.Clone(claims), func(c evidence.State) bool {
		id, _ := c.Claim.Link()
		return id == ""
	})
	return own, evidence.Draw(own)
}

// Chain is the chain as it is proven now, from what is remembered here: it asks
// the keychain, but makes no call.
func (s *Session) Chain(ctx context.Context) (evidence.Chain, error) {
	claims, err := s.Claims(ctx)
	_, chain := inChain(claims)
	return chain, err
}
