package connection

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roomkey/roomkey/core/problem"
)

const document = `{
  "schema": 1,
  "id": "abc",
  "name": "Contoso",
  "cloud": "global",
  "future": {"b": [1, {"deep": 1.10}], "a": 12345678901234567890},
  "tenant": {
    "id": "11111111-2222-3333-4444-555555555555",
    "domain": "contoso.com",
    "region": "EU"
  },
  "application": {
    "clientId": "99999999-2222-3333-4444-555555555555",
    "credential": {
      "kind": "secret",
      "expires": "2027-01-31T00:00:00Z",
      "attestation": null
    }
  },
  "rooms": {"mode": "selected", "items": ["a@contoso.com"]},
  "server": {"url": "https://booking.contoso.com", "region": {"x": "<y>"}}
}`

func parse(t *testing.T, text string) *Connection {
	t.Helper()
	c, p := Parse([]byte(text), "file.json")
	if p != nil {
		t.Fatal(p)
	}
	return c
}

func encode(t *testing.T, c *Connection) string {
	t.Helper()
	data, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestUnknownFieldsSurviveAtEveryLevel(t *testing.T) {
	c := parse(t, document)
	c.Tenant.DisplayName = "Contoso Ltd"
	c = c.Clone()
	text := encode(t, c)
	for _, want := range []string{
		`12345678901234567890`, `"deep": 1.10`, `"region": "EU"`, `"attestation": null`, `"x": "<y>"`, `"displayName": "Contoso Ltd"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is lost in\n%s", want, text)
		}
	}
	if again := encode(t, parse(t, text)); again != text {
		t.Error(cmp.Diff(text, again))
	}
	// In its own order, for people who edit it.
	if strings.Index(text, `"schema"`) > strings.Index(text, `"id"`) || strings.Index(text, `"name"`) > strings.Index(text, `"tenant"`) {
		t.Error(text)
	}
	// The original of a clone does not change with it.
	d := c.Clone()
	d.Rooms.Items[0] = "other@contoso.com"
	d.unknown.inside["tenant"].fields["region"] = json.RawMessage(`"US"`)
	if encode(t, c) != text {
		t.Error("the clone shares something with its original")
	}
}

func TestNewIsEncodedAndReadBack(t *testing.T) {
	a, b := New("A"), New("A")
	if a.ID == b.ID || !ValidID(a.ID) {
		t.Error(a.ID, b.ID)
	}
	a.Application.Credential.Expires = time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	a.SingleSignOn.RedirectURIs = []string{"https://a.b/c"}
	a.Scope.Target = "rooms"
	if d := cmp.Diff(a, parse(t, encode(t, a)), cmpopts.IgnoreUnexported(Connection{})); d != "" {
		t.Error(d)
	}
	// A value made without New, whose choices are empty, is readable too.
	bare := &Connection{ID: "x"}
	if c := parse(t, encode(t, bare)); c.People.Mode != All || c.Rooms.Mode != "" || c.Schema != schemaVersion {
		t.Errorf("%+v", c)
	}
	if c := parse(t, `{"schema": 1, "tenant": null, "rooms": {"items": null}}`); c.ID == "" || c.Rooms.Mode != All || c.Cloud != "global" {
		t.Errorf("%+v", c)
	}
}

func TestParseNamesLineAndField(t *testing.T) {
	replace := func(old, new string) string {
		if !strings.Contains(document, old) {
			t.Fatal(old)
		}
		return strings.Replace(document, old, new, 1)
	}
	tests := []struct{ name, text, code, says string }{
		{"empty", "", "connection.damaged", "file.json is empty"},
		{"white space", " \n\t", "connection.damaged", "file.json is empty"},
		{"zeros after a power cut", strings.Repeat("\x00", 100), "connection.damaged", "line 1: this is not valid JSON"},
		{"cut off in a text", document[:strings.Index(document, "contoso.com")+4], "connection.damaged", "line 9: the file is cut off here, after the field tenant.domain"},
		{"cut off between fields", document[:strings.Index(document, `"application"`)], "connection.damaged", "line 12: the file is cut off here"},
		{"comma missing", replace(`"domain": "contoso.com",`, `"domain": "contoso.com"`), "connection.damaged", "line 10: this is not valid JSON, after the field tenant.domain"},
		{"comma too many", replace(`"items": ["a@contoso.com"]`, `"items": ["a@contoso.com",]`), "connection.damaged", "line 20: this is not valid JSON, after the field rooms.items"},
		{"second document", document + "{}", "connection.damaged", "line 22: this is not valid JSON"},
		{"comment", replace(`"name"`, `// x`+"\n"+`"name"`), "connection.damaged", "line 4: this is not valid JSON"},
		{"not UTF-8", replace("Contoso", "Z\xfcrich"), "connection.damaged", "not UTF-8"},
		{"number for text", replace(`"contoso.com"`, `12`), "connection.mistake", "line 9, field tenant.domain: it must be a text in double quotes, but is 12"},
		{"text for object", replace(`{"mode": "selected", "items": ["a@contoso.com"]}`, `"all"`), "connection.mistake", `line 20, field rooms: it must be an object in braces, but is the text "all"`},
		{"list for object", replace(`{"mode": "selected", "items": ["a@contoso.com"]}`, `[]`), "connection.mistake", "line 20, field rooms: it must be an object in braces, but is a list"},
		{"text for list", replace(`["a@contoso.com"]`, `"a@contoso.com"`), "connection.mistake", "line 20, field rooms.items: it must be a list"},
		{"number in list", replace(`["a@contoso.com"]`, `[`+"\n\n"+`5]`), "connection.mistake", "line 20, field rooms.items: it must be a list"},
		{"no time", replace(`"2027-01-31T00:00:00Z"`, `"next year"`), "connection.mistake", `line 16, field application.credential.expires: it must be a time such as`},
		{"unknown choice", replace(`"selected"`, `"some"`), "connection.mistake", `line 20, field rooms.mode: it must be "all" or "selected" or "lists" or "rule", but is "some"`},
		{"misspelled", replace(`"clientId"`, `"clientID"`), "connection.mistake", "line 13, field application.clientID: the field is spelled clientId"},
		{"twice", replace(`"region": "EU"`, `"domain": "evil.com"`), "connection.mistake", "line 10, field tenant.domain: the field appears twice here"},
		{"unknown twice", replace(`"domain": "contoso.com",`, `"region": "US",`), "connection.mistake", "line 10, field tenant.region: the field appears twice here"},
		{"id that leaves the folder", replace(`"abc"`, `"../../x"`), "connection.mistake", "line 3, field id: it must consist of lowercase letters"},
		{"id that Windows cannot name", replace(`"abc"`, `"nul"`), "connection.mistake", "line 3, field id:"},
		{"newer", replace(`"schema": 1`, `"schema": 2`), "connection.newer", "field schema: version 2, this one reads up to 1"},
		{"no version", replace(`"schema": 1,`, ``), "connection.mistake", "field schema:"},
		{"version that is none", replace(`"schema": 1`, `"schema": "one"`), "connection.mistake", "field schema:"},
		{"list", `[1]`, "connection.mistake", "line 1: the file must contain one object"},
		{"null", `null`, "connection.mistake", "field schema"},
		{"too large", strings.Repeat(" ", MaxSize+1), "connection.too-large", "file.json is larger"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, p := Parse([]byte(test.text), "file.json")
			if p == nil {
				t.Fatalf("was taken: %+v", c)
			}
			if p.Code.String() != test.code || !strings.Contains(p.Title.String(), test.says) {
				t.Errorf("%s\n want %s %q", p, test.code, test.says)
			}
			if len(p.Remedies) == 0 {
				t.Error("says not what to do")
			}
		})
	}
	if c := parse(t, "\uFEFF"+document); c.Name != "Contoso" {
		t.Error("a byte-order mark is no mistake")
	}
}

