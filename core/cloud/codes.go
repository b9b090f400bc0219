package cloud

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	codeAmbiguous         = problem.Declare("cloud.ambiguous", problem.WrongInput)
	codeBusy              = problem.Declare("cloud.busy", problem.Throttled)
	CodeFileInvalid       = problem.Declare("cloud.file-invalid", problem.WrongInput)
	codeOtherTenant       = problem.Declare("cloud.other-tenant", problem.WrongInput)
	codeRefused           = problem.Declare("cloud.refused", problem.Refused)
	codeSearchIncomplete  = problem.Declare("cloud.search-incomplete", problem.NoAnswer)
	CodeTenantMalformed   = problem.Declare("cloud.tenant-malformed", problem.WrongInput)
	CodeTenantMissing     = problem.Declare("cloud.tenant-missing", problem.WrongInput)
	CodeTenantPersonal    = problem.Declare("cloud.tenant-personal", problem.WrongInput)
	CodeTenantUndecidable = problem.Declare("cloud.tenant-undecidable", problem.WrongInput)
	CodeTenantUnknown     = problem.Declare("cloud.tenant-unknown", problem.Refused)
	codeUnexpectedAnswer  = problem.Declare("cloud.unexpected-answer", problem.UnexpectedAnswer)
	CodeWrongCloud        = problem.Declare("cloud.wrong-cloud", problem.Refused)
)
