package proof

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var codeLimitFirst = problem.Declare("booking.limit-first", problem.Blocked)
