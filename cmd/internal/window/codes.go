package window

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	codeCutOff         = problem.Declare("booking.cut-off", problem.NoAnswer)
	codeImported       = problem.Declare("export.imported", problem.Local)
	codeSimulatedTaken = problem.Declare("usage.simulated-taken", problem.WrongInput)
)
