package main

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	codeTourFolder  = problem.Declare("tour.folder", problem.Local)
	codeTourPicture = problem.Declare("tour.picture", problem.Local)
)
