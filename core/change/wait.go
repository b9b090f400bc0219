package change

import (
	"context"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
)

// Clock says what time it is and how long to wait for Microsoft.
type Clock struct {
	// Now is the clock, Pace how long to wait before a step is tried again:
	// attempt counts from 1. nil for the computer's clock and 1, 2, 4 … 30 s.
	Now  func() time.Time
	Pace func(attempt int) time.Duration
	// Patience is how long one step waits for Microsoft, 0 for 10 minutes.
	Patience time.Duration
}

// Time is now, in UTC.
func (c Clock) Time() time.Time {
	if c.Now != nil {
		return c.Now().UTC()
	}
	return time.Now().UTC()
}

func (c Clock) pace(attempt int) time.Duration {
	if c.Pace != nil {
		return c.Pace(attempt)
	}
	return min(time.Second<<min(attempt-1, 5), 30*time.Second)
}

// Until tries, ever more slowly, until again is false: err is then its own. While
// again is true, err is why the last try was not enough, nil where nothing said
// so. Waiting is told before each wait; late makes the error when the patience is
// at its end.
func (c Clock) Until(ctx context.Context, try func() (again bool, err error),
	waiting func(attempt int, wait time.Duration), late func(waited time.Duration, last error) error) error {
	began, patience := c.Time(), c.Patience
	if patience <= 0 {
		patience = 10 * time.Minute
	}
	for attempt := 1; ; attempt++ {
		again, err := try()
		switch {
		case ctx.Err() != nil && (again || err != nil):
			return problem.Of(ctx.Err())
		case !again:
			return err
		}
		wait := c.pace(attempt)
		if waited := c.Time().Sub(began); waited+wait > patience {
			return late(waited, err)
		}
		waiting(attempt, wait)
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return problem.Of(ctx.Err())
		}
	}
}

// Bring brings about what look sees: it looks, acts once where it is not so, and
// looks again until it is. acted is whether act answered. The others are Until's.
func (c Clock) Bring(ctx context.Context, look func(context.Context) (bool, error), act func(context.Context) error,
	waiting func(attempt int, wait time.Duration), late func(waited time.Duration, last error) error) (acted bool, err error) {
	err = c.Until(ctx, func() (again bool, err error) {
		for {
			so, err := look(ctx)
			if err == nil && so {
				return false, nil
			}
			if err == nil && !acted {
				if err = act(ctx); err == nil {
					acted = true
					continue
				}
			}
			return err == nil || Retryable(problem.Of(err)), err
		}
	}, waiting, late)
	return acted, err
}

// Retryable is whether another look or another try may succeed: what was just
// made is not everywhere at once, so that Microsoft does not find it yet.
func Retryable(p *problem.Problem) bool {
	return p.Kind.Passing() || p.Code.In(tenant.CodeNotFound, tenant.CodeAlready)
}
