package connection

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/roomkey/roomkey/core/problem"
)

func complete() *Connection {
	c := New("Contoso")
	c.Tenant = Tenant{ID: "11111111-2222-3333-4444-555555555555", Domain: "contoso.com"}
	c.Product.ID = "flexo"
	c.Application.ClientID = "99999999-2222-3333-4444-555555555555"
	c.Server.URL = "https://booking.contoso.com/app"
	c.SingleSignOn.RedirectURIs = []string{"https://booking.contoso.com/auth", "http://localhost:8080/auth"}
	c.Notifications = Notifications{"https://booking.contoso.com/n?x=1", "https://booking.contoso.com/l"}
	c.Rooms = Rooms{Mode: Selected, Items: []string{"room.1@contoso.com", "raum-zürich@contoso.com"}}
	return c
}

func TestLintOfACompleteConnectionIsSilent(t *testing.T) {
	if found := complete().Lint(Known{Clouds: []string{"global"}, Products: []string{"flexo"}, Required: []string{"server.url"}}); len(found) > 0 {
		t.Error(found[0].Field, found[0].Problem)
	}
}

func TestLintNamesTheField(t *testing.T) {
	guid := "11111111-2222-3333-4444-555555555555"
	tests := []struct {
		name   string
		change func(c *Connection)
		want   []string
	}{
		{"new", func(c *Connection) { *c = *New("") }, []string{
			"name connection.empty", "tenant.domain connection.empty", "product.id connection.empty",
			"application.clientId connection.empty", "server.url connection.empty"}},
		{"tenant by id only", func(c *Connection) { c.Tenant.Domain = "" }, nil},
		{"tenant typed as GUID", func(c *Connection) { c.Tenant = Tenant{Domain: guid} }, nil},
		{"tenant malformed", func(c *Connection) { c.Tenant.Domain = "contoso" }, []string{"tenant.domain cloud.tenant-malformed"}},
		{"tenant id malformed", func(c *Connection) { c.Tenant.ID = "contoso.com" }, []string{"tenant.id connection.not-guid"}},
		{"cloud unknown", func(c *Connection) { c.Cloud = "mars" }, []string{"cloud connection.cloud-unknown"}},
		{"product unknown", func(c *Connection) { c.Product.ID = "x" }, []string{"product.id connection.product-unknown"}},
		{"client ID no GUID", func(c *Connection) { c.Application.ClientID = "Qx8~secret" }, []string{"application.clientId connection.not-guid"}},
		{"tenant ID as client ID", func(c *Connection) { c.Application.ClientID = strings.ToUpper(guid) }, []string{"application.clientId connection.tenant-as-client"}},
		{"tenant ID as client ID, tenant typed as GUID", func(c *Connection) { c.Tenant = Tenant{Domain: guid}; c.Application.ClientID = guid }, []string{"application.clientId connection.tenant-as-client"}},
		{"object ID as client ID", func(c *Connection) { c.Application.ObjectID = c.Application.ClientID }, []string{"application.clientId connection.object-as-client"}},
		{"white space", func(c *Connection) { c.Application.ClientID += "\r\n" }, []string{"application.clientId connection.unclean"}},
		{"zero-width", func(c *Connection) { c.Tenant.Domain = "con\u200btoso.com" }, []string{"tenant.domain connection.unclean"}},
		{"byte-order mark in a list", func(c *Connection) { c.Rooms.Items[1] = "\ufeffx@contoso.com" }, []string{"rooms.items[1] connection.unclean"}},
		{"quotes", func(c *Connection) { c.Server.URL = "'" + c.Server.URL + "'" }, []string{"server.url connection.unclean"}},
		{"http", func(c *Connection) { c.Server.URL = "http://booking.contoso.com" }, []string{"server.url connection.wrong-url"}},
		{"http to loopback", func(c *Connection) { c.Server.URL = "http://127.0.0.1:8080" }, nil},
		{"http to IPv6 loopback", func(c *Connection) { c.Server.URL = "http://[::1]:8080" }, nil},
		{"http to a name like loopback", func(c *Connection) { c.Server.URL = "http://127.0.0.1.evil.com" }, []string{"server.url connection.wrong-url"}},
		{"other scheme", func(c *Connection) { c.Server.URL = "ftp://booking.contoso.com" }, []string{"server.url connection.wrong-url"}},
		{"no scheme", func(c *Connection) { c.Server.URL = "booking.contoso.com" }, []string{"server.url connection.wrong-url"}},
		{"no host", func(c *Connection) { c.Server.URL = "https://:443/" }, []string{"server.url connection.wrong-url"}},
		{"user and query", func(c *Connection) { c.Server.URL = "https://u:p@b.contoso.com/?a" }, []string{"server.url connection.wrong-url", "server.url connection.wrong-url"}},
		{"fragment", func(c *Connection) { c.Server.URL += "#" }, []string{"server.url connection.wrong-url"}},
		{"notifications over http", func(c *Connection) { c.Notifications.URL = "http://localhost/n" }, []string{"notifications.url connection.wrong-url"}},
		{"a path from nowhere", func(c *Connection) { c.Server.CAFile = "certs/ca.pem" }, []string{"server.caFile connection.wrong-value"}},
		{"a full path", func(c *Connection) { c.Server.CAFile = filepath.Join(t.TempDir(), "ca.pem") }, nil},
		{"lifecycle", func(c *Connection) { c.Notifications.LifecycleURL = "x" }, []string{"notifications.lifecycleUrl connection.wrong-url"}},
		{"redirect URIs", func(c *Connection) {
			c.SingleSignOn.RedirectURIs = []string{"https://*.x.ch/a", "https://x.ch/#a", "http://x.ch", "http://127.0.0.1", "msal://auth", "x", "https://x.ch/" + strings.Repeat("a", 256), "https://u@x.ch"}
		}, repeat("singleSignOn.redirectUris[%d] connection.redirect-uri", 8)},
		{"rooms", func(c *Connection) {
			c.Rooms.Items = []string{"room1", "Room <room1@contoso.com>", "a@b", "a@contoso.com,b@contoso.com", ""}
		}, repeat("rooms.items[%d] connection.not-address", 5)},
		{"duplicates", func(c *Connection) { c.Rooms.Items = []string{"a@x.ch", "b@x.ch", "A@x.ch"} }, []string{"rooms.items[2] connection.duplicate"}},
		{"no rooms chosen", func(c *Connection) { c.Rooms.Items = nil }, []string{"rooms.items connection.empty"}},
		{"no groups chosen", func(c *Connection) { c.People.Mode = Groups }, []string{"people.groups connection.empty"}},
		{"group by name", func(c *Connection) { c.People = People{Mode: Groups, Groups: []string{"Everybody"}} }, []string{"people.groups[0] connection.not-guid"}},
		{"unknown choice", func(c *Connection) { c.Rooms.Mode = "some" }, []string{"rooms.mode connection.wrong-value"}},
		{"service account", func(c *Connection) { c.ServiceAccount = "svc"; c.Scope.Inside = "x" }, []string{"serviceAccount connection.not-address", "scope.inside connection.not-address"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := complete()
			test.change(c)
			var got []string
			for _, f := range c.Lint(Known{Clouds: []string{"global"}, Products: []string{"flexo"}, Required: []string{"server.url"}}) {
				got = append(got, f.Field+" "+f.Problem.Code.String())
				if len(f.Problem.Remedies) == 0 || !strings.HasSuffix(f.Problem.Title.String(), ".") {
					t.Errorf("%v is no sentence with a remedy", f.Problem)
				}
			}
			if d := cmp.Diff(test.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func repeat(format string, n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf(format, i))
	}
	return all
}

func TestLintSecret(t *testing.T) {
	for text, want := range map[string][]string{
		"Qx8~abcDEF.123_-":                       nil,
		"":                                       {"connection.empty"},
		" \n":                                    {"connection.empty"},
		" Qx8~abc\r\n":                           {"connection.unclean"},
		"11111111-2222-3333-4444-555555555555":   {"connection.secret-id"},
		"a\"quote":                               nil,
		" 11111111-2222-3333-4444-55555555AAAA ": {"connection.unclean", "connection.secret-id"},
		"one two":                                {"connection.secret-characters"},
		"geheim-ü":                               {"connection.secret-characters"},
		"Qx8****************":                    {"connection.not-secret"},
		"Qx8•••••••••":                           {"connection.not-secret"},
		"Qx8Q~ab...":                             {"connection.not-secret"},
		"https://portal.example/#secret":         {"connection.not-secret"},
		"Value: Qx8Q~abcdefghijklmnopqrstuvwxyz": {"connection.not-secret"},
		"CLIENT_SECRET=Qx8~abcDEF.123":           {"connection.not-secret"},
		"export AZURE_X='Qx8~abcDEF'":            {"connection.not-secret"},
		"client_secret: Qx8~abcDEF":              {"connection.not-secret"},
		`{"password": "Qx8~abcDEF"}`:             {"connection.not-secret"},
		"eyJhbGciOiJ.eyJhdWQiOiJ.c2ln":           {"connection.not-secret"},
		"***Qx8":                                 {"connection.not-secret"},
		"Hidden":                                 {"connection.not-secret"},
		"Redacted":                               {"connection.not-secret"},
		"client_secret":                          {"connection.not-secret"},
		"[secret]":                               {"connection.not-secret"},
		"$secret = 'Qx8~abcDEF'":                 {"connection.not-secret"},
		`"clientSecret": "Qx8~abcDEF",`:          {"connection.not-secret"},
		"AZURE_CLIENT_ID=1\nAZURE_CLIENT_SECRET=Qx8~abcDEF":                {"connection.not-secret"},
		"clientId=1;clientSecret=Qx8~abcDEF;":                              {"connection.not-secret"},
		"{\n  \"password\": \"Qx8~abc":                                     {"connection.not-secret"},
		"eyJhbGciOiJ.eyJhdWQiOiJ":                                          {"connection.not-secret"},
		"Authorization: Bearer eyJhbGciOiJ.eyJhdWQiOiJ.c2ln":               {"connection.not-secret"},
		"Bearer Qx8~abcDEF":                                                {"connection.not-secret"},
		"${CLIENT_SECRET}":                                                 {"connection.not-secret"},
		"@Microsoft.KeyVault(SecretUri=https://v.example/s)":               {"connection.not-secret"},
		"<your client secret>":                                             {"connection.not-secret"},
		"0123456789ABCDEF0123456789ABCDEF01234567":                         {"connection.not-secret"},
		"admin@contoso.com":                                                {"connection.not-secret"},
		"Qx8=abc~DEF":                                                      nil,
		"Qx8_abc=DEF~123":                                                  nil,
		"Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9v=":                                    nil,
		"Qx8*a**bc*":                                                       nil,
		"-----BEGIN PRIVATE KEY-----":                                      {"connection.secret-is-certificate"},
		"$env:CLIENT_SECRET":                                               {"connection.not-secret"},
		"{11111111-2222-3333-4444-555555555555}":                           {"connection.secret-id"},
		"1111111122223333444455555555AAAA":                                 {"connection.secret-id"},
		"11111111-2222-3333-4444-55555555555":                              {"connection.secret-id"},
		"Secret ID: 11111111-2222-3333-4444-555555555555":                  {"connection.not-secret"},
		"Qx8~abc\t11111111-2222-3333-4444-555555555555":                    {"connection.not-secret"},
		"Qx8~abc,11111111-2222-3333-4444-555555555555":                     {"connection.not-secret"},
		"api://11111111-2222-3333-4444-555555555555":                       {"connection.not-secret"},
		"A1:B2:C3:D4:E5:F6:07:18:29:3A:4B:5C:6D:7E:8F:90:A1:B2:C3:D4":      {"connection.not-secret"},
		"a1 b2 c3 d4 e5 f6 07 18 29 3a 4b 5c 6d 7e 8f 90 a1 b2 c3 d4":      {"connection.not-secret"},
		"0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF": {"connection.not-secret"},
		"contoso.onmicrosoft.com":                                          {"connection.not-secret"},
	} {
		var got []string
		for _, f := range LintSecret("client-secret", text) {
			got = append(got, f.Problem.Code.String())
			if clean := Clean(text); f.Field != "client-secret" || clean != "" && strings.Contains(f.Problem.Error()+fmt.Sprint(f.Problem.Remedies), clean) {
				t.Errorf("%s shows the secret, or stands at %s", f.Problem, f.Field)
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	}
	if found := LintSecret("server-token", "11111111-2222-3333-4444-555555555555"); len(found) > 0 {
		t.Error("a server's token may be a GUID")
	}
	if found := LintSecret("server-token", "eyJhbGciOiJ.eyJhdWQiOiJ.c2ln"); len(found) > 0 {
		t.Error("a server's token may be a JWT")
	}
	if found := LintSecret("server-token", "Bearer eyJhbGciOiJ.eyJhdWQiOiJ.c2ln"); len(found) != 1 || !strings.Contains(found[0].Problem.Title.String(), "Bearer") {
		t.Error(found)
	}
	if found := LintSecret("certificate", "\n-----BEGIN"); len(found) > 0 {
		t.Error("a certificate is the vault's to judge")
	}
	remedy := LintSecret("client-secret", "11111111-2222-3333-4444-555555555555")[0].Problem.Remedies[0].String()
	for _, place := range []string{"Certificates & secrets", "column Value", "New client secret"} {
		if !strings.Contains(remedy, place) {
			t.Errorf("%q does not name %q", remedy, place)
		}
	}
}

func TestTidySaysWhatItTookAway(t *testing.T) {
	for pasted, want := range map[string]string{
		"abc":                    "abc:",
		"  abc\t":                "abc:white space",
		"abc\r\n":                "abc:line ends",
		"\ufeffabc":              "abc:invisible characters",
		"a\u200bb\u00adc":        "abc:invisible characters",
		"\"abc\"":                "abc:quotes around the value",
		"“abc”":                  "abc:quotes around the value",
		" \" 'abc' \"\n":         "abc:line ends,white space,quotes around the value",
		"a\"b":                   "a\"b:",
		"\"":                     "\":",
		"\"a\"b\"":               "\"a\"b\":",
		"\u00a0abc\u2003":        "abc:white space",
		"a b":                    "a b:",
		"\x00abc\x1b":            "abc:invisible characters",
		"\u202eabc\u2066":        "abc:invisible characters",
		"'\u200b'":               ":invisible characters,quotes around the value",
		"https://x.ch/'quoted'/": "https://x.ch/'quoted'/:",
	} {
		clean, removed := tidy(pasted)
		var all []string
		for _, r := range removed {
			all = append(all, r.String())
		}
		if got := clean + ":" + strings.Join(all, ","); got != want {
			t.Errorf("%q became %q, want %q", pasted, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{" \"'a'\" ", "\ufeff\u200b", "'\"'", "«a»\xff", "„x“"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		clean := Clean(s)
		if Clean(clean) != clean {
			t.Fatalf("%q is not clean", clean)
		}
		if !utf8.ValidString(clean) || strings.ContainsFunc(clean, func(r rune) bool { return problem.Invisible(r) && !strings.ContainsRune("\n\r\t", r) }) || strings.TrimSpace(clean) != clean {
			t.Fatalf("%q", clean)
		}
		if _, removed := tidy(s); (len(removed) == 0) != (clean == s) && utf8.ValidString(s) {
			t.Fatalf("%q became %q and said %v", s, clean, removed)
		}
	})
}

func TestIsAddress(t *testing.T) {
	for text, want := range map[string]bool{
		"room@contoso.com": true, "a.b+c@x-1.contoso.com": true, "r@büro.example": true, "r@例.例子": true,
		"": false, "room": false, "room@": false, "@contoso.com": false, "room@contoso": false, "room@contoso.": false,
		"room@.com": false, "room@-contoso.com": false, "room@contoso-.com": false, "room@contoso.c": false,
		"room@con_toso.com": false, "room@contoso.com ": false, "Room <room@contoso.com>": false, "a@b@contoso.com": false,
		"r@" + strings.Repeat("a", 63) + ".com": true, "r@" + strings.Repeat("a", 64) + ".com": false,
		"r@" + strings.Repeat("ü", 63) + ".com": true, "r@contoso.\xff\xfe": false, "r@contoso.例": false,
	} {
		if IsAddress(text) != want {
			t.Errorf("IsAddress(%q) = %v", text, !want)
		}
	}
}
