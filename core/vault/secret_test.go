package vault

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"text/template"

	"go.yaml.in/yaml/v4"
)

const text = "Qx8~TopSecretValue0123456789"

// forms are the ways in which the text could show, hex and base64 included.
var forms = []string{text, "TopSecret", fmt.Sprintf("%x", "TopSecret"), fmt.Sprintf("%X", "TopSecret"), "VG9wU2VjcmV0", "[81 120 56"}

type public struct {
	Secret Secret
	Inner  *Secret
}

type private struct {
	name   string
	secret Secret
	list   []Secret
	byKind map[Kind]Secret
	inner  struct{ secret Secret }
}

func TestSecretShowsAMaskWhicheverWayItIsPrinted(t *testing.T) {
	s := NewSecret(text)
	hidden := private{name: "x", secret: s, list: []Secret{s}, byKind: map[Kind]Secret{ClientSecret: s}}
	hidden.inner.secret = s
	for name, value := range map[string]any{
		"value": s, "pointer": &s, "slice": []Secret{s}, "map": map[string]Secret{"a": s}, "array": [1]Secret{s},
		"public": public{s, &s}, "private": hidden, "pointer to private": &hidden, "any": any(s), "nested": []any{public{s, &s}},
	} {
		for _, verb := range strings.Split("v +v #v q s x X d b o e t c U p T +q #q #x 200v -30s", " ") {
			never(t, name+" %"+verb, fmt.Sprintf("%"+verb, value))
		}
		never(t, name+" Sprint", fmt.Sprint(value)+fmt.Sprintln(value))
		never(t, name+" error", fmt.Errorf("no: %w and %v", errors.New("x"), value).Error())
		if b, err := json.Marshal(value); err == nil {
			never(t, name+" json", string(b))
		}
		if b, err := yaml.Marshal(value); err == nil {
			never(t, name+" yaml", string(b))
		}
		if b, err := xml.Marshal(value); err == nil {
			never(t, name+" xml", string(b))
		}
		var b bytes.Buffer
		if err := gob.NewEncoder(&b).Encode(value); err == nil {
			never(t, name+" gob", b.String())
		}
		b.Reset()
		for _, h := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
			slog.New(h).Info("x", "value", value, slog.Group("g", "value", value))
		}
		never(t, name+" slog", b.String())
		b.Reset()
		if err := template.Must(template.New("").Parse("{{.}} {{printf \"%s %q\" . .}}")).Execute(&b, value); err != nil {
			t.Error(err)
		}
		never(t, name+" template", b.String())
	}
	if got := fmt.Sprintf("%v %+v %#v %s %q %x", s, s, s, s, s, s); got != strings.TrimSpace(strings.Repeat("[secret] ", 6)) {
		t.Error(got)
	}
	b, err := json.Marshal(public{Secret: s})
	if err != nil || string(b) != `{"Secret":"[secret]","Inner":null}` {
		t.Error(string(b), err)
	}
	if y, err := yaml.Marshal(map[string]Secret{"a": s}); err != nil || !strings.Contains(string(y), "[secret]") {
		t.Error(string(y), err)
	}
	if s.Reveal() != text {
		t.Error("Reveal must give the text")
	}
}

func never(t *testing.T, how, shown string) {
	t.Helper()
	for _, form := range forms {
		if strings.Contains(shown, form) {
			t.Errorf("%s shows %q", how, form)
		}
	}
}

func TestSecretZero(t *testing.T) {
	if !NewSecret("").IsZero() || !(Secret{}).IsZero() || NewSecret("x").IsZero() || (Secret{}).Reveal() != "" {
		t.Error("only the empty secret is zero")
	}
}

func TestFingerprint(t *testing.T) {
	a := Fingerprint(NewSecret(text))
	if len(a) != 16 || a != Fingerprint(NewSecret(text)) || a == Fingerprint(NewSecret(text+" ")) {
		t.Error(a)
	}
	if Fingerprint(Secret{}) != "" {
		t.Error("nothing has no fingerprint")
	}
}