func TestMigrationsBringADocumentToThisVersion(t *testing.T) {
	steps := []migration{
		func(d map[string]any) { d["name"] = d["title"]; delete(d, "title") },
		func(d map[string]any) { d["name"] = d["name"].(string) + "!" },
	}
	r := &reader{file: "f", data: []byte(`{"schema":1,"title":"A","kept":12345678901234567890}`)}
	if p := r.migrate(steps); p != nil {
		t.Fatal(p)
	}
	var got map[string]any
	if err := decodeExactly(r.data, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"schema": json.Number("3"), "name": "A!", "kept": json.Number("12345678901234567890")}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	r = &reader{file: "f", data: []byte(`{"schema":2,"name":"A"}`)}
	if p := r.migrate(steps); p != nil || !strings.Contains(string(r.data), `"A!"`) {
		t.Error(p, string(r.data))
	}
	r = &reader{file: "f", data: []byte(`{"schema":4}`)}
	if p := r.migrate(steps); p == nil || p.Code.String() != "connection.newer" {
		t.Error(p)
	}
	if len(migrations) != schemaVersion-1 {
		t.Errorf("%d migrations for version %d", len(migrations), schemaVersion)
	}
}

func TestDigestChangesWithWhatIsChecked(t *testing.T) {
	base := parse(t, document)
	rooms := []string{"b@contoso.com", "A@contoso.com"}
	digest := base.Digest("f1", rooms)
	if !strings.HasPrefix(digest, "sha256:") || len(digest) != 71 {
		t.Fatal(digest)
	}
	change := func(f func(c *Connection)) *Connection { c := base.Clone(); f(c); return c }
	for name, c := range map[string]*Connection{
		"encoded and read": parse(t, encode(t, base)),
		"name":             change(func(c *Connection) { c.Name = "x" }),
		"display name":     change(func(c *Connection) { c.Tenant.DisplayName = "x" }),
		"pinned recipient": change(func(c *Connection) { c.Server.PinnedRecipient = "age1x"; c.Server.ConfirmedHosts = []string{"x"} }),
		"capitals":         change(func(c *Connection) { c.Rooms.Items[0] = "A@CONTOSO.com" }),
		"revision":         change(func(c *Connection) { c.Revision = "x" }),
	} {
		if c.Digest("f1", []string{"a@contoso.com", "b@contoso.com", "b@contoso.com"}) != digest {
			t.Errorf("%s must not change the digest", name)
		}
	}
	seen := map[string]string{digest: "base"}
	for name, got := range map[string]string{
		"credential": base.Digest("f2", rooms),
		"rooms":      base.Digest("f1", rooms[:1]),
		"no rooms":   base.Digest("f1", nil),
		"boundaries": base.Digest("f", []string{"1", "A@contoso.com", "b@contoso.com"}),
		"tenant":     change(func(c *Connection) { c.Tenant.ID = "x" }).Digest("f1", rooms),
		"cloud":      change(func(c *Connection) { c.Cloud = "china" }).Digest("f1", rooms),
		"client":     change(func(c *Connection) { c.Application.ClientID = "x" }).Digest("f1", rooms),
		"server":     change(func(c *Connection) { c.Server.URL = "x" }).Digest("f1", rooms),
		"people":     change(func(c *Connection) { c.People.CardNumberAttribute = "x" }).Digest("f1", rooms),
		"unknown":    change(func(c *Connection) { c.unknown.fields["future"] = json.RawMessage("1") }).Digest("f1", rooms),
	} {
		if other, taken := seen[got]; taken {
			t.Errorf("%s has the digest of %s", name, other)
		}
		seen[got] = name
	}
}

