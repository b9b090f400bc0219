package session

import (
	"context"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/vault"
)

// Steps gives the six steps from what is known here: it asks the keychain, but
// makes no call.
func (s *Session) Steps(ctx context.Context) ([]setup.Step, error) {
	known, err := s.known(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	known.Running = s.running
	s.mu.Unlock()
	return setup.Steps(known), nil
}

func (s *Session) known(ctx context.Context) (setup.Known, error) {
	c := s.Document()
	k := setup.Known{
		TenantFound: c.Tenant.ID != "", ClientID: c.Application.ClientID != "",
		CredentialExpires: c.Application.Credential.Expires,
		RoomsChosen:       c.Rooms.Mode == connection.All || len(c.Rooms.Items) > 0,
		RoomsCount:        -1, Now: s.env.Now(),
	}
	if _, needs, err := s.needs(); c.Rooms.Mode == connection.Selected {
		k.RoomsCount = len(c.Rooms.Items)
	} else if err == nil && !slices.Contains(needs.Lists, "rooms") {
		k.RoomsCount = len(s.knownRooms(nil).Items)
	}
	for _, f := range s.env.Lint(c) {
		// A missing client id is the second step's matter, an empty choice of
		// rooms the fourth's.
		if f.Field == "application.clientId" && c.Application.ClientID == "" || f.Field == "rooms.items" {
			continue
		}
		if k.FieldProblems++; k.FieldProblems == 1 {
			k.FirstProblem = f.Problem.Title
		}
	}
	if p, err := s.Product(); err == nil {
		k.ByForm = adapterOf(c, p) == adapterForm
	}
	k.Credential = s.presence(ctx, credentialKind(c))
	k.ServerToken = s.presence(ctx, vault.ServerToken)
	s.processed(&k)
	last, err := s.env.Store.LastCheck(c.ID)
	if err != nil {
		return k, err
	}
	digest, _ := s.lastDigest(ctx)
	if last != nil {
		k.Verdict, k.CheckedAt = last.Verdict, last.At
		k.Current = digest != "" && digest == last.Digest
	}
	pushes, err := s.env.Store.Pushes(c.ID)
	if err != nil {
		return k, err
	}
	if n := len(pushes); n > 0 {
		p := pushes[n-1]
		k.PushedBefore, k.PushedAt = p.State != store.PushRemoved, p.At
		k.Pushed = p.State == store.PushDone && digest != "" && p.Digest == digest
		k.PushUnknown = p.State == store.PushStarted || p.State == store.PushUnknown
	}
	made, err := s.env.Store.Made(c.ID)
	k.CannotSignIn = s.unregistered(made.RedirectURIs) != nil
	return k, err
}

// processed fills in what the last run of the script calendar-processing did to
// the chosen rooms. A room that its own calendar processing, as it was read
// back, shows to be right needs no script.
func (s *Session) processed(k *setup.Known) {
	r, ok := s.scriptResult("calendar-processing")
	undo, undone := s.scriptResult("calendar-processing-undo")
	if !ok || r.WhatIf || undone && !undo.WhatIf && undo.FinishedAt.After(r.FinishedAt) {
		return
	}
	k.ScriptRooms = r.Summary[exchange.Changed] + r.Summary[exchange.Same]
	k.ScriptFailed = r.Summary[exchange.Failed]
	k.ScriptPartial = r.Err != "" || r.Summary[exchange.Skipped] > 0
	right := map[string]bool{}
	for _, o := range r.Results {
		right[strings.ToLower(o.Identity)] = o.Status == exchange.Changed || o.Status == exchange.Same
	}
	for _, state := range s.Processing() {
		if state.Problem == nil && len(state.Differences) == 0 {
			right[strings.ToLower(state.Room)] = true
		}
	}
	for _, address := range s.chosenRooms() {
		if !right[strings.ToLower(address)] {
			k.ScriptMissing++
		}
	}
}

// chosenRooms are the addresses of the chosen rooms; of all rooms, those that
// the last check saw.
func (s *Session) chosenRooms() []string {
	if c := s.Document(); c.Rooms.Mode == connection.Selected {
		return c.Rooms.Items
	}
	resolved, _ := s.cached(cacheResolved)
	return addressesOf(resolved.Rooms)
}
