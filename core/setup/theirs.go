package setup

import (
	"slices"
	"time"

	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/words"
)

// theirs are the steps where the application is the vendor's: there is none to
// register and none to test with.
func theirs(k Known) []Step {
	steps := []Step{describe(k), consent(k), choose(k), restrictTheirs(k), finish(k)}
	steps[1].Title, steps[4].Title = TitleOf(Register, true, k.ByAccount), TitleOf(HandOver, true, k.ByAccount)
	return steps
}

// TitleOf is what a step is called; theirs is whether the application is the
// vendor's, byAccount whether a service account signs in there.
func TitleOf(id string, theirs, byAccount bool) words.Text {
	switch {
	case theirs && id == Register:
		return words.T("Consent to the vendor's application")
	case byAccount && id == HandOver:
		return words.T("Sign in at the vendor")
	case theirs && id == HandOver:
		return words.T("Finish at the vendor")
	}
	return titles[id]
}

// consent is done when the grants were read and are those that the product needs,
// and the service account was looked up, where there is one.
func consent(k Known) Step {
	switch {
	case !k.TenantFound:
		return step(Register, Blocked, words.T("Describe the connection first."))
	case !k.ClientID:
		return step(Register, Ready, words.T("Enter the application (client) ID of the vendor's application."))
	}
	s := judge(Register, k.only(func(c evidence.State) bool { return c.Claim == evidence.Permissions || c.Claim == evidence.Account }),
		words.T("Consent as an administrator, then compare what was granted with what the product needs."))
	if s.State == Done {
		s.Reason = words.T("What was granted is what the product needs.")
	}
	return s
}

// inExchange are the claims that scripts prove of the vendor's application, and
// of the account that signs in there.
var inExchange = []evidence.Claim{evidence.Scope, evidence.Delegation, evidence.RoomSettings}

// restrictTheirs stays with what an Exchange administrator's results report:
// nobody here can make a call as the vendor's application to confirm it.
func restrictTheirs(k Known) Step {
	if s := restrict(k); s.State == Blocked {
		return s
	}
	claims := k.only(func(c evidence.State) bool { return slices.Contains(inExchange, c.Claim) })
	untried := words.T("The product needs no room settings. To limit what it reaches, use the scripts.")
	for _, c := range claims {
		switch {
		case c.Optional || c.Standing == evidence.Works:
		case c.Claim == evidence.Delegation:
			untried = delegate
		case c.Claim == evidence.Scope:
			untried = words.T("Limit the application in Exchange before the vendor gets access. Give the script to an Exchange administrator, then import its results.")
		default:
			untried = words.T("Give the script to an Exchange administrator, then import its results.")
		}
	}
	s := judge(Restrict, claims, untried)
	switch {
	case s.State == Ready:
		s.Reason = untried
	case s.State == Done:
		return step(Restrict, Attention, words.T("The results of the scripts report that Exchange is set up. No call has confirmed it: only the vendor can make one."))
	}
	return s
}

// signInWarning is how long before its end the sign-in of a service account asks
// for attention.
const signInWarning = 14 * 24 * time.Hour

// finish is done by a person's word, and says that it is no more than that
// unless the sign-in log shows the vendor's application.
func finish(k Known) Step {
	held, works := evidence.Find(k.Claims, evidence.HandedOver), evidence.Find(k.Claims, evidence.ServerWorks)
	switch ready := consent(k); {
	case ready.State != Done && ready.State != Attention:
		return step(HandOver, Blocked, words.T("Consent to the vendor's application first, and compare what was granted."))
	case k.unlimited():
		return step(HandOver, Blocked, limitFirst)
	case held.Standing == evidence.Void:
		return step(HandOver, Attention, held.Reason)
	case held.Standing == evidence.Works && !k.SignInEnds.IsZero() && !k.Now.Before(k.SignInEnds):
		return step(HandOver, Failed, words.T("The sign-in of the service account at the vendor ended on %s. Sign in there again, then confirm it.", k.SignInEnds.Format(time.DateOnly)))
	case held.Standing == evidence.Works && !k.SignInEnds.IsZero() && k.SignInEnds.Sub(k.Now) < signInWarning:
		return step(HandOver, Attention, words.T("The sign-in of the service account at the vendor ends on %s. Sign in there before then, and confirm it.", k.SignInEnds.Format(time.DateOnly)))
	case held.Standing == evidence.Works && works.Standing == evidence.Works:
		return proven(HandOver, words.T("%s confirmed it on %s, and the sign-in log shows that the vendor uses its application.", held.By, held.At.Format(time.DateOnly)), held, works)
	case held.Standing == evidence.Works:
		return proven(HandOver, words.T("%s confirmed it on %s. Roomkey cannot test it: it has no credential of the vendor's application.", held.By, held.At.Format(time.DateOnly)), held)
	case k.ByAccount:
		return step(HandOver, Ready, words.T("Sign in at the vendor with the service account, then confirm that it works."))
	}
	return step(HandOver, Ready, words.T("Connect Microsoft 365 in the vendor's console, then confirm that it works."))
}

var delegate = words.T("Give the script that delegates the rooms to an Exchange administrator, then import its results.")

var limitFirst = words.T("Limit the application in Exchange and prove the limit first. Anyone who gets the credential before then can see every calendar.")

// unlimited is whether the limit has to be proven before the vendor gets in, and
// is not.
func (k Known) unlimited() bool {
	return k.LimitFirst && evidence.Find(k.Claims, evidence.Scope).Standing != evidence.Works
}
