package booking

import (
	"cmp"
	"context"
	"crypto/rand"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/words"
)

// Removal is what taking back a hand-over would do.
type Removal struct {
	// Current is what was seen; Remove does nothing when something else is there.
	Current Current `json:"current"`
	// Goes is what the server forgets, Stays what it keeps.
	Goes  []words.Text `json:"goes"`
	Stays []words.Text `json:"stays"`
}

// Removal asks the server what would go. Nothing is changed. Problem:
// booking.nothing-stored.
func (c *Client) Removal(ctx context.Context) (Removal, error) {
	now, err := c.adapter.Current(ctx)
	if err != nil {
		return Removal{}, err
	}
	if now.Configuration == nil {
		return Removal{}, problem.New(CodeNothingStored, words.T("%s has no configuration from this connection.", hostOf(c.server.URL))).
			Lead(words.T("Check what the server has."), problem.PlaceLook)
	}
	r := Removal{Current: now}
	r.Goes, r.Stays = c.adapter.Leaves(now)
	return r, nil
}

// Remove takes back what the server was seen to hold, and looks whether it is
// gone: an answer proves nothing.
func (c *Client) Remove(ctx context.Context, seen Removal) error {
	if c.log == nil {
		return problem.New(codeNoLog, words.T("The removal cannot be recorded, so it was not started.")).
			Fix(words.T("Use the copy of Roomkey in which the connection is open."))
	}
	failed := c.adapter.Delete(ctx, seen.Current.ETag)
	if kind := problem.KindOf(failed); kind == problem.Blocked || kind == problem.SignInNeeded {
		return failed // nothing was sent
	}
	now, err := c.adapter.Current(ctx)
	switch {
	case err != nil:
		p := problem.New(codeUnknown, words.T("It is not known whether the booking server has forgotten the configuration."))
		return p.With(titleAndDetail(cmp.Or(failed, err))).Lead(words.T("Check what the server has."), problem.PlaceLook).By(err)
	case now.Configuration != nil && failed != nil && problem.CodeOf(failed) != CodeNothingStored:
		return c.compared(failed, seen.Current, now)
	case now.Configuration != nil && !same(now, seen.Current):
		return problem.New(codeNotKept, words.T("The booking server reported that the configuration is gone, but has another one.")).
			Lead(words.T("Check what the server has. If it happens again, give this text to the server's vendor."), problem.PlaceLook)
	case now.Configuration != nil:
		return problem.New(codeNotKept, words.T("The booking server reported that the configuration is gone, but still shows it.")).
			Lead(words.T("Check what the server has. If it happens again, give this text to the server's vendor."), problem.PlaceLook)
	}
	return c.log.Append(store.Push{At: c.now().UTC(), Digest: seen.Current.Configuration.Digest, State: store.PushRemoved, IdempotencyKey: rand.Text(), Server: c.server.URL})
}

// Leaves of a server of the contract: it forgets the configuration as a whole.
func (c *contract) Leaves(now Current) (goes, stays []words.Text) {
	cfg := now.Configuration
	return []words.Text{
			words.T("The configuration of the tenant %s with the application %s", cfg.Tenant.ID, cfg.Application.ClientID),
			words.T("The server's copy of the credential %s, which it destroys", cfg.Credential.Fingerprint),
		}, []words.Text{
			words.T("Bookings and everything else that the server stores itself"),
			words.T("The app registration and its credential at Microsoft"),
		}
}

// Leaves of Seatsurfing: what Roomkey made goes, with what hangs on it.
func (s *seatsurfing) Leaves(now Current) (goes, stays []words.Text) {
	if now.Configuration.Application.ClientID != "" {
		goes = append(goes, words.T("The sign-in “%s”. If people belong to it, Seatsurfing keeps it, because their accounts would otherwise have none.", now.Configuration.SingleSignOn.LoginButton))
	}
	for _, r := range now.Configuration.Rooms.Items {
		goes = append(goes, words.T("The space “%s” in “%s”, with all its bookings", r.DisplayName, r.Building))
	}
	return append(goes, words.T("The locations that Roomkey created, if they contain nothing else")), []words.Text{
		words.T("Locations, spaces and sign-ins that people created, and locations that contain such spaces"),
		words.T("The accounts of the people who have signed in"),
		words.T("The app registration and its credential at Microsoft"),
	}
}
