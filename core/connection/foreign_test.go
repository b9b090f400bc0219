package connection

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDropSecretsKeepsNoneOfAForeignDocument(t *testing.T) {
	c, p := Parse([]byte(`{"schema": 1, "name": "A", "note": "kept", "apiKey": "hidden-1", "extra": {"deep": [{"pass\u0077ord": "hidden-2"}]},
		"proxy": "http://me:hidden-3@proxy", "kennwort": "hidden-6", "a": "abc8Q~hidden-7_hidden-7_hidden-7_hidden", "b": ["Bearer hidden-8"],
		"c": "//u:hidden-9@h/x", "d": "Server=x;Password=hidden-10", "e": "https://h/x?sig=hidden-11", "f": "//x/ at 10:00 a@b",
		"g": "hiddeN12hiddeN12hiddeN12", "h": "11111111-2222-3333-4444-555555555555", "i": "basic settings of rooms",
		"server": {"url": "https://me:hidden-4@b.example.com/x", "authToken": "hidden-5", "colour": "blue"}}`), "f")
	if p != nil {
		t.Fatal(p)
	}
	dropped, shortened := c.DropSecrets()
	if d := cmp.Diff([]string{"a", "apiKey", "b", "c", "d", "e", "extra", "g", "kennwort", "proxy", "server.authToken"}, dropped); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"server.url"}, shortened); d != "" {
		t.Error(d)
	}
	text, err := c.Encode()
	if err != nil || strings.Contains(string(text), "hidden") {
		t.Error(string(text), err)
	}
	for _, want := range []string{`"note": "kept"`, `"f": "//x/ at 10:00 a@b"`, `"h": "11`, `"i": "basic `, `"colour": "blue"`, `"url": "https://b.example.com/x"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is gone", want)
		}
	}
}

// TestDropSecretsInAddresses: an address keeps where it leads, and says when it
// lost something.
func TestDropSecretsInAddresses(t *testing.T) {
	for _, c := range []struct {
		path, given, kept string
		said              string
	}{
		{"server.url", "https://b.example.com/x", "https://b.example.com/x", ""},
		{"server.url", "https://b.example.com/x?token=hidden", "https://b.example.com/x", "shortened"},
		{"server.url", "https://b.example.com/x?v=hidden", "https://b.example.com/x", "shortened"},
		{"server.url", "https://b.example.com/#access_token=hidden", "https://b.example.com/", "shortened"},
		{"server.url", "https://hidden@b.example.com", "https://b.example.com", "shortened"},
		{"server.url", "https://me:hid%zzden@b.example.com", "https://b.example.com", "shortened"},
		{"server.url", "me:hidden@b.example.com", "b.example.com", "shortened"},
		{"server.url", "//me:hidden@b.example.com", "//b.example.com", "shortened"},
		{"server.url", "https://me:hid/den@b.example.com", "", "dropped"},
		{"server.url", "https://b.example .com", "https://b.example .com", ""},
		{"server.url", "https://b.example .com?token=hidden", "", "dropped"},
		{"notifications.url", "https://b.example.com/n?tenant=a", "https://b.example.com/n?tenant=a", ""},
		{"notifications.url", "https://b.example.com/n?tenant=a&code=hidden", "https://b.example.com/n", "shortened"},
		{"notifications.url", "https://b.example.com/n?x-functions-key=hidden", "https://b.example.com/n", "shortened"},
		{"name", "Contoso: me@contoso.example", "Contoso: me@contoso.example", ""},
		{"name", "a:b@c", "a:b@c", ""},
	} {
		a := New("A")
		v, p := a.field(c.path)
		if p != nil {
			t.Fatal(p)
		}
		v.SetString(c.given)
		said := ""
		switch dropped, shortened := a.DropSecrets(); {
		case len(dropped) == 1 && dropped[0] == c.path && len(shortened) == 0:
			said = "dropped"
		case len(shortened) == 1 && shortened[0] == c.path && len(dropped) == 0:
			said = "shortened"
		case len(dropped)+len(shortened) > 0:
			said = "too much"
		}
		if v.String() != c.kept || said != c.said {
			t.Errorf("%s %s: kept %q, said %q", c.path, c.given, v.String(), said)
		}
	}
}

// TestSecretNames: what a field is called tells a secret, in whatever spelling.
func TestSecretNames(t *testing.T) {
	for name, secret := range map[string]bool{
		"clientState": true, "client_state": true, "CLIENT-STATE": true, "subscriptionClientState": true, "clientAssertion": true,
		"pin": true, "pass": true, "passcode": true, "otp": true, "jwt": true, "bearer": true, "signature": true, "sas": true,
		"state": false, "client": false, "pinned": false, "passage": false, "sasquatch": false, "colour": false, "keyboard": false,
	} {
		if got := looksSecret([]byte(`{"` + name + `":"x"}`)); got != secret {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestParseRefusesDeepNestingBeforeAnyWork(t *testing.T) {
	deep := `{"a":` + strings.Repeat(`{"x":[`, 4500) + strings.Repeat(`]}`, 4500) + "}"
	if _, p := Parse([]byte(deep), "f"); p == nil || p.Code != codeDamaged || !strings.Contains(p.Title.String(), "nested") {
		t.Error(p)
	}
	if _, p := Parse([]byte(`{"schema": 1, "name": "`+strings.Repeat("[{", 500)+`"}`), "f"); p != nil {
		t.Error("brackets in a text are no nesting:", p)
	}
	if allocated := testing.AllocsPerRun(3, func() { Parse([]byte(deep), "f") }); allocated > 100 {
		t.Errorf("%v allocations", allocated)
	}
}
