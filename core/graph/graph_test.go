package graph

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
)

// lab is a Graph on loopback, over TLS with its own authority.
type lab struct {
	*Client
	URL  string
	mu   sync.Mutex
	seen []*http.Request
}

func newLab(t testing.TB, serve http.HandlerFunc) *lab {
	t.Helper()
	l := &lab{}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		l.seen = append(l.seen, r)
		l.mu.Unlock()
		if r.Header.Get("Authorization") != "Bearer the-token" {
			t.Errorf("%s without the token: %q", r.URL, r.Header.Get("Authorization"))
		}
		w.Header().Set("Content-Type", "application/json;odata.metadata=minimal")
		w.Header().Set("request-id", "request-"+strconv.Itoa(l.calls()))
		serve(w, r)
	}))
	t.Cleanup(server.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	h, err := transport.New(transport.Options{CAFile: ca, Retry: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.CloseIdleConnections)
	l.URL = server.URL
	l.Client = New(Options{Cloud: cloud.Cloud{Graph: server.URL}, HTTP: h, Source: tenant.SourceApplication,
		Token: func(context.Context) (vault.Secret, error) { return vault.NewSecret("the-token"), nil }})
	return l
}

func (l *lab) calls() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.seen)
}

func write(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }

func rooms(from, to int) []any {
	list := []any{}
	for i := from; i < to; i++ {
		list = append(list, map[string]any{"id": fmt.Sprint("id", i), "displayName": fmt.Sprint("Room ", i), "emailAddress": fmt.Sprintf("room%d@contoso.com", i),
			"capacity": i, "building": nil, "isWheelChairAccessible": true, "phone": "", "tags": []string{}, "bookingType": "standard", "address": nil})
	}
	return list
}

// servePlaces serves total rooms as /places does: no nextLink, at most 100 a page.
func servePlaces(total int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		skip, _ := strconv.Atoi(r.URL.Query().Get("$skip"))
		top, _ := strconv.Atoi(r.URL.Query().Get("$top"))
		write(w, map[string]any{"@odata.count": total, "value": rooms(min(skip, total), min(skip+min(top, 100), total))})
	}
}

func TestRoomsWithoutNextLink(t *testing.T) {
	for _, total := range []int{0, 1, 99, 100, 101, 250} {
		l := newLab(t, servePlaces(total))
		var paged []tenant.Room
		list := l.Rooms(t.Context(), func(r []tenant.Room) { paged = append(paged, r...) })
		if list.Problem != nil || !list.Complete || len(list.Items) != total || len(paged) != total || list.Source != tenant.SourceApplication {
			t.Fatalf("%d rooms: %d came, %d paged, complete %v, %v", total, len(list.Items), len(paged), list.Complete, list.Problem)
		}
		if total > 0 {
			r := list.Items[total-1]
			if *r.Capacity != total-1 || r.Building != "" || !*r.Accessible || r.BookingType != "standard" || r.EmailAddress != fmt.Sprintf("room%d@contoso.com", total-1) {
				t.Errorf("%+v", r)
			}
		}
	}
}

func TestRoomsFollowANextLinkOnTheSameHost(t *testing.T) {
	var l *lab
	l = newLab(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("$skiptoken") == "" {
			write(w, map[string]any{"value": rooms(0, 3), "@odata.nextLink": l.URL + "/v1.0/places/microsoft.graph.room?$skiptoken=abc"})
			return
		}
		write(w, map[string]any{"value": rooms(2, 5)}) // one is there twice
	})
	list := l.Rooms(t.Context(), nil)
	// After the linked page /places is asked on with $skip; this one begins
	// again then, which is a circle and must not pass for the list's end.
	if len(list.Items) != 5 || list.Complete || list.Problem == nil {
		t.Fatalf("%d rooms, complete %v, %v", len(list.Items), list.Complete, list.Problem)
	}
}

