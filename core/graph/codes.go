package graph

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	codeDirectoryConcurrencyViolation          = problem.Declare("graph.Directory_ConcurrencyViolation", problem.Stale)
	codeDirectoryObjectNotFound                = problem.Declare("graph.Directory_ObjectNotFound", problem.Absent)
	codeNoBackingApplicationObject             = problem.Declare("graph.NoBackingApplicationObject", problem.Absent)
	codeRequestMultipleObjectsWithSameKeyValue = problem.Declare("graph.Request_MultipleObjectsWithSameKeyValue", problem.WrongInput)
	codeAttributeUnreadable                    = problem.Declare("graph.attribute-unreadable", problem.WrongInput)
	codeForeignLink                            = problem.Declare("graph.foreign-link", problem.UnexpectedAnswer)
	codeListEndless                            = problem.Declare("graph.list-endless", problem.UnexpectedAnswer)
	codeListShort                              = problem.Declare("graph.list-short", problem.NoAnswer)
	codeNoToken                                = problem.Declare("graph.no-token", problem.SignInNeeded)
)
