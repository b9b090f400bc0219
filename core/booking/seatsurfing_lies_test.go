package booking

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
)

// desk is an honest Seatsurfing behind a lie, with a sign-in, a location and
// spaces of people's own.
type desk struct {
	*surf
	mu    sync.Mutex
	lying bool
	front *httptest.Server
	// foreign are the ids of what people made.
	foreign map[string]string
	count   map[string]int
}

// ssLie changes an honest response; path has # for each id. withheld has the
// server not do what is asked.
type ssLie struct {
	path     string
	withheld bool
	// from is the first request of this kind that is answered so.
	from int
	// once is whether only the first request is answered so.
	once bool
	say  func(d *desk, a *response)
}

var idInPath = regexp.MustCompile(`/[0-9a-f]{8}-[0-9a-f-]{27}`)

func newDesk(t *testing.T, lie ssLie) *desk {
	t.Helper()
	d := &desk{surf: newSurf(t, ""), foreign: map[string]string{}, count: map[string]int{}}
	d.console("POST", "/location/", map[string]any{"name": "Somebody's own", "enabled": true})
	own := d.find("/location/", "Somebody's own")["id"].(string)
	d.console("POST", "/location/"+own+"/space/bulk", map[string]any{"creates": []any{map[string]any{"name": "By hand", "enabled": true, "shape": "rect", "fontSize": "big"}}})
	d.foreign["location"], d.foreign["space"] = own, d.find("/location/"+own+"/space/", "By hand")["id"].(string)
	d.front = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := r.Method + " " + idInPath.ReplaceAllString(r.URL.Path, "/#")
		d.mu.Lock()
		d.count[call]++
		lies := d.lying && call == lie.path && d.count[call] >= max(lie.from, 1) && !(lie.once && d.count[call] > 1)
		d.mu.Unlock()
		rec := httptest.NewRecorder()
		if !lies || !lie.withheld {
			d.real.ServeHTTP(rec, r)
		}
		a := &response{status: rec.Code, header: rec.Header(), body: rec.Body.String()}
		if lies {
			lie.say(d, a)
		}
		if a.raw != nil {
			a.raw(w, r)
			return
		}
		for k, v := range a.header {
			w.Header()[k] = v
		}
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.body)
	}))
	t.Cleanup(d.front.Close)
	return d
}

