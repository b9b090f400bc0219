package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"
	ics "github.com/arran4/golang-ical"
	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/vault"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func example() *connection.Connection {
	c := connection.New("Contoso – head office")
	c.Tenant = connection.Tenant{ID: "0b4c3f6e-6d0f-4f6b-9a53-2f2d1d0c9a11", Domain: "contoso.example"}
	c.Product.ID = "flexo"
	c.Application = connection.Application{ClientID: "5d1c8a60-3d55-4a8f-8f0e-0f7f3f9a2b10", DisplayName: "Rooms",
		Credential: connection.Credential{Kind: "secret", Expires: time.Date(2027, 3, 1, 22, 0, 0, 0, time.UTC)}}
	c.Rooms = connection.Rooms{Mode: connection.Selected, Items: []string{"a@contoso.example", "b@contoso.example"}}
	c.SingleSignOn.RedirectURIs = []string{"https://rooms.contoso.example/cb"}
	c.Server = connection.Server{URL: "https://rooms.contoso.example", Adapter: "contract", PinnedRecipient: "age1x", ConfirmedHosts: []string{"h"}, CAFile: "/etc/ca.pem"}
	return c
}

var configuration = map[string]any{
	"tenant":       map[string]any{"id": "0b4c3f6e", "displayName": "O'Hara $(rm -rf ~)\n`x` \u202e"},
	"application":  map[string]any{"clientId": "5d1c8a60"},
	"rooms":        map[string]any{"items": []any{map[string]any{"emailAddress": "a@x"}, map[string]any{"emailAddress": "b@x"}}},
	"permissions":  []any{map[string]any{"value": "Calendars.ReadWrite"}},
	"singleSignOn": map[string]any{"redirectUris": []any{"https://r.example/cb"}},
}

// TestRoundTrip: what is exported is imported as the same connection, but for
// its id and what was trusted on the other computer.
func TestRoundTrip(t *testing.T) {
	c := example()
	raw, err := File(c, configuration, formatJSON, now)
	if err != nil {
		t.Fatal(err)
	}
	in, err := Import(raw, "x.json")
	if err != nil {
		t.Fatal(err)
	}
	got := in.Connection
	if got.ID == c.ID || !connection.ValidID(got.ID) {
		t.Errorf("the id is %q, of %q", got.ID, c.ID)
	}
	if got.Server.PinnedRecipient != "" || got.Server.ConfirmedHosts != nil || got.Server.CAFile != "" {
		t.Errorf("trust travelled: %+v", got.Server)
	}
	want := withoutTrust(c)
	want.ID = got.ID
	a, err := want.Encode()
	if err != nil {
		t.Fatal(err)
	}
	b, err := got.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(a), string(b)); diff != "" {
		t.Error(diff)
	}
	if bytes.Contains(b, []byte(field)) {
		t.Error("the envelope stayed in the document")
	}
	if got.Digest("f", nil) != want.Digest("f", nil) {
		t.Error("the imported connection has another digest")
	}
	if len(in.Notes) != 1 {
		t.Errorf("notes: %v", in.Notes)
	}
	var file struct {
		Export envelope `json:"roomkeyExport"`
	}
	if err := json.Unmarshal(raw, &file); err != nil || file.Export.Version != schemaVersion || !bytes.Contains(file.Export.Configuration, []byte("5d1c8a60")) {
		t.Errorf("%+v %v", file, err)
	}
}

// TestImportOfAForeignTrust: a file that was made by hand cannot bring trust.
func TestImportOfAForeignTrust(t *testing.T) {
	raw, err := example().Encode()
	if err != nil {
		t.Fatal(err)
	}
	in, err := Import(raw, "x.json")
	if err != nil {
		t.Fatal(err)
	}
	if s := in.Connection.Server; s.PinnedRecipient != "" || len(s.ConfirmedHosts) > 0 || s.CAFile != "" || len(in.Notes) != 2 {
		t.Errorf("%+v %v", s, in.Notes)
	}
}

// TestImportNames: the name of an imported connection is one that could be typed,
// and where it is another than in the file, that is said.
func TestImportNames(t *testing.T) {
	for name, want := range map[string]string{
		"Contoso": "Contoso", "CON": "_CON", "nul.txt": "_nul.txt", "Lab\u2024": "Lab", "Lab\ue000": "Lab", "Lab.": "Lab", "La\u200bb": "Lab",
		"...": "Imported connection", strings.Repeat("x", 130): strings.Repeat("x", 120),
	} {
		c := example()
		c.Name = name
		raw, err := c.Encode()
		if err != nil {
			t.Fatal(err)
		}
		in, err := Import(raw, "x.json")
		if err != nil {
			t.Fatal(err)
		}
		if got := in.Connection.Name; got != want || connection.CheckName(got) != nil {
			t.Errorf("%q became %q: %v", name, got, connection.CheckName(got))
		}
		if said := strings.Contains(fmt.Sprint(in.Notes), "another name than in the file"); said != (want != name) {
			t.Errorf("%q: %v", name, in.Notes)
		}
	}
}

