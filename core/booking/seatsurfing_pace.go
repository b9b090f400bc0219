package booking

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
)

// pace is what the server says of its limit.
type pace struct {
	known       bool
	left, limit int
	// reset is how long after the answer the limit begins anew, by the server's
	// own clock; at is when that answer came.
	reset time.Duration
	at    time.Time
	// ahead is how many requests are known to come, for saying when they end.
	ahead int
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
	rest := min(p.reset+time.Second-p.now().Sub(p.at), longestPace)
	if rest <= 0 {
		p.known = false
		return ctx.Err()
	}
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
