package booking_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/booking"
	simulated "github.com/roomkey/roomkey/core/simulator/booking"
	"github.com/roomkey/roomkey/core/vault"
)

const conformToken = "token-of-the-console-7Qx2"

// deviation is one thing that a server does otherwise than the contract says.
type deviation struct {
	name string
	// found is the trial that has to fail, or either of two, and "" when the contract
	// allows it.
	found string
	// ask changes a request before the server sees it, and tell the answer to it.
	ask  func(r *http.Request)
	tell func(r *http.Request, a *httptest.ResponseRecorder)
}

// on is f for the requests of one kind: "PUT /dry-run" for instance, or "GET ".
func on(call string, f func(r *http.Request)) func(r *http.Request) {
	return func(r *http.Request) {
		if is(r, call) {
			f(r)
		}
	}
}

func is(r *http.Request, call string) bool {
	method, path, _ := strings.Cut(call, " ")
	return r.Method == method && strings.HasSuffix(r.URL.Path, "/microsoft365"+path)
}

// letIn lets everybody in.
func letIn(r *http.Request) { r.Header.Set("Authorization", "Bearer "+conformToken) }

// says replaces text in the answers to a call that have a status.
func says(call string, status int, old, instead string) func(*http.Request, *httptest.ResponseRecorder) {
	return func(r *http.Request, a *httptest.ResponseRecorder) {
		if is(r, call) && a.Code == status {
			body := bytes.ReplaceAll(a.Body.Bytes(), []byte(old), []byte(instead))
			a.Body = bytes.NewBuffer(body)
		}
	}
}

// rewrites replaces what stands after a field up to the end of its text.
func rewrites(call, field, instead string) func(*http.Request, *httptest.ResponseRecorder) {
	return func(r *http.Request, a *httptest.ResponseRecorder) {
		before, after, has := strings.Cut(a.Body.String(), `"`+field+`":"`)
		if is(r, call) && a.Code < 300 && has {
			_, after, _ = strings.Cut(after, `"`)
			a.Body = bytes.NewBufferString(before + `"` + field + `":` + instead + after)
		}
	}
}

// firstTime repeats the first storedAt in every answer to a call.
func firstTime(call string) func(*http.Request, *httptest.ResponseRecorder) {
	var mu sync.Mutex
	first := ""
	return func(r *http.Request, a *httptest.ResponseRecorder) {
		_, after, has := strings.Cut(a.Body.String(), `"storedAt":"`)
		if at, _, _ := strings.Cut(after, `"`); has && is(r, call) {
			mu.Lock()
			first = cmp.Or(first, `"`+at+`"`)
			mu.Unlock()
			rewrites(call, "storedAt", first)(r, a)
		}
	}
}

func typed(call string, below int, kind string) func(*http.Request, *httptest.ResponseRecorder) {
	return func(r *http.Request, a *httptest.ResponseRecorder) {
		if is(r, call) && a.Code < below && a.Code >= below-200 {
			a.Header().Set("Content-Type", kind)
		}
	}
}

