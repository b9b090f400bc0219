package booking_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// remembering are the deviations of what a server remembers: of keys, of what was
// deleted, of what its answers are about.
func remembering() []deviation {
	answers := func(a *httptest.ResponseRecorder, status int, code string) {
		a.Code = status
		a.Header().Set("Content-Type", "application/problem+json")
		a.Body = bytes.NewBufferString(fmt.Sprintf(`{"type":"urn:room-booking-integration:problem:%[2]s","title":"No","status":%[1]d,"code":"%[2]s"}`, status, code))
	}
	// forgets refuses a PUT that is repeated for the nth time.
	forgets := func(nth int) func(*http.Request, *httptest.ResponseRecorder) {
		var mu sync.Mutex
		return func(_ *http.Request, a *httptest.ResponseRecorder) {
			mu.Lock()
			defer mu.Unlock()
			if a.Header().Get("Idempotency-Replayed") == "" {
				return
			}
			if nth--; nth <= 0 {
				a.Header().Del("Idempotency-Replayed")
				answers(a, http.StatusPreconditionFailed, "etag-mismatch")
			}
		}
	}
	var mu sync.Mutex
	deleted, view, firsts := false, "", map[string]http.Header{}
	tag := func(call, value string) func(*http.Request, *httptest.ResponseRecorder) {
		return func(r *http.Request, a *httptest.ResponseRecorder) {
			if is(r, call) && a.Header().Get("ETag") != "" {
				a.Header().Set("ETag", value)
			}
		}
	}
	return []deviation{
		{name: "everything is replayed", found: "not-replayed", tell: func(r *http.Request, a *httptest.ResponseRecorder) {
			if r.Method == http.MethodPut && a.Code < 300 {
				a.Header().Set("Idempotency-Replayed", "true")
			}
		}},
		{name: "a key is forgotten at the next PUT", found: "repeat-later", tell: forgets(2)},
		{name: "a key is forgotten at the DELETE", found: "repeat-deleted", tell: forgets(3)},
		{name: "a PUT from before the DELETE is carried out again", found: "repeat-stores", ask: func(r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			if deleted && r.Method == http.MethodPut {
				r.Header.Set("Idempotency-Key", strings.Repeat("k", 20))
			}
		}, tell: func(r *http.Request, a *httptest.ResponseRecorder) {
			mu.Lock()
			defer mu.Unlock()
			deleted = deleted || r.Method == http.MethodDelete && a.Code == http.StatusNoContent
		}},
		{name: "a key goes by the body alone", found: "key-for-another", ask: func(r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			if key := r.Header.Get("Idempotency-Key"); r.Method == http.MethodPut && firsts[key] != nil {
				for _, name := range []string{"If-Match", "If-None-Match"} {
					r.Header.Del(name)
					if v := firsts[key].Get(name); v != "" {
						r.Header.Set(name, v)
					}
				}
			} else if r.Method == http.MethodPut {
				firsts[key] = r.Header.Clone()
			}
		}},
		{name: "a long key is cut", found: "key-long", ask: func(r *http.Request) {
			if key := r.Header.Get("Idempotency-Key"); len(key) > 128 {
				r.Header.Set("Idempotency-Key", key[:128])
			}
		}},
		{name: "a 412 without a tag", found: "stale-etag", tell: func(_ *http.Request, a *httptest.ResponseRecorder) {
			if a.Code == http.StatusPreconditionFailed {
				a.Header().Del("ETag")
			}
		}},
		{name: "a dry run of another tag", found: "dry-run-etag", tell: tag("POST /dry-run", `"old"`)},
		{name: "a dry run without a tag", tell: func(r *http.Request, a *httptest.ResponseRecorder) {
			if is(r, "POST /dry-run") {
				a.Header().Del("ETag")
			}
		}},
		{name: "a dry run that always changes something", found: "dry-run-unchanged", tell: says("POST /dry-run", 200, `"changes":[]`, `"changes":[{"path":"a","kind":"added"}]`)},
		{name: "a dry run of another's credential", found: "dry-run-of-another", tell: func(_ *http.Request, a *httptest.ResponseRecorder) {
			if strings.Contains(a.Body.String(), "other-credential") && a.Code == http.StatusOK {
				a.Body = bytes.NewBufferString(`{"acceptable":true,"changes":[{"path":"a","kind":"added"}],"problems":[]}`)
			}
		}},
		{name: "a view of another tag", found: "status", tell: tag("GET /status", `"old"`)},
		{name: "a view from before it was stored", found: "status", tell: func(r *http.Request, a *httptest.ResponseRecorder) {
			rewrites("GET /status", "checkedAt", `"`+time.Now().Add(-time.Minute).UTC().Format(time.RFC3339)+`"`)(r, a)
		}},
		{name: "a view that does not know of its failure", found: "status", tell: says("GET /status", 200, `"state":"failing"`, `"state":"unknown"`)},
		{name: "a check twice", found: "status", tell: says("GET /status", 200, `"id":"rooms"`, `"id":"token"`)},
		{name: "a view of what was deleted", found: "deleted-status", tell: func(r *http.Request, a *httptest.ResponseRecorder) {
			mu.Lock()
			defer mu.Unlock()
			switch {
			case !is(r, "GET /status"):
			case view != "":
				a.Body = bytes.NewBufferString(view)
			case strings.Contains(a.Body.String(), `"digest"`):
				view = a.Body.String()
			}
		}},
		{name: "a method that is not allowed", found: "no-method", tell: func(r *http.Request, a *httptest.ResponseRecorder) {
			if r.Method == http.MethodPatch {
				answers(a, http.StatusMethodNotAllowed, "method-not-allowed")
			}
		}},
		{name: "null for nothing", found: "get", tell: says("GET ", 200, `"configuration":{`, `"configuration":{"note":null,`)},
	}
}
