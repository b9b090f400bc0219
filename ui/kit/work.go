package kit

import (
	"context"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
)

// Dispatch runs a function on the UI thread, later. In production it is
// fyne.Do; tests and the tour use a Queue.
type Dispatch func(func())

// Queue is a Dispatch that its owner drains, so that everything that touches
// widgets happens on one goroutine without a running driver.
type Queue struct{ calls chan func() }

// NewQueue makes an empty queue.
func NewQueue() *Queue { return &Queue{calls: make(chan func(), 4096)} }

// Dispatch puts f into the queue.
func (q *Queue) Dispatch(f func()) { q.calls <- f }

// Drain runs what is in the queue until it is empty.
func (q *Queue) Drain() {
	for {
		select {
		case f := <-q.calls:
			f()
		default:
			return
		}
	}
}

// Until drains the queue until done answers true or ctx ends.
func (q *Queue) Until(ctx context.Context, done func() bool) error {
	for {
		q.Drain()
		if done() {
			return nil
		}
		select {
		case f := <-q.calls:
			f()
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Host is what widgets need of the window that they stand in.
type Host struct {
	Dispatch Dispatch
	// Clipboard answers the system's clipboard.
	Clipboard func() fyne.Clipboard
	// OpenURL opens an address in the browser; it may block and is called away
	// from the UI thread.
	OpenURL func(address string)
	// Lead opens a place in Roomkey that a remedy leads to.
	Lead func(to problem.Place) `optional:"the shell sets it"`
	// Notify is told of long work that has ended.
	Notify func(title string) `optional:"nobody is told"`
	// Runs is told the titles of what runs, "" for nothing, each time that changes.
	Runs func(titles string) `optional:"nobody is told"`
	// After runs f on the UI thread after a while and gives a stop function.
	After func(wait time.Duration, f func()) (stop func())
}

// Timer is an After on real time.
func Timer(d Dispatch) func(time.Duration, func()) func() {
	return func(wait time.Duration, f func()) func() {
		t := time.AfterFunc(wait, func() { d(f) })
		return func() { t.Stop() }
	}
}

// Copy puts text on the clipboard.
func (h *Host) Copy(text string) {
	if h != nil && h.Clipboard != nil {
		h.Clipboard().SetContent(text)
	}
}

// Open opens an address in the browser.
func (h *Host) Open(address string) {
	if h != nil && h.OpenURL != nil {
		go h.OpenURL(address)
	}
}

// Scope is background work that belongs together, for instance that of one
// connection's pages: closing it cancels the work and drops what it would still
// have told the UI.
type Scope struct {
	ctx      context.Context
	cancel   context.CancelFunc
	dispatch Dispatch
	bar      *TaskBar
	wait     sync.WaitGroup
	// busy counts the work whose end the UI has not seen yet; it is touched on
	// the UI thread only.
	busy int
}

// NewScope begins a scope under ctx; bar may be nil.
func NewScope(ctx context.Context, d Dispatch, bar *TaskBar) *Scope {
	ctx, cancel := context.WithCancel(ctx)
	return &Scope{ctx: ctx, cancel: cancel, dispatch: d, bar: bar}
}

// Run works in the background without showing it, then calls done on the UI
// thread.
func (s *Scope) Run(work func(context.Context) error, done func(error)) {
	s.start(s.ctx, func() {}, work, done)
}

// Show is Run with the work shown in the task bar under title, where it can be
// cancelled. It gives the cancel.
func (s *Scope) Show(title string, work func(context.Context, task.Report) error, done func(error)) (cancel func()) {
	ctx, cancel := context.WithCancel(s.ctx)
	if s.bar == nil {
		s.start(ctx, cancel, func(ctx context.Context) error { return work(ctx, nil) }, done)
		return cancel
	}
	job := s.bar.begin(title, cancel)
	var (
		mu      sync.Mutex
		latest  task.Progress
		pending bool
	)
	report := func(p task.Progress) {
		mu.Lock()
		defer mu.Unlock()
		latest = p
		if pending {
			return
		}
		pending = true
		s.dispatch(func() {
			mu.Lock()
			p := latest
			pending = false
			mu.Unlock()
			s.bar.progress(job, p)
		})
	}
	s.start(ctx, func() { cancel(); s.bar.end(job) }, func(ctx context.Context) error {
		// What is waited for stands where the progress does.
		return work(task.WithWaiting(ctx, func(what words.Text) { report(task.Progress{Now: what}) }), report)
	}, done)
	return cancel
}

// start runs work; ended and done are called on the UI thread, done only while
// the scope is open.
func (s *Scope) start(ctx context.Context, ended func(), work func(context.Context) error, done func(error)) {
	s.busy++
	s.wait.Add(1)
	go func() {
		defer s.wait.Done()
		err := work(ctx)
		s.dispatch(func() {
			s.busy--
			ended()
			if s.ctx.Err() == nil && done != nil {
				done(err)
			}
		})
	}()
}

// Coalesced gives a function that may be called from any goroutine, as often as
// it likes, and runs f on the UI thread at most once at a time.
func (s *Scope) Coalesced(f func()) func() {
	var (
		mu      sync.Mutex
		pending bool
	)
	return func() {
		mu.Lock()
		defer mu.Unlock()
		if pending {
			return
		}
		pending = true
		s.dispatch(func() {
			mu.Lock()
			pending = false
			mu.Unlock()
			if s.ctx.Err() == nil {
				f()
			}
		})
	}
}

// Busy reports whether work is going on; UI thread only.
func (s *Scope) Busy() bool { return s.busy > 0 }

// Close cancels all work without waiting for it.
func (s *Scope) Close() { s.cancel() }

// Wait blocks until all work has ended; never on the UI thread while work may
// still want it.
func (s *Scope) Wait() { s.wait.Wait() }
