package booking

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/vault"
)

// surf is a small Seatsurfing. With ROOMKEY_SEATSURFING_OPENAPI it is held to
// Seatsurfing's own description, and so is the client.
type surf struct {
	*httptest.Server
	t         *testing.T
	next      int
	providers []map[string]any
	locations []map[string]any
	spaces    map[string][]map[string]any
	// failAt makes the n-th writing call fail, counted from 1.
	failAt, writes int
	onWrite        func(*http.Request)
	// one lets one call in at a time: a call that its client gave up may still
	// be at work when the next one arrives.
	one sync.Mutex
}

func newSurf(t *testing.T) *surf {
	t.Helper()
	s := &surf{t: t, spaces: map[string][]map[string]any{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthcheck", func(w http.ResponseWriter, _ *http.Request) {
		s.answer(w, map[string]any{"status": "success", "code": 200})
	})
	mux.HandleFunc("GET /auth-provider/{$}", func(w http.ResponseWriter, _ *http.Request) {
		shown := []map[string]any{}
		for _, p := range s.providers {
			c := map[string]any{}
			for k, v := range p {
				if k != "clientSecret" {
					c[k] = v
				}
			}
			shown = append(shown, c)
		}
		s.answer(w, shown)
	})
	mux.HandleFunc("POST /auth-provider/{$}", func(w http.ResponseWriter, r *http.Request) { s.create(w, r, &s.providers) })
	mux.HandleFunc("PUT /auth-provider/{id}", func(w http.ResponseWriter, r *http.Request) { s.update(w, r, s.providers) })
	mux.HandleFunc("DELETE /auth-provider/{id}", func(w http.ResponseWriter, r *http.Request) {
		s.providers = slices.DeleteFunc(s.providers, func(p map[string]any) bool { return p["id"] == r.PathValue("id") })
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /location/{$}", func(w http.ResponseWriter, _ *http.Request) { s.answer(w, s.locations) })
	mux.HandleFunc("POST /location/{$}", func(w http.ResponseWriter, r *http.Request) { s.create(w, r, &s.locations) })
	mux.HandleFunc("PUT /location/{id}", func(w http.ResponseWriter, r *http.Request) { s.update(w, r, s.locations) })
	mux.HandleFunc("GET /location/{id}/space/{$}", func(w http.ResponseWriter, r *http.Request) { s.answer(w, s.spaces[r.PathValue("id")]) })
	mux.HandleFunc("POST /location/{id}/space/{$}", func(w http.ResponseWriter, r *http.Request) {
		spaces := s.spaces[r.PathValue("id")]
		s.create(w, r, &spaces)
		s.spaces[r.PathValue("id")] = spaces
	})
	mux.HandleFunc("POST /location/{id}/space/bulk", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Creates []map[string]any }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			t.Error(err)
		}
		made := []map[string]any{}
		for _, c := range in.Creates {
			c["id"] = s.id()
			s.spaces[r.PathValue("id")] = append(s.spaces[r.PathValue("id")], c)
			made = append(made, map[string]any{"id": c["id"], "success": true})
		}
		s.answer(w, map[string]any{"creates": made, "updates": []any{}, "deletes": []any{}})
	})
	s.Server = httptest.NewServer(nil)
	s.Config.Handler = s.watched(mux)
	t.Cleanup(s.Close)
	return s
}

func (s *surf) id() string { s.next++; return fmt.Sprintf("00000000-0000-4000-8000-%012d", s.next) }

func (s *surf) answer(w http.ResponseWriter, v any) {
	if list, ok := v.([]map[string]any); ok && list == nil {
		v = []any{}
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		s.t.Error(err)
	}
}

func (s *surf) create(w http.ResponseWriter, r *http.Request, into *[]map[string]any) {
	o := map[string]any{}
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		s.t.Error(err)
	}
	o["id"] = s.id()
	*into = append(*into, o)
	w.Header().Set("X-Object-ID", o["id"].(string))
	w.WriteHeader(http.StatusCreated)
}