// start is a new start of Roomkey on this computer.
func (d *desk) start() *Client {
	d.t.Helper()
	client, err := transport.New(transport.Options{Owner: transport.BookingServer, InsecureLoopback: true, Timeout: 200 * time.Millisecond})
	if err != nil {
		d.t.Fatal(err)
	}
	c, err := Open(Options{Server: connection.Server{URL: d.front.URL, Adapter: AdapterSeatsurfing, ConfirmedHosts: []string{"desks.contoso.example"}}, Token: vault.NewSecret(token),
		HTTP: client, Log: d.log, Memory: copying{d.memory}, Now: d.clock, Wait: d.wait})
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

func (d *desk) lies(so bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lying, d.count = so, map[string]int{}
}

func seatsurfingLies() map[string]ssLie {
	says := func(status int, body string) func(*desk, *response) {
		return func(_ *desk, a *response) { a.status, a.body = status, body }
	}
	header := func(name, value string) func(*desk, *response) {
		return func(_ *desk, a *response) { a.header.Set(name, value) }
	}
	edit := func(change func(d *desk, all []map[string]any) any) func(*desk, *response) {
		return func(d *desk, a *response) {
			var all []map[string]any
			if json.Unmarshal([]byte(a.body), &all) == nil && len(all) > 0 {
				raw, _ := json.Marshal(change(d, all)) // maps
				a.body = string(raw)
			}
		}
	}
	done := func(change func(d *desk, creates, updates []any) (any, any)) func(*desk, *response) {
		return func(d *desk, a *response) {
			var did map[string]any
			if json.Unmarshal([]byte(a.body), &did) == nil {
				creates, _ := did["creates"].([]any)
				updates, _ := did["updates"].([]any)
				did["creates"], did["updates"] = change(d, creates, updates)
				raw, _ := json.Marshal(did) // maps
				a.body = string(raw)
			}
		}
	}
	item := func(v any) map[string]any { m, _ := v.(map[string]any); return m }
	const (
		providers = "GET /auth-provider/"
		locations = "GET /location/"
		spaces    = "GET /location/#/space/"
		sign      = "POST /auth-provider/"
		place     = "POST /location/"
		bulk      = "POST /location/#/space/bulk"
		health    = "GET /healthcheck"
		login     = "GET /auth/#/login/ui/"
	)
	table := map[string]ssLie{}
	for _, path := range []string{sign, place, bulk} {
		for _, status := range []int{300, 302, 401, 402, 405, 406, 408, 411, 412, 413, 415, 421, 422, 424, 425, 426, 429, 451, 501, 502, 503, 504, 520} {
			for _, once := range []bool{false, true} {
				lie := ssLie{path: path, say: says(status, ""), once: once}
				table[fmt.Sprintf("%s done and answered %d, once: %t", strings.ReplaceAll(path, "/", " "), status, once)] = lie
				lie.withheld = true
				table[fmt.Sprintf("%s not done and answered %d, once: %t", strings.ReplaceAll(path, "/", " "), status, once)] = lie
			}
		}
	}
	maps.Copy(table, map[string]ssLie{
		"providers null":                 {path: providers, say: says(200, "null")},
		"providers as object":            {path: providers, say: says(200, `{"items":[]}`)},
		"providers with an error":        {path: providers, say: says(200, `{"error":"no database"}`)},
		"providers gone after the push":  {path: providers, from: 2, say: says(200, "[]")},
		"providers of numbers":           {path: providers, say: says(200, "[1,2]")},
		"providers of null":              {path: providers, from: 2, say: says(200, "[null]")},
		"providers twice":                {path: providers, from: 2, say: edit(func(_ *desk, all []map[string]any) any { return append(all, all...) })},
		"providers of an id in a number": {path: providers, from: 2, say: edit(func(_ *desk, all []map[string]any) any { all[0]["id"] = 7; return all })},
		"a page for providers": {path: providers, say: func(_ *desk, a *response) {
			a.header.Set("Content-Type", "text/html")
			a.body = "<html><title>Seatsurfing</title>"
		}},
		"providers refused with 200":    {path: providers, say: says(200, `"unauthorized"`)},
		"providers of no content":       {path: providers, say: says(204, "")},
		"providers in trouble":          {path: providers, from: 2, say: says(500, "")},
		"another client in the sign-in": {path: providers, from: 2, say: edit(func(_ *desk, all []map[string]any) any { all[0]["clientId"] = "x"; return all })},
		"a read-only sign-in":           {path: providers, from: 2, say: edit(func(_ *desk, all []map[string]any) any { all[0]["readOnly"] = true; return all })},
		"locations empty":               {path: locations, from: 2, say: says(200, "[]")},
		"locations twice":               {path: locations, say: edit(func(_ *desk, all []map[string]any) any { return append(all, all...) })},
		"locations with one id": {path: locations, from: 2, say: edit(func(_ *desk, all []map[string]any) any {
			for _, l := range all {
				l["id"] = all[0]["id"]
			}
			return all
		})},
		"locations with a path for an id": {path: locations, from: 2, say: edit(func(_ *desk, all []map[string]any) any {
			for _, l := range all {
				l["id"] = "../auth-provider"
			}
			return all
		})},
		"locations without names": {path: locations, from: 2, say: edit(func(_ *desk, all []map[string]any) any {
			for _, l := range all {
				delete(l, "name")
			}
			return all
		})},
		"locations renamed":   {path: locations, from: 2, say: func(_ *desk, a *response) { a.swap(`"Main"`, `"main"`) }},
		"locations forbidden": {path: locations, from: 2, say: says(403, "")},
		"spaces empty":        {path: spaces, say: says(200, "[]")},
		"spaces not found":    {path: spaces, say: says(404, "")},
		"spaces twice":        {path: spaces, say: edit(func(_ *desk, all []map[string]any) any { return append(all, all...) })},
		"spaces of another":   {path: spaces, say: edit(func(d *desk, all []map[string]any) any { all[0]["id"] = d.foreign["space"]; return all })},
		"spaces renamed":      {path: spaces, say: func(_ *desk, a *response) { a.swap("Alpha", "Aleph") }},
		"spaces cut":          {path: spaces, say: func(_ *desk, a *response) { a.body = a.body[:len(a.body)/2] }},

		"a sign-in without an id":         {path: sign, say: func(_ *desk, a *response) { a.header.Del("X-Object-Id") }},
		"a sign-in with a path for an id": {path: sign, say: header("X-Object-Id", "../../location")},
		"a sign-in with a step for an id": {path: sign, say: header("X-Object-Id", "..")},
		"a sign-in of 200":                {path: sign, say: says(200, "")},
		"a sign-in accepted, not made": {path: sign, withheld: true, say: func(_ *desk, a *response) {
			a.status = 201
			a.header.Set("X-Object-Id", "ffffffff-0000-4000-8000-000000000001")
		}},
		"a sign-in made and in conflict": {path: sign, say: says(409, "")},
		"a sign-in made and in trouble":  {path: sign, say: says(500, "")},
		"a sign-in made and refused":     {path: sign, say: says(400, "")},
		"a sign-in made and forbidden":   {path: sign, say: says(403, "")},
		"a sign-in made and locked":      {path: sign, say: says(423, "")},
		"a sign-in made and moved":       {path: sign, say: func(_ *desk, a *response) { a.status = 307; a.header.Set("Location", "https://evil.example/") }},

		"a location with another's id": {path: place, say: func(d *desk, a *response) { a.header.Set("X-Object-Id", d.foreign["location"]) }},
		"a location without an id":     {path: place, say: func(_ *desk, a *response) { a.header.Del("X-Object-Id") }},
		"a location not made, with an id": {path: place, withheld: true, say: func(_ *desk, a *response) {
			a.status = 201
			a.header.Set("X-Object-Id", "ffffffff-0000-4000-8000-000000000002")
		}},
		"a location made and not found": {path: place, say: says(404, "")},
		"a location made and gone":      {path: place, say: says(410, "")},
		"a location refused":            {path: place, withheld: true, say: says(400, "")},
		"a location made and full":      {path: place, say: says(507, "")},
		"a location and a network":      {path: place, say: says(511, "")},
		"a location that is not needed": {path: place, say: says(428, "")},

		"a bulk without items":    {path: bulk, say: says(200, `{}`)},
		"a bulk of null":          {path: bulk, say: says(200, `null`)},
		"a bulk of success alone": {path: bulk, say: says(200, `{"success":true}`)},
		"a bulk with an item more": {path: bulk, say: done(func(_ *desk, c, u []any) (any, any) {
			return append(c, map[string]any{"id": "x", "success": true}), u
		})},
		"a bulk with an item less": {path: bulk, say: done(func(_ *desk, c, u []any) (any, any) { return c[:len(c)-1], u })},
		"a bulk of words":          {path: bulk, say: done(func(_ *desk, c, u []any) (any, any) { item(c[0])["success"] = "true"; return c, u })},
		"a bulk done and refused":  {path: bulk, say: done(func(_ *desk, c, u []any) (any, any) { item(c[0])["success"] = false; return c, u })},
		"a bulk with swapped ids": {path: bulk, say: done(func(_ *desk, c, u []any) (any, any) {
			item(c[0])["id"], item(c[1])["id"] = item(c[1])["id"], item(c[0])["id"]
			return c, u
		})},
		"a bulk with one id": {path: bulk, say: done(func(_ *desk, c, u []any) (any, any) {
			item(c[1])["id"] = item(c[0])["id"]
			return c, u
		})},
		"a bulk with another's id": {path: bulk, say: done(func(d *desk, c, u []any) (any, any) {
			item(c[0])["id"] = d.foreign["space"]
			return c, u
		})},
		"a bulk with the location's id": {path: bulk, say: done(func(d *desk, c, u []any) (any, any) {
			item(c[0])["id"] = d.foreign["location"]
			return c, u
		})},
		"a bulk of no ids": {path: bulk, say: done(func(_ *desk, c, u []any) (any, any) { item(c[0])["id"] = ""; return c, u })},
		"a bulk not done": {path: bulk, withheld: true, say: func(_ *desk, a *response) {
			a.header.Set("Content-Type", "application/json")
			a.body = `{"creates":[{"id":"ffffffff-0000-4000-8000-000000000003","success":true},{"id":"ffffffff-0000-4000-8000-000000000004","success":true}],"updates":[],"deletes":[]}`
		}},
		"a bulk that never ends": {path: bulk, say: func(_ *desk, a *response) {
			a.raw = func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				for r.Context().Err() == nil {
					if _, err := io.WriteString(w, strings.Repeat(" ", 512)); err != nil {
						return
					}
					w.(http.Flusher).Flush()
					time.Sleep(10 * time.Millisecond)
				}
			}
		}},

		"health in trouble":      {path: health, say: says(503, "")},
		"health of another word": {path: health, say: says(200, `{"status":"degraded"}`)},
		"health of nothing":      {path: health, say: says(200, `{}`)},
		"health that is a page": {path: health, say: func(_ *desk, a *response) {
			a.header.Set("Content-Type", "text/html")
			a.body = "<html><title>Wi-Fi</title>"
		}},
		"health behind a sign-in": {path: health, say: says(401, "")},

		"nothing left, for ever": {path: locations, say: func(_ *desk, a *response) {
			a.header.Set("X-RateLimit-Remaining", "-5")
			a.header.Set("X-RateLimit-Reset", "99999999999999")
		}},
		"a limit of 0": {path: locations, say: func(_ *desk, a *response) {
			a.header.Set("X-RateLimit-Limit", "0")
			a.header.Set("X-RateLimit-Remaining", "0")
		}},
		"a limit in words": {path: locations, say: header("X-RateLimit-Remaining", "some")},
		"a reset in the past": {path: locations, say: func(_ *desk, a *response) {
			a.header.Set("X-RateLimit-Remaining", "0")
			a.header.Set("X-RateLimit-Reset", "1")
		}},
		"a limit of more than a number": {path: locations, say: header("X-RateLimit-Remaining", "99999999999999999999999")},
		"too much, for ever":            {path: locations, say: func(_ *desk, a *response) { a.status = 429; a.header.Set("Retry-After", "31536000") }},

		"a sign-in that goes nowhere": {path: login, say: says(200, "")},
		"a sign-in without a way back": {path: login, say: func(_ *desk, a *response) {
			a.status = 302
			a.header.Set("Location", "https://login.microsoftonline.com/x")
		}},
		"a sign-in back to another host": {path: login, say: func(_ *desk, a *response) {
			a.status = 302
			a.header.Set("Location", "https://login.microsoftonline.com/x?redirect_uri=https://evil.example/cb")
		}},
		"a sign-in back in the clear": {path: login, say: func(_ *desk, a *response) {
			a.status = 302
			a.header.Set("Location", "https://x.example/?redirect_uri=http://desks.contoso.example/cb")
		}},
		"a sign-in back to a script": {path: login, say: func(_ *desk, a *response) {
			a.status = 302
			a.header.Set("Location", "https://x.example/?redirect_uri=javascript:alert(1)")
		}},
		"a sign-in that is not there":     {path: login, say: says(404, "")},
		"a sign-in with an error":         {path: login, say: says(500, "")},
		"a sign-in to a relative address": {path: login, say: func(_ *desk, a *response) { a.status = 302; a.header.Set("Location", "/?redirect_uri=/cb") }},
	})
	return table
}

