package booking

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	standin "github.com/roomkey/roomkey/core/simulator/seatsurfing"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/vault"
)

const consoleToken = "of-a-person-in-the-console"

// surf is the stand-in of Seatsurfing with what a computer with Roomkey keeps.
type surf struct {
	*httptest.Server
	t      *testing.T
	real   *standin.Server
	log    *memory
	memory *forgetful

	mu sync.Mutex
	// cut ends the connection at the n-th request from now, before or after the
	// server did what it asks.
	cut, count  int
	after       bool
	onCut       func()
	now         time.Time
	waited      time.Duration
	rateLimited int
}

func newSurf(t *testing.T, version string) *surf {
	t.Helper()
	s := &surf{t: t, log: &memory{}, memory: &forgetful{}, now: time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)}
	real, err := standin.New(standin.Options{Version: version, Token: token, ReadOnlyToken: "only-reads", AdminToken: consoleToken,
		PublicURL: "https://desks.contoso.example", Now: s.clock})
	if err != nil {
		t.Fatal(err)
	}
	s.real = real
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *surf) clock() time.Time { s.mu.Lock(); defer s.mu.Unlock(); return s.now }

func (s *surf) wait(ctx context.Context, d time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now, s.waited = s.now.Add(d), s.waited+d
	return ctx.Err()
}

func (s *surf) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	own := r.Header.Get("Authorization") != "Bearer "+consoleToken
	if own {
		s.count++
	}
	now := own && s.count == s.cut
	s.mu.Unlock()
	if now && !s.after {
		s.die()
	}
	rec := httptest.NewRecorder()
	s.real.ServeHTTP(rec, r)
	if now {
		s.die()
	}
	if rec.Code == http.StatusTooManyRequests {
		s.mu.Lock()
		s.rateLimited++
		s.mu.Unlock()
	}
	for k, v := range rec.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(rec.Code)
	_, _ = w.Write(rec.Body.Bytes())
}

func (s *surf) die() {
	if s.onCut != nil {
		s.onCut()
	}
	panic(http.ErrAbortHandler)
}

// console is what a person does there; it fails the test when it is refused.
func (s *surf) console(method, path string, body any) (out []map[string]any) {
	s.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, bytes.NewReader(raw))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+consoleToken)
	resp, err := s.Client().Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		s.t.Fatalf("%s %s: %d %v", method, path, resp.StatusCode, err)
	}
	if len(answer) > 0 && answer[0] == '[' {
		if err := json.Unmarshal(answer, &out); err != nil {
			s.t.Fatal(err)
		}
	}
	return out
}

// holds is everything on the server, as "sign-in NAME", "LOCATION", "LOCATION/SPACE".
func (s *surf) holds() (all []string) {
	s.t.Helper()
	for _, p := range s.console("GET", "/auth-provider/", nil) {
		all = append(all, fmt.Sprint("sign-in ", p["name"]))
	}
	for _, l := range s.console("GET", "/location/", nil) {
		all = append(all, fmt.Sprint(l["name"]))
		for _, o := range s.console("GET", "/location/"+l["id"].(string)+"/space/", nil) {
			if o["enabled"] != true {
				s.t.Errorf("nobody can book %v", o["name"])
			}
			all = append(all, fmt.Sprint(l["name"], "/", o["name"]))
		}
	}
	s.mu.Lock()
	s.now = s.now.Add(2 * time.Minute) // the person has a limit, too
	s.mu.Unlock()
	slices.Sort(all)
	return all
}

// open is a new start of Roomkey: what it remembers is what is on disk.
func (s *surf) open() *Client { return s.openWith(token) }

func (s *surf) openWith(token string) *Client {
	s.t.Helper()
	raw, err := json.Marshal(s.memory.held)
	if err != nil {
		s.t.Fatal(err)
	}
	s.memory = &forgetful{}
	if err := json.Unmarshal(raw, &s.memory.held); err != nil {
		s.t.Fatal(err)
	}
	c, err := Open(Options{Server: connection.Server{URL: s.URL, Adapter: AdapterSeatsurfing, ConfirmedHosts: []string{"desks.contoso.example"}}, Token: vault.NewSecret(token),
		HTTP: s.Client(), Log: s.log, Memory: copying{s.memory}, Now: s.clock, Wait: s.wait})
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// copying keeps what was saved and nothing that is changed later, as a disk does.
type copying struct{ to *forgetful }

func (c copying) Made() (m store.Made, err error) {
	raw, err := json.Marshal(c.to.held)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(raw, &m)
}

func (c copying) UpdateMade(_ context.Context, update func(*store.Made)) error {
	m, err := c.Made()
	if err != nil {
		return err
	}
	update(&m)
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}
	c.to.held = store.Made{}
	return json.Unmarshal(raw, &c.to.held)
}

