package main

import (
	"fmt"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/ui/page"
)

// models are the pages of one product of each model: an application of the
// tenant's own, the vendor's, and a service account that signs in at the vendor.
func (g *guide) models(simulated string) []stop {
	zoom := "f56e91e5-5a82-452f-b435-d4d78aeaf064"
	return []stop{
		{"own-describe", g.sells(simulated, "spaceos", "")},
		{"own-describe-end", g.end},
		{"own-register", g.page(setup.Register)},
		{"own-hand-over", g.page(setup.HandOver)},
		{"vendor-describe", g.sells(simulated, "zoom-rooms", zoom, "Calendars.ReadWrite")},
		{"vendor-consent", g.page(setup.Register)},
		{"vendor-consent-read", g.press},
		{"vendor-consented", g.tap("Open the consent link")},
		{"vendor-consented-end", g.end},
		{"vendor-exchange", g.page(setup.Restrict)},
		{"vendor-access", g.onAccess},
		{"vendor-access-read", g.tap("Read what reaches it")},
		{"vendor-hand-over", g.page(setup.HandOver)},
		{"user-describe", g.sells(simulated, "mystreserve", zoom, "delegated:Calendars.ReadWrite.Shared")},
		{"user-describe-end", g.end},
		{"user-consent", g.page(setup.Register)},
		{"user-consent-end", g.end},
		{"user-exchange", g.page(setup.Restrict)},
		{"user-hand-over", g.page(setup.HandOver)},
	}
}

// sells makes the simulated connection one to another product.
func (g *guide) sells(simulated, product, clientID string, permissions ...string) func() error {
	return func() error {
		g.shell.Load(simulated)
		if err := g.idle(); err != nil {
			return err
		}
		err := g.shell.Session().Change(g.ctx, connection.Edit(func(c *connection.Connection) {
			c.Product = connection.Product{ID: product, Permissions: permissions}
			c.Server = connection.Server{URL: "https://rooms.contoso.example"}
			c.Application = connection.Application{ClientID: clientID}
			c.SingleSignOn = connection.SingleSignOn{}
			c.Rooms = connection.Rooms{Mode: connection.All}
		}))
		if err != nil {
			return err
		}
		return g.page(setup.Describe)()
	}
}

// onAccess shows what can read a room.
func (g *guide) onAccess() error {
	p, ok := g.shell.Page().(*page.Restrict)
	if !ok {
		return fmt.Errorf("this is not the page of Exchange")
	}
	p.View(page.ViewAccess)
	return nil
}
