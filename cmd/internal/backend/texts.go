package backend

import (
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/words"
)

var (
	pushAgain = words.T("Press “Look again” on the page Hand over, look at what would change, and push again.")

	serverViews = map[string]words.Text{
		check.ServerWorks:    words.T("The booking server says that it works there, too."),
		check.ServerFails:    words.T("The booking server says that it does not work there."),
		check.ServerUnproven: words.T("Whether it works from the booking server is unproven until the server says so."),
	}
)

// says is where a run was proven from, and what the server itself says.
func says(r check.Run) words.Text {
	view, known := serverViews[r.Server]
	if !known {
		view = serverViews[check.ServerUnproven]
	}
	if r.Verdict == check.Passed || r.Verdict == check.Warned {
		return words.T("Proven from this computer, %s. %s", r.From, view)
	}
	return words.T("Tested from this computer, %s. %s", r.From, view)
}
