package ui

import (
	"context"
	"time"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// fakeDiagnosis is what the fake answers about a run beside its findings.
type fakeDiagnosis struct {
	// Options are those of every run.
	Options []check.Options
	// Left is what an interrupted run left.
	Left []check.Trace
	// NoTime is why no time for a test booking is found.
	NoTime error
	// Mended is after how many tries of one check it passes.
	Mended int
	tries  int
	// Fails makes the test fail with this problem, Wait makes it wait until it is
	// cancelled.
	Fails *problem.Problem
	// NotKept is why the quick proof is not remembered.
	NotKept *problem.Problem
	Wait    bool
	// Unsigned are checks that need an administrator's sign-in.
	Unsigned []string

	run, previous *check.Run
	// ranOn is the revision of the document that run ran on.
	ranOn string
}

// KnownRooms are two.
func (b *fakeCore) KnownRooms() []tenant.Room {
	return []tenant.Room{{EmailAddress: "room001@contoso.com"}, {EmailAddress: "room003@contoso.com"}}
}

// Administrator is who is signed in.
func (b *fakeCore) Administrator() *session.Signed { return b.State.Account }

// Leftovers are Left.
func (b *fakeCore) Leftovers() ([]check.Trace, error) { return b.Left, nil }

// CleanUp removes them.
func (b *fakeCore) CleanUp(context.Context) (int, error) {
	defer b.ask("CleanUp")()
	n := len(b.Left)
	b.Left = nil
	return n, nil
}

// PlanBooking finds a time.
func (b *fakeCore) PlanBooking(_ context.Context, o check.Options) (check.BookingPlan, error) {
	defer b.ask("PlanBooking")()
	return check.BookingPlan{Organizer: o.Organizer, Room: o.TestRoom, Start: fakeAt, End: fakeAt.Add(15 * time.Minute)}, b.NoTime
}

// Check runs the findings.
func (s *fakeSession) Check(ctx context.Context, o check.Options, emit func(check.Finding), report task.Report) (check.Run, error) {
	s.ask("Check")()
	s.hang()
	s.Options = append(s.Options, o)
	if len(o.Only) > 0 {
		return s.again(o.Only[0]), nil
	}
	run := check.Run{Verdict: check.Passed, From: "192.0.2.7", Started: fakeAt, Finished: fakeAt.Add(2300 * time.Millisecond)}
	for i, f := range s.findings() {
		if s.Wait && i == 2 {
			<-ctx.Done()
			run.Verdict = check.Incomplete
			break
		}
		emit(f)
		report.Say(i+1, 6, f.Title)
		run.Findings = append(run.Findings, f)
	}
	if s.Fails != nil {
		run.Verdict, run.RootCause = check.Failed, &check.Cause{Check: check.Token, Code: s.Fails.Code.String()}
	}
	for _, v := range []string{"Calendars.ReadWrite", "Place.Read.All", "User.Read.All"} {
		run.Layers = append(run.Layers, permission.Layers{Ref: permission.Ref{Value: v, Kind: permission.Application}, InToken: permission.Yes, Proven: permission.Yes, Wanted: true})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.diagnosed(&run)
	s.previous, s.run, s.ranOn = s.run, &run, s.Document().Revision
	return run, nil
}

// QuickProof runs them, too.
func (b *fakeCore) QuickProof(context.Context, func(check.Finding), task.Report) (check.Run, error) {
	defer b.ask("QuickProof")()
	return b.quick(), nil
}

// quick passes unless Fails.
func (b *fakeCore) quick() check.Run {
	run := check.Run{Verdict: check.Passed, Findings: b.findings(), Only: []string{check.Token}, NotKept: b.NotKept}
	if b.Fails != nil {
		run.Verdict, run.RootCause = check.Failed, &check.Cause{Check: check.Token, Code: b.Fails.Code.String()}
	}
	if len(b.Missing) > 0 {
		lag := problem.New(register.CodeConsentRefused, words.T("The application lacks a permission: %s", b.Missing[0]))
		run.Verdict, run.RootCause = check.Failed, &check.Cause{Check: check.Roles, Code: lag.Code.String()}
		run.Findings = append(run.Findings, check.Finding{ID: check.Roles, Title: words.T("Permissions"), Status: check.Fail, Problem: lag})
	}
	b.State.Proven = run.Verdict.Passes()
	return run
}

// again is a run of one check.
func (b *fakeCore) again(id string) check.Run {
	if b.tries++; b.tries >= b.Mended {
		b.Fails = nil
	}
	run := check.Run{Verdict: check.Passed, Only: []string{id}}
	for _, f := range b.findings() {
		if f.ID == id {
			run.Findings = append(run.Findings, f)
		}
	}
	return run
}

// diagnosed adds what follows from the findings.
func (b *fakeCore) diagnosed(run *check.Run) {
	run.Features = []check.Feature{{Title: words.T("Listing rooms"), State: check.FeatureWorks},
		{Title: words.T("Booking rooms"), State: check.FeatureUnproven, Because: words.T("Nothing was booked. To test booking, name it.")}}
	if run.Verdict == check.Failed {
		run.Features[0].State, run.Features[0].Because = check.FeatureBroken, words.T("The application gets no token.")
	}
	run.Unproven = []words.Text{words.T("Whether the booking server itself gets a token.")}
	run.Endpoints = []check.Endpoint{{Direction: "out", Host: "login.microsoftonline.com", Port: 443, Why: words.T("Tokens of the application, and sign-in of people")},
		{Direction: "in", Host: "rooms.contoso.com", Port: 443, Why: words.T("Change notifications from Microsoft")}}
}

// LastCheck is the last run.
func (s *fakeSession) LastCheck(context.Context) (*check.Run, bool, error) {
	defer s.ask("LastCheck")()
	return s.run, s.ranOn == s.Document().Revision, nil
}

// Chain is drawn from the claims.
func (s *fakeSession) Chain(context.Context) (evidence.Chain, error) {
	return evidence.Draw(s.claims(s.Document().Revision)), nil
}

// PreviousCheck is the one before.
func (b *fakeCore) PreviousCheck() *check.Run { return b.previous }

// Report and Bundle are files.
func (b *fakeCore) Report(check.Run) ([]byte, error) { return []byte("html"), nil }

// Bundle is one.
func (b *fakeCore) Bundle(context.Context, string, string) ([]byte, error) { return []byte("zip"), nil }

func passedFinding(id, title, summary string) check.Finding {
	return check.Finding{ID: id, Title: words.Plain(title), Status: check.Pass, Note: words.Plain(summary), Duration: 84 * time.Millisecond}
}

func (b *fakeCore) findings() []check.Finding {
	list := []check.Finding{
		passedFinding(check.Names, "Names resolve", "login.microsoftonline.com and graph.microsoft.com answer."),
		passedFinding(check.Certificate, "TLS is not intercepted", "Issued by DigiCert Inc."),
		passedFinding(check.Token, "The application gets a token", "Valid for 60 minutes."+b.Hostile),
		passedFinding(check.Roles, "The token carries the permissions", "3 of 3."),
		passedFinding(check.RoomList, "Rooms can be listed", "12 rooms."+b.Hostile),
		passedFinding(check.ServerReach, "The booking server answers", "Room booking 4.2, contract version 1."),
	}
	for _, id := range b.Unsigned {
		list = append(list, check.Finding{ID: id, Title: words.Plain(id), Status: check.Skipped, NeedsSignIn: true})
	}
	if b.Fails != nil {
		list[2].Status, list[2].Problem, list[2].Note = check.Fail, b.Fails, words.Text{}
		for i := 3; i < 5; i++ {
			list[i] = check.Finding{ID: list[i].ID, Title: list[i].Title, Status: check.Skipped, Because: check.Token, Problem: b.Fails}
		}
	}
	return list
}
