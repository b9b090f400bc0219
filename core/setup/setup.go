// Package setup orders the work: six steps, each with a state and a reason, as
// a pure function of what is known. It asks nobody and decides nothing else.
package setup

import (
	"slices"
	"time"

	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/words"
)

// State is where a step stands.
type State string

// The states of a step. Attention is something to read, or to do again; Failed
// is that it was tried and does not work.
const (
	Ready     State = "ready"
	Running   State = "running"
	Done      State = "done"
	Attention State = "attention"
	Failed    State = "failed"
	Blocked   State = "blocked"
)

// The six steps. What is chosen is chosen before it is proven, since a choice
// makes the proof of another one void.
const (
	Describe = "describe"
	Register = "register"
	Choose   = "choose"
	Restrict = "restrict"
	Prove    = "prove"
	HandOver = "hand-over"
)

// Order is the steps in the order in which they are done.
func Order() []string { return []string{Describe, Register, Choose, Restrict, Prove, HandOver} }

// Step is one step as a front end shows it. Reason says why it is in this state.
type Step struct {
	ID     string     `json:"id"`
	Title  words.Text `json:"title"`
	State  State      `json:"state"`
	Reason words.Text `json:"reason"`
	// ProvenAt is since when a step is done that rests on evidence, VoidWhen what
	// would make that evidence void.
	ProvenAt time.Time  `json:"provenAt,omitzero"`
	VoidWhen words.Text `json:"voidWhen,omitzero"`
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
	// Wrong are fields with a value that cannot be right, Missing those that are
	// still empty.
	Wrong, Missing []words.Text
	TenantFound    bool
	ClientID       bool
	Credential     Presence
	// CredentialExpires is zero when nobody knows.
	CredentialExpires time.Time
	// RoomsChosen is whether somebody chose, RoomsCount how many rooms, -1 when
	// it is all of them and nobody has counted; 0 with "all" when the product may
	// not list rooms and none are known.
	RoomsChosen bool
	RoomsCount  int
	// NoRooms is whether the product has nothing to do with rooms.
	NoRooms bool
	// Claims are where the claims of this connection stand.
	Claims []evidence.State
	// ByForm is whether the configuration is typed into the vendor's console, so
	// that there is no server to push to.
	ByForm bool
	// ServerSilent is whether the booking server cannot say by itself that it
	// works, so that a person has to.
	ServerSilent bool
	ServerToken  Presence
	// NoCredential is whether the vendor gets in with its own application, whose
	// credential nobody hands over; ByAccount whether a service account signs in
	// at the vendor.
	NoCredential, ByAccount bool
	// SignInEnds is when the sign-in of that account at the vendor ends, zero when
	// nobody knows.
	SignInEnds time.Time
	// LimitFirst is whether the limit in Exchange has to be proven before anything
	// is handed over.
	LimitFirst bool
	// PushUnknown is whether a push was cut off.
	PushUnknown bool
	// CannotSignIn is whether the server uses a redirect URI that the connection
	// does not have: all of it is there, and nobody gets in.
	CannotSignIn bool
	Now          time.Time
}

// Steps gives the steps in order: six, or five where the application is the
// vendor's and there is nothing that a test could sign in with.
func Steps(k Known) []Step {
	steps := []Step{describe(k), register(k), choose(k), restrict(k), prove(k), handOver(k)}
	if k.NoCredential {
		steps = theirs(k)
	}
	for i := range steps {
		if steps[i].ID == k.Running {
			steps[i] = Step{ID: steps[i].ID, Title: steps[i].Title, State: Running, Reason: words.T("Working on it.")}
		}
	}
	return steps
}

// titles are what the steps are called.
var titles = map[string]words.Text{
	Describe: words.T("Describe the connection"),
	Register: words.T("Register the application"),
	Choose:   words.T("Choose rooms and people"),
	Restrict: words.T("Set up Exchange"),
	Prove:    words.T("Prove that it works"),
	HandOver: words.T("Hand over to the booking server"),
}

func step(id string, state State, reason words.Text) Step {
	return Step{ID: id, Title: titles[id], State: state, Reason: reason}
}

// proven is a step that is done by what these claims have proven.
func proven(id string, reason words.Text, by ...evidence.State) Step {
	s := step(id, Done, reason)
	s.ProvenAt, s.VoidWhen = evidence.Since(by...)
	return s
}

func describe(k Known) Step {
	switch {
	case len(k.Wrong) > 0:
		return step(Describe, Attention, first(k.Wrong))
	case len(k.Missing) > 0:
		return step(Describe, Ready, first(k.Missing))
	case !k.TenantFound:
		return step(Describe, Ready, words.T("Find the tenant."))
	}
	return step(Describe, Done, words.T("The tenant was found."))
}

// first is the first of several texts, and how many there are.
func first(texts []words.Text) words.Text {
	if len(texts) == 1 {
		return texts[0]
	}
	return words.N(len(texts)-1, "%s %d more field needs attention.", "%s %d more fields need attention.", texts[0], len(texts)-1)
}

