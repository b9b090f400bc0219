package simulator

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
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

// requestLog keeps the last requests.
type requestLog struct {
	mu   sync.Mutex
	list []Request
}

const keptRequests = 20_000

func (l *requestLog) add(r Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.list) >= keptRequests {
		l.list = append(l.list[:0], l.list[keptRequests/2:]...)
	}
	l.list = append(l.list, r)
}

// Requests are the calls to Entra and Graph so far, the last 20,000.
func (s *Simulator) Requests() []Request {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	return append([]Request(nil), s.requests.list...)
}

// recorded is an answer that has not been sent yet.
type recorded struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorded) Header() http.Header { return r.header }
func (r *recorded) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}
func (r *recorded) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(b)
}

// outer is what every call passes through: latency, the faults of the way, the
// log.
func (s *Simulator) outer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pause(r.Context(), s.o.Latency)
		if arg, on := s.fault(FaultSlow); on {
			pause(r.Context(), argDuration(arg, 3*time.Second))
		}
		id := newID()
		r = r.WithContext(withRequestID(r.Context(), id))
		entry := Request{
			Time: s.now(), Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header.Clone(),
			RequestID: id, UserAgent: r.UserAgent(), Authorization: r.Header.Get("Authorization") != "",
		}
		entry.Header.Del("Authorization")
		defer func() {
			s.requests.add(entry)
			s.log.Info("simulator", "method", entry.Method, "path", entry.Path, "status", entry.Status, "request-id", id)
		}()

		answer := &recorded{header: http.Header{}}
		if !s.instead(answer, r) {
			next.ServeHTTP(answer, r)
			if s.killed(r, answer) {
				panic(http.ErrAbortHandler)
			}
		}
		answer.WriteHeader(http.StatusOK)
		entry.Status = answer.status
		s.send(w, r, answer)
	})
}

// strikesAt reports whether a fault of the way applies to a call.
func (s *Simulator) strikesAt(name string, r *http.Request) bool {
	arg, on := s.fault(name)
	if !on {
		return false
	}
	path := strings.ToLower(r.URL.Path)
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

// instead answers in place of Microsoft where the fault is before it.
func (s *Simulator) instead(w *recorded, r *http.Request) bool {
	set := s.faults.Load()
	key := r.Method + r.URL.Path + "?" + r.URL.RawQuery
	switch {
	case s.strikesAt(FaultHTML, r):
		w.header.Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!DOCTYPE html>\n<html><head><title>Network sign-in</title></head><body><h1>Please sign in to use the Internet</h1><form action=\"/login\" method=\"post\"><input name=\"user\"></form></body></html>\n"))
	case s.strikesAt(FaultEmpty200, r):
		w.WriteHeader(http.StatusOK)
	case s.strikesAt(FaultThrottledAlways, r):
		s.throttle(w, r, "1")
	case s.strikesAt(FaultThrottled, r) && set.strikes(key, 2):
		s.throttle(w, r, "1")
	case s.strikesAt(FaultThrottledSilent, r) && set.strikes(key, 2):
		s.throttle(w, r, "")
	case s.strikesAt(FaultUnavailable, r):
		w.header.Set("Retry-After", "1")
		s.fail(w, r, graphError{http.StatusServiceUnavailable, "ServiceUnavailable", "The service is temporarily unavailable. Please try again later."})
	case s.strikesAt(FaultError, r), s.strikesAt(FaultErrorOnce, r) && s.once(FaultErrorOnce+key):
		s.fail(w, r, graphError{http.StatusInternalServerError, "InternalServerError", "An internal server error occurred."})
	case s.strikesAt(FaultUnauthorized, r), s.strikesAt(FaultUnauthorizedOnce, r) && s.once(FaultUnauthorizedOnce):
		s.fail(w, r, graphError{http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token has been revoked or is no longer valid."})
	case s.strikesAt(FaultLargePages, r) && tooLarge(r):
		s.fail(w, r, graphError{http.StatusGatewayTimeout, "Timeout", "The request timed out."})
	default:
		return false
	}
	return true
}

// tooLarge reports whether more entries are asked for than a slow tenant gets
// ready in time.
func tooLarge(r *http.Request) bool {
	top, err := strconv.Atoi(r.URL.Query().Get("$top"))
	return err == nil && top > 30
}

func (s *Simulator) throttle(w *recorded, r *http.Request, after string) {
	if after != "" {
		w.header.Set("Retry-After", after)
	}
	e := graphError{http.StatusTooManyRequests, "TooManyRequests", "Too many requests."}
	if strings.Contains(strings.ToLower(r.URL.Path), "calendar") {
		e.code, e.message = "ApplicationThrottled", "Application is over its MailboxConcurrency limit."
	}
	s.fail(w, r, e)
}

// killed reports whether this is the changing call whose answer gets lost.
func (s *Simulator) killed(r *http.Request, answer *recorded) bool {
	arg, on := s.fault(FaultKilledAfterAct)
	if !on || r.Method == http.MethodGet || !strings.HasPrefix(r.URL.Path, "/v1.0/") || answer.status >= 300 {
		return false
	}
	if n, err := strconv.Atoi(arg); err == nil || arg == "" {
		return s.faults.Load().acted() == max(n, 1)
	}
	return strings.Contains(strings.ToLower(r.URL.Path), strings.ToLower(arg)) && s.faults.Load().acted() == 1
}

// send writes the answer, spoilt if that is switched on.
func (s *Simulator) send(w http.ResponseWriter, r *http.Request, a *recorded) {
	for k, v := range a.header {
		w.Header()[k] = v
	}
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
	body := a.body.Bytes()
	if s.strikesAt(FaultWrongTypes, r) && a.status < 300 {
		body = otherTypes(body)
	}
	if s.strikesAt(FaultTruncated, r) {
		body = body[:len(body)/2]
	}
	if a.status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	if len(body) == 0 && w.Header().Get("Content-Type") == "" {
		w.Header()["Content-Type"] = nil
	}
	cut := s.strikesAt(FaultCut, r) || s.strikesAt(FaultCutOnce, r) && s.once(FaultCutOnce+r.Method+r.URL.String())
	cut = cut && len(body) > 1
	if cut {
		body = body[:len(body)/2]
	}
	w.WriteHeader(a.status)
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
