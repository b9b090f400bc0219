package main

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/cmd/internal/wire"
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
	// spoil makes the body of the true one.
	spoil func(string) string
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
	{name: "empty list", kind: jsonKind, body: `{"value":[]}`, status: 200, right: empties.MatchString},
	{name: "null", kind: jsonKind, body: `null`, status: 200},
	{name: "another shape", kind: jsonKind, body: `{"value":{"a":1},"access_token":7,"product":[],"state":{}}`, status: 200},
	{name: "a list without end", kind: jsonKind, body: `{"value":[],"@odata.nextLink":"HERE"}`, status: 200},
	{name: "the truth as another success", spoil: func(body string) string { return body }, status: 203, right: notOfGraph.MatchString},
	{name: "the truth beside an error", spoil: func(body string) string {
		return strings.Replace(body, "{", `{"error":{"code":"UnknownError","message":"no"},`, 1)
	}, status: 200, right: notOfGraph.MatchString},
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

// empties are calls to which an empty list may be the truth: a free calendar, no
// groups inside a group, no meeting left over, no application permission.
var empties = regexp.MustCompile(`/calendar|/members$|/appRoleAssignments$|/events$`)

// notOfGraph are calls of whose answers less is known than of Graph's: those to
// others, and the one that only asks whether Graph can be reached.
var notOfGraph = regexp.MustCompile(`//[^/]*$|/v1\.0/$|/(token|\.well-known/.*|microsoft365.*)$`)

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

// spoiling makes the bad answer of the true one.
func (a badAnswer) spoiling(resp *http.Response, err error) (*http.Response, error) {
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	resp.StatusCode, resp.Body, resp.ContentLength = a.status, io.NopCloser(strings.NewReader(a.spoil(string(body)))), -1
	return resp, err
}

// instead gives a bad answer to one call, and the true one to all others.
type instead struct {
	next   http.RoundTripper
	call   string
	answer badAnswer
}

// callOf names a call as a check's exchanges do, without the ids of what the check
// made itself.
func callOf(method, address string) string {
	return method + " " + madeID.ReplaceAllString(address, "$1/{id}")
}

var madeID = regexp.MustCompile(`(/events|/subscriptions)/[^/]+`)

func (i instead) RoundTrip(r *http.Request) (*http.Response, error) {
	if callOf(r.Method, r.URL.Scheme+"://"+r.URL.Host+r.URL.EscapedPath()) != i.call {
		return i.next.RoundTrip(r)
	}
	if i.answer.spoil != nil {
		return i.answer.spoiling(i.next.RoundTrip(r))
	}
	if r.Body != nil {
		_ = r.Body.Close()
	}
	return i.answer.to(r)
}

// resting are the claims that need a check which made a call, or one on which that
// check depends, by the call.
func resting(run check.Run) map[string][]evidence.Claim {
	claims, catalogue := map[string][]evidence.Claim{}, check.Catalogue()
	var rest func(claim evidence.Claim, id string)
	rest = func(claim evidence.Claim, id string) {
		f, _ := run.Finding(id)
		for _, e := range f.Exchanges {
			if call := callOf(e.Method, e.URL); !slices.Contains(claims[call], claim) {
				claims[call] = append(claims[call], claim)
			}
		}
		at := slices.IndexFunc(catalogue, func(c check.Check) bool { return c.ID == id })
		on := catalogue[at].DependsOn
		for _, id := range catalogue[at].After {
			// These read what others look at.
			if catalogue[at].SignIn && (id == check.Consented || id == check.ServerContract) {
				on = append(slices.Clone(on), id)
			}
		}
		for _, id := range on {
			rest(claim, id)
		}
	}
	for _, c := range catalogue {
		if f, ran := run.Finding(c.ID); ran && c.Proves && (f.Status == check.Pass || f.Status == check.Warn) {
			rest(c.Claim, c.ID)
		}
	}
	return claims
}

// shape is a connection whose check makes calls that others do not make. The calls
// that it is about are tried, of the answers every so manieth.
type shape struct {
	name     string
	pushed   bool
	register bool
	change   func(*bench, *connection.Connection)
	options  func(*bench, *check.Options)
	about    string
	calls    int
	every    int
}

var shapes = []shape{
	{name: "pushed", pushed: true, about: ".", calls: 13, every: 1},
	{name: "groups and room lists", about: "/members|roomList", calls: 5, every: 1, change: func(b *bench, c *connection.Connection) {
		members("Room bookers")(b, c)
		ofLists("first")(b, c)
		defaults("Sales")(b, c)
	}},
	{name: "registered", register: true, change: ownProduct, about: "/applications|/servicePrincipals|/oauth2Permission|well-known/room", calls: 6, every: 1},
	{name: "writes", change: ownProduct, options: books, about: "/events|/subscriptions|/getSchedule", calls: 8, every: 21},
}

// TestNoGreenWithoutAnAnswer: whatever comes in the place of the answer to any
// call that a check run makes, no claim that rests on the call is proven, also
// not by what was proven before.
func TestNoGreenWithoutAnAnswer(t *testing.T) {
	for _, sh := range shapes {
		t.Run(sh.name, func(t *testing.T) {
			t.Parallel()
			b, err := start(t.Context(), 2, 10, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = b.close() }()
			s, o := shaped(t, b, sh)
			healthy, err := s.Check(t.Context(), o, nil, nil)
			if err != nil || !healthy.Verdict.Passes() {
				t.Fatalf("%v: %+v", err, healthy.RootCause)
			}
			// What does not come is not waited for long, once it is known what comes.
			b.patience, o.BookingWait = 100*time.Millisecond, time.Second
			proven, _, err := b.env.Store.Evidence(s.ID())
			if err != nil {
				t.Fatal(err)
			}
			calls := resting(healthy)
			about := regexp.MustCompile(sh.about)
			maps.DeleteFunc(calls, func(call string, _ []evidence.Claim) bool { return !about.MatchString(call) })
			if len(calls) < sh.calls {
				t.Fatalf("only %d calls: %v", len(calls), calls)
			}
			for i, call := range slices.Sorted(maps.Keys(calls)) {
				for j, a := range badAnswers {
					if (i+j)%sh.every != 0 || testing.Short() && (i+j)%5 != 0 || a.right != nil && a.right(call) {
						continue
					}
					err := b.env.Store.UpdateEvidence(t.Context(), s.ID(), func([]evidence.Record, bool) []evidence.Record { return slices.Clone(proven) })
					if err != nil {
						t.Fatal(err)
					}
					b.between = func(next http.RoundTripper) http.RoundTripper { return instead{next, call, a} }
					run, err := s.Check(t.Context(), o, nil, nil)
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

// shaped makes a connection of a shape.
func shaped(t *testing.T, b *bench, sh shape) (*session.Session, check.Options) {
	s, err := b.open(t.Context(), "answers "+sh.name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if sh.change != nil {
		if err := s.Edit(t.Context(), func(c *connection.Connection) { sh.change(b, c) }); err != nil {
			t.Fatal(err)
		}
	}
	if sh.pushed {
		if err := b.push(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	if sh.register {
		if err := b.register(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if err := b.signIn(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	o := check.Options{}
	if sh.options != nil {
		sh.options(b, &o)
	}
	return s, o
}

// pushedSession is a connection whose configuration the booking server has and
// works with.
func pushedSession(t *testing.T, b *bench) *session.Session {
	s, _ := shaped(t, b, shape{name: "pushed", pushed: true})
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
	if s.answer.spoil != nil {
		return s.answer.spoiling(s.next.RoundTrip(r))
	}
	return s.answer.to(r)
}
