package wire

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	codeStoreNoFolder = problem.Declare("store.no-folder", problem.Local)
	codeLog           = problem.Declare("store.log", problem.Local)
	codeUsageVault    = problem.Declare("usage.vault", problem.WrongInput)
	// CodeIntent is a script that the simulated colleague cannot run.
	CodeIntent = problem.Declare("usage.intent", problem.WrongInput)
	// CodeNotSimulated is a colleague who is wanted where none is played.
	CodeNotSimulated = problem.Declare("usage.not-simulated", problem.WrongInput)
)
