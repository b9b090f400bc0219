package export

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	codeDamaged     = problem.Declare("export.damaged", problem.WrongInput)
	codeFormat      = problem.Declare("export.format", problem.WrongInput)
	codeNewer       = problem.Declare("export.newer", problem.WrongInput)
	codeNoExpiry    = problem.Declare("export.no-expiry", problem.WrongInput)
	codeNoRecipient = problem.Declare("export.no-recipient", problem.WrongInput)
	codeWebPage     = problem.Declare("export.web-page", problem.WrongInput)
)
