package transport

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestWhatIsRepeated(t *testing.T) {
	for _, tt := range []struct {
		method string
		status int
		want   int32 // requests that the server sees when it never recovers
	}{
		{"GET", 429, tries}, {"GET", 502, tries}, {"GET", 503, tries}, {"GET", 504, tries},
		{"POST", 429, tries}, {"PATCH", 429, tries}, {"POST", 503, 1}, {"POST", 504, 1}, {"PUT", 502, 1}, {"DELETE", 503, 1},
		{"GET", 500, stumbles}, {"POST", 500, 1}, {"GET", 401, 1}, {"GET", 302, 1}, {"GET", 200, 1},
	} {
		t.Run(fmt.Sprint(tt.method, tt.status), func(t *testing.T) {
			t.Parallel()
			var seen atomic.Int32
			client, url := lab(t, Options{Retry: true}, func(w http.ResponseWriter, r *http.Request) {
				seen.Add(1)
				if got, _ := io.ReadAll(r.Body); r.Method == "POST" && string(got) != "a body" {
					t.Errorf("body of try %d: %q", seen.Load(), got)
				}
				w.Header().Set("Retry-After", "0.01")
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(tt.status)
			})
			body := ""
			if tt.method == "POST" {
				body = "a body"
			}
			ctx, recorder := Record(t.Context())
			status, _, err := send(ctx, client, tt.method, url, body)
			if err != nil || status != tt.status {
				t.Errorf("status %d, error %v; want the last answer itself", status, err)
			}
			if seen.Load() != tt.want {
				t.Errorf("sent %d times, want %d", seen.Load(), tt.want)
			}
			if e := recorder.All(); len(e) != 1 || e[0].Attempts != int(tt.want) || e[0].Status != tt.status {
				t.Errorf("evidence %+v, want one entry with %d attempts", e, tt.want)
			}
		})
	}
}

// stumble ends the first times requests in the middle of their answer, or with a
// 500, and serves the others.
func stumble(times int32, how string, seen *atomic.Int32) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("request-id", "the-request")
		switch {
		case seen.Add(1) > times:
			fmt.Fprint(w, "here")
		case how == "500":
			w.WriteHeader(500)
		default:
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "half")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
	}
}

func TestOneStumbleIsTriedAgain(t *testing.T) {
	for _, how := range []string{"500", "cut"} {
		for _, method := range []string{"GET", "POST", "POST that may be repeated"} {
			t.Run(how+" "+method, func(t *testing.T) {
				t.Parallel()
				method, _, marked := strings.Cut(method, " ")
				var seen atomic.Int32
				client, url := lab(t, Options{Retry: true}, stumble(1, how, &seen))
				r, _ := http.NewRequestWithContext(t.Context(), method, url, nil)
				if marked {
					Repeatable(r.Header)
				}
				resp, err := client.Do(r)
				again := method == "GET" || marked
				if again != (seen.Load() == 2) {
					t.Errorf("sent %d times", seen.Load())
				}
				if again && (err != nil || resp.StatusCode != 200 || Attempts(resp) != 2) {
					t.Errorf("answer %v, error %v; want the second attempt's", resp, err)
				}
			})
		}
	}
}

// What stays cut is a problem that says how often it was asked, and what the
// answer that broke off was called.
func TestCutTwice(t *testing.T) {
	var seen atomic.Int32
	client, url := lab(t, Options{Retry: true}, stumble(9, "cut", &seen))
	ctx, recorder := Record(t.Context())
	_, _, err := send(ctx, client, "GET", url, "")
	p := Owner{}.Problem(err, "h")
	if p == nil || p.Code != CodeCut || p.Attempts != stumbles || p.RequestID != "the-request" || seen.Load() != stumbles {
		t.Errorf("%d requests, problem %+v", seen.Load(), p)
	}
	if e := recorder.All(); len(e) != 1 || e[0].Attempts != stumbles || e[0].Error != "net.cut" || e[0].Status != 200 {
		t.Errorf("evidence %+v", e)
	}
}

