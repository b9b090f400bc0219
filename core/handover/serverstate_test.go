package handover

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
)

// TestViewFromBeforeThePush: what a server tried before it got the configuration
// says nothing of it, whatever it names.
func TestViewFromBeforeThePush(t *testing.T) {
	s := stage(t, "flexo")
	plan := s.confirmed(t)
	client, err := s.o.HTTP()
	if err != nil {
		t.Fatal(err)
	}
	client.Transport = before{client.Transport}
	pushed, err := s.Push(t.Context(), plan, false, nil)
	if err != nil || pushed.Works || pushed.Problem == nil || s.standing(t, evidence.ServerWorks) == evidence.Works {
		t.Errorf("%+v %v", pushed, err)
	}
	held, err := s.ServerState(t.Context())
	if err != nil || !held.Matches || s.standing(t, evidence.ServerWorks) == evidence.Works {
		t.Errorf("%+v %v", held, err)
	}
}

// forgetful lets nothing be remembered from the push on.
type forgetful struct {
	http.RoundTripper
	folder string
}

func (f forgetful) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := f.RoundTripper.RoundTrip(r)
	if err == nil && strings.HasSuffix(r.URL.Path, "/status") {
		file := filepath.Join(f.folder, "evidence.json")
		_ = os.Remove(file)
		err = os.MkdirAll(filepath.Join(file, "in the way"), 0o700)
	}
	return resp, err
}

// TestPushedAndNotRemembered: what the server accepted is said, even if it cannot
// be written down here, and so is what a look at it shows.
func TestPushedAndNotRemembered(t *testing.T) {
	s := stage(t, "flexo")
	plan := s.confirmed(t)
	client, err := s.o.HTTP()
	if err != nil {
		t.Fatal(err)
	}
	list, _ := s.o.Store.List()
	client.Transport = forgetful{client.Transport, filepath.Dir(list[0].File)}
	pushed, err := s.Push(t.Context(), plan, false, nil)
	if err != nil || !pushed.Works || pushed.NotKept == nil {
		t.Errorf("%+v %v", pushed, err)
	}
	held, err := s.ServerState(t.Context())
	if err != nil || !held.Matches || held.NotKept == nil {
		t.Errorf("%+v %v", held, err)
	}
}

// TestServerState: an "it works" that is no proof, and a view that contradicts
// what the server has, are problems; that nothing is stored yet is none.
func TestServerState(t *testing.T) {
	at := func(offset time.Duration) string { return time.Now().Add(offset).UTC().Format(time.RFC3339) }
	const tried = `"checks":[{"id":"token","state":"ok"},{"id":"rooms","state":"ok"}]`
	for name, tt := range map[string]struct {
		code, status string
		says         int
		unpushed     bool
	}{
		"works":                       {"", `{"state":"ok","checkedAt":"NOW",` + tried + `}`, 200, false},
		"worked long ago":             {"server.stale-view", `{"state":"ok","checkedAt":"` + at(-48*time.Hour) + `",` + tried + `}`, 200, false},
		"worked before the push":      {"server.stale-view", `{"state":"ok","checkedAt":"` + at(-10*time.Minute) + `",` + tried + `}`, 200, false},
		"works with another":          {"server.other-configuration", `{"state":"ok","digest":"another","checkedAt":"NOW",` + tried + `}`, 200, false},
		"has not tried":               {"server.no-view", `{"state":"unknown","checkedAt":"NOW","checks":[]}`, 200, false},
		"fails":                       {"server.view-differs", `{"state":"failing","checkedAt":"NOW","checks":[]}`, 200, false},
		"says that it has none":       {"server.contradicts-itself", `{"state":"not-configured","checkedAt":"NOW","checks":[]}`, 200, false},
		"says that it has none, 404":  {"server.contradicts-itself", `{"code":"not-configured","status":404,"title":"Not Found"}`, 404, false},
		"has no status":               {"server.no-view", `{"code":"invented","status":404,"title":"Not Found"}`, 404, false},
		"has nothing":                 {"", `{"state":"not-configured","checkedAt":"NOW","checks":[]}`, 200, true},
		"has nothing, 404":            {"", `{"code":"not-configured","status":404,"title":"Not Found"}`, 404, true},
		"has nothing, and that works": {"server.contradicts-itself", `{"state":"ok","checkedAt":"NOW",` + tried + `}`, 200, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := stage(t, "flexo")
			plan := s.confirmed(t)
			if !tt.unpushed {
				if _, err := s.Push(t.Context(), plan, false, nil); err != nil {
					t.Fatal(err)
				}
			}
			client, err := s.o.HTTP()
			if err != nil {
				t.Fatal(err)
			}
			client.Transport = answers{client.Transport, tt.says, tt.status}
			held, err := s.ServerState(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got := codeIn(held.StatusProblem); got != tt.code {
				t.Errorf("%q, want %q: %+v", got, tt.code, held.StatusProblem)
			}
			if p := held.StatusProblem; p != nil && strings.Contains(p.Detail.String(), " : ") {
				t.Errorf("%s", p.Detail)
			}
		})
	}
}

