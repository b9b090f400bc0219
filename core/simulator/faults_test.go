package simulator

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/simulator/booking"
	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

const (
	roomsPath = "/places/microsoft.graph.room"
	week      = "/calendarView?startDateTime=2026-11-23T00:00:00Z&endDateTime=2026-11-28T00:00:00Z"
)

// TestFaultsOfTheApplication shows each fault that the application's own
// sign-in meets, and that the tenant is well again without it.
func TestFaultsOfTheApplication(t *testing.T) {
	for fault, want := range map[string]struct {
		status int
		code   string
	}{
		fault.WrongSecret:       {401, "AADSTS7000215"},
		fault.ExpiredSecret:     {401, "AADSTS7000222"},
		fault.UnknownApp:        {400, "AADSTS700016"},
		fault.UnknownTenant:     {400, "AADSTS90002"},
		fault.AppDisabled:       {400, "AADSTS7000112"},
		fault.ConditionalAccess: {400, "AADSTS53003"},
	} {
		t.Run(fault, func(t *testing.T) {
			c := start(t, Options{Faults: []string{fault}})
			c.want(c.application(), want.status, want.code)
			if err := c.SetFaults(); err != nil {
				t.Fatal(err)
			}
			c.want(c.application(), 200, "")
		})
	}
}

func TestRefusalsOfTheTokenEndpoint(t *testing.T) {
	c := start(t, Options{})
	a := c.Account()
	for code, form := range map[string][]string{
		"AADSTS7000215": {"client_secret", "x"},
		"AADSTS7000218": {"client_secret", ""},
		"AADSTS700016":  {"client_id", "11111111-2222-4333-8444-555555555555"},
		"AADSTS900144":  {"scope", ""},
		"AADSTS1002012": {"scope", "User.Read"},
		"AADSTS500011":  {"scope", "https://graph.microsoft.us/.default"},
		"AADSTS70003":   {"grant_type", "password"},
	} {
		fields := map[string]string{"grant_type": "client_credentials", "client_id": a.ClientID, "client_secret": a.ClientSecret, "scope": c.Cloud().Scope()}
		fields[form[0]] = form[1]
		var list []string
		for k, v := range fields {
			list = append(list, k, v)
		}
		got := c.form("/"+a.Domain+"/oauth2/v2.0/token", list...)
		c.want(got, got.status, code)
		if got.text("trace_id") == "<nil>" || got.text("correlation_id") == "<nil>" || !strings.Contains(got.text("error_description"), "Correlation ID: "+got.text("correlation_id")) {
			t.Errorf("%s without its ids: %s", code, got.raw)
		}
	}
	c.want(c.form("/common/oauth2/v2.0/token", "grant_type", "client_credentials", "client_id", a.ClientID), 400, "AADSTS9001023")
	c.Advance(3 * 365 * 24 * time.Hour)
	c.want(c.application(), 401, "AADSTS7000222")
}

// TestFaultsOfTheGrant shows what the token lacks, and that the same call then
// fails.
func TestFaultsOfTheGrant(t *testing.T) {
	for fault, missing := range map[string]string{
		fault.MissingRole + "=Place.Read.All": "Place.Read.All", fault.MissingRole: "Calendars.ReadWrite", fault.NoConsent: "roles", fault.NoRoles: "roles",
	} {
		t.Run(fault, func(t *testing.T) {
			c := start(t, Options{Faults: []string{fault}})
			claims, err := json.Marshal(tokenClaims(t, c.application().text("access_token")))
			if err != nil || strings.Contains(string(claims), `"`+missing+`"`) {
				t.Errorf("the token has %s: %s", missing, claims)
			}
			path := roomsPath
			if missing == "Calendars.ReadWrite" {
				path = "/users/" + c.tenant.Directory.Room(0).Email + week
			}
			if a := c.graph(http.MethodGet, path, ""); a.status != 403 {
				t.Errorf("%s answers %d: %s", path, a.status, a.raw)
			}
			if path == roomsPath {
				return
			}
			c.want(c.graph(http.MethodGet, roomsPath, ""), 200, "")
		})
	}
	t.Run(fault.NotAJWT, func(t *testing.T) {
		c := start(t, Options{Faults: []string{fault.NotAJWT}})
		if token := c.application().text("access_token"); strings.Contains(token, ".") {
			t.Errorf("the token %s looks like a JWT", token)
		}
		c.want(c.graph(http.MethodGet, roomsPath, ""), 200, "")
	})
}

