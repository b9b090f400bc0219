package session

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/words"
)

// takeRedirects asks the booking server where sign-in leads back to, if nobody
// said so. A server that does not answer is no obstacle: silent is why it did not
// say.
func (s *Session) takeRedirects(ctx context.Context) (silent, err error) {
	if err := s.FillRedirects(ctx, nil); err != nil {
		return nil, err
	}
	c := s.Document()
	p, err := s.Product()
	// Seatsurfing chooses its address when the sign-in is made there, which is
	// after the first registration.
	late := err == nil && p.AdapterOf(c.Server.Adapter) == booking.AdapterSeatsurfing
	if err != nil || len(c.SingleSignOn.RedirectURIs) > 0 && !late || !p.SingleSignOn.RedirectURIs || c.Server.URL == "" {
		return nil, err
	}
	uris, silent, err := s.RedirectURIs(ctx)
	if silent != nil || err != nil || len(uris) == 0 {
		return silent, err
	}
	return nil, s.Edit(ctx, func(c *connection.Connection) {
		if len(c.SingleSignOn.RedirectURIs) == 0 || late {
			for _, uri := range uris {
				if !slices.Contains(c.SingleSignOn.RedirectURIs, uri) {
					c.SingleSignOn.RedirectURIs = append(slices.Clone(c.SingleSignOn.RedirectURIs), uri)
				}
			}
		}
	})
}

// FillRedirects puts values into the blanks of the redirect URIs that the
// vendor's guide has, and the host of the booking server where nobody named
// another. Those without a blank come by themselves.
func (s *Session) FillRedirects(ctx context.Context, values map[string]string) error {
	c := s.Document()
	p, err := s.Product()
	if err != nil {
		return nil // a product that is missing is said at its field
	}
	uris, err := fillRedirects(p.SingleSignOn, c, values)
	if err != nil || slices.Equal(uris, c.SingleSignOn.RedirectURIs) {
		return err
	}
	return s.Change(ctx, connection.Put("singleSignOn.redirectUris", strings.Join(uris, ",")))
}

// fillRedirects are the redirect URIs of a connection with values in the blanks.
func fillRedirects(signOn product.SSO, c *connection.Connection, values map[string]string) ([]string, error) {
	now := map[string]string{}
	var names []string
	for _, b := range signOn.Blanks(c.SingleSignOn.RedirectURIs) {
		names = append(names, b.Name)
		if now[b.Name] = b.Value; b.Name == product.BlankServer && b.Value == "" {
			if u, err := url.Parse(c.Server.URL); err == nil {
				now[b.Name] = u.Host
			}
		}
	}
	for name, value := range values {
		if !slices.Contains(names, name) {
			return nil, problem.New(codeNoBlank, words.T("The redirect URIs of this product have no blank named %s.", problem.Line(name))).
				Fix(words.T("Fill in one of these: %s.", cmp.Or(strings.Join(names, ", "), "–")))
		}
		now[name] = value
	}
	return signOn.Fill(c.SingleSignOn.RedirectURIs, now), nil
}
