package permission

import (
	"strings"
	"testing"
)

func catalog(t *testing.T) *Catalog {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestBuiltIn(t *testing.T) {
	c := catalog(t)
	for _, want := range []struct {
		value    string
		kind     Kind
		id       string
		resource string
	}{
		{"Calendars.ReadWrite", Application, "ef54d2bf-783f-4e0f-bca1-3210c0444d99", GraphResource},
		{"Calendars.ReadWrite", Delegated, "1ec239c2-d7c9-4623-a91a-a9775856bb36", GraphResource},
		{"Place.Read.All", Application, "913b9306-0ce1-42b8-9137-6a7df690a760", GraphResource},
		{"ChatMessage.Send", Application, "", GraphResource},
		{"OnlineMeetings.ReadWrite.All", Delegated, "", GraphResource},
		{"full_access_as_app", Application, "dc890d15-9560-4a4c-9b7f-a736ec74ec40", "00000002-0000-0ff1-ce00-000000000000"},
	} {
		e, ok := c.Get(want.value)
		if !ok || e.ID(want.kind) != want.id || e.API() != want.resource {
			t.Errorf("%s %s: got %v %q of %s", want.value, want.kind, ok, e.ID(want.kind), e.API())
		}
		if want.id == "" {
			continue
		}
		if back, kind, ok := c.ByID(want.id); !ok || back.Value != want.value || kind != want.kind {
			t.Errorf("ByID(%s) = %s %s %v", want.id, back.Value, kind, ok)
		}
	}
	if e, kind, ok := c.ByID(""); ok {
		t.Errorf("the empty id found %s %s", e.Value, kind)
	}
}

// The permissions of work hours are called like those of calendars.
func TestWorkHoursAreNotCalendars(t *testing.T) {
	c := catalog(t)
	for trap, meant := range map[string]string{
		"Calendars.Read.All":      "Calendars.Read",
		"Calendars.ReadWrite.All": "Calendars.ReadWrite",
	} {
		e, ok := c.Get(trap)
		if !ok || e.Instead != meant || !strings.Contains(string(e.Means), "work hours") {
			t.Errorf("%s: %+v", trap, e)
		}
		if c.Covers(Ref{trap, Application}, Ref{meant, Application}) || c.Covers(Ref{meant, Application}, Ref{trap, Application}) {
			t.Errorf("%s counts as %s", trap, meant)
		}
	}
}

func TestCovers(t *testing.T) {
	c := catalog(t)
	for _, tt := range []struct {
		held, wanted string
		kind         Kind
		want         bool
	}{
		{"Calendars.ReadWrite", "Calendars.ReadWrite", Application, true},
		{"Calendars.ReadWrite", "Calendars.Read", Application, true},
		{"Calendars.ReadWrite", "Calendars.ReadBasic.All", Application, true},
		{"Calendars.Read", "Calendars.ReadWrite", Application, false},
		{"Directory.Read.All", "User.ReadBasic.All", Application, true},
		{"Chat.ReadWrite.All", "Chat.Create", Application, false},
		{"Nobody.Knows", "Calendars.Read", Application, false},
	} {
		if got := c.Covers(Ref{tt.held, tt.kind}, Ref{tt.wanted, tt.kind}); got != tt.want {
			t.Errorf("%s covers %s: %v", tt.held, tt.wanted, got)
		}
	}
	if c.Covers(Ref{"User.Read.All", Delegated}, Ref{"User.Read.All", Application}) {
		t.Error("a delegated permission covers an application permission")
	}
}

func TestMistakes(t *testing.T) {
	const fine = "  - {value: A, application: ef54d2bf-783f-4e0f-bca1-3210c0444d99, means: x}\n"
	for name, tt := range map[string]struct{ yaml, want string }{
		"no form":  {"  - {value: B, means: x}\n", "permissions[1]: The permission has neither"},
		"twice":    {fine, "permissions[1].value: A is in the list twice"},
		"id twice": {"  - {value: B, means: x, application: ef54d2bf-783f-4e0f-bca1-3210c0444d99}\n", "the ID of another permission"},
		"no guid":  {"  - {value: B, means: x, delegated: 1234}\n", "permissions[1].delegated: This must be text"},
		"no means": {"  - {value: B, application: 1ec239c2-d7c9-4623-a91a-a9775856bb36}\n", "permissions[1].means"},
		"covers":   {"  - {value: B, means: x, covers: [A, C], application: 1ec239c2-d7c9-4623-a91a-a9775856bb36}\n", "permissions[1].covers[1]: C is not in the list"},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := parse("own.yaml", []byte("permissions:\n"+fine+tt.yaml))
			if len(problems) == 0 {
				t.Fatal("no mistake was found")
			}
			text := problems[0].Title.String() + " " + problems[0].Detail.String()
			if !strings.Contains(text, "own.yaml, line 3") || !strings.Contains(text, tt.want) {
				t.Errorf("got %q, want line 3 and %q", text, tt.want)
			}
		})
	}
}
