package check

import (
	"time"

	"github.com/roomkey/roomkey/core/words"
)

// Comparison is what changed between two runs.
type Comparison struct {
	// Before is when the earlier run finished.
	Before time.Time `json:"before"`
	Better []Change  `json:"better"`
	Worse  []Change  `json:"worse"`
}

// Change is one check that found something else than before.
type Change struct {
	Check  string     `json:"check"`
	Title  words.Text `json:"title"`
	Before Status     `json:"before"`
	After  Status     `json:"after"`
	// Code is the problem's now, or before when there is none any more.
	Code string `json:"code,omitempty"`
}

// Compare says what got better and what got worse. A check that one of the runs
// did not look at, because it was not wanted or did not exist, has no before
// and after; one that was skipped for another's failure counts as not known.
func Compare(before, after Run) Comparison {
	c := Comparison{Before: before.Finished, Better: []Change{}, Worse: []Change{}}
	for _, now := range after.Findings {
		then, ran := before.Finding(now.ID)
		if !ran || now.badness() < 0 || then.badness() < 0 {
			continue
		}
		change := Change{Check: now.ID, Title: now.Title, Before: then.Status, After: now.Status}
		switch {
		case now.Problem != nil:
			change.Code = now.Problem.Code.String()
		case then.Problem != nil:
			change.Code = then.Problem.Code.String()
		}
		switch {
		case now.badness() < then.badness():
			c.Better = append(c.Better, change)
		case now.badness() > then.badness():
			c.Worse = append(c.Worse, change)
		}
	}
	return c
}

// badness orders what a check found, -1 for not looked at.
func (f Finding) badness() int {
	switch f.Status {
	case Pass:
		return 0
	case Warn:
		return 1
	case Fail:
		return 3
	case Skipped:
		if f.Because == "" {
			return -1
		}
	}
	return 2
}
