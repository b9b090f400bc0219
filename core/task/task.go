// Package task says how far long work is.
package task

import (
	"github.com/roomkey/roomkey/core/words"
)

// Progress is how far a piece of work is. Total is 0 while it is not known.
type Progress struct {
	Done, Total int
	Now         words.Text
}

// Report receives progress. A nil Report is silent, so that callees need not
// ask. It is called from the goroutine that works and must not block.
type Report func(Progress)

// Say reports done of total and what happens now.
func (r Report) Say(done, total int, now words.Text) {
	if r != nil {
		r(Progress{Done: done, Total: total, Now: now})
	}
}
