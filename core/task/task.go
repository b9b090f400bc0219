// Package task is long work seen from outside: how far it is, and a cancel
// that waits until the work has really stopped.
package task

import (
	"context"

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

// Task is work that runs on a goroutine of its own.
type Task struct {
	cancel context.CancelFunc
	done   chan struct{}
	err    error
}

// Start runs work on its own goroutine with a context that Cancel ends.
func Start(ctx context.Context, work func(context.Context) error) *Task {
	ctx, cancel := context.WithCancel(ctx)
	t := &Task{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(t.done)
		defer cancel()
		t.err = work(ctx)
	}()
	return t
}

// Cancel asks the work to stop and waits until it has.
func (t *Task) Cancel() error {
	t.cancel()
	return t.Wait()
}

// Wait blocks until the work has ended and gives its error.
func (t *Task) Wait() error {
	<-t.done
	return t.err
}

// Done is closed when the work has ended.
func (t *Task) Done() <-chan struct{} { return t.done }
