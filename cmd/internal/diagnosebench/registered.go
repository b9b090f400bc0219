package main

import (
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/tenant"
)

const signOn = "single sign-on"

// ownProduct signs people in, wants notifications and the permissions that the
// simulated application holds.
func ownProduct(b *bench, c *connection.Connection) {
	c.Product = connection.Product{ID: "custom", Permissions: []string{"Calendars.ReadWrite", "Place.Read.All", "User.Read.All", "Group.Read.All", "delegated:openid", "delegated:profile", "delegated:email"}}
	c.Notifications = connection.Notifications{URL: b.sim.BookingURL() + "/microsoft/notifications", LifecycleURL: b.sim.BookingURL() + "/microsoft/lifecycle"}
}

// seen is a scenario with an administrator signed in, who sees the
// application's registration.
func seen(area, name string, spoil func(*tenant.ApplicationChange), verdict check.Verdict, id, code, remedy string) scenario {
	return scenario{area: area, name: name, registered: true, application: spoil, change: ownProduct,
		verdict: verdict, check: id, code: code, remedy: remedy}
}

func redirects(change func(string) string) func(*tenant.ApplicationChange) {
	return func(c *tenant.ApplicationChange) {
		uris := []string{}
		for _, u := range *c.RedirectURIs {
			if u = change(u); u != "" {
				uris = append(uris, u)
			}
		}
		c.RedirectURIs = &uris
	}
}

var seenByAdministrator = []scenario{
	seen(signOn, "redirect URI missing", redirects(func(string) string { return "" }), check.Failed, check.RedirectURIs, "sign-on.redirect-missing", "Add URI"),
	seen(signOn, "redirect URI with a slash", redirects(func(u string) string { return u + "/" }), check.Failed, check.RedirectURIs, "sign-on.redirect-differs", "Add URI"),
	seen(signOn, "redirect URI in other case", redirects(func(u string) string { return strings.Replace(u, "callback", "Callback", 1) }), check.Failed, check.RedirectURIs, "sign-on.redirect-differs", "Add URI"),
	seen(signOn, "ID tokens off", func(c *tenant.ApplicationChange) { off := false; c.IDTokens = &off }, check.Failed, check.IDTokens, "sign-on.id-tokens-off", "ID tokens"),
	{area: signOn, name: "sign-in scope not consented", registered: true, change: func(b *bench, c *connection.Connection) {
		ownProduct(b, c)
		c.Product.Permissions = append(c.Product.Permissions, "delegated:User.Read")
	}, verdict: check.Warned, check: check.Declared, code: "application.not-declared", remedy: "Add a permission"},
	seen(permissions, "granted and not declared", func(c *tenant.ApplicationChange) {
		none := []tenant.RequiredResource{}
		c.Required = &none
	}, check.Warned, check.Declared, "application.not-declared", "Add a permission"),
	seen(permissions, "open to other organizations", func(c *tenant.ApplicationChange) { a := "AzureADMultipleOrgs"; c.SignInAudience = &a },
		check.Warned, "deprecated.audience", "deprecated.audience", "this organizational directory only"),
	seen(permissions, "permission of Exchange Web Services", func(c *tenant.ApplicationChange) {
		with := append([]tenant.RequiredResource{}, *c.Required...)
		with = append(with, tenant.RequiredResource{ResourceAppID: tenant.ExchangeAppID, Access: []tenant.RequiredAccess{{ID: "dc890d15-9560-4a4c-9b7f-a736ec74ec40", Type: "Role"}}})
		c.Required = &with
	}, check.Warned, "deprecated.ews", "deprecated.ews", "Register a new application"),
	{area: signOn, name: "assignment required, nobody assigned", registered: true, faults: []string{"assignment-required"}, change: ownProduct,
		verdict: check.Failed, check: check.SignInAssigned, code: "sign-on.nobody-assigned", remedy: "Users and groups"},
	{area: credential, name: "the recorded secret is no longer the application's", registered: true, change: func(b *bench, c *connection.Connection) {
		ownProduct(b, c)
		c.Application.Credential.KeyID = "6f3a1d34-0000-4000-8000-000000000002"
	}, verdict: check.Failed, check: check.KeyMatch, code: "credential.secret-not-registered", remedy: "New client secret"},
}

// soundToAdministrator are healthy tenants into which an administrator looks.
var soundToAdministrator = []scenario{
	{area: "healthy", name: "administrator signed in", registered: true, change: ownProduct, verdict: check.Passed},
	{area: "healthy", name: "notifications from outside", change: ownProduct, options: writes, verdict: check.Passed},
}

var inAYear = time.Now().AddDate(1, 0, 0)
