package permission

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	codeFileInvalid = problem.Declare("permission.file-invalid", problem.WrongInput)
)
