package product

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// Every mistake comes with an example that is itself free of mistakes.
func TestReviewExamples(t *testing.T) {
	r := ReviewFile("a.yaml", []byte("id: A\nmodel: theirs\nneeds: {permissions: [{value: X}]}\nwrites: all\nroomPolicy: [{parameter: X}]\nform: [{value: x}]\n"))
	if len(r.Mistakes) < 8 {
		t.Fatalf("%d mistakes", len(r.Mistakes))
	}
	for _, m := range r.Mistakes {
		if m.Line == 0 || m.Field == "" || m.Text.IsZero() || m.Example == "" {
			t.Errorf("%+v", m)
		}
	}
	for field, e := range examples {
		var any map[string]any
		if err := yaml.Unmarshal([]byte(e), &any); err != nil {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestReviewExcess(t *testing.T) {
	text := strings.Replace(mine, "writes:", "    - {value: Calendars.Read, kind: application, reason: r}\n    - {value: Group.Read.All, kind: application, reason: r}\n    - {value: Directory.ReadWrite.All, kind: application, reason: r}\nwrites:", 1)
	var all []string
	for _, e := range ReviewFile("a.yaml", []byte(text)).Excess {
		all = append(all, e.String())
	}
	for _, want := range []string{"Calendars.Read (application) is part of Calendars.ReadWrite", "GroupMember.Read.All is enough", "lists: [groups]", "could change accounts"} {
		if !strings.Contains(strings.Join(all, "\n"), want) {
			t.Errorf("nothing says %q: %q", want, all)
		}
	}
	for _, p := range products(t).All() {
		data, err := p.Encode()
		if err != nil {
			t.Fatal(err)
		}
		// What is written is read back the same, but for the ID that is taken.
		r := ReviewFile(p.ID+".yaml", []byte(strings.Replace(string(data), "id: "+p.ID+"\n", "id: copy\n", 1)))
		for _, m := range r.Mistakes {
			t.Errorf("%s, line %d, %s: %s", p.ID, m.Line, m.Field, m.Text)
		}
	}
}

func TestChosenProduct(t *testing.T) {
	p := get(t, "custom").Chosen("mine", "Mine", nil, []string{"Calendars.Read", "delegated:User.Read"})
	data, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	r := ReviewFile("mine.yaml", data)
	if len(r.Mistakes) > 0 || len(r.Product.Needs.Permissions) != 2 || r.Product.Writes != WritesNothing || r.Product.Choose {
		t.Errorf("%+v\n%s", r.Mistakes, data)
	}
	if IDOf("Möbel & Räume 2") != "m-bel-r-ume-2" {
		t.Error(IDOf("Möbel & Räume 2"))
	}
}
