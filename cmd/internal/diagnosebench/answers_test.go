package main

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/session"
)

// badAnswer is an answer that is none; cut is a body that breaks off, silent a
// connection that ends before the headers.
type badAnswer struct {
	name, kind, body string
	status           int
	cut, silent      bool
	// right is whether some calls may be answered like this.
	right func(url string) bool
}

const jsonKind, htmlKind = "application/json", "text/html"

var badAnswers = []badAnswer{
	{name: "no connection", silent: true},
	{name: "cut", kind: jsonKind, body: `{"value":[{"id":"1"`, status: 200, cut: true},
	{name: "cut before the body", kind: jsonKind, status: 200, cut: true},
	{name: "empty", status: 200},
	{name: "no content", status: 204},
	{name: "web page", kind: htmlKind, body: "<!DOCTYPE html><title>Sign in</title>", status: 200},
	{name: "half of its JSON", kind: jsonKind, body: `{"value":[{"id":`, status: 200},
	{name: "empty object", kind: jsonKind, body: `{}`, status: 200},
	{name: "empty list", kind: jsonKind, body: `{"value":[]}`, status: 200, right: func(url string) bool { return strings.Contains(url, "/calendar") }},
	{name: "null", kind: jsonKind, body: `null`, status: 200},
	{name: "another shape", kind: jsonKind, body: `{"value":{"a":1},"access_token":7,"product":[],"state":{}}`, status: 200},
	{name: "a list without end", kind: jsonKind, body: `{"value":[],"@odata.nextLink":"HERE"}`, status: 200},
	{name: "redirect", kind: htmlKind, status: 302},
	{name: "400", kind: jsonKind, body: `{"error":{"code":"BadRequest","message":"no"}}`, status: 400},
	{name: "401", kind: jsonKind, body: `{"error":{"code":"InvalidAuthenticationToken","message":"no"}}`, status: 401},
	{name: "403", kind: jsonKind, body: `{"error":{"code":"ErrorAccessDenied","message":"no"}}`, status: 403},
	{name: "404", kind: jsonKind, body: `{"error":{"code":"Request_ResourceNotFound","message":"no"}}`, status: 404},
	{name: "429", kind: jsonKind, body: `{"error":{"code":"TooManyRequests","message":"no"}}`, status: 429},
	{name: "500", kind: jsonKind, body: `{"error":{"code":"InternalServerError","message":"no"}}`, status: 500},
	{name: "502", kind: htmlKind, body: "<h1>Bad gateway</h1>", status: 502},
	{name: "504", kind: jsonKind, body: `{"error":{"code":"Timeout","message":"no"}}`, status: 504},
}

// cutBody breaks off at its end.
type cutBody struct{ io.Reader }

func (b cutBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (cutBody) Close() error { return nil }

func (a badAnswer) to(r *http.Request) (*http.Response, error) {
	if a.silent {
		return nil, io.ErrUnexpectedEOF
	}
	body := strings.ReplaceAll(a.body, "HERE", r.URL.String())
	resp := &http.Response{StatusCode: a.status, Status: fmt.Sprint(a.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Location": {r.URL.String()}}, ContentLength: -1, Body: io.NopCloser(strings.NewReader(body))}
	if a.kind != "" {
		resp.Header.Set("Content-Type", a.kind)
	}
	if a.cut {
		resp.Body = cutBody{strings.NewReader(body)}
	}
	return resp, nil
}

// instead gives a bad answer to one call, and the true one to all others.
type instead struct {
	next   http.RoundTripper
	call   string
	answer badAnswer
}

// callOf names a call as a check's exchanges do.
func callOf(r *http.Request) string {
	return r.Method + " " + r.URL.Scheme + "://" + r.URL.Host + r.URL.EscapedPath()
}

func (i instead) RoundTrip(r *http.Request) (*http.Response, error) {
	if callOf(r) != i.call {
		return i.next.RoundTrip(r)
	}
	if r.Body != nil {
		_ = r.Body.Close()
	}
	return i.answer.to(r)
}

// resting are the claims that need a check which made a call, by the call.
func resting(run check.Run) map[string][]evidence.Claim {
	claims := map[string][]evidence.Claim{}
	for _, c := range check.Catalogue() {
		f, ran := run.Finding(c.ID)
		if !ran || !c.Proves {
			continue
		}
		for _, e := range f.Exchanges {
			if call := e.Method + " " + e.URL; !slices.Contains(claims[call], c.Claim) {
				claims[call] = append(claims[call], c.Claim)
			}
		}
	}
	return claims
}

// TestNoGreenWithoutAnAnswer: whatever comes in the place of the answer to any
// call that a check run makes, no claim that rests on the call is proven, also
// not by what was proven before.
func TestNoGreenWithoutAnAnswer(t *testing.T) {
	const benches = 3
	for n := range benches {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			b, err := start(t.Context(), 2, 10, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = b.close() }()
			s := pushedSession(t, b)
			healthy, err := s.Check(t.Context(), check.Options{}, nil, nil)
			if err != nil || healthy.Verdict != check.Passed {
				t.Fatalf("%v: %+v", err, healthy.RootCause)
			}
			proven, _, err := b.env.Store.Evidence(s.ID())
			if err != nil {
				t.Fatal(err)
			}
			calls := resting(healthy)
			if len(calls) < 10 {
				t.Fatalf("only %d calls: %v", len(calls), calls)
			}
			for i, call := range slices.Sorted(maps.Keys(calls)) {
				for j, a := range badAnswers {
					turn := i*len(badAnswers) + j
					if turn%benches != n || testing.Short() && turn%5 != 0 || a.right != nil && a.right(call) {
						continue
					}
					err := b.env.Store.UpdateEvidence(t.Context(), s.ID(), func([]evidence.Record, bool) []evidence.Record { return slices.Clone(proven) })
					if err != nil {
						t.Fatal(err)
					}
					b.between = func(next http.RoundTripper) http.RoundTripper { return instead{next, call, a} }
					run, err := s.Check(t.Context(), check.Options{}, nil, nil)
					b.between = nil
					if err != nil {
						t.Errorf("%s, %s: %v", call, a.name, err)
					}
					for _, claim := range calls[call] {
						if state := evidence.Find(run.Claims, claim); state.Standing == evidence.Works {
							t.Errorf("%s is answered with %q, and %s is proven", call, a.name, claim)
						}
					}
				}
			}
		})
	}
}

// pushedSession is a connection whose configuration the booking server has and
// works with.
func pushedSession(t *testing.T, b *bench) *session.Session {
	s, err := wire.ConnectSimulated(t.Context(), b.env, b.sim, "answers")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Discover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Edit(t.Context(), func(c *connection.Connection) { c.Server.Adapter = booking.AdapterContract }); err != nil {
		t.Fatal(err)
	}
	if err := b.push(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return s
}

// forgotten is a booking server that holds nothing any more.
type forgotten struct{ next http.RoundTripper }

func (f forgotten) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.URL.Path, "/microsoft365") {
		return badAnswer{kind: "application/problem+json", body: `{"code":"not-configured"}`, status: 404}.to(r)
	}
	return f.next.RoundTrip(r)
}

