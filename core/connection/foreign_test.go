package connection

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDropSecretsKeepsNoneOfAForeignDocument(t *testing.T) {
	c, p := Parse([]byte(`{"schema": 1, "name": "A", "note": "kept", "apiKey": "hidden-1", "extra": {"deep": [{"pass\u0077ord": "hidden-2"}]},
		"proxy": "http://me:hidden-3@proxy", "server": {"url": "https://me:hidden-4@b.example.com/x", "authToken": "hidden-5", "colour": "blue"}}`), "f")
	if p != nil {
		t.Fatal(p)
	}
	if d := cmp.Diff([]string{"apiKey", "extra", "proxy", "server.authToken", "server.url"}, c.DropSecrets()); d != "" {
		t.Error(d)
	}
	text, err := c.Encode()
	if err != nil || strings.Contains(string(text), "hidden") {
		t.Error(string(text), err)
	}
	for _, want := range []string{`"note": "kept"`, `"colour": "blue"`, `"url": "https://b.example.com/x"`} {
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
