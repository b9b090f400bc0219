package transport

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
)

// How often one call is sent at most: to a side that is busy, and where an
// attempt stumbled.
const (
	tries    = 5
	stumbles = 2
)

// Repeatable marks the headers of a request that changes nothing which a second one would not
// leave the same, although its method does not say so: it may be sent again when
// its answer was lost. net/http knows this mark and does not send it.
func Repeatable(h http.Header) { h["Idempotency-Key"] = nil }

// repeatable reports whether a request may be sent again although it may have
// been carried out.
func repeatable(r *http.Request) bool {
	key, marked := r.Header["Idempotency-Key"]
	return r.Method == http.MethodGet || r.Method == http.MethodHead || marked && len(key) == 0
}

type pacedKey struct{}

// Paced gives a context under which a request that was throttled (429) is not sent
// again: the caller knows the other side's limit and waits for it.
func Paced(ctx context.Context) context.Context { return context.WithValue(ctx, pacedKey{}, true) }

// patienceWith is how often a request may be sent altogether, given what the
// last attempt brought. A throttled request was not carried out, whatever its
// method; behind a gateway in trouble, an inner error or a cut connection it may
// have been.
func patienceWith(r *http.Request, resp *http.Response, err error) int {
	switch {
	case err == nil && resp.StatusCode == http.StatusTooManyRequests && r.Context().Value(pacedKey{}) != nil:
		return 1
	case err == nil && resp.StatusCode == http.StatusTooManyRequests:
		return tries
	case !repeatable(r):
		return 1
	case err != nil && !isCut(err):
		return 1
	case err != nil || resp.StatusCode == http.StatusInternalServerError:
		return stumbles
	}
	switch resp.StatusCode {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return tries
	}
	return 1
}

// withRetries repeats attempts within the budget. When it gives up, what the
// last one brought is returned as it is, for the caller to explain. A wait ends
// at once when the request's context does.
func (t *roundTripper) withRetries(r *http.Request, body func() io.ReadCloser, seen *evidenceEntry) (*http.Response, error) {
	if !t.o.Retry {
		return t.attempt(r, body, seen)
	}
	pace := backoff.NewExponentialBackOff() // 0.5 s growing by half, jittered
	pace.Multiplier = 2
	stumbled := 0
	var answer *http.Response
	var failure error
	over := func() {}
	_, _ = backoff.Retry(r.Context(), func() (struct{}, error) {
		over()
		answer, failure = t.attempt(r, body, seen) //nolint:bodyclose // whoever gets the answer closes it
		most, so := patienceWith(r, answer, failure), seen.Attempts
		if most == stumbles { // counted by themselves: a busy side may stumble, too
			stumbled++
			so = stumbled
		}
		if so >= most {
			return struct{}{}, nil
		}
		if failure == nil {
			if wait, said := RetryAfter(answer.Header, time.Now()); said && wait > 0 {
				return struct{}{}, &backoff.RetryAfterError{Duration: wait}
			}
		}
		return struct{}{}, errAgain
	},
		backoff.WithBackOff(pace),
		backoff.WithMaxElapsedTime(t.o.RetryBudget),
		backoff.WithNotify(func(_ error, wait time.Duration) {
			t.o.Log.DebugContext(r.Context(), "waiting before the next try", "url", seen.URL, "status", seen.Status, "wait", wait)
			over = task.Waiting(r.Context(), wait, words.T("Waiting for %s. The next attempt is at %s.", r.URL.Host, time.Now().Add(wait).Format(time.TimeOnly)))
		}))
	over()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return answer, failure
}

var errAgain = errors.New("again")

// RetryAfter reads a Retry-After header: seconds, also fractional as Outlook
// sends them, or a date; said is whether it could be read. A moment in the
// past is no wait, and one beyond a day is a day.
func RetryAfter(h http.Header, now time.Time) (wait time.Duration, said bool) {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		if !(seconds >= 0) { // also NaN
			return 0, true
		}
		// A wait beyond a day is as good as none; it also keeps the product
		// within what a Duration holds.
		return time.Duration(min(seconds, 86400) * float64(time.Second)), true
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(0, at.Sub(now)), 24*time.Hour), true
	}
	return 0, false
}
