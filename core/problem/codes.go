package problem

// Codes of problems that belong to no package in particular.
var (
	CodeCancelled  = Declare("task.cancelled", Cancelled)
	CodeUnexpected = Declare("internal.unexpected", Internal)
	codeIncomplete = Declare("internal.incomplete", Internal)
)
