package schedule

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	codeFile = problem.Declare("schedule.file", problem.Local)
	codeTool = problem.Declare("schedule.tool", problem.Local)
)
