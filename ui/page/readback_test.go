package page

import (
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/exchange"
)

// TestProblemsOf: a run with -WhatIf changed nothing, one that stopped did not do
// everything, and what failed stands first.
func TestProblemsOf(t *testing.T) {
	r := exchange.Result{Script: "limit-application", FinishedAt: time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC), Summary: map[string]int{exchange.Changed: 1}}
	if got := problemsOf(r); len(got) != 0 || !r.Settled().Equal(r.FinishedAt.Add(2*time.Hour)) {
		t.Errorf("%v, counts from %v", got, r.Settled())
	}
	r.WhatIf, r.Err = true, "no connection"
	if got := problemsOf(r); len(got) != 2 || !r.Settled().IsZero() {
		t.Errorf("%v, counts from %v", got, r.Settled())
	}
	r.Results = []exchange.Outcome{{Identity: "a", Status: exchange.Same}, {Identity: "b", Status: exchange.Failed}}
	undone := exchange.Result{Script: "set-places", Undo: true}
	if got := titleOf(undone); got != "Undo the description of the rooms" {
		t.Errorf("a run that took something back is called %q", got)
	}
	if got := outcomes(r); got[0].Identity != "b" {
		t.Errorf("%+v", got)
	}
}