var errNotTaken = errors.New("not acceptable")

// TestSeatsurfingLies pushes through one lie, looks, and then pushes to the same
// server as it is when it is honest: nothing wrong is said, nothing of people's
// is touched, and in the end everything is there once.
func TestSeatsurfingLies(t *testing.T) {
	table := seatsurfingLies()
	if len(table) < 70 {
		t.Errorf("only %d", len(table))
	}
	cfg := surfing("d1", room("a@x", "Alpha", "Main"), room("b@x", "Beta", "Main"))
	want := []string{"Main", "Main/Alpha", "Main/Beta", "Somebody's own", "Somebody's own/By hand", "sign-in Microsoft 365"}
	for name, lie := range table {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, lie)
			before := d.holds()
			push := func(choices Choices) error {
				c := d.start()
				seen, err := c.Preview(t.Context(), cfg, choices)
				if err != nil {
					return err
				}
				if !seen.DryRun.Acceptable {
					return fmt.Errorf("%w: %+v", errNotTaken, seen.DryRun.Problems)
				}
				cleared, err := Gate(Checked{Digest: cfg.Digest, Verdict: "pass"}, cfg.Digest, false)
				if err != nil {
					t.Fatal(err)
				}
				_, err = c.Push(t.Context(), cfg, vault.NewSecret("the-secret"), cleared, seen.Current, PushOptions{Choices: choices})
				return err
			}
			d.lies(true)
			err := push(Choices{})
			has := d.holds()
			if !errors.Is(err, errNotTaken) {
				shown(t, err)
			}
			switch said := sentences(err); {
			case err == nil && !slices.Equal(has, want):
				t.Errorf("said to be done, and it has %q", has)
			case strings.Contains(said, "nothing was changed") && !slices.Equal(has, before):
				t.Errorf("it has %q: %s", has, said)
			}
			if _, err := d.start().Status(t.Context()); err != nil {
				shown(t, err)
			}
			d.lies(false)
			if r, err := d.start().Resolve(t.Context(), &cfg); err != nil {
				shown(t, err)
			} else if r != nil && (r.Holds == HoldsNew && !slices.Equal(has, want) || r.Holds == HoldsOld && !slices.Equal(has, before)) {
				t.Errorf("resolved as %s, and it has %q", r.Holds, has)
			}
			err = push(Choices{Remove: true})
			if errors.Is(err, errNotTaken) && strings.Contains(err.Error(), "--take-over") {
				if err = d.start().TakeOver(t.Context(), cfg); err == nil {
					err = push(Choices{Remove: true})
				}
			}
			if err != nil {
				t.Errorf("the next push: %v %s", err, sentences(err))
			}
			if got := d.holds(); !slices.Equal(got, want) {
				t.Errorf("it ends with %q", got)
			}
			c := d.start()
			removal, err := c.Removal(t.Context())
			if err == nil {
				err = c.Remove(t.Context(), removal)
			}
			if got := d.holds(); err != nil || !slices.Equal(got, []string{"Somebody's own", "Somebody's own/By hand"}) {
				t.Errorf("removed: %v, and it has %q", err, got)
			}
		})
	}
}

