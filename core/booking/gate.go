package booking

import (
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Checked is what is remembered of the last check.
type Checked struct {
	// Digest is the connection's digest that the check ran on, "" when there
	// was no check.
	Digest string
	// Verdict is "pass", "warn", "fail" or "incomplete".
	Verdict string
	At      time.Time
	// Age is how long ago that was, negative when it is dated in the future, and
	// Life how long a check counts; 0 for however long.
	Age, Life time.Duration
}

// Clearance is the gate's yes to one digest. Push wants one, and only Gate
// makes one: an unproven configuration cannot be pushed by forgetting to ask.
type Clearance struct{ digest string }

// Gate lets a configuration with this digest pass when the last check ran on
// exactly it, counts still and did not fail; warnings need acceptWarnings.
// Problems: booking.gate-unchecked, gate-changed, gate-old, gate-future,
// gate-failed, gate-incomplete, gate-warnings.
func Gate(last Checked, digest string, acceptWarnings bool) (Clearance, error) {
	closed := problem.New
	again := words.T("Test the connection.")
	incomplete := func() (Clearance, error) {
		return Clearance{}, closed(codeGateIncomplete, words.T("The last test could not check everything, so nothing was handed over.")).
			With(words.T("Something that the booking server needs could not be checked or was skipped.")).Lead(again, problem.PlaceCheck)
	}
	switch {
	case last.Verdict == "incomplete": // such a run has no digest
		return incomplete()
	case digest == "" || last.Digest == "" || last.Verdict == "":
		return Clearance{}, closed(codeGateUnchecked, words.T("This connection has not been checked yet, so it was not handed over.")).Lead(again, problem.PlaceCheck)
	case last.Digest != digest:
		p := closed(codeGateChanged, words.T("The connection has changed since it was checked, so it was not handed over."))
		if !last.At.IsZero() {
			p.With(words.T("The last check was on %s. Since then a setting, the credential or the list of rooms has changed.", last.At.UTC().Format("2006-01-02 15:04 MST")))
		}
		return Clearance{}, p.Lead(again, problem.PlaceCheck)
	case last.Life > 0 && last.Age > last.Life:
		return Clearance{}, closed(codeGateOld, words.T("The last test is too old for a push.")).
			With(words.T("It was on %s. A test is valid for %d hours (server.testLasts), because a tenant can change without notice.", last.At.UTC().Format("2006-01-02 15:04 MST"), int(last.Life.Hours()))).
			Lead(again, problem.PlaceCheck)
	case last.Life > 0 && last.Age < -skew:
		return Clearance{}, closed(codeGateFuture, words.T("The last test is dated in the future, so its age is unknown.")).
			With(words.T("It is dated %s.", last.At.UTC().Format("2006-01-02 15:04 MST"))).
			Fix(words.T("Check this computer's date and time first.")).Lead(again, problem.PlaceCheck)
	case last.Verdict == "pass", last.Verdict == "warn" && acceptWarnings:
		return Clearance{digest}, nil
	case last.Verdict == "warn":
		return Clearance{}, closed(CodeGateWarnings, words.T("The last check has warnings. To hand over anyway, confirm them.")).
			Fix(words.T("Read the warnings of the last test.")).
			Lead(words.T("If you accept them, push in spite of them."), problem.PlaceWarnings)
	case last.Verdict == "fail":
		return Clearance{}, closed(codeGateFailed, words.T("The last check failed, so the connection was not handed over.")).
			Fix(words.T("Follow the remedies of the root cause.")).Lead(again, problem.PlaceCheck)
	default:
		return incomplete()
	}
}
