package cloud

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/transport"
)

// world answers for sign-ins by host, in memory.
type world map[string]http.HandlerFunc

func (w world) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	answer, ok := w[r.URL.Host]
	if !ok {
		return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	}
	rec := httptest.NewRecorder()
	answer(rec, r)
	return rec.Result(), nil
}

func (w world) client() *http.Client { return &http.Client{Transport: w} }

// tenantAt is a sign-in that knows contoso in the way Microsoft's answer.
func tenantAt(issuerHost, graphHost string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"issuer":"https://%[1]s/%[2]s/v2.0","token_endpoint":"https://%[1]s/%[2]s/oauth2/v2.0/token",
			"tenant_region_scope":"USGov","tenant_region_sub_scope":"DOD","msgraph_host":%[3]q}`, issuerHost, contoso, graphHost)
	}
}

func say(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

const notFound = `{"error":"invalid_tenant","error_description":"AADSTS90002: Tenant 'contoso.com' not found. Trace ID: 1","error_codes":[90002],"trace_id":"t-1","correlation_id":"c-1"}`

func named(t *testing.T, id string) Cloud {
	t.Helper()
	c, _ := Load("")
	row, ok := c.Get(id)
	if !ok {
		t.Fatalf("no cloud %s", id)
	}
	return row
}

func TestDiscover(t *testing.T) {
	const com, us, cn = "login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"
	for name, tt := range map[string]struct {
		cloud, tenant string
		answer        http.HandlerFunc
		code, says    string
		graph         string
	}{
		"global by domain":      {"global", "contoso.com", tenantAt(com, "graph.microsoft.com"), "", "", "graph.microsoft.com"},
		"global by id":          {"global", contoso, tenantAt(com, "graph.microsoft.com"), "", "", "graph.microsoft.com"},
		"an alias issues":       {"global", "contoso.com", tenantAt("sts.windows.net", "graph.microsoft.com"), "", "", "graph.microsoft.com"},
		"China's old name":      {"china", "contoso.cn", tenantAt("login.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn"), "", "", "microsoftgraph.chinacloudapi.cn"},
		"no Graph host":         {"bleu", "contoso.fr", tenantAt("login.sovcloud-identity.fr", ""), "", "", ""},
		"DoD asked as such":     {"dod", "contoso.mil", tenantAt(us, "dod-graph.microsoft.us"), "", "", "dod-graph.microsoft.us"},
		"DoD asked as GCC High": {"gcc-high", "contoso.mil", tenantAt(us, "dod-graph.microsoft.us"), "cloud.wrong-cloud", "It belongs to US Government DoD: its Microsoft Graph is dod-graph.microsoft.us", ""},
		"GCC High asked as DoD": {"dod", "contoso.us", tenantAt(us, "graph.microsoft.us"), "cloud.wrong-cloud", "It belongs to US Government GCC High", ""},
		"US asked worldwide":    {"global", "contoso.us", tenantAt(us, "graph.microsoft.us"), "cloud.wrong-cloud", "It belongs to US Government GCC High", ""},
		"US, worldwide issuer":  {"global", "contoso.us", tenantAt(com, "graph.microsoft.us"), "cloud.wrong-cloud", "It belongs to US Government GCC High", ""},
		"China asked worldwide": {"global", "contoso.cn", tenantAt(cn, "microsoftgraph.chinacloudapi.cn"), "cloud.wrong-cloud", "It belongs to China (21Vianet)", ""},
		"a stranger issues":     {"global", "contoso.com", tenantAt("login.evil.example", "graph.microsoft.com"), "cloud.wrong-cloud", "none of the clouds that Roomkey knows", ""},
		"personal accounts":     {"global", "outlook.com", say(200, `{"issuer":"https://login.microsoftonline.com/`+personalTenant+`/v2.0","token_endpoint":"https://login.microsoftonline.com/x"}`), "cloud.tenant-personal", "", ""},

		"unknown":              {"global", "contoso.com", say(400, notFound), "cloud.tenant-unknown", "Microsoft says: AADSTS90002", ""},
		"malformed there":      {"global", "contoso.com", say(400, `{"error":"invalid_request","error_codes":[900023]}`), "cloud.tenant-unknown", "", ""},
		"redirected elsewhere": {"global", "contoso.com", say(400, `{"error":"invalid_request","error_codes":[90038]}`), "cloud.wrong-cloud", "without saying which", ""},
		"another refusal":      {"global", "contoso.com", say(403, `{"error":"access_denied","error_description":"AADSTS1: no","error_codes":[1]}`), "cloud.refused", "AADSTS1: no", ""},
		"throttled":            {"global", "contoso.com", say(429, notFound), "cloud.busy", "429", ""},
		"down":                 {"global", "contoso.com", say(503, "<html>"), "cloud.busy", "503", ""},

		"a proxy's page":        {"global", "contoso.com", say(200, "<!DOCTYPE html><title>Sign in to the network</title>"), "cloud.unexpected-answer", "login page of a proxy", ""},
		"a proxy's redirect":    {"global", "contoso.com", say(302, ""), "cloud.unexpected-answer", "sent us to another page", ""},
		"nothing":               {"global", "contoso.com", say(200, ""), "cloud.unexpected-answer", "with nothing", ""},
		"truncated":             {"global", "contoso.com", say(200, `{"issuer":"https://login.microsoftonline.com/`+contoso), "cloud.unexpected-answer", "incomplete", ""},
		"other JSON":            {"global", "contoso.com", say(200, `{"hello":"world"}`), "cloud.unexpected-answer", "", ""},
		"JSON of another kind":  {"global", "contoso.com", say(200, `[1,2]`), "cloud.unexpected-answer", "", ""},
		"fields of other types": {"global", "contoso.com", say(200, `{"issuer":7}`), "cloud.unexpected-answer", "", ""},
		"plain issuer":          {"global", "contoso.com", say(200, `{"issuer":"http://login.microsoftonline.com/`+contoso+`/v2.0","token_endpoint":"https://login.microsoftonline.com/x"}`), "cloud.unexpected-answer", "", ""},
		"no id":                 {"global", "contoso.com", say(200, `{"issuer":"https://login.microsoftonline.com/{tenantid}/v2.0","token_endpoint":"https://login.microsoftonline.com/x"}`), "cloud.unexpected-answer", "", ""},
		"another id":            {"global", "11111111-86f1-41af-91ab-2d7cd011db47", tenantAt(com, "graph.microsoft.com"), "cloud.other-tenant", "The issuer in the response is the tenant " + contoso, ""},
		"another's tokens":      {"global", "contoso.com", say(200, `{"issuer":"https://login.microsoftonline.com/`+contoso+`/v2.0","token_endpoint":"https://login.microsoftonline.com/11111111-86f1-41af-91ab-2d7cd011db47/oauth2/v2.0/token"}`), "cloud.other-tenant", "the token endpoint belongs to 11111111-", ""},
		"no token endpoint":     {"global", "contoso.com", say(200, `{"issuer":"https://login.microsoftonline.com/`+contoso+`/v2.0"}`), "cloud.unexpected-answer", "", ""},
		"hostile Graph host":    {"global", "contoso.com", tenantAt(com, "graph.microsoft.com/@evil\u202e"), "cloud.unexpected-answer", "", ""},
		"an error page":         {"global", "contoso.com", say(404, "<html>"), "cloud.unexpected-answer", "404", ""},
		"huge":                  {"global", "contoso.com", say(200, `{"issuer":"`+strings.Repeat("x", answerLimit)+`"}`), "cloud.unexpected-answer", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := named(t, tt.cloud)
			d, err := Discover(t.Context(), world{host(c.Authority): tt.answer}.client(), c, tt.tenant)
			if problem.CodeOf(err).String() != tt.code {
				t.Fatalf("got %v, want %q", err, tt.code)
			}
			if tt.code != "" {
				p := problem.Of(err)
				if !strings.Contains(p.Detail.String(), tt.says) || len(p.Remedies) == 0 && tt.code != "cloud.refused" || d.TenantID != "" {
					t.Errorf("says %q with %d remedies, id %q", p.Detail, len(p.Remedies), d.TenantID)
				}
				return
			}
			if d.TenantID != contoso || d.GraphHost != tt.graph || d.Region != "USGov/DOD" || d.Evidence.Status != 200 {
				t.Errorf("%+v", d)
			}
			if (d.Domain == "") != isGUID(tt.tenant) {
				t.Errorf("domain %q for %q", d.Domain, tt.tenant)
			}
		})
	}
}

