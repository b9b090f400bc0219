package transport

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
)

// lab is a TLS server and a client that trusts its authority.
func lab(t *testing.T, o Options, serve http.HandlerFunc) (*http.Client, string) {
	t.Helper()
	server := httptest.NewTLSServer(serve)
	t.Cleanup(server.Close)
	o.CAFile = filepath.Join(t.TempDir(), "ca.pem")
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(o.CAFile, ca, 0o600); err != nil {
		t.Fatal(err)
	}
	client, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return client, server.URL
}

func send(ctx context.Context, c *http.Client, method, url, body string) (int, string, error) {
	var reader io.Reader
	if body != "" {
		reader = io.NopCloser(strings.NewReader(body)) // hides GetBody, as the Graph SDK's bodies do
	}
	r, err := http.NewRequestWithContext(ctx, method, url, reader)
	if err != nil {
		return 0, "", err
	}
	resp, err := c.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(got), err
}

func TestCancelEndsAWait(t *testing.T) {
	arrived := make(chan struct{}, tries)
	client, url := lab(t, Options{Retry: true}, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(503)
		arrived <- struct{}{}
	})
	var said []string
	ctx, cancel := context.WithCancel(task.WithWaiting(t.Context(), func(what words.Text) { said = append(said, what.String()) }))
	go func() { <-arrived; time.Sleep(50 * time.Millisecond); cancel() }()
	ended := make(chan error, 1)
	go func() { _, _, err := send(ctx, client, "GET", url, ""); ended <- err }()
	select {
	case err := <-ended:
		if (Owner{}).Problem(err, "h").Code != problem.CodeCancelled {
			t.Errorf("error %v", err)
		}
		if len(said) != 2 || !strings.Contains(said[0], " The next attempt is at ") || said[1] != "" {
			t.Errorf("of the wait was said %q", said)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("the wait went on after the cancel")
	}
}

func TestSilenceEndsAnAttempt(t *testing.T) {
	for name, serve := range map[string]http.HandlerFunc{
		"before the headers": func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"within the body": func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, "some")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		},
		"within the headers": func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			// A line of headers now and then, and never the last.
			for line := "HTTP/1.1 200 OK\r\n"; ; line = "X-More: 1\r\n" {
				if _, err := io.WriteString(conn, line); err != nil {
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
		},
		"a body that trickles for ever": func(w http.ResponseWriter, _ *http.Request) {
			for {
				if _, err := io.WriteString(w, "x"); err != nil {
					return
				}
				w.(http.Flusher).Flush()
				time.Sleep(20 * time.Millisecond)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			client, url := lab(t, Options{Timeout: 200 * time.Millisecond}, serve)
			ctx, recorder := Record(t.Context())
			_, _, err := send(ctx, client, "GET", url, "")
			if got := (Owner{}).Problem(err, "h"); got == nil || got.Code.String() != "net.timeout" {
				t.Fatalf("error %v, want net.timeout", err)
			}
			if e := recorder.Last(); e.Error != "net.timeout" {
				t.Errorf("evidence says %q", e.Error)
			}
		})
	}
}

// TestTrickleEndsInTime: a booking server has its whole answer there within the
// timeout, however steadily it sends; a page of Microsoft's may take longer.
func TestTrickleEndsInTime(t *testing.T) {
	const timeout = 400 * time.Millisecond
	for name, try := range map[string]struct {
		owner Owner
		takes time.Duration
		want  string
	}{
		"a booking server that takes longer": {BookingServer, timeout * 3 / 2, "net.timeout"},
		"a booking server that is in time":   {BookingServer, timeout / 4, ""},
		"a long page of Microsoft":           {Owner{}, timeout * 3 / 2, ""},
		"Microsoft without an end":           {Owner{}, timeout * 6, "net.timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, url := lab(t, Options{Timeout: timeout, Owner: try.owner}, func(w http.ResponseWriter, _ *http.Request) {
				for end := time.Now().Add(try.takes); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
					if _, err := io.WriteString(w, "x"); err != nil {
						return
					}
					w.(http.Flusher).Flush()
				}
			})
			_, _, err := send(t.Context(), client, "GET", url, "")
			if got := problem.CodeOf(try.owner.Problem(err, "h")).String(); err == nil && try.want != "" || err != nil && got != try.want {
				t.Errorf("got %v, want %q", err, try.want)
			}
		})
	}
}

// TestAnotherProtocol: after a 101 whatever flows is no answer, and there is
// nothing to wait for.
func TestAnotherProtocol(t *testing.T) {
	client, url := lab(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		fmt.Fprint(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
		_, _ = conn.Read(make([]byte, 1)) // until the client closes
	})
	if _, _, err := send(t.Context(), client, "GET", url, ""); (Owner{}).Problem(err, "h").Code != codeSwitched {
		t.Errorf("got %v", err)
	}
}