// described is whether the first step stands in the way of the others.
func described(k Known) bool { return k.TenantFound && len(k.Wrong)+len(k.Missing) == 0 }

// expiryWarning is how long before its end a credential asks for attention.
const expiryWarning = 60 * 24 * time.Hour

func register(k Known) Step {
	switch {
	case !k.TenantFound:
		return step(Register, Blocked, describeFirst)
	case !k.ClientID:
		return step(Register, Ready, words.T("Register an application, or enter an existing one."))
	case k.Credential == PresenceUnknown:
		return step(Register, Attention, keychainSilent)
	case k.Credential == Absent && evidence.Find(k.Claims, evidence.SignIn).At.IsZero():
		return step(Register, Ready, words.T("Enter the credential of the application."))
	case k.Credential == Absent:
		return step(Register, Attention, words.T("The credential is not in the keychain of this computer."))
	case !k.CredentialExpires.IsZero() && !k.Now.Before(k.CredentialExpires):
		return step(Register, Failed, words.T("The credential expired on %s.", k.CredentialExpires.Format(time.DateOnly)))
	}
	claims := k.only(func(c evidence.State) bool { return registered[c.Claim] })
	var empty []words.Text
	for i, c := range claims {
		if c.Empty {
			empty = append(empty, c.Reason)
		}
		if c.Rechosen || c.Empty {
			claims[i].Standing = evidence.Works // that lists can be read depends neither on the choice nor on what is in them
		}
	}
	s := judge(Register, claims, words.T("Test sign-in, permissions and lists."))
	if s.State == Done {
		s.Reason = words.Sentences(append([]words.Text{s.Reason}, empty...)...)
	}
	if left := k.CredentialExpires.Sub(k.Now); s.State == Done && !k.CredentialExpires.IsZero() && left < expiryWarning {
		return step(Register, Attention, words.T("The credential expires on %s. Create a new one before then.", k.CredentialExpires.Format(time.DateOnly)))
	}
	return s
}

// registered are the claims that prove a registration.
var registered = map[evidence.Claim]bool{
	evidence.SignIn: true, evidence.Permissions: true, evidence.Rooms: true, evidence.People: true, evidence.Groups: true,
}

func choose(k Known) Step {
	switch {
	case !described(k):
		return step(Choose, Blocked, describeFirst)
	case k.NoRooms:
		return step(Choose, Done, words.T("The product manages no rooms."))
	case !k.RoomsChosen:
		return step(Choose, Ready, words.T("Choose the rooms that the booking server manages."))
	case k.RoomsCount < 0:
		return step(Choose, Done, words.T("All rooms of the tenant."))
	case k.RoomsCount == 0:
		return step(Choose, Attention, words.T("No room is chosen."))
	}
	return step(Choose, Done, words.N(k.RoomsCount, "%d room is chosen.", "%d rooms are chosen.", k.RoomsCount))
}

// roomsOpen is whether rooms have to be chosen before anything else is done.
func (k Known) roomsOpen() bool { return !k.RoomsChosen && !k.NoRooms }

var keychainSilent = words.T("The keychain did not say whether it has the credential.")

var (
	describeFirst = words.T("Describe the connection first.")
	roomsFirst    = words.T("Choose the rooms first.")
)

func restrict(k Known) Step {
	switch {
	case !described(k):
		return step(Restrict, Blocked, describeFirst)
	case k.roomsOpen():
		return step(Restrict, Blocked, roomsFirst)
	}
	if bad, ok := evidence.Worst(k.only(func(c evidence.State) bool { return c.Claim == evidence.Scope })); ok {
		return step(Restrict, stateOf(bad.Standing), bad.Reason)
	}
	if d := evidence.Find(k.Claims, evidence.Delegation); d.Claim != "" && d.Standing != evidence.Works {
		return judge(Restrict, []evidence.State{d}, delegate)
	}
	settings := evidence.Find(k.Claims, evidence.RoomSettings)
	if settings.Claim == "" {
		return step(Restrict, Ready, words.T("The product needs no room settings. To limit what it reaches, use the scripts."))
	}
	if settings.Standing == evidence.Works {
		return reported(settings, evidence.Find(k.Claims, evidence.Booking))
	}
	return judge(Restrict, k.only(func(c evidence.State) bool { return c.Claim == evidence.RoomSettings }),
		words.T("Give the script to an Exchange administrator, then import its results."))
}

// reported is what the result file of a script comes to. Anybody can write such
// a file, so that the step is done only with a later test booking, where one can
// be made.
func reported(settings, booking evidence.State) Step {
	switch {
	case booking.Claim == "":
		return proven(Restrict, words.T("The results of the script report that every chosen room is set up. The product books nothing, so no test booking can confirm it."), settings)
	case booking.Standing != evidence.Works || booking.At.Before(settings.At):
		return step(Restrict, Attention, words.T("The results of the script report that every chosen room is set up. No call has confirmed it: make a test booking."))
	}
	return proven(Restrict, words.T("The results of the script report that every chosen room is set up, and a room accepted a test booking since."), settings, booking)
}