// TestFaultsOfTheWay shows each fault between a client and Graph: the healthy
// answer first, then what becomes of it.
func TestFaultsOfTheWay(t *testing.T) {
	for fault, check := range map[string]func(t *testing.T, c *tester, a answered){
		fault.Throttled: func(t *testing.T, c *tester, a answered) {
			c.want(a, 429, "TooManyRequests")
			if a.header.Get("Retry-After") != "1" {
				t.Errorf("Retry-After %q", a.header.Get("Retry-After"))
			}
			c.want(c.graph(http.MethodGet, roomsPath, ""), 429, "")
			c.want(c.graph(http.MethodGet, roomsPath, ""), 200, "")
		},
		fault.ThrottledSilent: func(t *testing.T, c *tester, a answered) {
			c.want(a, 429, "TooManyRequests")
			if a.header.Get("Retry-After") != "" {
				t.Error("there is a Retry-After")
			}
		},
		fault.ThrottledAlways + "=places": func(t *testing.T, c *tester, a answered) {
			for range 4 {
				c.want(c.graph(http.MethodGet, roomsPath, ""), 429, "")
			}
			c.want(c.graph(http.MethodGet, "/users", ""), 200, "")
		},
		fault.Unavailable: func(_ *testing.T, c *tester, a answered) { c.want(a, 503, "ServiceUnavailable") },
		fault.Cut: func(t *testing.T, _ *tester, a answered) {
			if a.err == nil || len(a.raw) == 0 {
				t.Errorf("the answer arrived whole: %v %d bytes", a.err, len(a.raw))
			}
		},
		fault.Truncated: func(t *testing.T, c *tester, a answered) {
			if a.err != nil || a.status != 200 || json.Valid([]byte(a.raw)) || len(a.raw) == 0 {
				t.Errorf("%d %v %s", a.status, a.err, a.raw)
			}
		},
		fault.HTML: func(t *testing.T, _ *tester, a answered) {
			if a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") || !strings.Contains(a.raw, "<form") {
				t.Errorf("%d %s", a.status, a.raw)
			}
		},
		fault.Empty200: func(t *testing.T, _ *tester, a answered) {
			if a.status != 200 || a.raw != "" || a.header.Get("Content-Type") != "" {
				t.Errorf("%d %q %v", a.status, a.raw, a.header)
			}
		},
		fault.WrongTypes: func(t *testing.T, _ *tester, a answered) {
			if a.status != 200 || !strings.Contains(a.raw, `"emailAddress":{"unexpected":true}`) {
				t.Errorf("%d %s", a.status, a.raw)
			}
		},
		fault.NoPlaces: func(t *testing.T, c *tester, a answered) {
			c.want(a, 400, "BadRequest")
			if !strings.Contains(a.raw, "Resource not found for the segment 'places'") {
				t.Error(a.raw)
			}
		},
		fault.ClockSkew: func(t *testing.T, _ *tester, a answered) {
			at, err := http.ParseTime(a.header.Get("Date"))
			if d := time.Until(at); err != nil || d < 9*time.Minute || d > 11*time.Minute {
				t.Errorf("Date is %s away, %v", d, err)
			}
		},
		fault.Slow + "=150ms": func(t *testing.T, c *tester, a answered) {
			began := time.Now()
			c.graph(http.MethodGet, roomsPath, "")
			if time.Since(began) < 150*time.Millisecond {
				t.Error("the answer came at once")
			}
		},
		fault.HostileNames: func(t *testing.T, _ *tester, a answered) {
			names := map[string]bool{}
			for _, v := range a.values() {
				names[v.(map[string]any)["displayName"].(string)] = true
			}
			for _, want := range tenant.HostileNames[:9] {
				if !names[want] {
					t.Errorf("no room is called %q", want)
				}
			}
		},
	} {
		t.Run(fault, func(t *testing.T) {
			c := start(t, Options{})
			c.client.Transport = contractless(c.client.Transport)
			c.want(c.graph(http.MethodGet, roomsPath, ""), 200, "")
			if err := c.SetFaults(fault); err != nil {
				t.Fatal(err)
			}
			check(t, c, c.graph(http.MethodGet, roomsPath, ""))
			if err := c.SetFaults(); err != nil {
				t.Fatal(err)
			}
			c.want(c.graph(http.MethodGet, roomsPath, ""), 200, "")
		})
	}
}

// contractless takes the comparison away: spoilt answers are not Microsoft's.
func contractless(rt http.RoundTripper) http.RoundTripper {
	if c, ok := rt.(*contractTripper); ok {
		return c.next
	}
	return rt
}

