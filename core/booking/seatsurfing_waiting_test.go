package booking

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// TestSeatsurfingSaysWhatItWaitsFor: a look that does not fit into the limit says
// when it continues and ends, and that the wait is over.
func TestSeatsurfingSaysWhatItWaitsFor(t *testing.T) {
	s := newSurf(t, "")
	cfg := surfing("d1")
	for i := range 600 {
		cfg.Rooms.Items = append(cfg.Rooms.Items, room(fmt.Sprintf("r%d@x", i), "Room", fmt.Sprintf("Building %d", i)))
	}
	s.must(s.push(cfg))
	var said []string
	ctx := task.WithWaiting(t.Context(), func(what words.Text) { said = append(said, what.String()) })
	if _, err := s.open().Current(ctx); err != nil {
		t.Fatal(err)
	}
	if len(said) < 4 || len(said)%2 != 0 {
		t.Fatalf("said %q", said)
	}
	for i, now := range said {
		if (now == "") != (i%2 == 1) {
			t.Errorf("said %q: a wait is not over before the next", said)
		}
	}
	end := regexp.MustCompile(`^Seatsurfing accepts 250 requests a minute\. This continues at \d\d:\d\d:\d\d and ends at about \d\d:\d\d\.$`)
	if !slices.ContainsFunc(said, end.MatchString) || !strings.Contains(said[len(said)-2], "This continues at") || end.MatchString(said[len(said)-2]) {
		t.Errorf("said %q", said)
	}
}

// through is a start of Roomkey whose every call is answered by say, with the client
// that a session has. It counts the requests.
func (s *surf) through(say func(w http.ResponseWriter, r *http.Request, honest *httptest.ResponseRecorder)) (*Client, *int) {
	s.t.Helper()
	count := new(int)
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		s.real.ServeHTTP(rec, r)
		if r.Header.Get("Authorization") == "Bearer "+token {
			*count++
			say(w, r, rec)
			return
		}
		write(w, rec)
	})
	client, err := transport.New(transport.Options{Owner: transport.BookingServer, InsecureLoopback: true, Retry: true})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(client.CloseIdleConnections)
	c, err := Open(Options{Server: connection.Server{URL: s.URL, Adapter: AdapterSeatsurfing, ConfirmedHosts: []string{"desks.contoso.example"}}, Token: vault.NewSecret(token),
		HTTP: client, Log: s.log, Memory: copying{s.memory}, Now: s.clock, Wait: s.wait})
	if err != nil {
		s.t.Fatal(err)
	}
	return c, count
}

func write(w http.ResponseWriter, rec *httptest.ResponseRecorder) {
	for k, v := range rec.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(rec.Code)
	_, _ = w.Write(rec.Body.Bytes())
}

// limit makes the headers of a limit, which begins anew that long after the answer.
func limit(h http.Header, limit, left string, reset time.Duration) {
	there, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		panic(err)
	}
	h.Set("X-RateLimit-Limit", limit)
	h.Set("X-RateLimit-Remaining", left)
	h.Set("X-RateLimit-Reset", fmt.Sprint(there.Add(reset).Unix()))
}