func prove(k Known) Step {
	switch {
	case !described(k):
		return step(Prove, Blocked, describeFirst)
	case !k.ClientID || k.Credential == Absent:
		return step(Prove, Blocked, words.T("First enter an application and its credential."))
	case k.Credential == PresenceUnknown: // a locked one, say
		return step(Prove, Blocked, keychainSilent)
	case k.roomsOpen():
		return step(Prove, Blocked, roomsFirst)
	}
	claims := Tested(k.Claims)
	if chosenSince(claims) {
		return step(Prove, Ready, words.T("Test the chosen rooms and people."))
	}
	return judge(Prove, claims, words.T("Nothing has been tested yet."))
}

// chosenSince is whether the registration's own test is all that there was, and
// the choice came after it, as the steps have it: no proof of the choice is lost.
func chosenSince(claims []evidence.State) (rechosen bool) {
	for _, c := range claims {
		switch {
		case c.Standing == evidence.Untested:
		case c.Claim == evidence.Calendars || c.Claim == evidence.Booking:
			return false
		case c.Rechosen:
			rechosen = true
		case c.Standing != evidence.Works:
			return false
		}
	}
	return rechosen
}

// Tested are those of the claims that a test proves.
func Tested(claims []evidence.State) []evidence.State {
	return Known{Claims: claims}.only(func(c evidence.State) bool {
		return !slices.Contains([]evidence.Claim{evidence.Account, evidence.Delegation, evidence.RoomSettings, evidence.HandedOver, evidence.ServerWorks}, c.Claim)
	})
}

func handOver(k Known) Step {
	held, works := evidence.Find(k.Claims, evidence.HandedOver), evidence.Find(k.Claims, evidence.ServerWorks)
	switch {
	case k.PushUnknown:
		return step(HandOver, Attention, words.T("The last push was interrupted. Check what the server has."))
	case works.Standing == evidence.Failed || works.Standing == evidence.Attention:
		return step(HandOver, stateOf(works.Standing), works.Reason)
	case held.Standing == evidence.Works && k.CannotSignIn:
		return step(HandOver, Attention, words.T("No one can sign in yet: the app registration needs the redirect URI of the booking server."))
	case held.Standing == evidence.Attention:
		return step(HandOver, Attention, held.Reason)
	case held.Standing == evidence.Works && k.ByForm:
		return proven(HandOver, words.T("%s entered it on %s.", held.By, held.At.Format(time.DateOnly)), held)
	case held.Standing == evidence.Works && works.Standing == evidence.Works && k.ServerSilent:
		return proven(HandOver, words.T("%s confirmed on %s that the booking server works.", works.By, works.At.Format(time.DateOnly)), held, works)
	case held.Standing == evidence.Works && works.Standing == evidence.Works:
		return proven(HandOver, words.T("The booking server said on %s that it works.", works.At.Format(time.DateOnly)), held, works)
	case held.Standing == evidence.Works && k.ServerSilent && evidence.Find(k.Claims, evidence.SingleSignOn).Standing == evidence.Void:
		return step(HandOver, Attention, words.T("The booking server has the configuration. Test single sign-on again, then try it there."))
	case held.Standing == evidence.Works && k.ServerSilent:
		return step(HandOver, Attention, words.T("The booking server has the configuration and cannot say whether it works. Try it there, then confirm that it works."))
	case held.Standing == evidence.Works:
		return step(HandOver, Attention, words.T("The booking server has the configuration. It has not said yet whether it works."))
	case held.Standing == evidence.Void:
		return step(HandOver, Attention, words.T("The booking server has an older configuration. %s", held.Reason))
	case !described(k):
		return step(HandOver, Blocked, describeFirst)
	case k.roomsOpen():
		return step(HandOver, Blocked, roomsFirst)
	case !passable(k):
		return step(HandOver, Blocked, words.T("Prove the configuration first."))
	case k.unlimited():
		return step(HandOver, Blocked, limitFirst)
	case k.ByForm:
		return step(HandOver, Ready, words.T("Fill in the vendor's form, then say that you have entered it."))
	case k.ServerToken == Absent:
		return step(HandOver, Ready, words.T("Enter the token of the booking server."))
	}
	return step(HandOver, Ready, words.T("See what would change, then push it."))
}

// passable is whether what was proven may be handed over. A warning may; what it
// stands before must be proven all the same.
func passable(k Known) bool {
	k.Claims = slices.Clone(k.Claims)
	for i, c := range k.Claims {
		if c.Standing == evidence.Attention {
			k.Claims[i].Standing = evidence.Works
		}
	}
	return prove(k).State == Done
}
