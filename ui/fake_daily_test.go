package ui

import (
	"context"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// LastSurvey is what the test says.
func (b *fakeCore) LastSurvey() (words.Text, []words.Text) {
	if len(b.Trouble) == 0 {
		return words.Text{}, nil
	}
	return words.T("Checked on 2026-11-26."), b.Trouble
}

// Scheduled is what was scheduled.
func (b *fakeCore) Scheduled(context.Context) (session.Scheduled, error) { return b.daily, nil }

// Schedule takes any time that is there.
func (b *fakeCore) Schedule(_ context.Context, at, form string, address vault.Secret) error {
	if at > "24" {
		return problem.New(session.CodeScheduleTime, words.T("“%s” is not a time of day.", at))
	}
	if !address.IsZero() {
		b.webhook = address
	}
	b.daily = session.Scheduled{On: true, At: at, Form: form, Webhook: !b.webhook.IsZero()}
	return nil
}

// Unschedule forgets it.
func (b *fakeCore) Unschedule(context.Context) error {
	b.daily, b.webhook = session.Scheduled{}, vault.Secret{}
	return nil
}

// ProxyName is whose login was stored.
func (b *fakeCore) ProxyName(context.Context) (string, error) {
	name, _, _ := strings.Cut(b.proxy, ":")
	return name, nil
}

// SetProxyLogin keeps it.
func (b *fakeCore) SetProxyLogin(_ context.Context, name string, password vault.Secret) error {
	if name == "" || password.IsZero() {
		return problem.New(problem.CodeUnexpected, words.T("This is not a user name and a password."))
	}
	b.proxy = name + ":" + password.Reveal()
	return nil
}

// ForgetProxyLogin forgets it.
func (b *fakeCore) ForgetProxyLogin(context.Context) error { b.proxy = ""; return nil }
