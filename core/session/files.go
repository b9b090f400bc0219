package session

import (
	"context"
	"errors"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/export"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// Import reads an exported file as a connection of its own. What was proven or
// trusted elsewhere does not come along; the notes say what was left out.
func (e *Environment) Import(ctx context.Context, data []byte, file string) (*Session, []words.Text, error) {
	imported, err := export.Import(data, file)
	if err != nil {
		return nil, nil, err
	}
	c := imported.Connection
	s, err := e.adopt(ctx, c, func() error {
		c.Name = e.FreeName(c.Name)
		return nil
	})
	return s, imported.Notes, err
}

// Export writes the configuration as a file: json is what Import reads back, ics a
// reminder of the credential's end, age the credential sealed to the booking
// server, to be carried by hand; else yaml or env. Only "age" holds the secret, and
// only for the booking server to open.
func (s *Session) Export(ctx context.Context, format string) ([]byte, error) {
	c := s.Document()
	switch format {
	case "ics":
		return export.Reminder(c, s.env.Now())
	case "age":
		if locked := s.env.Policy.Secrets(); locked != nil {
			return nil, locked
		}
		credential, err := s.credential(ctx)
		if err != nil {
			return nil, err
		}
		if err := s.SameKey(ctx); err != nil {
			return nil, err
		}
		return export.Sealed(c, "", credential)
	case "json", "yaml", "env":
		// A configuration that cannot be resolved yet (no secret, no way to the
		// tenant) is still worth a file: the document itself is in it.
		var cfg any
		resolved, err := s.Configuration(ctx)
		switch {
		case err == nil:
			cfg = resolved
		case errors.Is(err, context.Canceled):
			return nil, err
		case format != "json":
			return nil, err
		}
		return export.File(c, cfg, export.Format(format), s.env.Now())
	}
	return nil, problem.New(codeUsageFormat, words.T("There is no export format %s.", format)).
		Fix(words.T("Choose one of json, yaml, env, ics, age."))
}

// Form is the vendor's form in the vendor's order, filled in.
func (s *Session) Form(ctx context.Context) ([]export.Entry, error) {
	p, err := s.Product()
	if err != nil {
		return nil, err
	}
	row, err := s.Cloud()
	if err != nil {
		return nil, err
	}
	c := s.Document()
	if (c.Rooms.Mode == connection.Lists || c.Rooms.Mode == connection.ByRule) && p.Asks("rooms") {
		rooms, err := s.ResolveRooms(ctx)
		if err != nil {
			return nil, err
		}
		c = c.Clone() // vendors' consoles take rooms, not lists of them and not rules
		c.Rooms = connection.Rooms{Mode: connection.Selected, Items: tenant.Addresses(rooms)}
	}
	entries := export.Form(p, c, row.Name, func(kind vault.Kind) bool {
		return s.presence(ctx, kind) == setup.Present
	})
	if err := s.LimitFirst(ctx); err != nil {
		for i, e := range entries {
			if e.Secret != "" {
				entries[i].Secret, entries[i].Missing, entries[i].Place = "", problem.Of(err).Title, p.LimitScript()
			}
		}
	}
	return entries, nil
}

// Needs are what the connection's product and options need; the zero value when
// the product is not known.
func (s *Session) Needs() product.Needs {
	_, needs, _ := s.needs()
	return needs
}