type memory struct{ lines []store.Push }

func (m *memory) Append(p store.Push) error     { m.lines = append(m.lines, p); return nil }
func (m *memory) Pushes() ([]store.Push, error) { return m.lines, nil }

func surfing(digest string, rooms ...Room) Configuration {
	return Configuration{
		Digest: digest, Cloud: Cloud{"global", "https://login.microsoftonline.com", "https://graph.microsoft.com"},
		Tenant:      Tenant{ID: "0b4c3f6e-6d0f-4f6b-9a53-2f2d1d0c9a11"},
		Application: Application{ClientID: "5d1c8a60-3d55-4a8f-8f0e-0f7f3f9a2b10"},
		Credential:  Credential{Kind: "secret", Fingerprint: "f"}, Rooms: Rooms{Mode: "selected", Items: rooms},
	}
}

func room(address, name, building string) Room {
	return Room{EmailAddress: address, DisplayName: name, Building: building}
}

func (s *surf) push(cfg Configuration, choices ...Choices) error {
	s.t.Helper()
	return s.pushWith(s.t.Context(), s.open(), cfg, nil, choices...)
}

func (s *surf) pushWith(ctx context.Context, c *Client, cfg Configuration, report task.Report, choices ...Choices) error {
	s.t.Helper()
	o := PushOptions{Progress: report}
	for _, o.Choices = range choices {
	}
	seen, err := c.Preview(ctx, cfg, o.Choices)
	if err != nil {
		return err
	}
	if !seen.DryRun.Acceptable {
		return fmt.Errorf("not acceptable: %+v", seen.DryRun.Problems)
	}
	cleared, err := Gate(Checked{Digest: cfg.Digest, Verdict: "pass"}, cfg.Digest, false)
	if err != nil {
		s.t.Fatal(err)
	}
	_, err = c.Push(ctx, cfg, vault.NewSecret("the-secret"), cleared, seen.Current, o)
	return err
}

func (s *surf) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("%v\n%s", err, problem.Of(err).Detail)
	}
}

func (s *surf) want(want ...string) {
	s.t.Helper()
	if got := s.holds(); !slices.Equal(got, want) {
		s.t.Errorf("the server holds %q, want %q", got, want)
	}
}

var versions = []string{"1.92.0", "1.112.0", "1.113.0", "1.125.0"}

func TestSeatsurfing(t *testing.T) {
	for _, version := range versions {
		t.Run(version, func(t *testing.T) { everyday(t, newSurf(t, version)) })
	}
}