func TestForeignNextLinkIsRefused(t *testing.T) {
	for _, link := range []string{
		"https://evil.example.com/v1.0/users?$skiptoken=1", "http://HOST/v1.0/users?x", "https://HOST@evil.example.com/v1.0/users",
		"https://HOST.evil.example.com/v1.0/users", "https://HOST/beta/users", "://",
	} {
		var l *lab
		l = newLab(t, func(w http.ResponseWriter, r *http.Request) {
			write(w, map[string]any{"value": []any{map[string]any{"id": "a"}}, "@odata.nextLink": strings.ReplaceAll(link, "HOST", strings.TrimPrefix(l.URL, "https://"))})
		})
		list := l.People(t.Context(), PeopleQuery{}, nil)
		if list.Complete || list.Problem == nil || len(list.Items) != 1 || l.calls() != 1 {
			t.Errorf("%s: complete %v, problem %v, %d items, %d calls", link, list.Complete, list.Problem, len(list.Items), l.calls())
		}
		if list.Problem != nil && list.Problem.RequestID != "request-1" {
			t.Errorf("%s: request id %q", link, list.Problem.RequestID)
		}
	}
}

// Nothing that is not whole may pass for a list, least of all for an empty one.
func TestNoFalseEmpty(t *testing.T) {
	const html = "<html><title>Sign in to the network</title></html>"
	for name, tt := range map[string]struct {
		serve http.HandlerFunc
		want  string
	}{
		"empty body":         {func(w http.ResponseWriter, r *http.Request) {}, tenant.CodeUnexpected.String()},
		"blank body":         {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, " \n") }, tenant.CodeUnexpected.String()},
		"204":                {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(204) }, tenant.CodeUnexpected.String()},
		"{}":                 {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "{}") }, tenant.CodeUnexpected.String()},
		"[]":                 {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "[]") }, tenant.CodeUnexpected.String()},
		"null":               {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "null") }, tenant.CodeUnexpected.String()},
		"a text":             {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `"value"`) }, tenant.CodeUnexpected.String()},
		"value null":         {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"value":null}`) }, tenant.CodeUnexpected.String()},
		"value an object":    {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"value":{}}`) }, tenant.CodeUnexpected.String()},
		"value a text":       {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"value":"x"}`) }, tenant.CodeUnexpected.String()},
		"a null in it":       {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"value":[null]}`) }, tenant.CodeUnexpected.String()},
		"an empty entry":     {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"value":[{}]}`) }, tenant.CodeUnexpected.String()},
		"a number in it":     {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"value":[7]}`) }, tenant.CodeUnexpected.String()},
		"id of another type": {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"value":[{"id":7,"emailAddress":[]}]}`) }, tenant.CodeUnexpected.String()},
		"truncated JSON":     {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"value":[{"id":"a"`) }, tenant.CodeUnexpected.String()},
		"no content type": {func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Content-Type"] = nil
			fmt.Fprint(w, `{"value":[]}`)
		}, tenant.CodeUnexpected.String()},
		"HTML as success": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, html)
		}, tenant.CodeUnexpected.String()},
		"HTML called JSON": {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, html) }, tenant.CodeUnexpected.String()},
		"HTML 403": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(403)
			fmt.Fprint(w, html)
		}, tenant.CodeUnexpected.String()},
		"redirect": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "https://login.example.com", 302) }, tenant.CodeUnexpected.String()},
		"error without message": {func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(400)
			fmt.Fprint(w, `{"error":{"code":"BadRequest"}}`)
		}, "graph.BadRequest"},
		"error without code": {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(400); fmt.Fprint(w, `{"error":{}}`) }, tenant.CodeUnexpected.String()},
		"hostile code": {func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(400)
			fmt.Fprint(w, `{"error":{"code":"a\n<b>$(x)","message":"y"}}`)
		}, tenant.CodeUnexpected.String()},
		"odd challenge": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("WWW-Authenticate", "Bearer claims=unquoted")
			w.WriteHeader(401)
			fmt.Fprint(w, `{"error":{"code":"InvalidAuthenticationToken","message":"Access token is empty."}}`)
		}, "graph.InvalidAuthenticationToken"},
		"cut in mid-body": {func(w http.ResponseWriter, r *http.Request) {
			conn, b, err := http.NewResponseController(w).Hijack()
			if err == nil {
				fmt.Fprint(b, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"value\":[")
				_ = b.Flush()
				conn.Close()
			}
		}, "net.cut"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, tt.serve)
			list := l.Rooms(t.Context(), nil)
			if list.Complete || list.Problem == nil || list.Problem.Code.String() != tt.want || len(list.Items) != 0 {
				t.Errorf("complete %v, %d items, problem %v; want %s", list.Complete, len(list.Items), list.Problem, tt.want)
			}
			if people := l.People(t.Context(), PeopleQuery{}, nil); people.Complete || people.Problem == nil {
				t.Errorf("people: complete %v, %v", people.Complete, people.Problem)
			}
			if id, err := l.Calendar(t.Context(), "room@contoso.com"); err == nil {
				t.Errorf("calendar %q without an error", id)
			}
			if o, err := l.Organization(t.Context()); err == nil {
				t.Errorf("organization %+v without an error", o)
			}
			if list.Problem != nil && len(list.Problem.Remedies) == 0 {
				t.Error("no remedy")
			}
		})
	}
}