// TestSameAfterAChange: a change for which the server has no use, and that nobody
// has tested yet, does not make what it has another configuration.
func TestSameAfterAChange(t *testing.T) {
	s := stage(t, "flexo")
	if _, err := s.Push(t.Context(), s.confirmed(t), false, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.o.Owner.Edit(t.Context(), func(c *connection.Connection) { c.Server.CAFile = "ca.pem" }); err != nil {
		t.Fatal(err)
	}
	held, err := s.ServerState(t.Context())
	if plan := s.plan(t); err != nil || held.Checked || !plan.Unchanged() || !held.Matches || held.StatusProblem != nil {
		t.Errorf("nothing to push: %v; %+v %v", plan.Unchanged(), held, err)
	}
}

// TestAnotherDigest: a server that was handed this configuration and names another
// digest has another one, as its push says.
func TestAnotherDigest(t *testing.T) {
	s := stage(t, "flexo")
	plan := s.confirmed(t)
	if _, err := s.Push(t.Context(), plan, false, nil); err != nil {
		t.Fatal(err)
	}
	client, err := s.o.HTTP()
	if err != nil {
		t.Fatal(err)
	}
	client.Transport = relabels{client.Transport, plan.Configuration.Digest}
	if held, err := s.ServerState(t.Context()); err != nil || held.Matches || !held.Differs() {
		t.Errorf("%+v %v", held, err)
	}
}

// relabels is a server that has lost a digest.
type relabels struct {
	http.RoundTripper
	digest string
}

func (l relabels) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.RoundTripper.RoundTrip(r)
	if err != nil || !strings.HasSuffix(r.URL.Path, "/microsoft365") {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(strings.NewReader(strings.ReplaceAll(string(body), l.digest, "sha256:beef")))
	resp.ContentLength = -1
	resp.Header.Del("Content-Length")
	return resp, nil
}

// TestViewOfAnother: what the server says of another configuration than the one
// that was tested here is said to be of that one.
func TestViewOfAnother(t *testing.T) {
	const refused = `"checks":[{"id":"token","state":"failed","code":"AADSTS53003","detail":"AADSTS53003: Access has been blocked."}]`
	for status, code := range map[string]string{
		`{"state":"failing","checkedAt":"NOW",` + refused + `}`:                                               "server.old-configuration",
		`{"state":"ok","checkedAt":"NOW","checks":[{"id":"token","state":"ok"},{"id":"rooms","state":"ok"}]}`: "server.other-configuration",
	} {
		s := stage(t, "flexo")
		if _, err := s.Push(t.Context(), s.confirmed(t), false, nil); err != nil {
			t.Fatal(err)
		}
		s.rooms = []tenant.Room{{EmailAddress: "b@contoso.com", DisplayName: "B"}}
		s.tests(t)
		client, err := s.o.HTTP()
		if err != nil {
			t.Fatal(err)
		}
		client.Transport = answers{client.Transport, http.StatusOK, status}
		held, err := s.ServerState(t.Context())
		if err != nil || !held.Checked || held.Matches || !held.Differs() {
			t.Fatalf("%+v %v", held, err)
		}
		if got := codeIn(held.StatusProblem); got != code {
			t.Errorf("%q, want %q", got, code)
		}
	}
}

// answers is a server whose view of itself is said here.
type answers struct {
	http.RoundTripper
	status int
	body   string
}

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/status") {
		return a.RoundTripper.RoundTrip(r)
	}
	kind := "application/json"
	if a.status >= 400 {
		kind = "application/problem+json"
	}
	return &http.Response{StatusCode: a.status, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(strings.ReplaceAll(a.body, "NOW", time.Now().UTC().Format(time.RFC3339)))), Request: r}, nil
}

// TestWhatItReports: of several things that the server tried, what failed is
// said, and never nothing.
func TestWhatItReports(t *testing.T) {
	for name, tt := range map[string]struct {
		checks []booking.StatusCheck
		want   string
	}{
		"nothing":             {nil, "It does not say why."},
		"a code":              {[]booking.StatusCheck{{ID: "token", State: "failed", Code: "X1"}}, "The booking server reports: X1"},
		"a text, then silent": {[]booking.StatusCheck{{ID: "token", State: "failed", Detail: "No luck."}, {ID: "rooms", State: "unknown"}}, "The booking server reports: No luck."},
		"untried, then failed": {[]booking.StatusCheck{{ID: "token", State: "unknown", Detail: "Later."}, {ID: "rooms", State: "failed", Code: "X2", Detail: "No room."}},
			"The booking server reports X2: No room."},
	} {
		f := check.JudgeServer(checkedStatus(booking.Status{State: booking.StatusFailing, Checks: tt.checks}), check.View{Same: true, Stored: true})
		if got := f.Problem.Detail.String(); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func codeIn(p *problem.Problem) string {
	if p == nil {
		return ""
	}
	return p.Code.String()
}
