package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/page"
)

// TestStartShowsTheNewestTroubleFirst: above everything else, with what is wanted
// and since when; what is well comes after it, by name.
func TestStartShowsTheNewestTroubleFirst(t *testing.T) {
	b := newFake(t)
	b.Health = map[string]session.Health{}
	for name, found := range map[string]session.Health{
		"Aachen":  {At: time.Date(2026, 11, 20, 12, 0, 0, 0, time.Local)},
		"Bremen":  {At: time.Date(2026, 11, 26, 12, 0, 0, 0, time.Local), Since: time.Date(2026, 11, 24, 12, 0, 0, 0, time.Local), Wants: []words.Text{words.T("The room a@contoso.com is gone.")}},
		"Celle":   {At: time.Date(2026, 11, 26, 7, 0, 0, 0, time.Local), Since: time.Date(2026, 11, 25, 12, 0, 0, 0, time.Local), Wants: []words.Text{words.T("The credential ended.")}},
		"Dresden": {At: time.Date(2026, 11, 21, 12, 0, 0, 0, time.Local), Tested: true},
		"Essen":   {},
	} {
		id, err := b.Make(connection.New(name))
		if err != nil {
			t.Fatal(err)
		}
		if !found.At.IsZero() {
			b.Health[id] = found
		}
	}
	b.Trouble = []words.Text{words.T("The webhook was not told.")}
	p := sit(t, b)
	p.rest()
	text, at := p.reads(), 0
	for _, want := range []string{"Your connections", "The webhook was not told.", "Checked on 2026-11-26.", "Celle", "The credential ended. (since 2026-11-25)", "Bremen", "The room a@contoso.com is gone. (since 2026-11-24)",
		"Aachen", "Everything worked on 2026-11-20.", "Dresden", "The last test passed on 2026-11-21.", "Essen", "Not tested.", "New connection"} {
		i := strings.Index(text[at:], want)
		if i < 0 {
			t.Fatalf("no %q in its place:\n%s", want, text)
		}
		at += i
	}
}

// TestStartShowsWhatOthersMade: a connection that another Roomkey makes is there when
// the window is in front again.
func TestStartShowsWhatOthersMade(t *testing.T) {
	b := newFake(t)
	p := sit(t, b)
	p.rest()
	if _, err := b.Make(connection.New("From the terminal")); err != nil {
		t.Fatal(err)
	}
	p.shell.Return()
	p.rest()
	p.sees("From the terminal")
}

// TestDailyInTheSettings: scheduled, changed, refused at its field and stopped.
func TestDailyInTheSettings(t *testing.T) {
	b := newFake(t)
	p := sit(t, b)
	p.goes(page.RouteSettings)
	p.sees("Nothing is scheduled.")
	p.types("Time of day", "25:00")
	p.press("Check daily")
	p.rest()
	p.sees("is not a time of day")
	p.types("Time of day", "06:30")
	p.puts("Notify a webhook", session.WebhookTeams)
	p.press("Check daily")
	p.rest()
	p.sees("Paste the address that the receiver shows.")
	p.types("Address of the webhook", "https://teams.example/secret")
	p.press("Check daily")
	p.rest()
	p.sees("Scheduled for every day at 06:30.")
	if b.daily.At != "06:30" || b.daily.Form != session.WebhookTeams || b.webhook.Reveal() != "https://teams.example/secret" || p.field("Address of the webhook").Value() != "" {
		t.Errorf("%+v", b.daily)
	}
	p.types("Time of day", "08:00")
	p.press("Change") // with the address that is kept
	p.rest()
	p.sees("Scheduled for every day at 08:00.")
	p.press("Stop checking daily")
	p.rest()
	p.sees("Nothing is scheduled.")
	if b.daily.On || !b.webhook.IsZero() {
		t.Errorf("%+v", b.daily)
	}
}

// TestProxyLoginInTheSettings: stored, shown by its name, and removed.
func TestProxyLoginInTheSettings(t *testing.T) {
	b := newFake(t)
	p := sit(t, b)
	p.goes(page.RouteSettings)
	p.sees("No login is stored.")
	p.types("User name for proxies", "CORP\\ada")
	p.press("Store in the keychain")
	p.rest()
	p.sees("This is not a user name and a password.")
	p.types("Password for proxies", "a:secret")
	p.press("Store in the keychain")
	p.rest()
	p.sees("Proxies that ask for a password are told the login CORP\\ada.")
	if b.proxy != "CORP\\ada:a:secret" || p.field("Password for proxies").Value() != "" {
		t.Errorf("stored %q", b.proxy)
	}
	p.press("Remove the login")
	p.rest()
	p.sees("No login is stored.")
	if b.proxy != "" {
		t.Errorf("left %q", b.proxy)
	}
}
