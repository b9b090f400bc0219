package main

import (
	"context"
	"fmt"

	"fyne.io/fyne/v2"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/page"
	"github.com/roomkey/roomkey/ui/uitest"
)

// registering is the way from a bare tenant to a registered application, and
// what comes after it.
func (g *guide) registering(simulated string) []stop {
	return []stop{
		{"register-sign-in", g.bare(simulated)},
		{"register-record-empty", g.atEndAfter(record)},
		{"register-own-application", g.then(g.tap(record), g.tap("Use an application of your own"))},
		{"register-sign-in-again", g.tap("Use Microsoft's application")},
		{"register-plan", g.signIn},
		{"register-plan-end", g.end},
		{"register-colleague", g.tap("Hand all of it to a colleague…")},
		{"register-colleague-end", g.end},
		{"register-choices", g.then(g.tap("Close"), g.atEndAfter(choices))},
		{"register-logo-refused", g.then(g.lay(page.File{Name: "logo.svg", Data: []byte("<svg/>")}), g.atEndAfter("Choose a file…"))},
		{"register-review", g.then(g.tap(choices), g.atEndAfter(review))},
		{"register-review-saved", g.tap("Save the plan for review…")},
		{"register-reviewed", g.tap("Apply a reviewed plan…")},
		{"register-applied", g.press},
		{"register-again", g.page(setup.Register)},
		{"register-again-end", g.end},
		{"register-review-stale", g.then(g.tap(review), g.tap("Apply a reviewed plan…"))},
		{"register-record", g.atEndAfter(record)},
		{"register-record-before-after", g.atEndAfter("Before and after")},
		{"register-rotate-ask", g.tap("Renew the credential…")},
		{"register-rotated", g.tap("Create a credential")},
		{"register-undo", g.tap("Undo…")},
		{"register-undo-end", g.end},
	}
}

// The folded parts of the page.
const (
	choices words.Key = "Choose name, credential, consent or branding…"
	review  words.Key = "Have the plan reviewed, or apply a reviewed one…"
	record  words.Key = "Record of what was done…"
)

// then does one thing after the other.
func (g *guide) then(all ...func() error) func() error {
	return func() error {
		for _, do := range all {
			if err := do(); err != nil {
				return err
			}
			if err := g.idle(); err != nil {
				return err
			}
		}
		return nil
	}
}

// atEndAfter presses a button and shows the end of the page.
func (g *guide) atEndAfter(label words.Key) func() error { return g.then(g.tap(label), g.end) }

// lay puts a file where the next dialog finds it.
func (g *guide) lay(f page.File) func() error {
	return func() error { g.tray.file = f; return nil }
}

// bare makes a connection that has two fields: the tenant and the server.
func (g *guide) bare(simulated string) func() error {
	return func() error {
		from, err := g.home.Open(g.ctx, simulated)
		if err != nil {
			return err
		}
		defer from.Session.Close()
		like := from.Session.Document()
		id, err := g.home.Create(g.ctx)
		if err != nil {
			return err
		}
		g.shell.Load(id)
		if err := g.idle(); err != nil {
			return err
		}
		err = g.shell.Session().Change(g.ctx, connection.Edit(func(c *connection.Connection) {
			c.Name, c.Cloud, c.Tenant.Domain = "Bare tenant", like.Cloud, like.Tenant.Domain
			c.Product = connection.Product{ID: "flexo"}
			c.Server.URL = "https://flexo.contoso.example"
			c.SingleSignOn.RedirectURIs = []string{"https://flexo.contoso.example/signin-oidc"}
		}))
		if err != nil {
			return err
		}
		if err := g.page(setup.Describe)(); err != nil {
			return err
		}
		if err := g.press(); err != nil {
			return err
		}
		if err := g.idle(); err != nil {
			return err
		}
		if g.shell.Route() != setup.Register {
			return fmt.Errorf("finding the tenant leads to %q", g.shell.Route())
		}
		return nil
	}
}

// signIn draws the code that waits to be typed, and then signs in with the
// browser.
func (g *guide) signIn() error {
	if err := g.tap("Sign in with a code instead")(); err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(g.ctx, stepTime)
	defer stop()
	if err := g.queue.Until(ctx, func() bool { return g.button("Stop waiting") != nil || !g.shell.Busy() }); err != nil {
		return err
	}
	if err := g.look("register-code"); err != nil {
		return err
	}
	if b := g.button("Stop waiting"); b != nil {
		b.OnTapped()
	}
	if err := g.idle(); err != nil {
		return err
	}
	if b := g.button("Sign in with the browser"); b != nil {
		b.OnTapped()
	}
	return nil
}

// tap presses a button of the page by its label.
func (g *guide) tap(label words.Key) func() error {
	return func() error {
		b := g.button(label)
		if b == nil || b.Disabled() {
			return fmt.Errorf("the button %q cannot be pressed", label)
		}
		b.OnTapped()
		return nil
	}
}

// button finds a visible one, nil for none.
func (g *guide) button(label words.Key) (found *kit.Button) {
	text := kit.L(label)
	uitest.Each(g.shell.Page().Frame().Object, func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Text == text {
			found = b
		}
	})
	return found
}