// TestSeatsurfingRefusesFirstWrite: what refuses the first write of a push has
// changed nothing, and later ones leave what was written.
func TestSeatsurfingRefusesFirstWrite(t *testing.T) {
	first := surfing("d1", room("a@x", "Alpha", "Main"))
	second := surfing("d2", room("a@x", "Aleph", "Main"))
	renewed := surfing("d2", room("a@x", "Aleph", "Main"))
	renewed.Credential.Fingerprint = "f2"
	for name, tt := range map[string]struct {
		before, push *Configuration
		path         string
		later        bool
	}{
		"a first push":              {nil, &first, "POST /auth-provider/", false},
		"a first push, later":       {nil, &first, "POST /location/", true},
		"a changed room":            {&first, &second, "POST /location/#/space/bulk", false},
		"a new credential":          {&first, &renewed, "PUT /auth-provider/#", false},
		"a new credential, later":   {&first, &renewed, "POST /location/#/space/bulk", true},
		"the spaces of a new place": {nil, &first, "POST /location/#/space/bulk", true},
	} {
		for _, status := range []int{400, 401, 403, 404, 429} {
			t.Run(fmt.Sprint(name, " ", status), func(t *testing.T) {
				t.Parallel()
				d := newDesk(t, ssLie{path: tt.path, withheld: true, say: func(_ *desk, a *response) { a.status, a.body = status, "" }})
				if tt.before != nil {
					d.must(d.pushWith(t.Context(), d.start(), *tt.before, nil))
				}
				before, kept, writes := d.holds(), d.memory.held, d.real.Writes()
				d.lies(true)
				err := d.pushWith(t.Context(), d.start(), *tt.push, nil)
				d.lies(false)
				shown(t, err)
				said := sentences(err)
				if changed := d.real.Writes() != writes; changed != tt.later || err == nil || tt.later == strings.Contains(strings.ToLower(said), "nothing was changed") {
					t.Errorf("it has %q, had %q: %s %s", d.holds(), before, problem.CodeOf(err), said)
				}
				if tt.later && status <= 403 && problem.CodeOf(err) != codePartRefused {
					t.Errorf("%s %s", problem.CodeOf(err), said)
				}
				if now := d.memory.held; !tt.later && (now.Digest != kept.Digest || now.Fingerprint != kept.Fingerprint) {
					t.Errorf("remembers %+v, was %+v", now, kept)
				}
				d.must(d.pushWith(t.Context(), d.start(), *tt.push, nil))
				if now, err := d.start().Current(t.Context()); err != nil || !d.start().Keeps(now, *tt.push) {
					t.Errorf("%+v %v", now, err)
				}
			})
		}
	}
}
