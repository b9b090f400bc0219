package transport

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// tries is how often one call is sent at most.
const tries = 5

// repeatable says whether an answer may be followed by the same request again:
// throttled requests were not carried out, whatever the method; behind a
// gateway in trouble a writing request may have been, so only reading ones are.
func repeatable(method string, status int) bool {
	switch status {
	case http.StatusTooManyRequests:
		return true
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return method == http.MethodGet || method == http.MethodHead
	}
	return false
}

// withRetries repeats attempts up to five times within the budget. When it
// gives up the last answer is returned as it is, for the caller to explain. A
// wait ends at once when the request's context does.
func (t *roundTripper) withRetries(r *http.Request, body func() io.ReadCloser, seen *evidenceEntry) (*http.Response, error) {
	if !t.o.Retry {
		return t.attempt(r, body, seen)
	}
	var last *http.Response
	pace := backoff.NewExponentialBackOff() // 0.5 s growing by half, jittered
	pace.Multiplier = 2
	resp, err := backoff.Retry(r.Context(), func() (*http.Response, error) {
		resp, err := t.attempt(r, body, seen)
		if err != nil {
			return nil, backoff.Permanent(err)
		}
		last = resp
		if !repeatable(r.Method, resp.StatusCode) {
			return resp, nil
		}
		if wait, said := RetryAfter(resp.Header, time.Now()); said && wait > 0 {
			return resp, &backoff.RetryAfterError{Duration: wait}
		}
		return resp, errBusy
	},
		backoff.WithBackOff(pace),
		backoff.WithMaxTries(tries),
		backoff.WithMaxElapsedTime(t.o.RetryBudget),
		backoff.WithNotify(func(_ error, wait time.Duration) {
			// Read a little so that the connection can be used again.
			_, _ = io.CopyN(io.Discard, last.Body, 64<<10)
			_ = last.Body.Close()
			t.o.Log.DebugContext(r.Context(), "waiting before the next try", "url", seen.URL, "status", last.StatusCode, "wait", wait)
		}))
	switch {
	case err == nil:
		return resp, nil
	case r.Context().Err() != nil:
		if last != nil {
			_ = last.Body.Close()
		}
		return nil, r.Context().Err()
	case resp != nil:
		return resp, nil
	}
	return nil, err
}

type busy struct{}

func (busy) Error() string { return "busy" }

var errBusy = busy{}

// RetryAfter reads a Retry-After header: seconds, also fractional as Outlook
// sends them, or a date; said is whether it could be read. A moment in the
// past is no wait.
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
		return max(0, at.Sub(now)), true
	}
	return 0, false
}
