package booking

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/words"
)

// pace is what the server says of its limit, and the one place that waits for it.
type pace struct {
	// known is whether the server says how much is left.
	known       bool
	left, limit int
	// reset is how long after the answer the limit begins anew, by the server's
	// own clock; at is when that answer came.
	reset time.Duration
	at    time.Time
	// waited is whether a reset was waited for and nothing was left since; refusals and
	// idle are how often, and how long, a request was refused and waited for since
	// the last that was not.
	waited   bool
	refusals int
	idle     time.Duration
	// ahead is how many requests are known to come, for saying when they end.
	ahead int
	now   func() time.Time
	wait  func(context.Context, time.Duration) error
}

// The limit is one a minute; rounding and a second try are let in.
const (
	longestReset = time.Minute + 5*time.Second
	longestIdle  = 2 * longestReset
)

// observe reads the headers of an answer. What cannot be is no information: a
// refusal will say that the limit is reached.
func (p *pace) observe(a answer) {
	if a.status == 0 {
		return // nothing came
	}
	if a.status != http.StatusTooManyRequests {
		p.refusals, p.idle = 0, 0
	}
	p.known, p.at = false, p.now()
	said := map[string]int64{}
	for _, name := range []string{"Limit", "Remaining", "Reset"} {
		n, err := strconv.ParseInt(a.header.Get("X-RateLimit-"+name), 10, 64)
		if err != nil {
			return
		}
		said[name] = n
	}
	there, err := http.ParseTime(a.header.Get("Date"))
	if err != nil {
		there = p.at
	}
	limit, left, reset := said["Limit"], said["Remaining"], time.Unix(said["Reset"], 0).Sub(there)
	switch {
	case limit < 1 || limit > math.MaxInt32 || left < 0 || left > limit || reset > longestReset:
	case left == 0 && p.waited && a.status != http.StatusTooManyRequests: // the limit has just begun anew
	case reset >= 0:
		p.known, p.limit, p.left, p.reset = true, int(limit), int(left), reset
		p.waited = p.waited && left == 0
	}
}

// refused takes note of a refusal for being too much.
func (p *pace) refused(a answer) {
	rest := min(time.Second<<(2*min(p.refusals, 3)), time.Minute)
	if said, ok := transport.RetryAfter(a.header, p.now()); ok {
		rest = max(rest, said)
	} else if p.known {
		rest = max(rest, p.reset)
	}
	p.refusals++
	p.idle += rest
	p.known, p.left, p.reset = p.idle <= longestIdle, 0, rest
}

// patient reports whether a request that was refused may be made again, after a
// wait: not when the server wants more patience than Roomkey has.
func (p *pace) patient() bool { return p.known }

// ready waits until the server takes another request.
func (p *pace) ready(ctx context.Context) error {
	if !p.known || p.left > 0 {
		return ctx.Err()
	}
	// A second more, for the date in the answer is in whole ones.
	rest := p.reset + time.Second - p.now().Sub(p.at)
	if rest <= 0 {
		p.known = false
		return ctx.Err()
	}
	p.waited = true
	defer task.Waiting(ctx, rest, p.waiting(p.now().Add(rest)))()
	p.known = false
	return p.wait(ctx, rest)
}

// waiting says why nothing happens until then, and when all will be done.
func (p *pace) waiting(until time.Time) words.Text {
	then, end := until.Local().Format(time.TimeOnly), p.end(p.ahead)
	switch {
	case p.limit <= 0:
		return words.T("Seatsurfing does not accept more requests yet. This continues at %s.", then)
	case end.After(until):
		return words.T("Seatsurfing accepts %d requests a minute. This continues at %s and ends at about %s.", p.limit, then, end.Local().Format("15:04"))
	}
	return words.T("Seatsurfing accepts %d requests a minute. This continues at %s.", p.limit, then)
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