var deviations = append(remembering(), []deviation{
	{name: "none"},
	{name: "gzip", tell: func(_ *http.Request, a *httptest.ResponseRecorder) {
		if a.Body.Len() > 0 {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			_, _ = z.Write(a.Body.Bytes())
			_ = z.Close()
			a.Body = &b
			a.Header().Set("Content-Encoding", "gzip")
		}
	}},
	{name: "charset", tell: func(_ *http.Request, a *httptest.ResponseRecorder) {
		if kind := a.Header().Get("Content-Type"); kind != "" {
			a.Header().Set("Content-Type", kind+"; charset=utf-8")
		}
	}},

	{name: "GET for everybody", found: "authorization", ask: on("GET ", letIn)},
	{name: "status for everybody", found: "authorization", ask: on("GET /status", letIn)},
	{name: "dry run for everybody", found: "authorization", ask: on("POST /dry-run", letIn)},
	{name: "PUT for everybody", found: "authorization", ask: on("PUT ", letIn)},
	{name: "DELETE for everybody", found: "authorization", ask: on("DELETE ", letIn)},
	{name: "PUT for any token", found: "authorization", ask: on("PUT ", func(r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			letIn(r)
		}
	})},

	{name: "GET as text", found: "get", tell: typed("GET ", 300, "text/plain")},
	{name: "PUT as html", found: "first-put", tell: typed("PUT ", 300, "text/html")},
	{name: "status without a type", found: "status", tell: typed("GET /status", 300, "")},
	{name: "dry run as text", found: "dry-run", tell: typed("POST /dry-run", 300, "text/plain")},
	{name: "problem as JSON", found: "precondition", tell: typed("PUT ", 500, "application/json")},
	{name: "configuration as a problem", found: "get", tell: typed("GET ", 300, "application/problem+json")},

	{name: "storedAt null", found: "first-put", tell: rewrites("PUT ", "storedAt", "null")},
	{name: "storedAt a word", found: "get", tell: rewrites("GET ", "storedAt", `"yesterday"`)},
	{name: "storedAt a number", found: "get", tell: rewrites("GET ", "storedAt", `1796000000`)},
	{name: "storedAt in the future", found: "get", tell: rewrites("GET ", "storedAt", `"2999-01-01T00:00:00Z"`)},
	{name: "storedAt before the PUT", found: "first-put", tell: rewrites("PUT ", "storedAt", `"2020-01-01T00:00:00Z"`)},
	{name: "storedAt missing", found: "get", tell: says("GET ", 200, `"storedAt"`, `"storedThen"`)},
	{name: "storedAt of the first PUT, in PUT", found: "change", tell: firstTime("PUT ")},
	{name: "storedAt of the first PUT, in GET", found: "change-kept", tell: firstTime("GET ")},
	{name: "storedAt of now", found: "get", tell: func(r *http.Request, a *httptest.ResponseRecorder) {
		rewrites("GET ", "storedAt", `"`+time.Now().UTC().Format(time.RFC3339Nano)+`"`)(r, a)
	}},
	{name: "storedAt of whole seconds", tell: func(r *http.Request, a *httptest.ResponseRecorder) {
		if _, after, has := strings.Cut(a.Body.String(), `"storedAt":"`); has {
			whole, _, _ := strings.Cut(after, ".")
			for _, call := range []string{"GET ", "PUT "} {
				rewrites(call, "storedAt", `"`+whole+`Z"`)(r, a)
			}
		}
	}},
	{name: "checkedAt null", found: "status", tell: rewrites("GET /status", "checkedAt", "null")},
	{name: "checkedAt null when empty", found: "empty-status", tell: rewrites("GET /status", "checkedAt", "null")},
	{name: "checkedAt long ago", found: "status", tell: rewrites("GET /status", "checkedAt", `"2020-01-01T00:00:00Z"`)},
	{name: "status without checks", found: "status", tell: says("GET /status", 200, `"checks"`, `"tests"`)},
	{name: "check of another state", found: "status", tell: says("GET /status", 200, `"state":"failed"`, `"state":"FAILED"`)},

	{name: "token in a problem", found: "precondition", tell: says("PUT ", 428, `"detail":"`, `"detail":"`+conformToken+" may: ")},
	{name: "wrong token in a problem", found: "authorization", tell: func(r *http.Request, a *httptest.ResponseRecorder) {
		says("GET ", 401, `"detail":"`, `"detail":"`+r.Header.Get("Authorization")+": ")(r, a)
	}},
	{name: "sealed text in a problem", found: "tenant", tell: tellSealed(422)},
	{name: "sealed text in a dry run", found: "dry-run", tell: tellSealed(200)},
	{name: "secret in a status", found: "status", tell: says("GET /status", 200, `"id":"token"`, `"value":"conformance-7Zq~NotASecretOfAnybody","id":"token"`)},

	{name: "key twice", found: "get", tell: says("GET ", 200, `"configuration":{`, `"configuration":{"digest":"first","digest":"other",`)},
	{name: "key twice in a problem", found: "precondition", tell: says("PUT ", 428, `"code":`, `"code":"other","code":`)},
	{name: "key twice in a status", found: "status", tell: says("GET /status", 200, `"state":"failing"`, `"state":"ok","state":"failing"`)},
	{name: "key twice in a dry run", found: "dry-run", tell: says("POST /dry-run", 200, `"acceptable":`, `"acceptable":false,"acceptable":`)},

	{name: "dry run wants the credential", found: "dry-run-unsealed", tell: func(r *http.Request, a *httptest.ResponseRecorder) {
		if sent := sent(r); is(r, "POST /dry-run") && !strings.Contains(sent, `"sealed"`) && a.Code == 200 {
			a.Body = bytes.NewBufferString(`{"acceptable":false,"changes":[],"problems":[{"severity":"error","pointer":"/credential/sealed","code":"missing","detail":"needed"}]}`)
		}
	}},
	{name: "dry run opens nothing", found: "dry-run-opens", tell: func(r *http.Request, a *httptest.ResponseRecorder) {
		if is(r, "POST /dry-run") && strings.Contains(a.Body.String(), "cannot-unseal") {
			a.Body = bytes.NewBufferString(`{"acceptable":true,"changes":[{"path":"a","kind":"added"}],"problems":[]}`)
		}
	}},
	{name: "acceptable with an error", found: "dry-run-refuses", tell: says("POST /dry-run", 200, `"acceptable":false`, `"acceptable":true`)},
	{name: "change of another kind", found: "dry-run", tell: says("POST /dry-run", 200, `"kind":"added"`, `"kind":"new"`)},
	{name: "problem without title", found: "precondition", tell: says("PUT ", 428, `"title"`, `"heading"`)},
	{name: "only the first room", found: "get", tell: edits(func(cfg map[string]any) {
		rooms := cfg["rooms"].(map[string]any)
		rooms["items"] = rooms["items"].([]any)[:1]
	})},
	{name: "a capacity of 0 left out", found: "get", tell: says("GET ", 200, `"capacity":0,`, "")},
	{name: "error at another pointer", found: "tenant", tell: says("PUT ", 422, `/tenant/id`, `/tenant/id/`)},
}...)

