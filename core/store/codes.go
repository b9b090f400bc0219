package store

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	codeAmbiguous         = problem.Declare("store.ambiguous", problem.WrongInput)
	codeCannotRead        = problem.Declare("store.cannot-read", problem.Local)
	codeCannotWrite       = problem.Declare("store.cannot-write", problem.Local)
	codeChanged           = problem.Declare("store.changed", problem.Stale)
	CodeDeleted           = problem.Declare("store.deleted", problem.Absent)
	codeInUse             = problem.Declare("store.in-use", problem.Local)
	codeLeftOver          = problem.Declare("store.left-over", problem.Local)
	codeMisplaced         = problem.Declare("store.misplaced", problem.Local)
	codeNoDocument        = problem.Declare("store.no-document", problem.Absent)
	CodeStateDamaged      = problem.Declare("store.state-damaged", problem.Local)
	codeUnknownConnection = problem.Declare("store.unknown-connection", problem.WrongInput)
)
