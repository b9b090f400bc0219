package session

import (
	"context"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/vault"
)

// Steps gives the six steps from what is known here: it asks the keychain, but
// makes no call.
func (s *Session) Steps(ctx context.Context, running string) ([]setup.Step, error) {
	known, err := s.known(ctx)
	if err != nil {
		return nil, err
	}
	known.Running = running
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
	if c.Rooms.Mode == connection.Selected {
		k.RoomsCount = len(c.Rooms.Items)
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
	if r, ok := s.scriptResult("calendar-processing"); ok && !r.WhatIf {
		k.ScriptRooms = r.Summary[exchange.Changed] + r.Summary[exchange.Same]
		k.ScriptFailed = r.Summary[exchange.Failed]
		k.ScriptPartial = r.Err != "" || r.Summary[exchange.Skipped] > 0
	}
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
		k.PushedBefore, k.PushedAt = true, p.At
		k.Pushed = p.State == store.PushDone && digest != "" && p.Digest == digest
		k.PushUnknown = p.State == store.PushStarted || p.State == store.PushUnknown
	}
	return k, nil
}