func TestImportRefuses(t *testing.T) {
	good, err := File(example(), configuration, formatJSON, now)
	if err != nil {
		t.Fatal(err)
	}
	text := string(good)
	for name, c := range map[string]struct{ file, code, says string }{
		"empty":           {"", "connection.damaged", "x.json"},
		"a web page":      {"<!DOCTYPE html><html></html>", "export.web-page", "x.json"},
		"cut off":         {text[:len(text)/2], "connection.damaged", "line "},
		"newer document":  {strings.Replace(text, `"schema": 1`, `"schema": 99`, 1), "connection.newer", "x.json"},
		"newer export":    {strings.Replace(text, `"version": 1`, `"version": 2`, 1), "export.newer", "x.json"},
		"odd export":      {strings.Replace(text, `"version": 1`, `"version": "one"`, 1), "export.damaged", field},
		"wrong type":      {strings.Replace(text, `"domain": "contoso.example"`, `"domain": 7`, 1), "connection.mistake", "tenant.domain"},
		"other JSON":      {`{"hello":"world"}`, "connection.mistake", "schema"},
		"a list":          {`[]`, "connection.", "x.json"},
		"not text":        {"\xff\xfe\x00", "connection.damaged", "x.json"},
		"a configuration": {`{"tenant":{"id":"x"},"rooms":{"mode":"all"}}`, "connection.mistake", "schema"},
	} {
		t.Run(name, func(t *testing.T) {
			in, err := Import([]byte(c.file), "x.json")
			if err == nil {
				t.Fatalf("it was taken: %+v", in.Connection)
			}
			p := problem.Of(err)
			if !strings.HasPrefix(p.Code.String(), c.code) || !strings.Contains(p.Error(), c.says) || len(p.Remedies) == 0 {
				t.Errorf("got %v (%d remedies), want %s with %q", err, len(p.Remedies), c.code, c.says)
			}
		})
	}
}

// TestFormats: the other formats can be read by those who read them, and a
// hostile name stays a name.
func TestFormats(t *testing.T) {
	raw, err := File(example(), configuration, formatYAML, now)
	if err != nil {
		t.Fatal(err)
	}
	var back struct {
		Version       int
		Configuration map[string]any
	}
	if err := yaml.Unmarshal(raw, &back); err != nil || back.Version != schemaVersion {
		t.Fatal(err)
	}
	if diff := cmp.Diff(configuration["tenant"], back.Configuration["tenant"]); diff != "" {
		t.Error(diff)
	}
	env, err := File(example(), configuration, formatEnv, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"M365_APPLICATION_CLIENT_ID=5d1c8a60\n", "M365_ROOMS_ITEMS=a@x,b@x\n", "M365_PERMISSIONS=Calendars.ReadWrite\n",
		"M365_SINGLE_SIGN_ON_REDIRECT_URIS=https://r.example/cb\n", "M365_TENANT_DISPLAY_NAME='O'\\''Hara $(rm -rf ~) `x` \uFFFD'\n",
	} {
		if !strings.Contains(string(env), line) {
			t.Errorf("%q is missing in\n%s", line, env)
		}
	}
	if _, err := File(example(), configuration, "xml", now); problem.CodeOf(err).String() != "export.format" {
		t.Errorf("xml: %v", err)
	}
}

// TestEnvironmentInAShell lets a real shell read the file.
func TestEnvironmentInAShell(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh")
	}
	for _, value := range []string{"plain", "two words", "O'Hara", "$(echo gone)", "`echo gone`", `a\b"c`, "$HOME", "x;echo gone", "'", "#"} {
		cmd := exec.CommandContext(t.Context(), sh, "-c", "V="+quote(value)+"\nprintf %s \"$V\"")
		out, err := cmd.Output()
		if err != nil || string(out) != value {
			t.Errorf("%q became %q, %v", value, out, err)
		}
	}
}

func TestForm(t *testing.T) {
	products, problems := product.Load("")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	p, ok := products.Get("offision-application")
	if !ok {
		t.Fatal("no offision-application")
	}
	c := example()
	entries := Form(p, c, "Microsoft 365 (global)", func(vault.Kind) bool { return true })
	if len(entries) != len(p.Form) {
		t.Fatalf("%d entries for %d fields", len(entries), len(p.Form))
	}
	seen := map[string]bool{}
	for i, e := range entries {
		f := p.Form[i]
		if e.Label != f.Label {
			t.Errorf("entry %d is %q, the vendor's order has %q", i, e.Label, f.Label)
		}
		seen[f.Value] = true
		switch {
		case f.Action && (e.Value != "" || !e.Missing.IsZero()):
			t.Errorf("an action has a value: %+v", e)
		case f.Value == "tenant.id" && e.Value != c.Tenant.ID, f.Value == "cloud" && e.Value != "Microsoft",
			f.Value == "rooms" && e.Value != "a@contoso.example\nb@contoso.example",
			f.Value == "secret:client-secret" && (e.Secret != vault.ClientSecret || e.Value != "" || !e.Missing.IsZero()):
			t.Errorf("%s: %+v", f.Value, e)
		}
	}
	if !seen["tenant.id"] || !seen["rooms"] || !seen["secret:client-secret"] {
		t.Errorf("the form lacks fields: %v", seen)
	}
	// Every product, with nothing filled in: each field has a value, or says why not.
	for _, p := range products.All() {
		for i, e := range Form(p, connection.New(""), "", nil) {
			if !e.Action && e.Value == "" && e.Missing.IsZero() || e.Value != "" && !e.Missing.IsZero() {
				t.Errorf("%s, field %d: %+v", p.ID, i, e)
			}
		}
	}
}

