package setup

import (
	"time"

	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/words"
)

// theirs are the steps where the application is the vendor's: there is none to
// register and none to test with.
func theirs(k Known) []Step {
	steps := []Step{describe(k), consent(k), choose(k), restrict(k), finish(k)}
	steps[1].Title, steps[4].Title = words.T("Consent to the vendor's application"), words.T("Finish at the vendor")
	if k.ByAccount {
		steps[4].Title = words.T("Sign in at the vendor")
	}
	return steps
}

// consent is done when the grants were read and are those that the product needs.
func consent(k Known) Step {
	switch {
	case !k.TenantFound:
		return step(Register, Blocked, words.T("Describe the connection first."))
	case !k.ClientID:
		return step(Register, Ready, words.T("Enter the application (client) ID of the vendor's application."))
	}
	return judge(Register, k.only(func(c evidence.State) bool { return c.Claim == evidence.Permissions }),
		words.T("Consent as an administrator, then compare what was granted with what the product needs."))
}

// finish is done by a person's word, and says that it is no more than that
// unless the sign-in log shows the vendor's application.
func finish(k Known) Step {
	held, works := evidence.Find(k.Claims, evidence.HandedOver), evidence.Find(k.Claims, evidence.ServerWorks)
	switch {
	case !passable(k):
		return step(HandOver, Blocked, words.T("Consent to the vendor's application first, and compare what was granted."))
	case held.Standing == evidence.Void:
		return step(HandOver, Attention, held.Reason)
	case held.Standing == evidence.Works && works.Standing == evidence.Works:
		return proven(HandOver, words.T("%s confirmed it on %s, and the sign-in log shows that the vendor uses its application.", held.By, held.At.Format(time.DateOnly)), held, works)
	case held.Standing == evidence.Works:
		return proven(HandOver, words.T("%s confirmed it on %s. Roomkey cannot test it: it has no credential of the vendor's application.", held.By, held.At.Format(time.DateOnly)), held)
	case k.ByAccount:
		return step(HandOver, Ready, words.T("Sign in at the vendor with the service account, then say that it works."))
	}
	return step(HandOver, Ready, words.T("Connect Microsoft 365 in the vendor's console, then say that it works."))
}