func (s *surf) update(w http.ResponseWriter, r *http.Request, among []map[string]any) {
	for _, o := range among {
		if o["id"] == r.PathValue("id") {
			clear(o)
			if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
				s.t.Error(err)
			}
			o["id"] = r.PathValue("id")
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	w.WriteHeader(http.StatusNotFound)
}

func (s *surf) watched(h http.Handler) http.Handler {
	find := func(*http.Request) *openapi3filter.RequestValidationInput { return nil }
	if file := os.Getenv("ROOMKEY_SEATSURFING_OPENAPI"); file != "" {
		doc, err := openapi3.NewLoader().LoadFromFile(file)
		if err != nil {
			s.t.Fatal(err)
		}
		doc.Servers = openapi3.Servers{{URL: s.URL}}
		router, err := gorillamux.NewRouter(doc)
		if err != nil {
			s.t.Fatal(err)
		}
		find = func(r *http.Request) *openapi3filter.RequestValidationInput {
			r.URL.Scheme, r.URL.Host = "http", r.Host
			route, params, err := router.FindRoute(r)
			if err != nil {
				s.t.Errorf("%s %s: %v", r.Method, r.URL, err)
				return nil
			}
			return &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route,
				Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true}}
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.one.Lock()
		defer s.one.Unlock()
		if r.URL.Path != "/healthcheck" && r.Header.Get("Authorization") != "Bearer "+token {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.Method != http.MethodGet {
			if s.onWrite != nil {
				s.onWrite(r)
			}
			if s.writes++; s.writes == s.failAt {
				panic(http.ErrAbortHandler)
			}
		}
		in := find(r)
		if in == nil {
			h.ServeHTTP(w, r)
			return
		}
		if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
			s.t.Errorf("request %s %s: %v", r.Method, r.URL, err)
		}
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		if err := openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{RequestValidationInput: in,
			Status: rec.Code, Header: rec.Header(), Body: io.NopCloser(bytes.NewReader(rec.Body.Bytes())), Options: in.Options}); err != nil {
			s.t.Errorf("answer to %s %s: %v", r.Method, r.URL, err)
		}
		for k, v := range rec.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
	})
}

type memory struct{ lines []Push }

func (m *memory) Append(p Push) error     { m.lines = append(m.lines, p); return nil }
func (m *memory) Pushes() ([]Push, error) { return m.lines, nil }

