package cloud

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/strictyaml"
)

// The whole table, so that no address can change unseen: a token goes wherever
// these say.
func TestBuiltIn(t *testing.T) {
	type row struct{ id, authority, graph, exchange, graphEnvironment string }
	want := []row{
		{"global", "https://login.microsoftonline.com", "https://graph.microsoft.com", "", "Global"},
		{"gcc-high", "https://login.microsoftonline.us", "https://graph.microsoft.us", "O365USGovGCCHigh", "USGov"},
		{"dod", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us", "O365USGovDoD", "USGovDoD"},
		{"china", "https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn", "O365China", "China"},
		{"bleu", "https://login.sovcloud-identity.fr", "https://graph.svc.sovcloud.fr", "", "BleuCloud"},
		{"delos", "https://login.sovcloud-identity.de", "https://graph.svc.sovcloud.de", "", "DelosCloud"},
		{"govsg", "https://login.sovcloud-identity.sg", "https://graph.svc.sovcloud.sg", "", "GovSGCloud"},
	}
	c, problems := Load("")
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	var got []row
	for _, c := range c.All() {
		got = append(got, row{c.ID, c.Authority, c.Graph, c.ExchangeEnvironment, c.GraphEnvironment})
		if c.Scope() != c.Graph+"/.default" || c.Own || !c.Discovers() {
			t.Errorf("%s: scope %s", c.ID, c.Scope())
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestFeatures(t *testing.T) {
	for _, tt := range []struct {
		cloud              string
		f                  Feature
		missing, uncertain bool
	}{
		{"global", FeaturePlaces, false, false},
		{"gcc-high", FeaturePlaces, false, true},
		{"china", FeaturePlaces, false, true},
		{"china", FeatureOnlineMeetings, true, false},
		{"china", FeatureCommandLineClient, true, false},
		{"bleu", FeaturePlaces, true, false},
		{"delos", FeatureChat, true, false},
		{"govsg", FeatureSubscriptions, true, false},
	} {
		c := named(t, tt.cloud)
		if c.Lacks(tt.f) != tt.missing || c.Doubtful(tt.f) != tt.uncertain {
			t.Errorf("%s %s: missing %v, uncertain %v", tt.cloud, tt.f, c.Lacks(tt.f), c.Doubtful(tt.f))
		}
	}
}

const lab = `clouds:
  - id: lab
    name: Laboratory
    authority: https://127.0.0.1:8443
    graph: https://[::1]:8444/
    caFile: certificates/ca.pem
`

func load(t *testing.T, text string) (*Catalog, []*problem.Problem, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "clouds.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, problems := Load(file)
	return c, problems, file
}

func TestOwnCloud(t *testing.T) {
	c, problems, file := load(t, lab+`  - id: sovereign
    name: A new sovereign cloud
    authority: https://login.sovereign.example
    aliases: [login.old.example]
    graph: https://graph.sovereign.example
    portals: {entra: https://entra.sovereign.example}
    missing: [places]
    instanceDiscovery: true
  - id: global-places-only
    name: Worldwide, by another name
    authority: https://login.microsoftonline.com
    graph: https://graph.microsoft.com
`)
	for _, p := range problems {
		t.Error(p)
	}
	l, ok := c.Get("lab")
	if !ok || !l.Own || l.Discovers() || l.Graph != "https://[::1]:8444" || l.CAFile != filepath.Join(filepath.Dir(file), "certificates", "ca.pem") {
		t.Errorf("%v %+v", ok, l)
	}
	if s, ok := c.Get("sovereign"); !ok || !s.Discovers() || !s.Lacks(FeaturePlaces) || !s.knows("login.old.example") {
		t.Errorf("%v %+v", ok, s)
	}
	if g, ok := c.Get("global-places-only"); !ok || !g.Discovers() {
		t.Errorf("%v %+v", ok, g)
	}
	if all := c.All(); all[0].ID != "global" || len(all) != len(builtIn())+3 {
		t.Errorf("%d clouds, first %s", len(all), all[0].ID)
	}
}

func TestNoOwnFile(t *testing.T) {
	c, problems := Load(filepath.Join(t.TempDir(), "clouds.yaml"))
	if len(problems) > 0 || len(c.All()) != len(builtIn()) {
		t.Errorf("%v", problems)
	}
}

// Every mistake names file, line and field, keeps its own cloud out and lets
// the others in.
func TestMistakes(t *testing.T) {
	const head = lab + "  - id: mine\n    name: Mine\n"
	const fine = head + "    authority: https://login.example\n    graph: https://graph.example\n"
	for name, tt := range map[string]struct{ text, where, says string }{
		"unknown field":      {fine + "    scope: x\n", "line 11", "clouds[1].scope: There is no such field. Use one of: id, name, authority"},
		"field twice":        {fine + "    name: Again\n", "line 11", "clouds[1].name: The field appears twice. The first is in line 8"},
		"no graph":           {head + "    authority: https://login.example\n", "line 7", "clouds[1].graph: The cloud needs the address of its Microsoft Graph"},
		"empty authority":    {head + "    authority:\n    graph: https://graph.example\n", "line 9", "clouds[1].authority: The cloud needs the address of its sign-in"},
		"plain http":         {head + "    authority: http://127.0.0.1:80\n    graph: https://graph.example\n", "line 9", "clouds[1].authority: \"http://127.0.0.1:80\" must begin with https://"},
		"a path":             {head + "    authority: https://login.example/common\n    graph: https://graph.example\n", "line 9", "clouds[1].authority"},
		"a version":          {head + "    authority: https://login.example\n    graph: https://graph.example/v1.0\n", "line 10", "clouds[1].graph"},
		"a user":             {head + "    authority: https://a:b@login.example\n    graph: https://graph.example\n", "line 9", "clouds[1].authority"},
		"no address":         {head + "    authority: login.example\n    graph: https://graph.example\n", "line 9", "clouds[1].authority"},
		"built-in id":        {strings.Replace(fine, "id: mine", "id: global", 1), "line 7", "clouds[1].id: \"global\" is a cloud that comes with Roomkey"},
		"id twice":           {strings.Replace(fine, "id: mine", "id: lab", 1), "line 7", "clouds[1].id: The id \"lab\" is used twice"},
		"strange id":         {strings.Replace(fine, "id: mine", "id: My Cloud", 1), "line 7", "clouds[1].id"},
		"no id":              {strings.Replace(fine, "id: mine", "id:", 1), "line 7", "clouds[1].id: The cloud needs an id"},
		"name in two lines":  {strings.Replace(fine, "name: Mine", `name: "a\nb"`, 1), "line 8", "clouds[1].name"},
		"unknown feature":    {fine + "    missing: [places, telepathy]\n", "line 11", "clouds[1].missing[1]: There is no feature \"telepathy\""},
		"missing, uncertain": {fine + "    missing: [places]\n    uncertain: [places]\n", "line 12", "clouds[1].uncertain[0]"},
		"no list":            {fine + "    missing: places\n", "line 11", "clouds[1].missing: This must be a list"},
		"no truth value":     {fine + "    instanceDiscovery: off-ish\n", "line 11", "clouds[1].instanceDiscovery: This must be true or false"},
		"a number":           {strings.Replace(fine, "name: Mine", "name: 7", 1), "line 8", "clouds[1].name: This must be text"},
		"portal":             {fine + "    portals:\n      entra: javascript:alert(1)\n", "line 12", "clouds[1].portals.entra"},
		"unknown portal":     {fine + "    portals:\n      ecp: https://a.example\n", "line 12", "clouds[1].portals.ecp"},
		"PowerShell":         {fine + "    exchangeEnvironment: $(calc)\n", "line 11", "clouds[1].exchangeEnvironment"},
		"mixed clouds":       {head + "    authority: https://login.microsoftonline.us\n    graph: https://graph.microsoft.com\n", "line 10", "clouds[1].graph: https://login.microsoftonline.us is the sign-in of US Government GCC High"},
		"stolen Graph":       {head + "    authority: https://login.example\n    graph: https://graph.microsoft.com\n", "line 9", "clouds[1].authority: https://graph.microsoft.com is the Microsoft Graph of Global"},
		"an alias in YAML":   {fine + "    missing: &x [places]\n", "line 11", "clouds[1].missing: These files cannot use anchors and aliases"},
		"no cloud":           {lab + "  - mine\n", "line 7", "clouds[1]: This must be fields"},
	} {
		t.Run(name, func(t *testing.T) {
			c, problems, file := load(t, tt.text)
			if len(problems) == 0 {
				t.Fatal("nothing was found")
			}
			var all []string
			for _, p := range problems {
				if p.Code != CodeFileInvalid || len(p.Remedies) == 0 {
					t.Errorf("code %q, %d remedies", p.Code, len(p.Remedies))
				}
				all = append(all, p.Title.String()+" "+p.Detail.String())
			}
			if !slices.ContainsFunc(all, func(s string) bool { return strings.Contains(s, file+", "+tt.where) && strings.Contains(s, tt.says) }) {
				t.Errorf("got %q\nwant %s and %q", all, tt.where, tt.says)
			}
			if _, ok := c.Get("lab"); !ok {
				t.Error("the mistake kept the other cloud out")
			}
			if got, ok := c.Get("mine"); ok {
				t.Errorf("the cloud was let in: %+v", got)
			}
		})
	}
}

// A file that cannot be read as a whole leaves Microsoft's clouds as they are.
func TestBrokenFile(t *testing.T) {
	for name, tt := range map[string]struct{ text, says string }{
		"cut off":    {"clouds:\n  - id: a\n    missing: [places", "is not valid YAML"},
		"tabs":       {"clouds:\n\t- id: a\n", "line 2"},
		"empty":      {" \n", "There is nothing in the file"},
		"remarks":    {"# clouds: …\n", "There is nothing in the file"},
		"binary":     {"\x00\x01\x02", "control characters"},
		"two":        {"clouds: []\n---\nclouds: []\n", "A second document"},
		"a list":     {"- id: a\n", "This must be fields"},
		"huge":       {strings.Repeat("# …\n", 400_000), "larger than 256 KB"},
		"other keys": {"cloud:\n  - id: a\n", "cloud: There is no such field. Did you mean \"clouds\"? Use one of: clouds"},
	} {
		t.Run(name, func(t *testing.T) {
			c, problems, _ := load(t, tt.text)
			if len(problems) == 0 || !strings.Contains(problems[0].Error(), tt.says) && !strings.Contains(problems[0].Detail.String(), tt.says) {
				t.Errorf("got %v, want %q", problems, tt.says)
			}
			if len(c.All()) != len(builtIn()) {
				t.Errorf("%d clouds", len(c.All()))
			}
		})
	}
	folder := t.TempDir()
	if _, problems := Load(folder); len(problems) != 1 || !strings.Contains(problems[0].Detail.String(), "cannot be read") {
		t.Errorf("a folder in place of the file: %v", problems)
	}
}

func TestPages(t *testing.T) {
	const app, sp = "ef54d2bf-783f-4e0f-bca1-3210c0444d99", "798ee544-9d2d-430c-a058-570e29e34338"
	p := named(t, "gcc-high").Pages(app, sp)
	for _, page := range []string{p.Overview, p.Permissions, p.Credentials, p.Authentication, p.EnterpriseApplication, p.SignInLogs, p.TenantOverview} {
		if !strings.HasPrefix(page, "https://entra.microsoft.us/#view/") {
			t.Errorf("%q is not in this cloud's portal", page)
		}
	}
	if !strings.Contains(p.Permissions, "/CallAnAPI/appId/"+app+"/") || !strings.HasSuffix(p.EnterpriseApplication, "/objectId/"+sp+"/appId/"+app) {
		t.Errorf("%+v", p)
	}
	if p := named(t, "bleu").Pages(app, sp); p != (Pages{}) {
		t.Errorf("a cloud without known portals has pages: %+v", p)
	}
	azure := Cloud{Portals: Portals{Azure: "https://portal.azure.example"}}
	if p := azure.Pages("", ""); !strings.HasPrefix(p.Overview, "https://portal.azure.example/#view/") || p.Permissions != "" {
		t.Errorf("%+v", p)
	}
}

func FuzzOwnClouds(f *testing.F) {
	f.Add(lab)
	f.Add("clouds: [{id: a, name: b, authority: https://a, graph: https://b, portals: {azure: https://c/d}}]")
	f.Add("clouds:\n - &a {id: *a}\n - !!binary x")
	f.Add("? [a]\n: b\n")
	f.Fuzz(func(t *testing.T, text string) {
		var doc document
		d := strictyaml.Read("clouds.yaml", []byte(text), &doc)
		c := &Catalog{clouds: slices.Clone(builtIn())}
		problems := c.add(d, doc.Clouds, "folder")
		for _, p := range problems {
			if p.Detail.IsZero() || p.Error() == "" {
				t.Errorf("a mistake without words in %q", text)
			}
		}
		for i, row := range c.All() {
			if theirs := builtIn(); i < len(theirs) && row.Authority != theirs[i].Authority {
				t.Fatalf("%q replaced %s", text, theirs[i].ID)
			}
			if !strings.HasPrefix(row.Authority, "https://") || !strings.HasPrefix(row.Graph, "https://") || row.ID == "" || row.Name == "" {
				t.Errorf("%q let %+v in", text, row)
			}
		}
		if len(problems) == 0 && len(c.All()) != len(builtIn())+len(doc.Clouds) {
			t.Errorf("%q lost a cloud without a word", text)
		}
	})
}
