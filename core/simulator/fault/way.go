package fault

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/microsoft"
)

// Request is one call that the simulated Microsoft answered.
type Request struct {
	Time          time.Time
	Method        string
	Path          string
	Query         string
	Header        http.Header
	Status        int // 0 when the connection was ended without an answer
	RequestID     string
	UserAgent     string
	Authorization bool // whether it carried a token; the token itself is not kept
}

const keptRequests = 20_000

// Way is what every call to Microsoft passes: latency, the faults that lie
// before and behind the answer, and a record of the calls.
type Way struct {
	*Switches
	// Latency is how long an answer takes, the making of it included.
	Latency time.Duration
	Now     func() time.Time
	Log     *slog.Logger

	mu       sync.Mutex
	requests []Request
}

// Requests are the calls to Entra and Graph so far, the last 20,000.
func (y *Way) Requests() []Request {
	y.mu.Lock()
	defer y.mu.Unlock()
	return slices.Clone(y.requests)
}

func (y *Way) record(r Request) {
	y.Log.Info("simulator", "method", r.Method, "path", r.Path, "status", r.Status, "request-id", r.RequestID)
	y.mu.Lock()
	defer y.mu.Unlock()
	if len(y.requests) >= keptRequests {
		y.requests = append(y.requests[:0], y.requests[keptRequests/2:]...)
	}
	y.requests = append(y.requests, r)
}

// Wrap is what every call passes through: latency, the faults of the way, the
// log.
func (y *Way) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if arg, on := y.Fault(Slow); on {
			Pause(r.Context(), Duration(arg, 3*time.Second))
		}
		due := time.Now().Add(y.Latency)
		id, at := uuid.NewString(), y.Now()
		r = microsoft.Received(r, id, at)
		entry := Request{
			Time: at, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header.Clone(),
			RequestID: id, UserAgent: r.UserAgent(), Authorization: r.Header.Get("Authorization") != "",
		}
		entry.Header.Del("Authorization")
		defer func() { y.record(entry) }()

		answer := &microsoft.Recorded{}
		if !y.Instead(answer, r) {
			next.ServeHTTP(answer, r)
			if y.killed(r, answer) {
				panic(http.ErrAbortHandler)
			}
		}
		Pause(r.Context(), time.Until(due))
		answer.WriteHeader(http.StatusOK)
		entry.Status = answer.Status
		y.send(w, r, answer)
	})
}

// Strikes reports whether a fault of the way applies to a call.
func (y *Way) Strikes(name string, r *http.Request) bool {
	arg, on := y.Fault(name)
	if !on {
		return false
	}
	path := strings.ToLower(r.URL.Path + "?" + r.URL.RawQuery)
	graph := strings.HasPrefix(path, "/v1.0/") || strings.HasPrefix(path, "/beta/")
	switch arg {
	case "":
		return graph
	case "entra":
		return !graph
	default:
		return strings.Contains(path, strings.ToLower(arg))
	}
}

// Instead answers in place of Microsoft where the fault is before it.
func (y *Way) Instead(w *microsoft.Recorded, r *http.Request) bool {
	set := y.on()
	key := r.Method + r.URL.Path + "?" + r.URL.RawQuery
	switch {
	case y.Strikes(HTML, r):
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!DOCTYPE html>\n<html><head><title>Network sign-in</title></head><body><h1>Please sign in to use the Internet</h1><form action=\"/login\" method=\"post\"><input name=\"user\"></form></body></html>\n"))
	case y.Strikes(Empty200, r):
		w.WriteHeader(http.StatusOK)
	case y.answers(w, r):
	case y.Strikes(ThrottledAlways, r):
		y.throttle(w, r, "1")
	case y.Strikes(Throttled, r) && set.strikes(key, 2):
		y.throttle(w, r, "1")
	case y.Strikes(ThrottledSilent, r) && set.strikes(key, 2):
		y.throttle(w, r, "")
	case y.Strikes(Unavailable, r):
		w.Header().Set("Retry-After", "1")
		microsoft.Fail(w, r, microsoft.Refuse(http.StatusServiceUnavailable, "ServiceUnavailable", "The service is temporarily unavailable. Please try again later."))
	case y.Strikes(Error, r), y.Strikes(ErrorOnce, r) && y.Once(ErrorOnce+key):
		microsoft.Fail(w, r, microsoft.Refuse(http.StatusInternalServerError, "InternalServerError", "An internal server error occurred."))
	case y.Strikes(Unauthorized, r), y.Strikes(UnauthorizedOnce, r) && y.Once(UnauthorizedOnce):
		microsoft.Fail(w, r, microsoft.Unauthorized("Access token has been revoked or is no longer valid."))
	case y.Strikes(LargePages, r) && tooLarge(r):
		microsoft.Fail(w, r, microsoft.Refuse(http.StatusGatewayTimeout, "Timeout", "The request timed out."))
	default:
		return false
	}
	return true
}