// The authority of one's own cloud is named in its row, not in the window.
func TestUntrustedLaboratory(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // the refused handshake is the point
	srv.StartTLS()
	defer srv.Close()
	row := cloud.Cloud{ID: "lab", Graph: srv.URL, Own: true}
	client, err := transport.New(row.Endpoints())
	if err != nil {
		t.Fatal(err)
	}
	c := New(Options{Cloud: row, HTTP: client, Token: func(context.Context) (vault.Secret, error) { return vault.NewSecret("t"), nil }})
	_, err = c.Organization(t.Context())
	if p := problem.Of(err); p == nil || p.Code.String() != "net.tls-untrusted" || !strings.Contains(p.Remedies[0].String(), `caFile of the cloud "lab"`) {
		t.Errorf("%v", err)
	}
}

// An empty list is one only when Graph says so.
func TestTrueEmpty(t *testing.T) {
	l := newLab(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"value":[]}`) })
	if list := l.RoomLists(t.Context()); !list.Complete || list.Problem != nil || list.Items == nil || len(list.Items) != 0 {
		t.Errorf("%+v", list)
	}
}

func TestHalfAListKeepsWhatCame(t *testing.T) {
	l := newLab(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("$skip") != "" {
			w.WriteHeader(403)
			fmt.Fprint(w, `{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges","innererror":{"request-id":"inner"}}}`)
			return
		}
		write(w, map[string]any{"value": rooms(0, 100)})
	})
	var paged int
	list := l.Rooms(t.Context(), func(r []tenant.Room) { paged += len(r) })
	if list.Complete || len(list.Items) != 100 || paged != 100 || list.Problem == nil || list.Problem.Code != tenant.CodeDenied || list.Problem.RequestID != "request-2" {
		t.Errorf("complete %v, %d items, %v", list.Complete, len(list.Items), list.Problem)
	}
}

// A server that ignores $skip must not make 100 of 1,535 rooms look like all.
func TestIgnoredSkip(t *testing.T) {
	for _, tt := range []struct {
		count    any
		complete bool
	}{{1535, false}, {nil, false}, {100, true}} {
		l := newLab(t, func(w http.ResponseWriter, r *http.Request) {
			answer := map[string]any{"value": rooms(0, 100)}
			if tt.count != nil {
				answer["@odata.count"] = tt.count
			}
			write(w, answer)
		})
		list := l.Rooms(t.Context(), nil)
		if list.Complete != tt.complete || len(list.Items) != 100 || tt.complete != (list.Problem == nil) {
			t.Errorf("count %v: complete %v, %d items, %v", tt.count, list.Complete, len(list.Items), list.Problem)
		}
		if l.calls() > 1+abreast {
			t.Errorf("count %v: %d calls", tt.count, l.calls())
		}
	}
}