// TestWhatTheServerLostIsNotProven: a configuration that was pushed and is gone
// from the server is not handed over, and works with nothing.
func TestWhatTheServerLostIsNotProven(t *testing.T) {
	b, err := start(t.Context(), 2, 10, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.close() })
	s := pushedSession(t, b)
	for _, lost := range []bool{false, true} {
		if lost {
			b.between = func(next http.RoundTripper) http.RoundTripper { return forgotten{next} }
		}
		if _, err := s.Check(t.Context(), check.Options{}, nil, nil); err != nil {
			t.Fatal(err)
		}
		claims, err := s.Claims(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, claim := range []evidence.Claim{evidence.HandedOver, evidence.ServerWorks} {
			if state := evidence.Find(claims, claim); (state.Standing == evidence.Works) == lost {
				t.Errorf("lost %v: %s is %s", lost, claim, state.Standing)
			}
		}
	}
}

// TestNothingIsKnownOfASignInWithoutAnAnswer: whatever comes in the place of what a
// sign-in reads beside the token, the tenant gets no name of it, the roles are not
// said to be the directory's, and consent that was not read is not called none.
func TestNothingIsKnownOfASignInWithoutAnAnswer(t *testing.T) {
	b, err := start(t.Context(), 2, 10, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.close() })
	for _, part := range []string{"/organization", "/transitiveMemberOf/", "/oauth2PermissionGrants"} {
		for _, a := range append(slices.Clone(badAnswers), badAnswer{name: "true"}) {
			s, err := wire.ConnectSimulated(t.Context(), b.env, b.sim, part+a.name)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Edit(t.Context(), func(c *connection.Connection) { c.Tenant.DisplayName = "" }); err != nil {
				t.Fatal(err)
			}
			if a.name != "true" {
				b.between = func(next http.RoundTripper) http.RoundTripper { return spoilt{next, part, a} }
			}
			err = b.signIn(t.Context(), s)
			b.between = nil
			signed := s.Administrator()
			if err != nil || signed == nil {
				t.Fatalf("%s, %s: %v", part, a.name, err)
			}
			empty := a.name == "empty list" // the true answer of a tenant that has none
			for what, c := range map[string]struct{ known, wanted bool }{
				"the tenant's name":    {s.Document().Tenant.DisplayName != "", part != "/organization"},
				"the directory's role": {signed.RolesFrom == "directory", part != "/transitiveMemberOf/" || empty && len(signed.Roles) == 0},
				"the consent":          {!signed.ConsentUnknown, part != "/oauth2PermissionGrants" || empty},
			} {
				if c.known != (c.wanted || a.name == "true") {
					t.Errorf("%s is answered with %q: %s is known: %v", part, a.name, what, c.known)
				}
			}
			s.Close()
		}
	}
}

// spoilt gives a bad answer to every call whose path has a part.
type spoilt struct {
	next   http.RoundTripper
	part   string
	answer badAnswer
}

func (s spoilt) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.Contains(r.URL.Path, s.part) {
		return s.next.RoundTrip(r)
	}
	return s.answer.to(r)
}
