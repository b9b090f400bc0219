// Package setup orders the work: six steps, each with a state and a reason, as
// a pure function of what is known. It asks nobody and decides nothing else.
package setup

import (
	"time"

	"github.com/roomkey/roomkey/core/words"
)

// State is where a step stands.
type State string

// The states of a step.
const (
	Todo      State = "todo"
	Ready     State = "ready"
	Running   State = "running"
	Done      State = "done"
	Attention State = "attention"
	Blocked   State = "blocked"
)

// The six steps in their order.
const (
	Describe = "describe"
	Register = "register"
	Prove    = "prove"
	Choose   = "choose"
	Restrict = "restrict"
	HandOver = "hand-over"
)

// Step is one step as a front end shows it. Reason says why it is in this
// state; it is empty only for a step that is simply to do.
type Step struct {
	ID     string     `json:"id"`
	Title  words.Text `json:"title"`
	State  State      `json:"state"`
	Reason words.Text `json:"reason"`
}

// Presence is what is known of a secret in the vault.
type Presence int

// What can be known of a secret. The zero value is for a vault that could not
// be asked.
const (
	PresenceUnknown Presence = iota
	Absent
	Present
)

// Known is all that the steps depend on.
type Known struct {
	// Running is the id of the step that is being worked on, "" for none.
	Running string
	// FieldProblems counts what lint found in the description, and says the
	// first of it.
	FieldProblems int
	FirstProblem  words.Text
	TenantFound   bool
	ClientID      bool
	Credential    Presence
	// CredentialExpires is zero when nobody knows.
	CredentialExpires time.Time
	// ByForm is whether the configuration is typed into the vendor's console,
	// so that there is no server to push to.
	ByForm      bool
	ServerToken Presence
	// Verdict is the last check's, "" when there was none; Current is whether
	// that check ran on exactly this configuration.
	Verdict   string
	Current   bool
	CheckedAt time.Time
	// RoomsChosen is whether somebody chose, RoomsCount how many rooms, -1 when
	// it is all of them and nobody has counted; 0 with "all" when the product may
	// not list rooms and none are known.
	RoomsChosen bool
	RoomsCount  int
	// Scripts are the results of Exchange scripts that were read back: how many
	// rooms were set as the product needs, and how many failed.
	ScriptRooms, ScriptFailed int
	// ScriptPartial is whether the script stopped early or left mailboxes out.
	ScriptPartial bool
	// ScriptMissing is how many of the chosen rooms its result does not name.
	ScriptMissing int
	// Pushed is whether the server holds exactly this configuration as far as
	// the last push or look tells; PushUnknown whether a push was cut off.
	Pushed, PushUnknown bool
	// CannotSignIn is whether the server uses a redirect URI that the connection
	// does not have: all of it is there, and nobody gets in.
	CannotSignIn bool
	PushedBefore bool
	PushedAt     time.Time
	Now          time.Time
}

// expiryWarning is how long before its end a credential asks for attention.
const expiryWarning = 60 * 24 * time.Hour

// Steps gives the six steps in order.
func Steps(k Known) []Step {
	steps := []Step{
		describe(k), register(k), prove(k), choose(k), restrict(k), handOver(k),
	}
	for i := range steps {
		if steps[i].ID == k.Running {
			steps[i].State, steps[i].Reason = Running, words.T("Working on it.")
		}
	}
	return steps
}

func step(id string, title string, state State, reason words.Text) Step {
	return Step{ID: id, Title: words.T(title), State: state, Reason: reason}
}

func describe(k Known) Step {
	const title = "Describe the connection"
	switch {
	case k.FieldProblems == 1:
		return step(Describe, title, Attention, k.FirstProblem)
	case k.FieldProblems > 1:
		return step(Describe, title, Attention, words.T("%d fields need attention. %s", k.FieldProblems, k.FirstProblem))
	case !k.TenantFound:
		return step(Describe, title, Ready, words.T("Find the tenant, so that everything else is about the right one."))
	}
	return step(Describe, title, Done, words.T("The tenant was found."))
}

// described is whether the first step stands in the way of the others.
func described(k Known) bool { return k.TenantFound && k.FieldProblems == 0 }

func register(k Known) Step {
	const title = "Register the application"
	switch {
	case !k.TenantFound:
		return step(Register, title, Blocked, words.T("Describe the connection first."))
	case !k.ClientID:
		return step(Register, title, Ready, words.T("Register an application, or enter the one that exists."))
	case k.Credential == PresenceUnknown:
		return step(Register, title, Attention, words.T("The keychain could not be asked whether it holds the credential."))
	case k.Credential == Absent:
		return step(Register, title, Attention, words.T("The application has no credential in the keychain yet."))
	case !k.CredentialExpires.IsZero() && !k.Now.Before(k.CredentialExpires):
		return step(Register, title, Attention, words.T("The credential expired on %s.", k.CredentialExpires.Format(time.DateOnly)))
	case !k.CredentialExpires.IsZero() && k.CredentialExpires.Sub(k.Now) < expiryWarning:
		return step(Register, title, Attention, words.T("The credential expires on %s: make a new one in time.", k.CredentialExpires.Format(time.DateOnly)))
	}
	return step(Register, title, Done, words.T("The application and its credential are known."))
}