func TestListShorterThanItsCount(t *testing.T) {
	l := newLab(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("$skip") != "" {
			write(w, map[string]any{"value": []any{}})
			return
		}
		write(w, map[string]any{"@odata.count": 300, "value": rooms(0, 100)})
	})
	if list := l.Rooms(t.Context(), nil); list.Complete || list.Problem == nil || list.Problem.Code.String() != "graph.list-short" {
		t.Errorf("complete %v, %v", list.Complete, list.Problem)
	}
}

func TestNextLinkInACircle(t *testing.T) {
	var l *lab
	l = newLab(t, func(w http.ResponseWriter, r *http.Request) {
		write(w, map[string]any{"value": []any{map[string]any{"id": "a"}}, "@odata.nextLink": l.URL + "/v1.0/users?$skiptoken=same"})
	})
	if list := l.People(t.Context(), PeopleQuery{}, nil); list.Complete || list.Problem == nil || l.calls() != 2 {
		t.Errorf("complete %v, %v, %d calls", list.Complete, list.Problem, l.calls())
	}
}

func TestRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		status           int
		body, want, says string
	}{
		"no places (400)":      {400, `{"error":{"code":"BadRequest","message":"Resource not found for the segment 'places'."}}`, tenant.CodePlacesNotInCloud.String(), "does not list rooms"},
		"no places (404)":      {404, `{"error":{"code":"UnknownError","message":"Resource not found for the segment 'Places'"}}`, tenant.CodePlacesNotInCloud.String(), "does not list rooms"},
		"another segment":      {400, `{"error":{"code":"BadRequest","message":"Resource not found for the segment 'rooms'."}}`, "graph.BadRequest", "refused"},
		"denied":               {403, `{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation.","innerError":{"request-id":"r"}}}`, tenant.CodeDenied.String(), "permission for this request is missing"},
		"expired":              {401, `{"error":{"code":"InvalidAuthenticationToken","message":"Lifetime validation failed, the token is expired."}}`, "graph.InvalidAuthenticationToken", "has expired"},
		"of a mailbox: policy": {403, `{"error":{"code":"ErrorAccessDenied","message":"Access to OData is disabled."}}`, "graph.ErrorAccessDenied", "Policy denies the application this mailbox"},
		"places at fault":      {401, `{"error":{"code":"UnknownError","message":"{\"code\":\"Unauthorized\",\"message\":\"There was a problem calling the proxy call\"}"}}`, "graph.UnknownError", "places service failed"},
		"unknown 403":          {403, `{"error":{"code":"SomethingNew","message":"Because."}}`, "graph.SomethingNew", "refused the request (SomethingNew, HTTP 403)"},
		"a list denied":        {403, `{"error":{"code":"ErrorAccessDenied","message":"Access is denied. Check credentials and try again."}}`, "graph.ErrorAccessDenied", "refused the request (ErrorAccessDenied, HTTP 403)"},
		"a list without P1":    {403, `{"error":{"code":"Authentication_RequestFromNonPremiumTenantOrB2CTenant","message":"x"}}`, "graph.Authentication_RequestFromNonPremiumTenantOrB2CTenant", "refused the request"},
		"of a mailbox: denied": {403, `{"error":{"code":"ErrorAccessDenied","message":"Access is denied."}}`, "graph.ErrorAccessDenied", "no access to this mailbox"},
		"of a mailbox: none":   {404, `{"error":{"code":"MailboxNotEnabledForRESTAPI","message":"x"}}`, "graph.MailboxNotEnabledForRESTAPI", "no mailbox"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(tt.status); fmt.Fprint(w, tt.body) })
			var p *problem.Problem
			if strings.HasPrefix(name, "of a mailbox") {
				_, err := l.CalendarView(t.Context(), "a@contoso.example", time.Now(), time.Now().Add(time.Hour), 1)
				p = problem.Of(err)
			} else {
				p = l.Rooms(t.Context(), nil).Problem
			}
			for _, r := range p.Remedies {
				if tt.status < 500 && (strings.Contains(r.Text.String(), "Try again") || strings.Contains(r.Text.String(), "request id")) {
					t.Errorf("what Microsoft refuses it refuses again: %s", r.Text)
				}
			}
			if p == nil || p.Code.String() != tt.want || !strings.Contains(p.Title.String(), tt.says) || len(p.Remedies) == 0 || p.RequestID != "request-1" {
				t.Errorf("%v (request %s)", p, p.RequestID)
			}
		})
	}
}

