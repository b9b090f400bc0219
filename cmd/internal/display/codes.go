package display

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	codeNone   = problem.Declare("display.none", problem.Local)
	codeOpenGL = problem.Declare("display.no-opengl", problem.Local)
)
