package product

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	codeFileInvalid      = problem.Declare("product.file-invalid", problem.WrongInput)
	codeFolderUnreadable = problem.Declare("product.folder-unreadable", problem.WrongInput)
)