// TestNoSilentReplay: a request with an idempotency key that a connection ends on
// reaches the server once an attempt, also where net/http would send it again.
func TestNoSilentReplay(t *testing.T) {
	for _, retry := range []bool{false, true} {
		var puts atomic.Int32
		client, url := lab(t, Options{Retry: retry}, func(_ http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				_, _ = io.ReadAll(r.Body)
				puts.Add(1)
				panic(http.ErrAbortHandler)
			}
		})
		if _, _, err := send(t.Context(), client, "GET", url, ""); err != nil {
			t.Fatal(err) // leaves a connection to be used again
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, strings.NewReader("a body"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Idempotency-Key", "0123456789abcdef")
		ctx, recorder := Record(t.Context())
		resp, err := client.Do(r.WithContext(ctx))
		if err == nil {
			resp.Body.Close()
			t.Error("an answer to a request that was cut")
		}
		if p := (Owner{}).Problem(err, "h"); p == nil || p.Code != CodeCut {
			t.Errorf("problem %+v", p)
		}
		if e := recorder.All(); len(e) != 1 || e[0].Attempts != int(puts.Load()) || puts.Load() != 1 {
			t.Errorf("%d requests for %+v", puts.Load(), e)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		header string
		want   time.Duration
		said   bool
	}{
		{"7", 7 * time.Second, true}, {"0.9", 900 * time.Millisecond, true}, {" 2 ", 2 * time.Second, true}, {"0", 0, true},
		{now.Add(30 * time.Second).Format(http.TimeFormat), 30 * time.Second, true},
		{now.Add(-time.Hour).Format(http.TimeFormat), 0, true},
		{"", 0, false}, {"soon", 0, false}, {"-3", 0, true}, {"NaN", 0, true}, {"1e300", 24 * time.Hour, true},
	} {
		got, said := RetryAfter(http.Header{"Retry-After": {tt.header}}, now)
		if got != tt.want || said != tt.said {
			t.Errorf("RetryAfter(%q) = %v, %v; want %v, %v", tt.header, got, said, tt.want, tt.said)
		}
	}
}

func TestThrottledWithoutRetryAfterRecovers(t *testing.T) {
	var seen atomic.Int32
	client, url := lab(t, Options{Retry: true}, func(w http.ResponseWriter, r *http.Request) {
		if seen.Add(1) == 1 {
			w.WriteHeader(429)
			return
		}
		fmt.Fprint(w, "here")
	})
	if status, body, err := send(t.Context(), client, "GET", url, ""); status != 200 || body != "here" || err != nil {
		t.Errorf("%d %q %v", status, body, err)
	}
}

// TestPaced: whoever waits for the limit itself gets the refusal at once, and what
// else is repeated still is.
func TestPaced(t *testing.T) {
	for status, want := range map[int]int32{429: 1, 503: tries} {
		var seen atomic.Int32
		client, url := lab(t, Options{Retry: true}, func(w http.ResponseWriter, r *http.Request) {
			seen.Add(1)
			w.Header().Set("Retry-After", "0.001")
			w.WriteHeader(status)
		})
		if got, _, err := send(Paced(t.Context()), client, "GET", url, ""); got != status || err != nil || seen.Load() != want {
			t.Errorf("status %d, error %v, %d requests; want %d", got, err, seen.Load(), want)
		}
	}
}

// A wait beyond the budget is not begun: the answer comes back at once.
func TestBudget(t *testing.T) {
	var seen atomic.Int32
	client, url := lab(t, Options{Retry: true, RetryBudget: time.Second}, func(w http.ResponseWriter, r *http.Request) {
		seen.Add(1)
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(429)
	})
	if status, _, err := send(t.Context(), client, "GET", url, ""); status != 429 || err != nil || seen.Load() != 1 {
		t.Errorf("status %d, error %v, %d requests; want 429 after one", status, err, seen.Load())
	}
}
