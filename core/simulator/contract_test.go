package simulator

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/roomkey/roomkey/core/simulator/tenant"
	"github.com/roomkey/roomkey/internal/facts"
)

var contractRouter = sync.OnceValues(func() (routers.Router, error) { return facts.Graph("https://graph.microsoft.com/v1.0") })

// contractTripper compares every call to Graph with the description: what the
// simulator answers, and what it was asked with where it said yes.
type contractTripper struct {
	t    *testing.T
	next http.RoundTripper

	mu      sync.Mutex
	checked map[string]int
}

func withContract(t *testing.T, next http.RoundTripper) http.RoundTripper {
	return &contractTripper{t: t, next: next, checked: map[string]int{}}
}

func (c *contractTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	var sent []byte
	if r.Body != nil {
		sent, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	res, err := c.next.RoundTrip(r)
	if err != nil || !strings.HasPrefix(r.URL.Path, "/v1.0/") || res.Header.Get("X-Contract") == "skip" {
		return res, err
	}
	body, rerr := io.ReadAll(res.Body)
	_ = res.Body.Close()
	res.Body = io.NopCloser(bytes.NewReader(body))
	if rerr != nil {
		res.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), &failing{rerr}))
		return res, nil
	}
	if cerr := c.check(r, sent, res, body); cerr != nil {
		c.t.Errorf("%s %s, status %d: %v\n%.400s", r.Method, r.URL.RequestURI(), res.StatusCode, cerr, body)
	}
	return res, nil
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

func (c *contractTripper) check(r *http.Request, sent []byte, res *http.Response, body []byte) error {
	router, err := contractRouter()
	if err != nil {
		return err
	}
	asked := r.Clone(r.Context())
	asked.URL = &url.URL{Scheme: "https", Host: "graph.microsoft.com", Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}
	asked.Host = asked.URL.Host
	asked.Body = io.NopCloser(bytes.NewReader(sent))
	route, params, err := router.FindRoute(asked)
	if err != nil {
		return nil // not in the description: the fact sheet counts
	}
	c.mu.Lock()
	c.checked[r.Method+" "+route.Path]++
	c.mu.Unlock()
	in := &openapi3filter.RequestValidationInput{Request: asked, PathParams: params, Route: route, Options: &openapi3filter.Options{
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true, MultiError: false,
	}}
	if res.StatusCode < 300 {
		if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
			return fmt.Errorf("request: %w", err)
		}
	}
	header := res.Header.Clone()
	if strings.HasPrefix(header.Get("Content-Type"), "application/json") {
		header.Set("Content-Type", "application/json")
	}
	err = openapi3filter.ValidateResponse(r.Context(), (&openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: res.StatusCode, Header: header, Options: in.Options,
	}).SetBodyBytes(body))
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return nil
}

// TestAnswersAreMicrosofts calls what the other tests do not, so that every kind
// of answer is compared once.
func TestAnswersAreMicrosofts(t *testing.T) {
	c := start(t, Options{})
	a := c.Account()
	room, group := c.tenant.Directory.Room(0).Email, c.tenant.Directory.ID(tenant.KindGroup, tenant.GroupFirstDepartment)
	c.token = c.signIn(registerScopes + " User.ReadWrite.All Group.Read.All Place.ReadWrite.All Calendars.ReadWrite").text("access_token")
	user := c.graph(http.MethodPost, "/users", `{"accountEnabled":true,"displayName":"Booking","mailNickname":"booking","userPrincipalName":"booking@contoso.example","passwordProfile":{"password":"Correct horse battery 1","forceChangePasswordNextSignIn":false}}`)
	c.want(user, 201, "")
	graph := c.graph(http.MethodGet, "/servicePrincipals(appId='"+tenant.GraphAppID+"')?$select=id", "").text("id")
	for _, call := range []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/me", "", 200},
		{"GET", "/users/" + a.OrganizerUPN + "?$select=id,displayName,accountEnabled,department,onPremisesExtensionAttributes", "", 200},
		{"GET", "/users/$count", "", 400},
		{"PATCH", "/users/" + user.text("id"), `{"displayName":"Booking server"}`, 204},
		{"DELETE", "/users/" + user.text("id"), "", 204},
		{"GET", "/users/" + a.OrganizerUPN + "/memberOf", "", 200},
		{"GET", "/groups?$top=3", "", 200},
		{"GET", "/groups/" + group, "", 200},
		{"GET", "/groups/" + group + "/members", "", 200},
		{"GET", "/groups/" + group + "/members/microsoft.graph.user", "", 200},
		{"GET", "/groups/" + group + "/owners", "", 200},
		{"GET", "/groups/" + c.tenant.Directory.ID(tenant.KindGroup, tenant.GroupDepartments) + "/members", "", 200},
		{"GET", "/groups/" + c.tenant.Directory.ID(tenant.KindGroup, tenant.GroupDepartments) + "/transitiveMembers/microsoft.graph.user?$top=5", "", 200},
		{"GET", "/organization/" + a.TenantID, "", 200},
		{"GET", "/domains", "", 200},
		{"GET", "/places/microsoft.graph.roomList", "", 200},
		{"PATCH", "/places/" + room, `{"@odata.type":"microsoft.graph.room","capacity":7}`, 200},
		{"GET", "/me/calendarView?startDateTime=2026-11-23T00:00:00Z&endDateTime=2026-11-24T00:00:00Z", "", 200},
		{"GET", "/me/events", "", 200},
		{"GET", "/servicePrincipals?$top=2&$select=id,appId,displayName", "", 200},
		{"GET", "/servicePrincipals/" + graph, "", 200},
		{"GET", "/servicePrincipals/" + graph + "/appRoleAssignedTo", "", 200},
		{"GET", "/servicePrincipals/" + a.ServicePrincipalID + "/owners", "", 200},
		{"PATCH", "/servicePrincipals/" + a.ServicePrincipalID, `{"tags":["HideApp"]}`, 204},
		{"GET", "/applications/" + a.ObjectID + "/owners", "", 200},
		{"GET", "/applications/" + a.ObjectID + "/federatedIdentityCredentials", "", 200},
		{"GET", "/directory/deletedItems/microsoft.graph.application", "", 200},
		{"DELETE", "/servicePrincipals/" + a.ServicePrincipalID, "", 204},
	} {
		if got := c.graph(call.method, call.path, call.body); got.status != call.status {
			t.Errorf("%s %s: %d %s", call.method, call.path, got.status, got.raw)
		}
	}
	if tripper, ok := c.client.Transport.(*contractTripper); ok && len(tripper.checked) < 25 {
		t.Errorf("only %d routes were compared: %v", len(tripper.checked), tripper.checked)
	}
}
