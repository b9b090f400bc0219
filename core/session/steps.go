package session

import (
	"context"
	"slices"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
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
		RoomsChosen:       c.Rooms.Chosen(),
		RoomsCount:        -1, Now: s.env.Now(),
	}
	p, needs, err := s.needs()
	if c.Rooms.Mode == connection.Selected {
		k.RoomsCount = len(c.Rooms.Items)
	} else if err == nil && !slices.Contains(needs.Lists, "rooms") {
		k.RoomsCount = len(s.knownRooms(nil).Items)
	}
	for _, f := range s.env.Lint(c) {
		switch {
		case f.Field == "application.clientId" && c.Application.ClientID == "", f.Field == "rooms.items", f.Field == "rooms.lists", f.Field == "rooms.rule.name" && f.Problem.Code == connection.CodeEmpty:
			// A missing client ID is the second step's matter, an empty choice of
			// rooms the third's.
		case f.Problem.Code == connection.CodeEmpty:
			k.Missing = append(k.Missing, f.Problem.Title)
		default:
			k.Wrong = append(k.Wrong, f.Problem.Title)
		}
	}
	if err == nil {
		adapter := p.AdapterOf(c.Server.Adapter)
		k.ByForm, k.ServerSilent = adapter == booking.AdapterForm, !booking.SaysItself(adapter)
		k.NoCredential, k.ByAccount = p.Model != product.Own, p.Model == product.User
		k.ClientID = clientOf(c, p) != ""
		if len(needs.Permissions) == 0 && p.Leaves(product.UnknownPermissions) != "" {
			k.Missing = append(k.Missing, words.T("Choose the permissions that the vendor's guide names."))
		}
		k.LimitFirst, k.NoRooms = p.LimitFirst, !p.ManagesRooms(needs)
	}
	k.Credential = s.presence(ctx, credentialKind(c))
	k.ServerToken = s.presence(ctx, vault.ServerToken)
	if k.Claims, err = s.Claims(ctx); err != nil {
		return k, err
	}
	if p.ServiceAccount != nil {
		k.SignInEnds = signInEnds(p, evidence.Find(k.Claims, evidence.HandedOver))
	}
	last, err := s.LastPush()
	if err != nil {
		return k, err
	}
	k.PushUnknown = last.State == store.PushStarted || last.State == store.PushUnknown
	made, err := s.env.Store.Made(c.ID)
	k.CannotSignIn = s.Unregistered(made.RedirectURIs) != nil
	return k, err
}
