package page

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// diagnosis is a run with what it means now.
type diagnosis struct {
	check.Run
	// current is whether it ran on exactly this configuration, before the run
	// before it, nil for none.
	current bool
	before  *check.Run
	// step is where the step stands with it, next where the hand-over does.
	step, next setup.Step
}

// prepared is what may be chosen for a run.
type prepared struct {
	// rooms are the addresses of the chosen rooms, as far as they are known.
	rooms []string
	// outside is the connection's mailbox that must be out of reach.
	outside string
	// books and notified are whether the product books at all and asks to be told
	// of changes.
	books, notified bool
	// signedIn is the administrator's account, "" for nobody.
	signedIn string
	// left is what an interrupted run may have left.
	left []check.Trace
}

// stand looks where the step of a run and the one after it stand.
func (d *diagnosis) stand(ctx context.Context, s Session) error {
	steps, err := s.Steps(ctx)
	for _, step := range steps {
		switch step.ID {
		case setup.Prove:
			d.step = step
		case setup.HandOver:
			d.next = step
		}
	}
	return err
}

// prepare looks at what is known here.
func (e *Env) prepare(context.Context) (prepared, error) {
	p, err := e.Session.Product()
	if err != nil {
		return prepared{}, err
	}
	out := prepared{outside: e.Connection().Scope.Outside, notified: p.Notifications, books: p.Writes != product.WritesNothing}
	for _, r := range e.Session.KnownRooms() {
		out.rooms = append(out.rooms, r.EmailAddress)
	}
	if who := e.Session.Administrator(); who != nil {
		out.signedIn = who.UPN
	}
	out.left, err = e.Session.Leftovers()
	return out, err
}

// leftover says what a trace is.
func leftover(t check.Trace) string {
	when := t.At.Local().Format("2006-01-02 15:04")
	if t.Kind == "event" {
		return kit.L("A test booking of %s by %s, created %s.", t.Room, t.Mailbox, when)
	}
	return kit.L("A test subscription to changes of %s, created %s. It expires within 45 minutes.", t.Room, when)
}

// unwanted is whether a check was skipped because nothing asked for it.
func unwanted(f check.Finding) bool {
	return f.Status == check.Skipped && f.Because == "" && f.Problem == nil
}

// because is why a check was skipped.
func because(f check.Finding) words.Text {
	for _, c := range check.Catalogue() {
		if f.Because == c.ID {
			return c.Title
		}
	}
	return f.Note
}

// facts are what was seen, and the calls that showed it.
func facts(f check.Finding) (list [][2]string, requestID string) {
	for _, name := range slices.Sorted(maps.Keys(f.Evidence)) {
		list = append(list, [2]string{name, fmt.Sprint(f.Evidence[name])})
	}
	for _, e := range f.Exchanges {
		list = append(list, [2]string{e.Method + " " + e.URL, strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, e.RequestID))})
		requestID = cmp.Or(e.RequestID, requestID)
	}
	return list, requestID
}

// serverView is what the booking server says of itself.
func serverView(state string) words.Text {
	switch state {
	case check.ServerWorks:
		return words.T("The booking server also reports that it works.")
	case check.ServerFails:
		return words.T("The booking server reports that it does not work.")
	}
	return words.T("It is not proven that it works from the booking server until the server says so.")
}

// provenFrom is where a run was proven from, and what the server itself says.
func provenFrom(r check.Run) words.Text {
	if r.Verdict.Passes() {
		return words.T("Proven from this computer, %s. %s", r.From, serverView(r.Server))
	}
	return words.T("Tested from this computer, %s. %s", r.From, serverView(r.Server))
}

// at is a time of day as it is shown, with the date unless it is today.
func at(t, now time.Time) string {
	t, now = t.Local(), now.Local()
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format("15:04")
	}
	return t.Format("2006-01-02 15:04")
}
