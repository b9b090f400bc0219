package product

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	codeEnded            = problem.Declare("product.ended", problem.Blocked)
	codeEnds             = problem.Declare("product.ends", problem.Unmet)
	codeFileInvalid      = problem.Declare("product.file-invalid", problem.WrongInput)
	codeFolderUnreadable = problem.Declare("product.folder-unreadable", problem.WrongInput)
)