// edits changes what the server shows of its configuration.
func edits(edit func(cfg map[string]any)) func(*http.Request, *httptest.ResponseRecorder) {
	return func(_ *http.Request, a *httptest.ResponseRecorder) {
		var s map[string]any
		if json.Unmarshal(a.Body.Bytes(), &s) != nil || s["configuration"] == nil {
			return
		}
		edit(s["configuration"].(map[string]any))
		body, _ := json.Marshal(s)
		a.Body = bytes.NewBuffer(body)
	}
}

// leftOut are servers that forget one field of the configuration, for each that
// there is.
func leftOut() (all []deviation) {
	var walk func(path []string, t reflect.Type)
	walk = func(path []string, t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if len(path) > 0 {
			all = append(all, deviation{name: "without " + strings.Join(path, "."), found: "get change", tell: edits(func(cfg map[string]any) { forget(cfg, path) })})
		}
		if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() {
			return
		}
		for f := range t.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			walk(append(slices.Clone(path), name), f.Type)
		}
	}
	walk(nil, reflect.TypeFor[booking.Configuration]())
	return all
}

func forget(v any, path []string) {
	switch v := v.(type) {
	case []any:
		for _, entry := range v {
			forget(entry, path)
		}
	case map[string]any:
		if len(path) == 1 {
			delete(v, path[0])
		} else {
			forget(v[path[0]], path[1:])
		}
	}
}

// sent is the body of a request, which stays to be read.
func sent(r *http.Request) string {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return string(body)
}

// tellSealed repeats a line of the sealed credential in the answers with a status.
func tellSealed(status int) func(*http.Request, *httptest.ResponseRecorder) {
	return func(r *http.Request, a *httptest.ResponseRecorder) {
		_, sealed, has := strings.Cut(sent(r), `FILE-----\n`)
		if line, _, _ := strings.Cut(sealed, `\n`); has && a.Code == status {
			a.Body = bytes.NewBufferString(strings.Replace(a.Body.String(), "{", `{"seen":"`+line+`",`, 1))
		}
	}
}

// TestConformFindsDeviations: each deviation is found at the rule that it breaks,
// and what the contract allows breaks none.
func TestConformFindsDeviations(t *testing.T) {
	for _, d := range append(leftOut(), deviations...) {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			h, err := simulated.New(simulated.Options{
				Dir: t.TempDir(), Token: conformToken,
				Probe: func(context.Context, string, string, string) error { return errors.New("AADSTS90002: no such tenant") },
			})
			if err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if d.ask != nil {
					d.ask(r)
				}
				asked := r.Clone(r.Context())
				asked.Body = io.NopCloser(strings.NewReader(sent(r)))
				a := httptest.NewRecorder()
				h.ServeHTTP(a, r)
				if d.tell != nil {
					d.tell(asked, a)
				}
				for k, v := range a.Header() {
					w.Header()[k] = v
				}
				w.Header().Set("Content-Length", strconv.Itoa(a.Body.Len()))
				if a.Code == http.StatusNoContent {
					w.Header().Del("Content-Length")
				}
				w.WriteHeader(a.Code)
				_, _ = w.Write(a.Body.Bytes())
			}))
			defer server.Close()
			trials, err := booking.Conform(t.Context(), server.URL, vault.NewSecret(conformToken), vault.Secret{}, server.Client())
			if err != nil {
				t.Fatal(err)
			}
			failed := slices.DeleteFunc(trials, func(t booking.Trial) bool { return t.State != booking.TrialFailed })
			found := d.found == ""
			for _, trial := range failed {
				found = found || slices.Contains(strings.Fields(d.found), trial.ID)
				if d.found == "" {
					t.Errorf("%s: %s: %s", trial.ID, trial.Rule, trial.Seen)
				}
			}
			if !found {
				t.Errorf("not found at %s: %v", cmp.Or(d.found, "nothing"), failed)
			}
		})
	}
}
