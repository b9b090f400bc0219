package strictyaml

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

type part struct {
	Name string `yaml:"name"`
	On   *bool  `yaml:"on,omitempty"`
}

type base struct {
	Kind string `yaml:"kind"`
}

type whole struct {
	base   `yaml:",inline"`
	ID     string   `yaml:"id"`
	Count  int      `yaml:"count"`
	Parts  []part   `yaml:"parts"`
	One    *part    `yaml:"one"`
	Any    any      `yaml:"any"`
	Tags   []string `yaml:"tags"`
	Hidden string   `yaml:"-"`
}

func TestRead(t *testing.T) {
	var w whole
	d := Read("a.yaml", []byte("id: x\ncount: 3\nkind: k\nparts:\n  - {name: one, on: true}\n  - name: two\none: {name: three}\nany: 7\ntags: [a, 'no']\n"), &w)
	for _, m := range d.Mistakes() {
		t.Errorf("%+v", m)
	}
	if w.ID != "x" || w.Count != 3 || w.Kind != "k" || len(w.Parts) != 2 || !*w.Parts[0].On || w.One.Name != "three" || w.Any != 7 || w.Tags[1] != "no" {
		t.Errorf("%+v", w)
	}
}

// What fits is filled in, what does not is named, in the order of the lines.
func TestMistakes(t *testing.T) {
	var w whole
	d := Read("a.yaml", []byte(`id: 7
count: many
parts:
  - nam: one
    on: maybe
one: [x]
Hidden: y
tags:
  - {a: b}
any: {a: [1]}
id: z
`), &w)
	d.Wrong("parts[0].name", words.T("missing"))
	d.Wrong("parts[9].name", words.T("beyond"))
	d.Wrong("count", words.T("a second mistake of the same field"))
	var got []string
	for _, m := range d.Mistakes() {
		got = append(got, m.Field+"@"+string(rune('0'+m.Line%10)))
	}
	want := "id@1 count@2 parts[9].name@3 parts[0].nam@4 parts[0].name@4 parts[0].on@5 one@6 Hidden@7 tags[0]@9 id@1"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	for field, sound := range map[string]bool{"any": true, "parts": false, "parts[1]": true, "tags": false, "kind": true, "": false} {
		if d.Sound(field) != sound {
			t.Errorf("Sound(%q) = %v", field, !sound)
		}
	}
}

func TestReadFile(t *testing.T) {
	var w whole
	if d := ReadFile(filepath.Join(t.TempDir(), "none.yaml"), &w); d != nil {
		t.Errorf("a file that does not exist: %+v", d.Mistakes())
	}
}

func TestProblem(t *testing.T) {
	p := Mistake{File: "a.yaml", Line: 4, Field: "parts[0].name", Text: words.T("Missing, 100%.")}.problem(problem.CodeUnexpected)
	if got := p.Error(); got != "internal.unexpected: There is a mistake in a.yaml, line 4. parts[0].name: Missing, 100%." {
		t.Error(got)
	}
	if len(p.Remedies) != 1 || !strings.Contains(p.Remedies[0].String(), "correct line 4") {
		t.Errorf("%v", p.Remedies)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("id: x\nparts: [{name: a, on: yes}]\none: {name: b}\n"))
	f.Add([]byte("parts: &a [*a]\n? {x: y}\n: z\n<<: {id: q}\n"))
	f.Add([]byte("id: !!binary aGk=\ncount: 0x7fffffffffffffffffff\nany: 2001-01-01\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var w whole
		d := Read("f", data, &w)
		if d.Sound("") != (len(d.Mistakes()) == 0) {
			t.Errorf("sound %v with %v", d.Sound(""), d.Mistakes())
		}
		for _, m := range d.Mistakes() {
			if m.Text.IsZero() || m.Line < 0 {
				t.Errorf("%+v", m)
			}
		}
	})
}