func TestFaultsOfMailboxes(t *testing.T) {
	c := start(t, Options{})
	first, second := c.tenant.Directory.Room(0).Email, c.tenant.Directory.Room(1).Email
	for fault, code := range map[string]string{
		fault.RoomGone: "ErrorInvalidUser", fault.CalendarDenied + "=" + first: "ErrorAccessDenied", fault.CalendarOnPremises: "MailboxNotEnabledForRESTAPI",
	} {
		t.Run(fault, func(t *testing.T) {
			if err := c.SetFaults(fault); err != nil {
				t.Fatal(err)
			}
			status := 404
			if code == "ErrorAccessDenied" {
				status = 403
			}
			c.want(c.graph(http.MethodGet, "/users/"+first+week, ""), status, code)
			c.want(c.graph(http.MethodGet, "/users/"+second+week, ""), 200, "")
			if a := c.graph(http.MethodGet, roomsPath, ""); !strings.Contains(a.raw, first) {
				t.Error("the room is not listed any more")
			}
		})
	}
	if err := c.SetFaults(fault.CalendarDenied); err != nil {
		t.Fatal(err)
	}
	c.want(c.graph(http.MethodGet, "/users/"+second+"/calendar", ""), 403, "ErrorAccessDenied")
}

// TestFaultsThatLeaveTheRoomWell hides a room, and grants too much.
func TestFaultsThatLeaveTheRoomWell(t *testing.T) {
	c := start(t, Options{Faults: []string{fault.RoomHidden, fault.ExtraRole + "=Mail.Send,User.ReadWrite.All"}})
	first := c.tenant.Directory.Room(0).Email
	rooms := c.graph(http.MethodGet, roomsPath, "")
	if len(rooms.values()) != 9 || strings.Contains(rooms.raw, first) {
		t.Errorf("the hidden room is listed: %s", rooms.raw)
	}
	c.want(c.graph(http.MethodGet, "/users/"+first+week, ""), 200, "")
	if roles := tokenClaims(t, c.token)["roles"].([]any); len(roles) != 6 {
		t.Errorf("roles %v", roles)
	}
	if err := c.SetFaults(fault.MissingRole + "=Place.Read.All,User.Read.All"); err != nil {
		t.Fatal(err)
	}
	if roles := tokenClaims(t, c.application().text("access_token"))["roles"].([]any); len(roles) != 2 {
		t.Errorf("roles %v", roles)
	}
	token, err := c.UserToken(c.Account().LesserAdminUPN, "Application.Read.All")
	if err != nil {
		t.Fatal(err)
	}
	c.token = token
	c.want(c.graph(http.MethodGet, "/applications", ""), 200, "")
	c.want(c.graph(http.MethodPost, "/applications", newApplicationBody), 403, "Authorization_RequestDenied")
}

func TestFaultsOfTheBookingServer(t *testing.T) {
	c := start(t, Options{})
	ask := func() answered {
		return c.do(http.MethodGet, c.BookingURL()+booking.WellKnown, "", "")
	}
	c.want(ask(), 200, "")
	if err := c.SetFaults(fault.ServerDown); err != nil {
		t.Fatal(err)
	}
	if a := ask(); a.err == nil || !strings.Contains(a.err.Error(), "refused") {
		t.Errorf("the server that is down answered %d %v", a.status, a.err)
	}
	if err := c.SetFaults(fault.ServerHTML); err != nil {
		t.Fatal(err)
	}
	if a := ask(); !strings.Contains(a.raw, "<form") {
		t.Errorf("%v %s", a.err, a.raw)
	}
	if err := c.SetFaults(); err != nil {
		t.Fatal(err)
	}
	c.want(ask(), 200, "")
}

func TestWrongCloud(t *testing.T) {
	c := start(t, Options{Faults: []string{fault.WrongCloud}})
	a := c.do(http.MethodGet, c.Cloud().Authority+"/"+c.Account().Domain+"/v2.0/.well-known/openid-configuration", "", "")
	if a.text("msgraph_host") != "graph.microsoft.us" {
		t.Errorf("msgraph_host %s", a.text("msgraph_host"))
	}
}

func TestServerCertificateExpires(t *testing.T) {
	c := start(t, Options{Seatsurfing: "1.125", Faults: []string{fault.ServerExpiring + "=48h"}})
	for name, at := range map[string]string{"the contract's server": c.BookingURL(), "Seatsurfing": c.SeatsurfingURL(), "Microsoft": c.Cloud().Graph} {
		resp, err := c.client.Get(at)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		left := time.Until(resp.TLS.PeerCertificates[0].NotAfter)
		if soon := left < 49*time.Hour; soon != (name != "Microsoft") {
			t.Errorf("the certificate of %s is valid for another %s", name, left)
		}
	}
}

