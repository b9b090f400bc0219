package main

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	codeExchangeNothingDiffers = problem.Declare("exchange.nothing-differs", problem.WrongInput)
	codeUsageCommand           = problem.Declare("usage.command", problem.WrongInput)
	codeUsageFile              = problem.Declare("usage.file", problem.WrongInput)
	codeUsageNotConfirmed      = problem.Declare("usage.not-confirmed", problem.WrongInput)
	codeUsageNoOrganizers      = problem.Declare("usage.no-organizers", problem.WrongInput)
	codeUsagePreview           = problem.Declare("usage.preview", problem.WrongInput)
	codeUsageSecretTooLong     = problem.Declare("usage.secret-too-long", problem.WrongInput)
)
