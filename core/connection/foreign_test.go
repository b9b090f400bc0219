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
	if d := cmp.Diff([]string{"a", "apiKey", "b", "c", "d", "e", "extra", "g", "kennwort", "proxy", "server.authToken", "server.url"}, c.DropSecrets()); d != "" {
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
