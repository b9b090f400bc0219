package register

import (
	"context"
	"slices"
	"time"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// SignInLog is the tenant's record of who uses an application. It is read with
// entra.ScopesSignIns, by a role that may read reports, in a tenant that has
// Microsoft Entra ID P1.
type SignInLog interface {
	// LastSignIn is the newest interactive sign-in of a person, zero for none
	// on record.
	LastSignIn(ctx context.Context, clientID string) (tenant.SignIn, error)
	// ClientActivity is when the application was last used as a client; the
	// report can be a day behind.
	ClientActivity(ctx context.Context, clientID string) (tenant.ClientActivity, error)
}

// Whose sign-in a LastSignIn is.
const (
	// ByApplication: the application as itself, with its credential.
	byApplication = "application"
	// ByUser: a person, through the application.
	byUser = "user"
	// ByRoomkey: Roomkey on this computer, with the application's credential.
	byRoomkey = "roomkey"
)

// What is known of a LastSignIn.
const (
	SignInSeen    = "seen"
	SignInNone    = "none"    // the record was read, and has none
	SignInUnknown = "unknown" // the record could not be read
)

// recentUse is how long after its last sign-in an application counts as in use.
const recentUse = 7 * 24 * time.Hour

// LastSignIn is the last sign-in of one kind. What is unknown is never shown as
// none.
type LastSignIn struct {
	Kind  string    `json:"kind"`
	State string    `json:"state"`
	At    time.Time `json:"at,omitzero"`
	// By is who signed in, where the record names somebody.
	By string `json:"by,omitempty"`
	// Source is the record that says so.
	Source words.Text `json:"source"`
	// Problem is why it is unknown.
	Problem *problem.Problem `json:"problem,omitempty"`
}

// Title says whose sign-in it is.
func (l LastSignIn) Title() words.Text {
	switch l.Kind {
	case byApplication:
		return words.T("The application itself")
	case byUser:
		return words.T("A person, through the application")
	}
	return words.T("Roomkey, on this computer")
}

// When says when it was, in a few words.
func (l LastSignIn) When() words.Text {
	switch {
	case l.State == SignInUnknown:
		return words.T("unknown")
	case l.State == SignInNone:
		return words.T("none on record")
	case l.By != "":
		return words.T("%s, %s", stampOf(l.At), l.By)
	}
	return words.Plain(stampOf(l.At))
}

// lastSignIns is what is known of the application's use. Failing to find out is
// no error: it makes a row unknown.
func (in Input) lastSignIns(ctx context.Context, j journal, clientID string) ([]LastSignIn, error) {
	own := LastSignIn{Kind: byRoomkey, State: SignInNone, At: in.LastToken, Source: words.T("Roomkey's record of checks and registrations on this computer")}
	if at := j.proven(); at.After(own.At) {
		own.At = at
	}
	if !own.At.IsZero() {
		own.State = SignInSeen
	}
	application := LastSignIn{Kind: byApplication, State: SignInNone, Source: words.T("Microsoft's report on sign-ins of applications, which can be a day behind")}
	user := LastSignIn{Kind: byUser, State: SignInNone, Source: words.T("Microsoft's sign-in log and its report on sign-ins of applications")}
	var activity tenant.ClientActivity
	var signIn tenant.SignIn
	reportErr := in.noSignIns()
	logErr := reportErr
	if in.SignIns != nil {
		in.Report.Say(0, 0, words.T("Looking up the application's last sign-in"))
		activity, reportErr = in.SignIns.ClientActivity(ctx, clientID)
		signIn, logErr = in.SignIns.LastSignIn(ctx, clientID)
	}
	if ctx.Err() != nil {
		return nil, problem.Of(ctx.Err())
	}
	application.seen(activity.Application, "")
	user.seen(activity.User, "")
	user.seen(signIn.At, signIn.By)
	page := in.Cloud.Pages(clientID, "").SignInLogs
	application.unknown(page, reportErr)
	user.unknown(page, logErr, reportErr)
	return []LastSignIn{application, user, own}, nil
}

// noSignIns is why there is no record to ask.
func (in Input) noSignIns() error {
	if in.SignInsRefused != nil {
		return in.SignInsRefused
	}
	return problem.New(CodeSignInLog, words.T("Permission to read the sign-in log was not requested.")).
		Fix(words.T("Check the sign-in log yourself, or consent to AuditLog.Read.All."))
}

func (l *LastSignIn) seen(at time.Time, by string) {
	if at.After(l.At) {
		l.State, l.At, l.By = SignInSeen, at, by
	}
}

// unknown is what a row is when nothing was seen and a record was not read.
func (l *LastSignIn) unknown(page string, errs ...error) {
	for _, err := range errs {
		if err != nil && l.State == SignInNone {
			why := *problem.Of(err)
			why.Links = slices.Clip(why.Links) // both rows may have this reason
			why.See(words.T("Sign-in logs: see the tab Service principal sign-ins"), page)
			l.State, l.Problem = SignInUnknown, &why
		}
	}
}

// inUse says that something used the application lately, the zero text when
// nothing shows it.
func (in Input) inUse(list []LastSignIn) (warning words.Text) {
	var own time.Time
	for _, l := range list {
		if l.Kind == byRoomkey {
			own = l.At
		}
	}
	for _, l := range list {
		switch {
		case l.Kind == byRoomkey || l.At.IsZero() || in.Time().Sub(l.At) > recentUse:
		case l.Kind == byApplication && !own.IsZero() && !l.At.After(own.Add(ownUse)):
			if warning.IsZero() {
				warning = words.T("The application signed in on %s. That may have been Roomkey, which last used it on %s. The booking server may use it too.", stampOf(l.At), stampOf(own))
			}
		default:
			warning = words.T("This application is still in use: it signed in on %s (%s). Whatever uses it will stop working.", stampOf(l.At), l.Title())
		}
	}
	return warning
}

// ownUse is how long after Roomkey's recorded use a sign-in may still be
// Roomkey's own: clocks differ, and a check goes on after its token.
const ownUse = 15 * time.Minute

func stampOf(t time.Time) string { return t.UTC().Format(time.DateTime + " MST") }

// proven is when an earlier run got a token with the application's credential:
// that is what apply and rotate end with.
func (j journal) proven() (at time.Time) {
	applying := false
	for _, e := range j.entries {
		switch {
		case e.Phase == change.PhaseStart:
			applying = e.Verb == "apply"
		case e.Phase == change.PhaseEnd && applying, e.Phase == change.PhaseAfter && e.Step == "rotate":
			at = e.At
		}
	}
	return at
}
