package fake

import (
	"context"
	"time"

	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/page"
)

// Diagnosis is what the fake answers about a run beside its findings.
type Diagnosis struct {
	// Options are those of every run.
	Options []page.CheckOptions
	// Leftovers are what an interrupted run left.
	Leftovers []words.Text
	// NoTime is why no time for a test booking is found.
	NoTime error
	// Mended is after how many tries of one check it passes.
	Mended int
	tries  int
}

func (b *backend) Prepare(context.Context, string) (page.Preparation, error) {
	defer b.ask("Prepare")()
	return page.Preparation{Rooms: []string{"room001@contoso.com", "room003@contoso.com"}, Books: true, Notified: true, Leftovers: b.Leftovers}, nil
}

func (b *backend) PlanBooking(_ context.Context, _ string, o page.CheckOptions) (page.BookingPlan, error) {
	defer b.ask("PlanBooking")()
	return page.BookingPlan{At: At, Says: words.T("%s invites %s for %s.", o.Organizer, o.Room, "Tue 2026-11-24 08:00-08:15 (Europe/Berlin, UTC+01:00)")}, b.NoTime
}

func (b *backend) CleanUp(context.Context, string) (int, error) {
	defer b.ask("CleanUp")()
	n := len(b.Leftovers)
	b.Leftovers = nil
	return n, nil
}

// again is a run of one check.
func (b *backend) again(id string, emit func(page.Finding)) page.Run {
	if b.tries++; b.tries >= b.Mended {
		b.Fails = nil
	}
	run := page.Run{Verdict: page.VerdictPass}
	for _, f := range b.findings() {
		if f.ID == id {
			emit(f)
			run.Findings = append(run.Findings, f)
		}
	}
	return run
}

// diagnosed adds what follows from the findings.
func (b *backend) diagnosed(run *page.Run) {
	run.Features = []page.Feature{{Title: words.T("Listing rooms"), State: page.StatusPass},
		{Title: words.T("Booking rooms"), State: page.StatusUnknown, Because: words.T("Nothing was booked. A test booking proves it.")}}
	if run.Verdict == page.VerdictFail {
		run.Says = words.T("Tested from this computer, 192.0.2.7.")
		run.Features[0].State, run.Features[0].Because = page.StatusFail, words.T("The application gets no token.")
	}
	run.Unproven = []words.Text{words.T("Whether the booking server itself gets a token.")}
	run.Endpoints = []page.Endpoint{{Host: "login.microsoftonline.com", Port: 443, Why: words.T("Tokens of the application, and sign-in of people")},
		{Inbound: true, Host: "rooms.contoso.com", Port: 443, Why: words.T("Change notifications from Microsoft")}}
	if b.run != nil {
		run.Before = At.Add(-2 * time.Hour)
		if b.run.Verdict == page.VerdictFail && run.Verdict == page.VerdictPass {
			run.Better = []page.Change{{Title: words.T("The application gets a token"), Before: page.StatusFail, After: page.StatusPass}}
		}
	}
}

func (b *backend) Report(_ context.Context, _, form string) (page.File, error) {
	defer b.ask("Report")()
	return page.File{Name: "report." + form, Data: []byte(form)}, nil
}
