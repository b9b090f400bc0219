package policy

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	CodeLocked  = problem.Declare("policy.locked", problem.Blocked)
	codeInvalid = problem.Declare("policy.invalid", problem.Local)
	codeUnknown = problem.Declare("policy.unknown", problem.Local)
)
