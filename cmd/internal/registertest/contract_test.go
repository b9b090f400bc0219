package registertest

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/internal/facts"
)

// unlisted are the paths that Microsoft's cut description does not have.
var unlisted = []string{"/policies/", "/appManagementPolicies", "/me/transitiveMemberOf", "/directory/deletedItems", "uniqueName="}

// TestContract holds every request of plan, apply, rotation and undo to
// Microsoft's own description of Graph.
func TestContract(t *testing.T) {
	router, err := facts.Graph("/v1.0")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"secret", "certificate"} {
		l := newLab(t)
		c := &contract{t: t, next: l.http.Transport, router: router}
		client := &http.Client{Transport: c}
		if _, err := l.apply(t.Context(), client, register.Options{Credential: kind}); err != nil {
			t.Fatal(err)
		}
		in := l.input(client, register.Options{})
		if _, err := register.Rotate(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		if _, err := register.FinishRotation(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		if _, err := register.Undo(t.Context(), in, "FlexO room booking"); err != nil {
			t.Fatal(err)
		}
		if c.checked < 20 {
			t.Errorf("only %d requests were held to the description", c.checked)
		}
	}
}

type contract struct {
	t      *testing.T
	next   http.RoundTripper
	router routers.Router

	mu      sync.Mutex
	checked int
}

func (c *contract) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.Path, "/v1.0/") {
		c.check(r)
	}
	return c.next.RoundTrip(r)
}

func (c *contract) check(r *http.Request) {
	for _, part := range unlisted {
		if strings.Contains(r.URL.Path, part) {
			return
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			c.t.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	defer func() {
		if body != nil {
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
	}()
	route, path, err := c.router.FindRoute(r)
	if err != nil {
		c.t.Errorf("%s %s: %v", r.Method, r.URL, err)
		return
	}
	c.checked++
	input := &openapi3filter.RequestValidationInput{Request: r, PathParams: path, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}}
	if err := openapi3filter.ValidateRequest(r.Context(), input); err != nil {
		c.t.Errorf("%s %s %s: %v", r.Method, r.URL, body, err)
	}
}
