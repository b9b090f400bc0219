package sheet

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	codeCannotRead      = problem.Declare("sheet.cannot-read", problem.WrongInput)
	codeDuplicate       = problem.Declare("sheet.duplicate", problem.WrongInput)
	codeDuplicateColumn = problem.Declare("sheet.duplicate-column", problem.WrongInput)
	codeEmpty           = problem.Declare("sheet.empty", problem.WrongInput)
	codeEncodingGuessed = problem.Declare("sheet.encoding-guessed", problem.WrongInput)
	codeFormula         = problem.Declare("sheet.formula", problem.WrongInput)
	codeLineBroken      = problem.Declare("sheet.line-broken", problem.WrongInput)
	codeLineTooLong     = problem.Declare("sheet.line-too-long", problem.WrongInput)
	CodeNoColumn        = problem.Declare("sheet.no-column", problem.WrongInput)
	codeLettersLost     = problem.Declare("sheet.letters-lost", problem.WrongInput)
	codeNotText         = problem.Declare("sheet.not-text", problem.WrongInput)
	codeTooLarge        = problem.Declare("sheet.too-large", problem.WrongInput)
	codeTooMuchWrong    = problem.Declare("sheet.too-much-wrong", problem.WrongInput)
	codeUnknownEncoding = problem.Declare("sheet.unknown-encoding", problem.WrongInput)
	codeValueMissing    = problem.Declare("sheet.value-missing", problem.WrongInput)
	codeValueWrong      = problem.Declare("sheet.value-wrong", problem.WrongInput)
	codeWorkbook        = problem.Declare("sheet.workbook", problem.WrongInput)
)