// everyday is the life of a connection: first push, nothing new, people at work
// in the console, and a tenant that changes.
func everyday(t *testing.T, s *surf) {
	s.console("POST", "/location/", map[string]any{"name": "Somebody's own", "enabled": true})
	first := surfing("d1", room("a@x", "Alpha", "Main"), room("b@x", "Twin", "Main"), room("C@x", "Twin", "Main"), room("d@x", "\u200b", ""))
	s.must(s.push(first))
	s.want("Main", "Main/Alpha", "Main/Twin (b@x)", "Main/Twin (c@x)", "Microsoft 365 rooms", "Microsoft 365 rooms/d@x", "Somebody's own", "sign-in Microsoft 365")
	p := s.console("GET", "/auth-provider/", nil)[0]
	if p["logoutUrl"] != "https://login.microsoftonline.com/0b4c3f6e-6d0f-4f6b-9a53-2f2d1d0c9a11/oauth2/v2.0/logout?post_logout_redirect_uri={logoutRedirectUri}" || p["userInfoUrl"] != "https://graph.microsoft.com/oidc/userinfo" {
		t.Errorf("sign-in: %+v", p)
	}
	d, err := s.open().Describe(t.Context())
	if err != nil || len(d.RedirectURIs) != 1 || d.RedirectURIs[0] != "https://desks.contoso.example/auth/"+p["id"].(string)+"/callback" {
		t.Errorf("%+v %v", d, err)
	}

	// People work there.
	main := s.find("/location/", "Main")
	main["description"], main["bookableDays"], main["mapScale"] = "Ask Jo for the key", []int{1, 2}, 2.5
	if _, ok := main["mapType"]; ok {
		main["mapType"] = "designed"
	}
	s.console("PUT", "/location/"+main["id"].(string), main)
	at := "/location/" + main["id"].(string) + "/space/"
	alpha := s.find(at, "Alpha")
	alpha["x"], alpha["allowedBookerGroupIds"], alpha["kioskEnabled"] = 17, []string{"00000000-0000-4000-a000-000000000001"}, true
	s.console("PUT", at+alpha["id"].(string), alpha)
	p["name"], p["profilePageUrl"] = "Sign in with Contoso", "https://myaccount.microsoft.com"
	s.console("PUT", "/auth-provider/"+p["id"].(string), p)
	s.console("POST", at+"bulk", map[string]any{"creates": []any{map[string]any{"name": "By hand", "enabled": true, "shape": "rect", "fontSize": "big"}}})

	// Nothing is new: nothing is written.
	before := s.real.Writes()
	first.Digest = "d1b"
	s.must(s.push(first))
	if n := s.real.Writes() - before; n != 0 {
		t.Errorf("an unchanged push wrote %d times", n)
	}

	// What people call otherwise is the same, is said, and gets its name back.
	alpha = s.find(at, "Alpha")
	main, alpha["name"] = s.find("/location/", "Main"), "Alf"
	main["name"] = "HQ"
	s.console("PUT", "/location/"+main["id"].(string), main)
	s.console("PUT", at+alpha["id"].(string), alpha)
	renamed, err := s.open().Current(t.Context())
	s.must(err)
	if s.open().Keeps(renamed, first) || !slices.Contains(renamed.Renamed, Change{"rooms.items[a@x].displayName", changed, "Alf", "Alpha"}) ||
		!slices.Contains(renamed.Renamed, Change{"rooms.items[b@x].building", changed, "HQ", "Main"}) || len(renamed.Renamed) != 4 {
		t.Errorf("renamed by people: %+v", renamed.Renamed)
	}
	s.must(s.push(first))
	if renamed, err = s.open().Current(t.Context()); err != nil || !s.open().Keeps(renamed, first) || s.find("/location/", "Main")["id"] != main["id"] {
		t.Errorf("renamed back: %+v %v", renamed, err)
	}

	// A room is renamed, one moves, one is gone, the credential is new.
	second := surfing("d2", room("A@x", "Aleph", "Main"), room("b@x", "Twin", "Annex"), room("d@x", "Delta", ""))
	second.Credential.Fingerprint = "f2"
	preview, err := s.open().Preview(t.Context(), second, Choices{})
	if err != nil || !slices.ContainsFunc(preview.DryRun.Problems, func(p DryRunProblem) bool { return p.Code == "space-stays" }) {
		t.Errorf("what is wanted no more is not shown: %+v %v", preview.DryRun, err)
	}
	s.must(s.push(second))
	s.want("Annex", "Annex/Twin", "Main", "Main/Aleph", "Main/By hand", "Main/Twin (c@x)", "Microsoft 365 rooms", "Microsoft 365 rooms/Delta", "Somebody's own", "sign-in Sign in with Contoso")
	aleph := s.find(at, "Aleph")
	if aleph["id"] != alpha["id"] || aleph["x"] != 17.0 || fmt.Sprint(aleph["allowedBookerGroupIds"]) != "[00000000-0000-4000-a000-000000000001]" || aleph["kioskEnabled"] != alpha["kioskEnabled"] && version(s) >= 113 {
		t.Errorf("what people set is gone: %+v, was %+v", aleph, alpha)
	}
	if l := s.find("/location/", "Main"); l["description"] != "Ask Jo for the key" || l["mapType"] != main["mapType"] || fmt.Sprint(l["bookableDays"]) != "[1 2]" {
		t.Errorf("what people set is gone: %+v", l)
	}

	// A building is renamed; the rest goes, with a yes.
	third := surfing("d3", room("b@x", "Twin", "Pavilion"))
	third.Credential.Fingerprint = "f2"
	annex := s.find("/location/", "Annex")
	s.must(s.push(third, Choices{Remove: true}))
	s.want("Main", "Main/By hand", "Pavilion", "Pavilion/Twin", "Somebody's own", "sign-in Sign in with Contoso")
	if s.find("/location/", "Pavilion")["id"] != annex["id"] {
		t.Error("a renamed building became another location")
	}

	// What is deleted by hand is a difference, and made again.
	s.console("DELETE", "/location/"+annex["id"].(string), nil)
	now, err := s.open().Current(t.Context())
	s.must(err)
	if s.open().Keeps(now, third) {
		t.Error("a location that was deleted by hand is not missed")
	}
	s.must(s.push(third))
	s.want("Main", "Main/By hand", "Pavilion", "Pavilion/Twin", "Somebody's own", "sign-in Sign in with Contoso")
	p = s.find("/auth-provider/", "Sign in with Contoso")
	p["scopes"] = "openid"
	s.console("PUT", "/auth-provider/"+p["id"].(string), p)
	if now, err = s.open().Current(t.Context()); err != nil || s.open().Keeps(now, third) || len(now.Altered) != 1 {
		t.Errorf("scopes changed by hand are not missed: %+v %v", now.Altered, err)
	}
	s.console("DELETE", "/auth-provider/"+p["id"].(string), nil)
	if now, err = s.open().Current(t.Context()); err != nil || s.open().Keeps(now, third) {
		t.Errorf("a sign-in that was deleted by hand is not missed: %v", err)
	}
	if st, err := s.open().Status(t.Context()); err != nil || st.State != StatusFailing {
		t.Errorf("%+v %v", st, err)
	}
	s.must(s.push(third))

	// Removal leaves what people made.
	c := s.open()
	removal, err := c.Removal(t.Context())
	s.must(err)
	s.real.Bind(s.find("/auth-provider/", "Microsoft 365")["id"].(string))
	if err := c.Remove(t.Context(), removal); problem.CodeOf(err).String() != "booking.sign-in-used" {
		t.Errorf("a sign-in with people: %v", err)
	}
	s.want("Main", "Main/By hand", "Somebody's own", "sign-in Microsoft 365")
}

