package booking

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// pace is what the server says of its limit.
type pace struct {
	known       bool
	left, limit int
	// reset is how long after the answer the limit begins anew, by the server's
	// own clock; at is when that answer came.
	reset time.Duration
	at    time.Time
	now   func() time.Time
	wait  func(context.Context, time.Duration) error
}

// longestPace bounds one wait: the limit is one a minute.
const longestPace = 2 * time.Minute

// observe reads the headers of an answer.
func (p *pace) observe(a answer) {
	number := func(name string) (int64, bool) {
		n, err := strconv.ParseInt(a.header.Get(name), 10, 64)
		return n, err == nil
	}
	left, ok := number("X-RateLimit-Remaining")
	if !ok {
		return
	}
	p.known, p.left, p.at, p.reset = true, int(left), p.now(), time.Minute
	if limit, ok := number("X-RateLimit-Limit"); ok {
		p.limit = int(limit)
	}
	if reset, ok := number("X-RateLimit-Reset"); ok {
		there, err := http.ParseTime(a.header.Get("Date"))
		if err != nil {
			there = p.at
		}
		p.reset = time.Unix(reset, 0).Sub(there)
	}
}

// ready waits until the server takes another request.
func (p *pace) ready(ctx context.Context) error {
	if !p.known || p.left > 0 {
		return ctx.Err()
	}
	// A second more, for the date in the answer is in whole ones.
	rest := p.reset + time.Second - p.now().Sub(p.at)
	p.known = false
	if rest = min(rest, longestPace); rest <= 0 {
		return ctx.Err()
	}
	return p.wait(ctx, rest)
}

// end is when that many more requests will have been made, as far as the limit
// decides it: zero when it does not.
func (p *pace) end(requests int) time.Time {
	if !p.known || p.limit <= 0 || requests <= p.left {
		return time.Time{}
	}
	rounds := 1 + (requests-p.left-1)/p.limit
	return p.at.Add(p.reset + time.Duration(rounds-1)*time.Minute)
}

// sleep is the wait of everybody but tests.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