// The other clouds are not asked by Discover, and its remedy says what asking
// them means.
func TestUnknownTenantStaysHere(t *testing.T) {
	var hosts []string
	w := world{}
	for _, c := range builtIn() {
		w[host(c.Authority)] = func(rw http.ResponseWriter, r *http.Request) {
			hosts = append(hosts, r.URL.Host)
			say(400, notFound)(rw, r)
		}
	}
	_, err := Discover(t.Context(), w.client(), named(t, "global"), "contoso.com")
	p := problem.Of(err)
	if !slices.Equal(hosts, []string{"login.microsoftonline.com"}) {
		t.Errorf("asked %v", hosts)
	}
	if p.TraceID != "t-1" || p.CorrelationID != "c-1" {
		t.Errorf("ids %q %q", p.TraceID, p.CorrelationID)
	}
	if !slices.ContainsFunc(p.Remedies, func(r problem.Remedy) bool {
		return strings.Contains(r.Text.String(), "only with your consent")
	}) {
		t.Errorf("remedies %v", p.Remedies)
	}
}

func TestDiscoverElsewhere(t *testing.T) {
	const us = "login.microsoftonline.us"
	none := world{}
	for _, c := range builtIn() {
		none[host(c.Authority)] = say(400, notFound)
	}
	with := func(authority string, answer http.HandlerFunc) world {
		w := world{}
		for k, v := range none {
			w[k] = v
		}
		if answer == nil {
			delete(w, authority)
		} else {
			w[authority] = answer
		}
		return w
	}
	for name, tt := range map[string]struct {
		world       world
		found, code string
	}{
		"GCC High":  {with(us, tenantAt(us, "graph.microsoft.us")), "gcc-high", ""},
		"DoD":       {with(us, tenantAt(us, "dod-graph.microsoft.us")), "dod", ""},
		"China":     {with("login.partner.microsoftonline.cn", tenantAt("login.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn")), "china", ""},
		"either US": {with(us, tenantAt(us, "")), "", "cloud.ambiguous"},
		"nowhere":   {none, "", "cloud.tenant-unknown"},
		"unreached": {with("login.sovcloud-identity.fr", nil), "", "cloud.search-incomplete"},
		"garbage":   {with("login.sovcloud-identity.sg", say(200, "<html>")), "", "cloud.search-incomplete"},
		"after gaps": {func() world {
			w := with("login.sovcloud-identity.de", tenantAt("login.sovcloud-identity.de", "graph.svc.sovcloud.de"))
			delete(w, us)
			return w
		}(), "delos", ""},
	} {
		t.Run(name, func(t *testing.T) {
			asked := map[string]int{}
			c, d, err := DiscoverElsewhere(t.Context(), func(c Cloud) (*http.Client, error) {
				asked[c.Authority]++
				return tt.world.client(), nil
			}, builtIn(), "contoso.com")
			if c.ID != tt.found || problem.CodeOf(err).String() != tt.code || (d.TenantID == contoso) != (tt.code == "") {
				t.Errorf("found %q, %+v, %v", c.ID, d, err)
			}
			if asked["https://"+us] != 1 {
				t.Errorf("the shared sign-in was asked %d times", asked["https://"+us])
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Discover(ctx, world{}.client(), named(t, "global"), "contoso.com"); problem.CodeOf(err) != problem.CodeCancelled {
		t.Errorf("Discover: %v", err)
	}
	_, _, err := DiscoverElsewhere(ctx, func(Cloud) (*http.Client, error) { return world{}.client(), nil }, builtIn(), "contoso.com")
	if problem.CodeOf(err) != problem.CodeCancelled {
		t.Errorf("DiscoverElsewhere: %v", err)
	}
}

// A laboratory of one's own: real TLS to loopback with a CA from the
// administrator's clouds.yaml.
func TestLaboratory(t *testing.T) {
	var graph string
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/contoso.com/v2.0/.well-known/openid-configuration" {
			say(400, notFound)(w, r)
			return
		}
		w.Header().Set("x-ms-request-id", "r-1")
		tenantAt(r.Host, graph)(w, r)
	}))
	defer srv.Close()
	dir := t.TempDir()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
	file := filepath.Join(dir, "clouds.yaml")
	text := fmt.Sprintf("clouds:\n  - id: laboratory\n    name: Laboratory\n    authority: %s\n    graph: %s/\n    caFile: ca.pem\n    instanceDiscovery: false\n", srv.URL, srv.URL)
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "ca.pem"), ca, 0o600), os.WriteFile(file, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	catalog, problems := Load(file)
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	lab, _ := catalog.Get("laboratory")
	if lab.CAFile != filepath.Join(dir, "ca.pem") || lab.Discovers() || !lab.Own || lab.Scope() != srv.URL+"/.default" {
		t.Fatalf("%+v", lab)
	}
	client, err := transport.New(transport.Options{CAFile: lab.CAFile, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(srv.URL)
	for _, graph = range []string{u.Host, u.Hostname(), ""} {
		ctx, outer := transport.Record(t.Context())
		d, err := Discover(ctx, client, lab, "contoso.com")
		if err != nil || d.TenantID != contoso || d.Evidence.RequestID != "r-1" || d.Evidence.Issuer == "" {
			t.Errorf("graph host %q: %+v, %v", graph, d, err)
		}
		if outer.Last().RequestID != "r-1" {
			t.Error("the caller's recorder saw nothing")
		}
	}
	graph = "graph.microsoft.com"
	if _, err := Discover(t.Context(), client, lab, "contoso.com"); problem.CodeOf(err).String() != "cloud.wrong-cloud" {
		t.Errorf("another Graph: %v", err)
	}
	if _, err := Discover(t.Context(), client, lab, "fabrikam.com"); problem.CodeOf(err).String() != "cloud.tenant-unknown" {
		t.Errorf("another tenant: %v", err)
	}
	stranger, err := transport.New(transport.Options{Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	_, err = Discover(t.Context(), stranger, lab, "contoso.com")
	if p := problem.Of(err); p == nil || p.Code.String() != "net.tls-untrusted" || !strings.Contains(p.Remedies[0].String(), `caFile of the cloud "laboratory"`) {
		t.Errorf("without the CA: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"issuer":"https://login.microsoftonline.com/`+contoso+`/v2.0","token_endpoint":"https://a/b","msgraph_host":"graph.microsoft.com"}`), "contoso.com")
	f.Add([]byte(`{"issuer":"https://[::1]/%zz"}`), contoso)
	f.Add([]byte(notFound), "x")
	f.Fuzz(func(t *testing.T, body []byte, tenant string) {
		if p := refused(builtIn()[0], tenant, 400, body); p.Title.IsZero() || p.Code.String() == "" {
			t.Error("a refusal without words")
		}
		m, err := read(body, tenant)
		if err != nil {
			return
		}
		if d := m.discovery(tenant, transport.Evidence{}); !isGUID(d.TenantID) || !strings.HasPrefix(m.Issuer, "https://") && !strings.HasPrefix(strings.ToLower(m.Issuer), "https://") {
			t.Errorf("accepted %q as %q", body, d.TenantID)
		}
	})
}
