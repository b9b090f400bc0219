package ui

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	codeFileNotRead    = problem.Declare("file.not-read", problem.Local)
	codeFileNotWritten = problem.Declare("file.not-written", problem.Local)
)