// TestSeatsurfingLimitThatCannotBe: a push waits for no number that cannot be true.
func TestSeatsurfingLimitThatCannotBe(t *testing.T) {
	for name, say := range map[string]func(h http.Header){
		"-1 left":             func(h http.Header) { limit(h, "250", "-1", time.Minute) },
		"0 left, always":      func(h http.Header) { limit(h, "250", "0", time.Minute) },
		"more left than all":  func(h http.Header) { limit(h, "250", "251", time.Minute) },
		"a limit of 0":        func(h http.Header) { limit(h, "0", "0", time.Minute) },
		"a limit below 0":     func(h http.Header) { limit(h, "-250", "0", time.Minute) },
		"letters":             func(h http.Header) { limit(h, "250", "none", time.Minute) },
		"a limit in letters":  func(h http.Header) { limit(h, "many", "0", time.Minute) },
		"a fraction":          func(h http.Header) { limit(h, "250", "0.5", time.Minute) },
		"no limit":            func(h http.Header) { limit(h, "250", "0", time.Minute); h.Del("X-RateLimit-Limit") },
		"no reset":            func(h http.Header) { limit(h, "250", "0", time.Minute); h.Del("X-RateLimit-Reset") },
		"a reset in an hour":  func(h http.Header) { limit(h, "250", "0", time.Hour) },
		"a reset in a year":   func(h http.Header) { limit(h, "250", "0", 365*24*time.Hour) },
		"a reset long ago":    func(h http.Header) { limit(h, "250", "0", -time.Hour) },
		"a reset in seconds":  func(h http.Header) { limit(h, "250", "0", 0); h.Set("X-RateLimit-Reset", "60") },
		"a reset in letters":  func(h http.Header) { limit(h, "250", "0", 0); h.Set("X-RateLimit-Reset", "soon") },
		"a reset beyond time": func(h http.Header) { limit(h, "250", "0", 0); h.Set("X-RateLimit-Reset", "9223372036854775807") },
		"a reset of overflow": func(h http.Header) { limit(h, "250", "0", 0); h.Set("X-RateLimit-Reset", "99999999999999999999") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSurf(t, "")
			c, count := s.through(func(w http.ResponseWriter, _ *http.Request, honest *httptest.ResponseRecorder) {
				say(honest.Header())
				write(w, honest)
			})
			s.must(s.pushWith(t.Context(), c, surfing("d1", room("a@x", "A", "Main"), room("b@x", "B", "North")), nil))
			// What is said for the first time may be true.
			if most := 62 * time.Second; s.waited > most || s.rateLimited > 0 {
				t.Errorf("waited %v for %d requests", s.waited, *count)
			}
		})
	}
}

// TestSeatsurfingRefusesForEver: a server that is always busy is waited for in one
// place, for about two minutes, and not at all when it wants more than that.
func TestSeatsurfingRefusesForEver(t *testing.T) {
	after := func(value string) func(s *surf, h http.Header) {
		return func(_ *surf, h http.Header) { h.Set("Retry-After", value) }
	}
	for name, tt := range map[string]struct {
		say      func(s *surf, h http.Header)
		requests int
		waited   time.Duration
	}{
		"nothing said":      {func(*surf, http.Header) {}, 5, 85 * time.Second},
		"its limit":         {func(_ *surf, h http.Header) { limit(h, "250", "0", time.Minute) }, 3, 122 * time.Second},
		"a nonsensical one": {func(_ *surf, h http.Header) { limit(h, "250", "-1", time.Minute) }, 5, 85 * time.Second},
		"no wait":           {after("0"), 5, 85 * time.Second},
		"a wait below 0":    {after("-5"), 5, 85 * time.Second},
		"in words":          {after("later"), 5, 85 * time.Second},
		"a minute":          {after("60"), 3, 122 * time.Second},
		"a date": {func(s *surf, h http.Header) {
			h.Set("Retry-After", s.clock().Add(30*time.Second).UTC().Format(http.TimeFormat))
		}, 4, 94 * time.Second},
		"a date gone by": {after("Sat, 01 Jan 2000 00:00:00 GMT"), 5, 85 * time.Second},
		"a year":         {after("31536000"), 1, 0},
		"a far date":     {after("Fri, 01 Jan 2100 00:00:00 GMT"), 1, 0},
		"more than time": {after("1e300"), 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSurf(t, "")
			c, count := s.through(func(w http.ResponseWriter, _ *http.Request, honest *httptest.ResponseRecorder) {
				for k := range honest.Header() {
					if strings.HasPrefix(k, "X-Ratelimit") {
						honest.Header().Del(k)
					}
				}
				honest.Code = http.StatusTooManyRequests
				honest.Body.Reset()
				tt.say(s, honest.Header())
				write(w, honest)
			})
			_, err := c.Current(t.Context())
			if problem.CodeOf(err) != codeTooManyRequests || *count != tt.requests || s.waited > tt.waited || s.waited < tt.waited-10*time.Second {
				t.Errorf("%d requests, waited %v, problem %+v", *count, s.waited, err)
			}
			// What writes looks again before each attempt.
			before := len(s.holds())
			err = s.pushWith(t.Context(), c, surfing("d1", room("a@x", "A", "Main")), nil)
			if problem.CodeOf(err) != codeTooManyRequests || len(s.holds()) != before {
				t.Errorf("the push: %v; there is %v", err, s.holds())
			}
		})
	}
}