// usable is whether there is an application that can be tried.
func usable(k Known) bool { return described(k) && k.ClientID && k.Credential == Present }

func prove(k Known) Step {
	const title = "Prove that it works"
	switch {
	case !usable(k):
		return step(Prove, title, Blocked, words.T("An application with its credential is needed first."))
	case k.Verdict == "":
		return step(Prove, title, Ready, words.T("Nothing was tried yet."))
	case !k.Current && k.Verdict == "fail":
		// A run that failed before it knew the rooms is never current.
		return step(Prove, title, Attention, words.T("It did not work in the last check, which names the cause."))
	case !k.Current:
		return step(Prove, title, Attention, words.T("The configuration has changed since the last check."))
	case k.Verdict == "pass":
		return step(Prove, title, Done, words.T("Proven on %s.", k.CheckedAt.Format(time.DateTime)))
	case k.Verdict == "warn":
		return step(Prove, title, Attention, words.T("It works, with warnings to read."))
	case k.Verdict == "fail":
		return step(Prove, title, Attention, words.T("It does not work yet: the check names the cause."))
	}
	return step(Prove, title, Attention, words.T("The last check is incomplete, which proves nothing."))
}

func choose(k Known) Step {
	const title = "Choose rooms and people"
	switch {
	case !described(k):
		return step(Choose, title, Blocked, words.T("Describe the connection first."))
	case !k.RoomsChosen:
		return step(Choose, title, Ready, words.T("Say which rooms the booking server handles."))
	case k.RoomsCount < 0:
		return step(Choose, title, Done, words.T("All rooms of the tenant."))
	case k.RoomsCount == 0:
		return step(Choose, title, Attention, words.T("No room is chosen."))
	}
	return step(Choose, title, Done, words.T("Rooms chosen: %d.", k.RoomsCount))
}

func restrict(k Known) Step {
	const title = "Set up Exchange"
	switch {
	case !described(k):
		return step(Restrict, title, Blocked, words.T("Describe the connection first."))
	case !k.RoomsChosen:
		return step(Restrict, title, Blocked, words.T("Choose the rooms first."))
	case k.ScriptFailed > 0:
		return step(Restrict, title, Attention, words.N(k.ScriptFailed, "The script failed for %d mailbox.", "The script failed for %d mailboxes.", k.ScriptFailed))
	case k.ScriptPartial:
		return step(Restrict, title, Attention, words.T("The script did not do everything: its result says what it left out, or why it stopped."))
	case k.ScriptRooms > 0 && k.ScriptMissing > 0:
		return step(Restrict, title, Attention, words.N(k.ScriptMissing, "%d of the chosen rooms is not in the result of the script.", "%d of the chosen rooms are not in the result of the script.", k.ScriptMissing))
	case k.ScriptRooms > 0:
		return step(Restrict, title, Done, words.N(k.ScriptRooms, "The result of the script was read back: %d mailbox.", "The result of the script was read back: %d mailboxes.", k.ScriptRooms))
	}
	return step(Restrict, title, Ready, words.T("Give the script to an Exchange administrator, and read its result back."))
}

func handOver(k Known) Step {
	const title = "Hand over to the booking server"
	proven := k.Current && (k.Verdict == "pass" || k.Verdict == "warn")
	switch {
	case k.PushUnknown:
		return step(HandOver, title, Attention, words.T("The last push was cut off: look what the server holds."))
	case k.Pushed && k.CannotSignIn:
		return step(HandOver, title, Attention, words.T("Nobody can sign in yet: the app registration needs the redirect URI of the booking server."))
	case k.Pushed:
		return step(HandOver, title, Done, words.T("The server holds this configuration since %s.", k.PushedAt.Format(time.DateTime)))
	case !proven:
		return step(HandOver, title, Blocked, words.T("Only a configuration that was just proven is handed over."))
	case k.ByForm:
		return step(HandOver, title, Ready, words.T("Fill in the vendor's form; every field has a copy button."))
	case k.ServerToken == Absent:
		return step(HandOver, title, Attention, words.T("The booking server's token is not in the keychain yet."))
	case k.PushedBefore:
		return step(HandOver, title, Attention, words.T("The server holds an older configuration."))
	}
	return step(HandOver, title, Ready, words.T("See what would change, then push it."))
}