func TestSetAndGet(t *testing.T) {
	c := New("x")
	for path, values := range map[string][2]string{
		"tenant.domain":                  {" \"contoso.com\"\r\n", "contoso.com"},
		"application.credential.expires": {"2027-01-31", "2027-01-31T00:00:00Z"},
		"application.credential.kind":    {"certificate", "certificate"},
		"rooms.items":                    {"a@x.ch, b@x.ch;\nc@x.ch,", "a@x.ch,b@x.ch,c@x.ch"},
		"server.url":                     {"https://b.x.ch/app", "https://b.x.ch/app"},
		"name":                           {"Contoso, Zürich", "Contoso, Zürich"},
		"scope.group":                    {"", ""},
	} {
		if err := c.Set(path, values[0]); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if got, err := c.Get(path); err != nil || got != values[1] {
			t.Errorf("%s is %q, %v", path, got, err)
		}
	}
	before := encode(t, c)
	for _, test := range [][3]string{
		{"tenant", "x", "connection.no-field"},
		{"tenant.dommain", "x", "connection.no-field"},
		{"tenant.domain.x", "x", "connection.no-field"},
		{"Tenant.Domain", "x", "connection.no-field"},
		{"", "x", "connection.no-field"},
		{"revision", "x", "connection.no-field"},
		{"application.credential.expires.wall", "1", "connection.no-field"},
		{"id", "x", "connection.fixed-field"},
		{"schema", "2", "connection.fixed-field"},
		{"application.credential.expires", "soon", "connection.wrong-value"},
		{"rooms.mode", "some", "connection.wrong-value"},
		{"application.clientId", "not a GUID", "connection.not-guid"},
		{"server.url", "http://b.x.ch", "connection.wrong-url"},
		{"rooms.items", "a@x.ch,room one", "connection.not-address"},
		{"singleSignOn.redirectUris", "https://*.x.ch", "connection.redirect-uri"},
	} {
		if err := c.Set(test[0], test[1]); problem.CodeOf(err).String() != test[2] {
			t.Errorf("%s=%s: %v, want %s", test[0], test[1], err, test[2])
		}
	}
	if encode(t, c) != before {
		t.Error("a refused value changed the document")
	}
	if err := c.Set("tenant.dommain", "x"); !strings.Contains(problem.Of(err).Remedies[0].String(), "tenant.domain") {
		t.Error(err)
	}
	if err := c.Set("clientId", "x"); problem.Of(err).Remedies[0].String() != "Write one of these: application.clientId." {
		t.Error(problem.Of(err).Remedies)
	}
	for _, path := range paths() {
		if _, err := c.Get(path); err != nil {
			t.Error(path, err)
		}
	}
	for path := range maps.Keys(choices) {
		if !slices.Contains(paths(), path) {
			t.Errorf("choices has %s, which is no field", path)
		}
	}
}