func TestSealed(t *testing.T) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	c := example()
	c.Server.PinnedRecipient = id.Recipient().String()
	raw, err := Sealed(c, "", vault.NewSecret("s3cret"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw, []byte("s3cret")) || !bytes.HasPrefix(raw, []byte(armor.Header)) {
		t.Errorf("%s", raw)
	}
	r, err := age.Decrypt(armor.NewReader(bytes.NewReader(raw)), id)
	if err != nil {
		t.Fatal(err)
	}
	var open map[string]any
	if err := json.NewDecoder(r).Decode(&open); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"version": 1.0, "kind": "secret", "tenantId": c.Tenant.ID, "clientId": c.Application.ClientID, "value": "s3cret"}
	if diff := cmp.Diff(want, open); diff != "" {
		t.Error(diff)
	}
	hybrid, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]struct{ recipient, secret, code string }{
		"post-quantum": {hybrid.Recipient().String(), "x", ""},
		"no recipient": {"", "x", "export.no-recipient"},
		"an ssh key":   {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4", "x", "vault.recipient"},
		"two":          {id.Recipient().String() + "\n" + id.Recipient().String(), "x", "vault.recipient"},
		"no secret":    {id.Recipient().String(), "", "vault.absent"},
	} {
		c.Server.PinnedRecipient = ""
		if _, err := Sealed(c, try.recipient, vault.NewSecret(try.secret)); problem.CodeOf(err).String() != try.code {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestReminder(t *testing.T) {
	c := example()
	c.Name = "Evil\r\nATTACH:http://evil.example"
	raw, err := Reminder(c, now)
	if err != nil {
		t.Fatal(err)
	}
	cal, err := ics.ParseCalendar(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	var days []string
	for _, e := range cal.Events() {
		at, err := e.GetAllDayStartAt()
		if err != nil {
			t.Fatal(err)
		}
		days = append(days, at.Format(time.DateOnly))
		if len(e.Alarms()) != 1 || !strings.HasSuffix(e.Id(), c.ID+"@roomkey") {
			t.Errorf("event %s with %d alarms", e.Id(), len(e.Alarms()))
		}
	}
	if diff := cmp.Diff([]string{"2027-01-30", "2027-02-22", "2027-03-01"}, days); diff != "" {
		t.Error(diff)
	}
	if bytes.Contains(raw, []byte("\nATTACH")) {
		t.Errorf("a name became a property:\n%s", raw)
	}
	// Less than 30 days left: only what is still to come.
	if raw, err = Reminder(c, time.Date(2027, 2, 20, 0, 0, 0, 0, time.UTC)); err != nil || strings.Count(string(raw), "BEGIN:VEVENT") != 2 {
		t.Errorf("%v\n%s", err, raw)
	}
	c.Application.Credential.Expires = time.Time{}
	if _, err := Reminder(c, now); problem.CodeOf(err).String() != "export.no-expiry" {
		t.Errorf("got %v", err)
	}
}

func FuzzImport(f *testing.F) {
	good, err := File(example(), configuration, formatJSON, now)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"schema":1,"roomkeyExport":{"version":1}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := Import(data, "x")
		if err != nil {
			return
		}
		if s := in.Connection.Server; s.PinnedRecipient != "" || len(s.ConfirmedHosts) > 0 || s.CAFile != "" {
			t.Errorf("trust came along: %+v", s)
		}
		if _, err := in.Connection.Encode(); err != nil {
			t.Error(err)
		}
	})
}

// TestVendorsWords: the form has the vendor's word for the cloud, and says where the
// vendor has none.
func TestVendorsWords(t *testing.T) {
	p := product.Product{Form: []product.Field{{Label: "Service operator", Value: "cloud", Words: []product.Word{{Value: "global", Says: "Microsoft"}, {Value: "china", Says: "21Vianet"}}}}}
	for id, want := range map[string]string{"global": "Microsoft", "china": "21Vianet", "lab": ""} {
		c := connection.New("x")
		c.Cloud = id
		if got := Form(p, c, "Its name", nil)[0]; got.Value != want || (want == "") != strings.Contains(got.Missing.String(), "does not offer Its name") {
			t.Errorf("%s: %+v, want %q", id, got, want)
		}
	}
}

func TestFileName(t *testing.T) {
	for name, want := range map[string]string{
		"contoso.example – Gfacility": "contoso-example-Gfacility", "Müller & Söhne": "Muller-Sohne", "../../etc/passwd": "etc-passwd",
		"会議室": "connection", "": "connection", strings.Repeat("a", 59) + " b": strings.Repeat("a", 59),
	} {
		if got := FileName(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}