// TestEveryFaultIsShown holds the list against the tests: a fault that no test
// names is a promise that nobody keeps.
func TestEveryFaultIsShown(t *testing.T) {
	rooms, err := filepath.Glob("*/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var tests strings.Builder
	for _, f := range append(files, rooms...) {
		tests.WriteString(mustRead(t, f))
	}
	constants := map[string]string{} // the constant's name by the fault's
	for _, m := range regexp.MustCompile(`(?m)^\t(\w+)\s+= "([a-z0-9-]+)"$`).FindAllStringSubmatch(mustRead(t, "fault/faults.go"), -1) {
		constants[m[2]] = m[1]
	}
	for _, f := range fault.All() {
		if name := constants[f.Name]; name == "" || !regexp.MustCompile(`\bfault\.`+name+`\b|"`+f.Name+`[="]`).MatchString(tests.String()) {
			t.Errorf("no test shows the fault %s (%s)", f.Name, name)
		}
		if f.Title == "" {
			t.Errorf("the fault %s has no title", f.Name)
		}
	}
}

// TestWhatIsNoRoom has an old address of a room and a workspace.
func TestWhatIsNoRoom(t *testing.T) {
	c := start(t, Options{Faults: []string{fault.RoomRenamed}})
	first := c.tenant.Directory.Room(0).Email
	byOld := "/users?$filter=" + url.QueryEscape("proxyAddresses/any(a:a eq 'smtp:old-"+first+"')")
	if found := c.graph(http.MethodGet, byOld, ""); len(found.values()) != 1 || !strings.Contains(found.raw, first) {
		t.Errorf("by its old address: %s", found.raw)
	}
	c.want(c.graph(http.MethodGet, "/users/old-"+first+week, ""), 404, "ErrorInvalidUser")
	if err := c.SetFaults(fault.Workspace); err != nil {
		t.Fatal(err)
	}
	if rooms := c.graph(http.MethodGet, roomsPath+"?$count=true", ""); strings.Contains(rooms.raw, first) || rooms.text("@odata.count") != "9" {
		t.Errorf("the workspace is listed as a room: %s", rooms.raw)
	}
	if place := c.graph(http.MethodGet, "/places/"+first, ""); place.text("@odata.type") != "#microsoft.graph.workspace" {
		t.Errorf("the place is %s", place.raw)
	}
}

// TestRoomMoved has a room with another address, name and id, and its place id.
func TestRoomMoved(t *testing.T) {
	c := start(t, Options{})
	first := c.tenant.Directory.Room(0).Email
	before := c.graph(http.MethodGet, "/places/"+first, "")
	if err := c.SetFaults(fault.RoomMoved); err != nil {
		t.Fatal(err)
	}
	now := c.graph(http.MethodGet, "/places/new-"+first, "")
	if now.text("placeId") != before.text("placeId") || now.text("id") == before.text("id") || now.text("emailAddress") != "new-"+first {
		t.Errorf("was %s\nis %s", before.raw, now.raw)
	}
	c.want(c.graph(http.MethodGet, "/users/new-"+first+week, ""), 200, "")
	c.want(c.graph(http.MethodGet, "/users/"+first+week, ""), 404, "ErrorInvalidUser")
	c.want(c.graph(http.MethodGet, "/places/"+first, ""), 404, "ErrorItemNotFound")
}

// TestAssignmentRequired turns a person away from the tenant's own application.
func TestAssignmentRequired(t *testing.T) {
	c := start(t, Options{Faults: []string{fault.AssignmentRequired}})
	if got := microsoft.AsObject(c.tenant.PrincipalByApp(c.Account().ClientID)); got["appRoleAssignmentRequired"] != false {
		t.Error("the fault is kept in the tenant")
	}
	token, err := c.UserToken(c.Account().AdminUPN, "Application.Read.All")
	if err != nil {
		t.Fatal(err)
	}
	c.token = token
	if sp := c.graph(http.MethodGet, "/servicePrincipals(appId='"+c.Account().ClientID+"')", ""); sp.json["appRoleAssignmentRequired"] != true {
		t.Errorf("the enterprise application: %s", sp.raw)
	}
	if f, _ := c.browser(c.Account().ClientID, "openid", "redirect_uri", "https://booking.contoso.example/signin-oidc"); !strings.Contains(f.Get("error_description"), "AADSTS50105") {
		t.Errorf("a person who is not assigned: %v", f)
	}
}
