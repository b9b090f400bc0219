package wire

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	codeStoreNoFolder = problem.Declare("store.no-folder", problem.Local)
	codeUsageVault    = problem.Declare("usage.vault", problem.WrongInput)
)
