package backend

import (
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/words"
)

var (
	pushAgain = words.T("Press “Look again” on the page Hand over, look at what would change, and push again.")

	verdicts = map[check.Verdict]words.Text{
		check.Passed:     words.T("It works."),
		check.Warned:     words.T("It works, with warnings to read."),
		check.Failed:     words.T("It does not work yet."),
		check.Incomplete: words.T("Not everything could be looked at, so nothing is promised."),
	}

	serverViews = map[string]words.Text{
		check.ServerWorks:    words.T("The booking server says that it works there, too."),
		check.ServerFails:    words.T("The booking server says that it does not work there."),
		check.ServerUnproven: words.T("Whether it works from the booking server is unproven until the server says so."),
	}
)

// says is a verdict in a sentence, with where it was proven from.
func says(r check.Run) words.Text {
	return words.T("%s Proven from %s. %s", verdicts[r.Verdict], r.From, serverViews[r.Server])
}