func version(s *surf) (minor int) {
	if _, ok := s.console("GET", "/location/", nil)[0]["mapType"]; ok {
		return 113
	}
	return 92
}

func (s *surf) find(path, name string) map[string]any {
	s.t.Helper()
	for _, o := range s.console("GET", path, nil) {
		if o["name"] == name {
			return o
		}
	}
	s.t.Fatalf("there is no %q at %s", name, path)
	return nil
}

func TestSeatsurfingSignInOnly(t *testing.T) {
	s := newSurf(t, "")
	cfg := surfing("d1")
	cfg.SingleSignOn.LoginButton = "Work account"
	s.must(s.push(cfg))
	s.want("sign-in Work account")
	if now, err := s.open().Current(t.Context()); err != nil || !s.open().Keeps(now, cfg) {
		t.Errorf("%+v %v", now, err)
	}
}

func TestSeatsurfingObstacles(t *testing.T) {
	s := newSurf(t, "")
	provider := map[string]any{"name": "Ours", "providerType": 1, "authUrl": "https://a/authorize", "tokenUrl": "https://a/t", "userInfoUrl": "https://a/u", "scopes": "openid",
		"userInfoEmailField": "email", "clientId": "5d1c8a60-3d55-4a8f-8f0e-0f7f3f9a2b10", "clientSecret": "x"}
	has := func(cfg Configuration, code string) {
		t.Helper()
		p, err := s.open().Preview(t.Context(), cfg, Choices{})
		if err != nil || !slices.ContainsFunc(p.DryRun.Problems, func(p DryRunProblem) bool { return p.Code == code }) {
			t.Errorf("%s is not said: %+v %v", code, p.DryRun.Problems, err)
		}
	}
	long := strings.Repeat("ä", 129)
	has(surfing("d", room("a@x", long, "Main")), "name-too-long")
	has(surfing("d", room("a@x", "A", long)), "name-too-long")
	has(surfing("d", room("a@x", strings.Repeat("ä", 125), "M"), room("b@x", strings.Repeat("ä", 125), "M")), "name-too-long")
	has(surfing("d", room("a@x", "A\u202e", "Main")), "invisible-characters")
	has(surfing("d", room("a@x", "\u2066", "Main")), "no-name")
	has(surfing("d", room("a@x", "A", "Main"), room("b@x", "A\u200b", "Main")), "name-twice")
	var many []Room
	for i := range 65 {
		many = append(many, room(fmt.Sprintf("r%d@x", i), fmt.Sprint("Room ", i), "Main"))
	}
	has(surfing("d", many...), "many-rooms")
	withKey := surfing("d")
	withKey.Credential.Kind = "certificate"
	has(withKey, "certificate")
	s.console("POST", "/location/", map[string]any{"name": "Main", "enabled": true})
	has(surfing("d", room("a@x", "A", "Main")), "name-taken")
	s.console("POST", "/auth-provider/", provider)
	has(surfing("d"), "sign-in-taken")
	writes := s.real.Writes()
	if err := s.push(surfing("d")); err == nil || s.real.Writes() != writes {
		t.Errorf("pushed in spite of it: %v", err)
	}

	// Taken over by name, with a yes.
	s.console("PUT", "/auth-provider/"+s.find("/auth-provider/", "Ours")["id"].(string), func() any { provider["name"] = "Microsoft 365"; return provider }())
	cfg := surfing("d", room("a@x", "A", "Main"))
	s.must(s.open().TakeOver(t.Context(), cfg))
	s.must(s.push(cfg))
	s.want("Main", "Main/A", "sign-in Microsoft 365")
}

func TestSeatsurfingTokens(t *testing.T) {
	s := newSurf(t, "")
	for given, code := range map[string]string{token: "", "only-reads": "booking.read-only-token", "wrong": "booking.token-wrong"} {
		if err := s.openWith(given).MayWrite(t.Context()); problem.CodeOf(err).String() != code {
			t.Errorf("%s: %v, want %s", given, err, code)
		}
	}
}