func (s *surf) open(log PushLog) *Client {
	s.t.Helper()
	c, err := Open(Options{Server: connection.Server{URL: s.URL, Adapter: AdapterSeatsurfing}, Token: vault.NewSecret(token), HTTP: s.Client(), Log: log})
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

func surfing(digest string, rooms ...Room) Configuration {
	return Configuration{
		Digest: digest, Cloud: Cloud{"global", "https://login.microsoftonline.com", "https://graph.microsoft.com"},
		Tenant:      Tenant{ID: "0b4c3f6e-6d0f-4f6b-9a53-2f2d1d0c9a11"},
		Application: Application{ClientID: "5d1c8a60-3d55-4a8f-8f0e-0f7f3f9a2b10"},
		Credential:  Credential{Kind: "secret", Fingerprint: "f" + digest}, Rooms: Rooms{Mode: "selected", Items: rooms},
	}
}

func (s *surf) push(c *Client, cfg Configuration) error {
	s.t.Helper()
	seen, err := c.Current(s.t.Context())
	if err != nil {
		return err
	}
	cleared, err := Gate(Checked{Digest: cfg.Digest, Verdict: "pass"}, cfg.Digest, false)
	if err != nil {
		s.t.Fatal(err)
	}
	_, err = c.Push(s.t.Context(), cfg, vault.NewSecret("the-secret"), cleared, seen)
	return err
}

func TestSeatsurfing(t *testing.T) {
	s := newSurf(t)
	log := &memory{}
	c := s.open(log)
	s.locations = []map[string]any{{"id": s.id(), "name": "Somebody's own", "description": "", "enabled": true}}
	first := surfing("d1", Room{EmailAddress: "a@x", DisplayName: "Alpha", Building: "Main"},
		Room{EmailAddress: "b@x", DisplayName: "Twin", Building: "Main"}, Room{EmailAddress: "c@x", DisplayName: "Twin", Building: "Main"},
		Room{EmailAddress: "d@x"})
	before, err := c.Preview(t.Context(), first)
	if err != nil || before.Current.Configuration != nil || !before.DryRun.Acceptable || len(before.Changes) == 0 {
		t.Fatalf("%+v %v", before, err)
	}
	if err := s.push(c, first); err != nil {
		t.Fatal(err)
	}
	if p := s.providers; len(p) != 1 || p[0]["clientSecret"] != "the-secret" || p[0]["authUrl"] != "https://login.microsoftonline.com/0b4c3f6e-6d0f-4f6b-9a53-2f2d1d0c9a11/oauth2/v2.0/authorize" || p[0]["userInfoUrl"] != "https://graph.microsoft.com/oidc/userinfo" {
		t.Errorf("sign-in: %+v", p)
	}
	var names []string
	for _, l := range s.locations {
		for _, space := range s.spaces[l["id"].(string)] {
			names = append(names, fmt.Sprint(l["name"], "/", space["name"]))
		}
	}
	slices.Sort(names)
	if want := []string{"Main/Alpha", "Main/Twin (b@x)", "Main/Twin (c@x)", "Microsoft 365 rooms/d@x"}; !slices.Equal(names, want) {
		t.Errorf("spaces: %q", names)
	}
	if again, err := c.Preview(t.Context(), first); err != nil || len(again.Changes) != 0 {
		t.Errorf("after the push nothing should differ: %+v %v", again.Changes, err)
	}
	d, err := c.Describe(t.Context())
	if err != nil || len(d.RedirectURIs) != 1 || !strings.HasPrefix(d.RedirectURIs[0], s.URL+"/auth/0000") {
		t.Errorf("%+v %v", d, err)
	}

	// A room that is gone stays, with a warning; the other is added.
	second := surfing("d2", Room{EmailAddress: "a@x", DisplayName: "Alpha", Building: "Main"}, Room{EmailAddress: "e@x", DisplayName: "Echo", Building: "Annex"})
	next, err := c.Preview(t.Context(), second)
	if err != nil || len(next.DryRun.Problems) != 3 || !next.DryRun.Acceptable {
		t.Errorf("%+v %v", next.DryRun, err)
	}
	if err := s.push(c, second); err != nil {
		t.Fatal(err)
	}
	now, err := c.Current(t.Context())
	if err != nil || len(now.Configuration.Rooms.Items) != 5 || now.Configuration.Credential.Fingerprint != "fd2" {
		t.Errorf("%+v %v", now.Configuration, err)
	}
	if st, err := c.Status(t.Context()); err != nil || st.State != StatusUnknown {
		t.Errorf("Seatsurfing cannot know, but says %+v %v", st, err)
	}

	// Somebody adds a space between preview and push.
	own := s.locations[1]["id"].(string)
	s.spaces[own] = append(s.spaces[own], map[string]any{"id": s.id(), "name": "Theirs"})
	cleared, _ := Gate(Checked{Digest: "d3", Verdict: "pass"}, "d3", false)
	if _, err := c.Push(t.Context(), surfing("d3"), vault.NewSecret("x"), cleared, now); problem.CodeOf(err).String() != "booking.etag-mismatch" || !strings.Contains(problem.Of(err).Detail.String(), "Theirs") {
		t.Errorf("got %v", err)
	}
	if now, err = c.Current(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.Delete(t.Context(), now.ETag); err != nil {
		t.Fatal(err)
	}
	if now, err = c.Current(t.Context()); err != nil || now.Configuration != nil || len(s.spaces[own]) != 4 {
		t.Errorf("after the deletion: %+v %v, %d spaces", now, err, len(s.spaces[own]))
	}
}

// TestSeatsurfingOfAnotherVersion has neither health check nor many spaces in
// one call.
func TestSeatsurfingOfAnotherVersion(t *testing.T) {
	s := newSurf(t)
	whole := s.Config.Handler
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/healthcheck" || strings.HasSuffix(r.URL.Path, "/bulk") {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		whole.ServeHTTP(w, r)
	})
	c := s.open(&memory{})
	if _, err := c.Describe(t.Context()); err != nil {
		t.Error(err)
	}
	if err := s.push(c, surfing("d1", Room{EmailAddress: "a@x", DisplayName: "Alpha"}, Room{EmailAddress: "b@x", DisplayName: "Beta"})); err != nil {
		t.Error(err)
	}
	if now, err := c.Current(t.Context()); err != nil || len(now.Configuration.Rooms.Items) != 2 {
		t.Errorf("%+v %v", now.Configuration, err)
	}
}