// answers gives the first answer that the fault names for a call, and reports
// whether there is one.
func (y *Way) answers(w *microsoft.Recorded, r *http.Request) bool {
	arg, on := y.Fault(Answer)
	for given := range strings.SplitSeq(arg, "; ") {
		part := append(strings.SplitN(given, " ", 4), "", "", "")
		where, code, message := part[0], part[2], part[3]
		where, times, limited := strings.Cut(where, "*")
		status, after, _ := strings.Cut(part[1], ":")
		number, err := strconv.Atoi(status)
		if !on || err != nil || !strings.Contains(strings.ToLower(r.URL.Path+"?"+r.URL.RawQuery), strings.ToLower(where)) {
			continue
		}
		if n, err := strconv.Atoi(times); limited && (err != nil || !y.on().strikes(given, n)) {
			continue
		}
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		answer(w, r, number, code, message)
		return true
	}
	return false
}

// answer is as Entra or Graph gives it, or with the body that was given.
func answer(w *microsoft.Recorded, r *http.Request, status int, code, message string) {
	number, entra := strings.CutPrefix(code, "AADSTS")
	switch {
	case entra:
		n, _ := strconv.Atoi(number)
		microsoft.JSON(w, status, map[string]any{"error": "invalid_request", "error_description": code + ": " + message, "error_codes": []int{n},
			"trace_id": microsoft.RequestID(r), "correlation_id": microsoft.RequestID(r)})
	case strings.Contains(code, "/"):
		w.Header().Set("Content-Type", code)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(message))
	default:
		microsoft.Fail(w, r, microsoft.Refuse(status, code, message))
	}
}

// tooLarge reports whether more entries are asked for than a slow tenant gets
// ready in time.
func tooLarge(r *http.Request) bool {
	top, err := strconv.Atoi(r.URL.Query().Get("$top"))
	return err == nil && top > 30
}

func (y *Way) throttle(w *microsoft.Recorded, r *http.Request, after string) {
	if after != "" {
		w.Header().Set("Retry-After", after)
	}
	code, message := "TooManyRequests", "Too many requests."
	if strings.Contains(strings.ToLower(r.URL.Path), "calendar") {
		code, message = "ApplicationThrottled", "Application is over its MailboxConcurrency limit."
	}
	microsoft.Fail(w, r, microsoft.Refuse(http.StatusTooManyRequests, code, message))
}

// killed reports whether this is the changing call whose answer gets lost.
func (y *Way) killed(r *http.Request, answer *microsoft.Recorded) bool {
	arg, on := y.Fault(KilledAfterAct)
	if !on || r.Method == http.MethodGet || !strings.HasPrefix(r.URL.Path, "/v1.0/") || answer.Status >= 300 {
		return false
	}
	if n, err := strconv.Atoi(arg); err == nil || arg == "" {
		return y.on().acted() == max(n, 1)
	}
	return strings.Contains(strings.ToLower(r.URL.Path), strings.ToLower(arg)) && y.on().acted() == 1
}

// send writes the answer, spoilt if that is switched on.
func (y *Way) send(w http.ResponseWriter, r *http.Request, a *microsoft.Recorded) {
	for k, v := range a.Header() {
		w.Header()[k] = v
	}
	w.Header().Set("Date", y.Now().UTC().Format(http.TimeFormat))
	body := a.Body.Bytes()
	if y.Strikes(WrongTypes, r) && a.Status < 300 {
		body = otherTypes(body)
	}
	if y.Strikes(Truncated, r) {
		body = body[:len(body)/2]
	}
	if a.Status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	if len(body) == 0 && w.Header().Get("Content-Type") == "" {
		w.Header()["Content-Type"] = nil
	}
	cut := y.Strikes(Cut, r) || y.Strikes(CutOnce, r) && y.Once(CutOnce+r.Method+r.URL.String())
	cut = cut && len(body) > 1
	if cut {
		body = body[:len(body)/2]
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(body) // a client that went away needs no answer
	if cut {
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// otherTypes turns every text, number and truth of a JSON answer into
// something else, and leaves what OData itself says.
func otherTypes(body []byte) []byte {
	var v any
	if json.Unmarshal(body, &v) != nil {
		return body
	}
	var turn func(any) any
	turn = func(v any) any {
		switch v := v.(type) {
		case map[string]any:
			for k, x := range v {
				if !strings.HasPrefix(k, "@") {
					v[k] = turn(x)
				}
			}
			return v
		case []any:
			for i := range v {
				v[i] = turn(v[i])
			}
			return v
		case string:
			return map[string]any{"unexpected": true}
		default:
			return []any{"unexpected"}
		}
	}
	out, err := json.Marshal(turn(v))
	if err != nil {
		return body
	}
	return out
}

// Pause waits as long as told or until the caller gave up.
func Pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