// TestAPartIsNoAnswer: nobody asked for a part, and what it holds may be usable by
// itself.
func TestAPartIsNoAnswer(t *testing.T) {
	client, url := lab(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Range", "bytes 0-1/9")
		w.WriteHeader(http.StatusPartialContent)
		fmt.Fprint(w, "{}")
	})
	if _, _, err := send(t.Context(), client, "GET", url, ""); (Owner{}).Problem(err, "h").Code != codePart {
		t.Errorf("got %v", err)
	}
}

// A body that keeps coming is not cut by the timeout.
func TestSlowIsNotSilent(t *testing.T) {
	client, url := lab(t, Options{Timeout: 400 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) {
		for range 8 {
			fmt.Fprint(w, "x")
			w.(http.Flusher).Flush()
			time.Sleep(100 * time.Millisecond)
		}
	})
	if _, body, err := send(t.Context(), client, "GET", url, ""); err != nil || body != "xxxxxxxx" {
		t.Errorf("%q %v", body, err)
	}
}

func TestEvidence(t *testing.T) {
	skewed := time.Now().Add(-10 * time.Minute)
	client, url := lab(t, Options{UserAgent: "Roomkey/1"}, func(w http.ResponseWriter, r *http.Request) {
		if r.UserAgent() != "Roomkey/1" || r.Header.Get("client-request-id") == "" {
			t.Errorf("headers %v", r.Header)
		}
		w.Header().Set("request-id", "the-request")
		w.Header().Set("Date", skewed.UTC().Format(http.TimeFormat))
		fmt.Fprint(w, "ok")
	})
	ctx, recorder := Record(t.Context())
	if _, _, err := send(ctx, client, "GET", url+"/v1.0/users?$filter=secret", ""); err != nil {
		t.Fatal(err)
	}
	e := recorder.Last()
	if e.URL != url+"/v1.0/users" || e.Status != 200 || e.RequestID != "the-request" || e.ClientRequestID == "" || e.Issuer != "Acme Co" || e.RemoteAddr == "" {
		t.Errorf("evidence %+v", e)
	}
	if e.FirstByte <= 0 || e.Total < e.FirstByte {
		t.Errorf("first byte %v, total %v", e.FirstByte, e.Total)
	}
	if e.Skew < 9*time.Minute || e.Skew > 11*time.Minute {
		t.Errorf("skew %v, want about ten minutes", e.Skew)
	}
}

func TestPlainHTTPOnlyToLoopback(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	strict, _ := New(Options{})
	loose, _ := New(Options{InsecureLoopback: true})
	for _, tt := range []struct {
		client *http.Client
		url    string
		want   string
	}{
		{strict, server.URL, "net.plain-http"},
		{loose, server.URL, ""},
		{loose, "http://192.0.2.1/", "net.plain-http"},
		{loose, "http://localhost.example.com/", "net.plain-http"},
		{loose, "http://127.0.0.1.nip.io/", "net.plain-http"},
	} {
		_, _, err := send(t.Context(), tt.client, "GET", tt.url, "")
		if problem.CodeOf(err).String() != tt.want {
			t.Errorf("%s: %v, want %q", tt.url, err, tt.want)
		}
	}
}

func TestBodyLimit(t *testing.T) {
	client, url := lab(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		block := make([]byte, 1<<20)
		for range maxBody>>20 + 2 {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	r, _ := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	resp, err := client.Do(r)
	if err == nil {
		_ = resp.Body.Close()
	}
	if p := (Owner{}).Problem(err, "h"); p == nil || p.Code != codeTooLarge {
		t.Errorf("error %v", err)
	}
}

func TestCAFile(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(broken, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{broken, filepath.Join(t.TempDir(), "missing.pem")} {
		if _, err := New(Options{CAFile: file}); problem.CodeOf(err).String() != "net.ca-file" {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	client, url := lab(t, Options{Retry: true}, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.Path) })
	ctx, recorder := Record(t.Context())
	errs := make(chan error, 20)
	for i := range 20 {
		go func() {
			_, body, err := send(ctx, client, "GET", fmt.Sprintf("%s/%d", url, i), "")
			if err == nil && body != fmt.Sprintf("/%d", i) {
				err = errors.New("got the answer of another: " + body)
			}
			errs <- err
		}()
	}
	for range 20 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if n := len(recorder.All()); n != 20 {
		t.Errorf("%d pieces of evidence", n)
	}
}