// TestSeatsurfingCutOff: wherever a push in parts is cut off, the client either
// finishes it or knows that it did not.
func TestSeatsurfingCutOff(t *testing.T) {
	cfg := surfing("d1", Room{EmailAddress: "a@x", DisplayName: "Alpha", Building: "Main"}, Room{EmailAddress: "b@x", DisplayName: "Beta", Building: "Annex"})
	for at := 1; at <= 8; at++ {
		s := newSurf(t)
		s.failAt = at
		log := &memory{}
		if err := s.push(s.open(log), cfg); err != nil {
			t.Fatalf("cut at write %d, and the second try did not finish: %v", at, err)
		}
		if s.writes < at {
			if at < 6 {
				t.Fatalf("a push has only %d writes", s.writes)
			}
			return
		}
		now, err := s.open(log).Current(t.Context())
		if err != nil || len(s.providers) != 1 || len(s.locations) != 2 || now.Configuration.Digest != "d1" {
			t.Errorf("cut at write %d: %d sign-ins, %d locations, %+v %v", at, len(s.providers), len(s.locations), now.Configuration, err)
		}
	}
}

// TestSeatsurfingNewSecretCutOff: the secret cannot be read back, yet a push
// that was killed after changing it is never taken for one that did not arrive.
func TestSeatsurfingNewSecretCutOff(t *testing.T) {
	s := newSurf(t)
	if err := s.push(s.open(&memory{}), surfing("d1")); err != nil {
		t.Fatal(err)
	}
	seen, err := s.open(nil).Current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.onWrite = func(r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/auth-provider/") {
			cancel()
		}
	}
	log := &memory{}
	cleared, err := Gate(Checked{Digest: "d2", Verdict: "pass"}, "d2", false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.open(log).Push(ctx, surfing("d2"), vault.NewSecret("new"), cleared, seen); problem.CodeOf(err).String() != "booking.unknown" {
		t.Fatalf("got %v", err)
	}
	r, err := s.open(log).Resolve(t.Context(), nil)
	if err != nil || r == nil || r.Holds != HoldsOther {
		t.Errorf("resolved %+v %v", r, err)
	}
}

func TestSeatsurfingObstacles(t *testing.T) {
	s := newSurf(t)
	c := s.open(&memory{})
	s.locations = []map[string]any{{"id": s.id(), "name": "Main", "description": "by hand", "enabled": true}}
	room := Room{EmailAddress: "a@x", DisplayName: "Alpha", Building: "Main"}
	if err := s.push(c, surfing("d1", room)); problem.CodeOf(err).String() != "booking.name-taken" {
		t.Errorf("a location made by hand: %v", err)
	}
	withKey := surfing("d1")
	withKey.Credential.Kind = "certificate"
	if err := s.push(c, withKey); problem.CodeOf(err).String() != "booking.certificate" {
		t.Errorf("a certificate: %v", err)
	}
	s.providers = []map[string]any{{"id": s.id(), "name": "Microsoft 365", "readOnly": true}}
	if err := s.push(c, surfing("d1")); problem.CodeOf(err).String() != "booking.read-only" {
		t.Errorf("a read-only sign-in: %v", err)
	}
	if s.writes != 0 {
		t.Errorf("%d writes in spite of it", s.writes)
	}
}
