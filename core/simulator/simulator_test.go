package simulator

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// tester is a small client that knows nothing but HTTP.
type tester struct {
	*Simulator
	t      *testing.T
	client *http.Client
	token  string
}

func start(t *testing.T, o Options) *tester {
	t.Helper()
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	pem, err := os.ReadFile(s.CAFile())
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return &tester{Simulator: s, t: t, client: &http.Client{
		Transport:     withContract(t, &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       20 * time.Second,
	}}
}

// answer is what came back, decoded when it was JSON.
type answered struct {
	status int
	header http.Header
	raw    string
	json   map[string]any
	err    error
}

func (a answered) text(path ...string) string {
	v := any(a.json)
	for _, p := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[p]
		case []any:
			var n int
			_, _ = fmt.Sscan(p, &n)
			if n >= len(x) {
				return ""
			}
			v = x[n]
		}
	}
	return fmt.Sprint(v)
}

func (a answered) values() []any { v, _ := a.json["value"].([]any); return v }

func (c *tester) do(method, address, contentType, body string, header ...string) answered {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := c.client.Do(req)
	if err != nil {
		return answered{err: err}
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	a := answered{status: res.StatusCode, header: res.Header, raw: string(raw), err: err}
	_ = json.Unmarshal(raw, &a.json)
	return a
}

// form posts to Entra.
func (c *tester) form(path string, values ...string) answered {
	c.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(values); i += 2 {
		v.Set(values[i], values[i+1])
	}
	return c.do(http.MethodPost, c.Cloud().Authority+path, "application/x-www-form-urlencoded", v.Encode())
}

// application asks for the ready application's token.
func (c *tester) application() answered {
	c.t.Helper()
	a := c.Account()
	return c.form("/"+a.TenantID+"/oauth2/v2.0/token", "grant_type", "client_credentials", "client_id", a.ClientID, "client_secret", a.ClientSecret, "scope", c.Cloud().Scope())
}

// graph calls Graph with the ready application's token, or the one in c.token.
func (c *tester) graph(method, path, body string, header ...string) answered {
	c.t.Helper()
	if c.token == "" {
		c.token = c.application().text("access_token")
	}
	contentType := ""
	if body != "" {
		contentType = "application/json"
	}
	return c.do(method, c.Cloud().Graph+"/v1.0"+path, contentType, body, append(header, "Authorization", "Bearer "+c.token)...)
}

func (c *tester) want(a answered, status int, code string) {
	c.t.Helper()
	got := a.text("error", "code")
	if codes, ok := a.json["error_codes"].([]any); ok {
		got = fmt.Sprintf("AADSTS%.0f", codes[0])
	}
	if a.err != nil || a.status != status || code != "" && got != code {
		c.t.Fatalf("status %d, code %s, error %v; want %d %s\n%.600s", a.status, got, a.err, status, code, a.raw)
	}
}

func TestTenant(t *testing.T) {
	c := start(t, Options{})
	a := c.Account()
	metadata := c.do(http.MethodGet, c.Cloud().Authority+"/"+a.Domain+"/v2.0/.well-known/openid-configuration", "", "")
	if want := c.Cloud().Authority + "/" + a.TenantID + "/v2.0"; metadata.text("issuer") != want {
		t.Errorf("issuer %s, want %s", metadata.text("issuer"), want)
	}
	if want := strings.TrimPrefix(c.Cloud().Graph, "https://"); metadata.text("msgraph_host") != want {
		t.Errorf("msgraph_host %s, want %s", metadata.text("msgraph_host"), want)
	}
	c.want(c.do(http.MethodGet, c.Cloud().Authority+"/nobody.example/v2.0/.well-known/openid-configuration", "", ""), 400, "AADSTS90002")

	rooms := c.graph(http.MethodGet, "/places/microsoft.graph.room?$top=4&$skip=8&$count=true", "")
	if len(rooms.values()) != 2 || rooms.text("@odata.count") != "10" || rooms.json["@odata.nextLink"] != nil {
		t.Errorf("rooms 9 and 10 of 10 were wanted: %s", rooms.raw)
	}
	room := rooms.text("value", "0", "emailAddress")
	c.want(c.graph(http.MethodGet, "/places/graph.room", ""), 200, "")
	c.want(c.graph(http.MethodGet, "/places", ""), 406, "")
	c.want(c.graph(http.MethodGet, "/places/"+strings.ReplaceAll(room, "@", "%40"), ""), 200, "")
	c.want(c.graph(http.MethodGet, "/users/"+room+"/calendar?$select=id", ""), 200, "")
	c.want(c.graph(http.MethodGet, "/users/"+room+"/calendarView?startDateTime=2026-11-23T00:00:00Z&endDateTime=2026-11-28T00:00:00Z", ""), 200, "")
	lists := c.graph(http.MethodGet, "/places/microsoft.graph.roomlist", "")
	in := c.graph(http.MethodGet, "/places/"+lists.text("value", "0", "emailAddress")+"/graph.roomList/rooms", "")
	if len(in.values()) != 5 {
		t.Errorf("a room list of five was wanted: %s", in.raw)
	}
	c.want(c.graph(http.MethodGet, "/myorganization/organization", ""), 200, "")
	unified := c.graph(http.MethodGet, "/groups?$filter="+url.QueryEscape("groupTypes/any(c:c eq 'Unified') and securityEnabled eq false"), "")
	if len(unified.values()) != 1 || unified.text("value", "0", "displayName") != "All employees" {
		t.Errorf("groups %s", unified.raw)
	}
	c.want(c.graph(http.MethodGet, "/nonsense", ""), 400, "BadRequest")
	c.want(c.graph(http.MethodPost, "/organization", "{}"), 405, "")
	c.token = "a.b.c"
	c.want(c.graph(http.MethodGet, "/organization", ""), 401, "InvalidAuthenticationToken")
}

func TestPeoplePages(t *testing.T) {
	c := start(t, Options{Users: 1500, Rooms: 60})
	seen := map[string]bool{}
	next := "/users?$select=id,displayName,userPrincipalName,mail,accountEnabled&$top=999&$count=true"
	pages := 0
	for next != "" {
		page := c.graph(http.MethodGet, next, "", "ConsistencyLevel", "eventual")
		c.want(page, 200, "")
		if pages == 0 && page.text("@odata.count") != "1560" {
			t.Errorf("count %s", page.text("@odata.count"))
		}
		for _, v := range page.values() {
			seen[fmt.Sprint(v.(map[string]any)["id"])] = true
		}
		next = ""
		if link, ok := page.json["@odata.nextLink"].(string); ok {
			next = strings.TrimPrefix(link, c.Cloud().Graph+"/v1.0")
		}
		pages++
	}
	if len(seen) != 1560 || pages != 2 {
		t.Errorf("%d people on %d pages", len(seen), pages)
	}
	c.want(c.graph(http.MethodGet, "/users?$top=1000", ""), 400, "")
	c.want(c.graph(http.MethodGet, "/users?$skip=10", ""), 400, "")
	c.want(c.graph(http.MethodGet, "/users?$select=pager", ""), 400, "")
	c.want(c.graph(http.MethodGet, `/users?$search="displayName:a"`, ""), 400, "Request_UnsupportedQuery")
	found := c.graph(http.MethodGet, "/users?$filter="+url.QueryEscape("startswith(displayName,'A') and userType eq 'Member'"), "")
	if len(found.values()) == 0 {
		t.Errorf("nobody found: %s", found.raw)
	}
}

// TestDirectoryIsTwoWay finds everybody by address and by id again, in the
// largest tenant.
func TestDirectoryIsTwoWay(t *testing.T) {
	d := tenant.NewDirectory(7, tenant.MaxRooms, tenant.MaxUsers)
	seen := map[string]bool{}
	for i := range tenant.MaxUsers {
		if i%7 == 0 {
			if got, ok := d.FindPerson(d.UPN(i)); !ok || got != i {
				t.Fatalf("user %d %s is found as %d", i, d.UPN(i), got)
			}
		}
		seen[d.UPN(i)] = true
	}
	if len(seen) != tenant.MaxUsers {
		t.Errorf("%d addresses for %d users", len(seen), tenant.MaxUsers)
	}
	for i := range tenant.MaxRooms {
		r := d.Room(i)
		if got, ok := d.FindRoom(r.Email); !ok || got != i {
			t.Fatalf("room %d %s is found as %d", i, r.Email, got)
		}
		if got, ok := d.Index(tenant.KindRoom, d.ID(tenant.KindRoom, i)); !ok || got != i {
			t.Fatalf("room %d has id %s, which is %d", i, d.ID(tenant.KindRoom, i), got)
		}
	}
	for b := range d.Buildings() {
		if got, ok := d.FindList(d.ListEmail(b)); !ok || got != b {
			t.Fatalf("list %d %s is found as %d", b, d.ListEmail(b), got)
		}
	}
}

// TestRoomsHaveNamesOfTheirOwn, so that two of one name are always a fault.
func TestRoomsHaveNamesOfTheirOwn(t *testing.T) {
	for _, rooms := range []int{12, 50, 51, 800, tenant.MaxRooms} {
		d, seen := tenant.NewDirectory(7, rooms, 10), map[string]bool{}
		for i := range rooms {
			if name := d.Room(i).Name; seen[name] {
				t.Fatalf("two of %d rooms are named %q", rooms, name)
			} else {
				seen[name] = true
			}
		}
	}
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	for _, o := range []Options{{Rooms: tenant.MaxRooms + 1}, {Users: 2}, {Listen: "0.0.0.0:0"}, {Listen: "127.0.0.1:x"}, {Faults: []string{"no-such"}}, {Faults: []string{"no-consent=x"}}} {
		if s, err := Start(t.Context(), o); err == nil {
			_ = s.Close()
			t.Errorf("%+v started", o)
		}
	}
}

func TestSameAgainAfterARestart(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	first, err := Start(ctx, Options{Dir: dir, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	before, ca := first.Account(), mustRead(t, first.CAFile())
	address, booking := first.Cloud().Graph, first.BookingURL()
	cancel()
	if err := first.Close(); err != nil && !errors.Is(err, http.ErrServerClosed) {
		t.Fatal(err)
	}
	second := start(t, Options{Dir: dir, Seed: 3})
	after := second.Account()
	if before.ClientSecret != after.ClientSecret || before.TenantID != after.TenantID || string(before.CertificatePEM) != string(after.CertificatePEM) {
		t.Error("the account changed")
	}
	if ca != mustRead(t, second.CAFile()) {
		t.Error("the certificate authority changed")
	}
	if second.Cloud().Graph != address || second.BookingURL() != booking {
		t.Errorf("the addresses changed: %s %s to %s %s", address, booking, second.Cloud().Graph, second.BookingURL())
	}
	second.want(second.graph(http.MethodGet, "/organization", ""), 200, "")
}

func mustRead(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