func TestInnerRequestIDWhenTheHeaderIsMissing(t *testing.T) {
	for _, spelling := range []string{"innerError", "innererror"} {
		l := newLab(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Request-Id"] = nil
			w.WriteHeader(403)
			fmt.Fprintf(w, `{"error":{"code":"X","message":"y","%s":{"request-id":"inner"}}}`, spelling)
		})
		if p := l.Rooms(t.Context(), nil).Problem; p == nil || p.RequestID != "inner" {
			t.Errorf("%s: %+v", spelling, p)
		}
	}
}

func TestThrottlingIsWaitedOut(t *testing.T) {
	for _, header := range []string{"0.05", "", time.Now().Add(-time.Second).UTC().Format(http.TimeFormat)} {
		var l *lab
		l = newLab(t, func(w http.ResponseWriter, r *http.Request) {
			if l.calls() == 1 {
				if header != "" {
					w.Header().Set("Retry-After", header)
				}
				w.WriteHeader(429)
				fmt.Fprint(w, `{"error":{"code":"ApplicationThrottled","message":"MailboxConcurrency"}}`)
				return
			}
			fmt.Fprint(w, `{"value":[]}`)
		})
		if list := l.People(t.Context(), PeopleQuery{}, nil); !list.Complete {
			t.Errorf("Retry-After %q: %v", header, list.Problem)
		}
	}
	l := newLab(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(429)
		fmt.Fprint(w, `{"error":{"code":"TooManyRequests","message":"x"}}`)
	})
	if p := l.People(t.Context(), PeopleQuery{}, nil).Problem; p == nil || p.Code != tenant.CodeGraphThrottled || !strings.Contains(p.Detail.String(), "10m0s") {
		t.Errorf("%v", p)
	}
}

func TestCancelTakesEffectAtOnce(t *testing.T) {
	arrived := make(chan struct{}, 1)
	l := newLab(t, func(w http.ResponseWriter, r *http.Request) { arrived <- struct{}{}; <-r.Context().Done() })
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	ended := make(chan *problem.Problem, 1)
	go func() { ended <- l.Rooms(ctx, nil).Problem }()
	select {
	case p := <-ended:
		if p == nil || p.Code != problem.CodeCancelled {
			t.Errorf("%v", p)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("still waiting after the cancel")
	}
}

func TestTokenProblemsAreHandedOn(t *testing.T) {
	l := newLab(t, func(w http.ResponseWriter, r *http.Request) { t.Error("a call was made without a token") })
	l.o.Token = func(context.Context) (vault.Secret, error) { return vault.Secret{}, nil }
	if p := l.Rooms(t.Context(), nil).Problem; p == nil || p.Code.String() != "graph.no-token" {
		t.Errorf("%v", p)
	}
	l.o.Token = func(context.Context) (vault.Secret, error) {
		return vault.Secret{}, problem.DeclareFamily("").New("entra.AADSTS7000222", problem.Refused, problem.Of(context.Canceled).Title)
	}
	if p := l.Rooms(t.Context(), nil).Problem; p == nil || p.Code.String() != "entra.AADSTS7000222" {
		t.Errorf("%v", p)
	}
}
