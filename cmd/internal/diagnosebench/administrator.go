package main

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/graph"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
)

// adminScopes are what reading and changing a registration takes.
var adminScopes = []string{"Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All", "Directory.Read.All"}

// administrator is the tenant's administrator, signed in once.
func (b *bench) administrator(ctx context.Context) (*graph.Client, error) {
	if b.admin != nil {
		return b.admin, nil
	}
	client, err := transport.New(transport.Options{CAFile: b.sim.CAFile(), Retry: true, InsecureLoopback: true})
	if err != nil {
		return nil, err
	}
	person, err := entra.NewAdministrator(entra.AdministratorOptions{Cloud: b.sim.Cloud(), TenantID: b.sim.Account().TenantID, HTTP: client})
	if err != nil {
		return nil, err
	}
	b.sim.SignInAs(b.sim.Account().AdminUPN)
	if _, err := person.Browser(ctx, adminScopes, func(address string) { _ = browse(ctx, client, address) }); err != nil {
		return nil, err
	}
	b.admin = graph.New(graph.Options{Cloud: b.sim.Cloud(), HTTP: client, Source: tenant.SourceAdministrator,
		Token: func(ctx context.Context) (vault.Secret, error) { return person.Token(ctx) }})
	return b.admin, nil
}

var (
	formAction = regexp.MustCompile(`action="([^"]*)"`)
	formField  = regexp.MustCompile(`name="([a-z_]+)" value="([^"]*)"`)
)

// browse is the browser: it opens the page and submits its form.
func browse(ctx context.Context, client *http.Client, address string) error {
	page, err := fetch(ctx, client, address)
	if err != nil {
		return err
	}
	fields := url.Values{}
	for _, m := range formField.FindAllStringSubmatch(page, -1) {
		fields.Set(m[1], html.UnescapeString(m[2]))
	}
	action := formAction.FindStringSubmatch(page)
	if action == nil {
		return nil // Microsoft shows an error; nothing comes back to the port
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, html.UnescapeString(action[1]), strings.NewReader(fields.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

func fetch(ctx context.Context, client *http.Client, address string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	answer, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	return string(page), err
}

// register brings the application into order, and then out of it as the
// scenario says.
func (b *bench) register(ctx context.Context, spoil func(*tenant.ApplicationChange)) error {
	admin, err := b.administrator(ctx)
	if err != nil {
		return err
	}
	audience, idTokens := "AzureADMyOrg", true
	uris := []string{b.redirect()}
	if b.required == nil {
		a, err := admin.Application(ctx, b.sim.Account().ClientID)
		if err != nil {
			return err
		}
		b.required = a.Required
	}
	required := b.required
	change := tenant.ApplicationChange{RedirectURIs: &uris, IDTokens: &idTokens, SignInAudience: &audience, Required: &required}
	if spoil != nil {
		spoil(&change)
	}
	return admin.ChangeApplication(ctx, b.sim.Account().ObjectID, change)
}

// signIn signs the simulated administrator in, as the window does.
func (b *bench) signIn(ctx context.Context, s *session.Session) error {
	client, err := transport.New(transport.Options{CAFile: b.sim.CAFile(), Retry: true, InsecureLoopback: true})
	if err != nil {
		return err
	}
	b.sim.SignInAs(b.sim.Account().AdminUPN)
	_, err = s.SignIn(ctx, session.SignIn{Open: func(address string) { _ = browse(ctx, client, address) }}, entra.ScopesRead)
	return err
}

// redirect is the redirect URI that the simulated booking server names.
func (b *bench) redirect() string { return b.sim.BookingURL() + "/auth/microsoft/callback" }
