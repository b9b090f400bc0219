package simulator

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

var (
	formAction = regexp.MustCompile(`<form[^>]* action="([^"]*)"`)
	formField  = regexp.MustCompile(`name="([a-z_]+)" value="([^"]*)"`)
)

// Browse does what a person's browser does with the address of a sign-in: it
// opens the page and sends its form back to the client's port on this computer.
// client must trust the simulator's authority. A page without a form is
// Microsoft's own error page: its text is the error, and the client hears
// nothing.
func Browse(ctx context.Context, client *http.Client, address string) error {
	page, err := fetch(ctx, client, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	action := formAction.FindStringSubmatch(page)
	if action == nil {
		return fmt.Errorf("the page has no form: %s", page)
	}
	form := url.Values{}
	for _, m := range formField.FindAllStringSubmatch(page, -1) {
		form.Set(m[1], html.UnescapeString(m[2]))
	}
	_, err = fetch(ctx, http.DefaultClient, http.MethodPost, html.UnescapeString(action[1]), form)
	return err
}

// Consent does what an administrator does with a consent link of a vendor: it is
// opened, and Microsoft's page is accepted.
func Consent(ctx context.Context, client *http.Client, link string) error {
	page, err := fetch(ctx, client, http.MethodGet, link, nil)
	if err == nil && !strings.Contains(page, "Permissions accepted") {
		err = fmt.Errorf("nothing was accepted: %s", page)
	}
	return err
}

// TypeCode does what a person does with a device code: it types it on the page.
// The text of the page that follows is given back.
func TypeCode(ctx context.Context, client *http.Client, address, code string) (string, error) {
	return fetch(ctx, client, http.MethodPost, address, url.Values{"user_code": {code}})
}

func fetch(ctx context.Context, client *http.Client, method, address string, form url.Values) (string, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	page, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return string(page), err
}