func TestSetDropsWhatWasDiscoveredForTheOldValue(t *testing.T) {
	const guid, other = "11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"
	c := New("x")
	c.Tenant = Tenant{ID: guid, Domain: "contoso.com", DisplayName: "Contoso"}
	c.Application = Application{ClientID: guid[:35] + "6", ObjectID: "o", DisplayName: "d", Credential: Credential{Kind: CredentialCertificate, KeyID: "k"}}
	set := func(path, value string) {
		t.Helper()
		if err := c.Set(path, value); err != nil {
			t.Fatal(err)
		}
	}
	set("tenant.domain", " Contoso.COM ")
	if c.Tenant.ID != guid || c.Tenant.DisplayName != "Contoso" {
		t.Error("the same tenant again", c.Tenant)
	}
	set("tenant.domain", "https://fabrikam.com/")
	if (c.Tenant != Tenant{Domain: "fabrikam.com"}) {
		t.Error("another tenant", c.Tenant)
	}
	set("tenant.domain", "{"+strings.ToUpper(other)+"}")
	if (c.Tenant != Tenant{ID: other}) {
		t.Error("a tenant ID", c.Tenant)
	}
	set("application.clientId", strings.ToUpper(c.Application.ClientID))
	if c.Application.ObjectID != "o" {
		t.Error("the same application again", c.Application)
	}
	set("application.clientId", guid)
	if d := cmp.Diff(Application{ClientID: guid, Credential: Credential{Kind: CredentialCertificate}}, c.Application); d != "" {
		t.Error(d)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(document))
	f.Add([]byte(`{"schema":1,"":{"":""},"tenant":{"\u0000":1},"rooms":null}`))
	f.Add([]byte(`{"schema":1,"product":{"options":["a",null]},"x":"` + "\u202e" + `"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, p := Parse(data, "f")
		if p != nil {
			if p.Code == problem.CodeUnexpected || len(p.Remedies) == 0 || !strings.Contains(p.Title.String(), "f") {
				t.Fatal(p)
			}
			return
		}
		text, err := c.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, p := Parse(text, "f")
		if p != nil {
			t.Fatalf("%v\n%s", p, text)
		}
		second, err := again.Encode()
		if err != nil || string(second) != string(text) {
			t.Fatal(err, cmp.Diff(string(text), string(second)))
		}
		if c.Digest("", nil) != again.Digest("", nil) {
			t.Fatal("the digest changed")
		}
		c.Lint()
	})
}

func TestDaysUntil(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		end  time.Time
		want int
	}{
		{now.AddDate(0, 0, 10), 10},
		{now.Add(23 * time.Hour), 0},
		{now.Add(-time.Hour), -1}, // it has expired, if today
		{time.Date(3000, 1, 1, 12, 0, 0, 0, time.UTC), 355415},
	} {
		if got := DaysUntil(tt.end, now); got != tt.want {
			t.Errorf("%s: %d days, %d expected", tt.end, got, tt.want)
		}
	}
}
