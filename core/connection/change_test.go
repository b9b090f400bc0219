package connection

import (
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/problem"
)

func TestApply(t *testing.T) {
	document := func() *Connection {
		c := New("Contoso")
		c.Server.URL = "https://one.example"
		c.Rooms = Rooms{Mode: Selected, Items: []string{"a@contoso.com"}}
		return c
	}
	for _, tc := range []struct {
		name    string
		changes []Change
		code    string
		says    []string
		holds   map[string]string
	}{
		{"two fields", []Change{Put("name", "Fabrikam"), Put("server.url", "https://two.example").BasedOn("https://one.example")}, "", nil,
			map[string]string{"name": "Fabrikam", "server.url": "https://two.example"}},
		{"changed elsewhere", []Change{Put("name", "Fabrikam"), Put("server.url", "https://two.example").BasedOn("https://zero.example")}, CodeConflict.String(),
			[]string{"https://one.example", "https://two.example"}, map[string]string{"name": "Contoso", "server.url": "https://one.example"}},
		{"changed elsewhere to the same", []Change{Put("server.url", "https://one.example").BasedOn("https://zero.example")}, "", nil,
			map[string]string{"server.url": "https://one.example"}},
		{"a list", []Change{Put("rooms.items", "b@contoso.com,c@contoso.com").BasedOn("a@contoso.com")}, "", nil,
			map[string]string{"rooms.items": "b@contoso.com,c@contoso.com"}},
		{"no such field", []Change{Put("nonsense", "x")}, "connection.no-field", nil, map[string]string{"name": "Contoso"}},
		{"several at once", []Change{Edit(func(c *Connection) { c.Cloud, c.Tenant = "china", Tenant{Domain: "contoso.cn"} })}, "", nil,
			map[string]string{"cloud": "china", "tenant.domain": "contoso.cn"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := document()
			err := c.Apply(tc.changes...)
			if problem.CodeOf(err).String() != tc.code {
				t.Fatalf("%v, want %q", err, tc.code)
			}
			for _, text := range tc.says {
				if p := problem.Of(err); !strings.Contains(p.Detail.String(), text) {
					t.Errorf("%q does not name %s", p.Detail, text)
				}
			}
			for path, want := range tc.holds {
				if got, err := c.Get(path); err != nil || got != want {
					t.Errorf("%s is %q, %v; want %q", path, got, err, want)
				}
			}
		})
	}
}
