package permission

import (
	"regexp"
	"slices"
	"sync"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/strictyaml"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/resources"
)

// GraphResource is the application id of Microsoft Graph, the API of every
// permission that names no other.
const GraphResource = "00000003-0000-0000-c000-000000000000"

// Catalog is what Roomkey knows of permissions.
type Catalog struct {
	entries []Entry
	byValue map[string]Entry
}

var guid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// Load reads the built-in catalogue. An error means that the program itself was
// built with a mistake in it.
func Load() (*Catalog, error) { return builtIn() }

var builtIn = sync.OnceValues(func() (*Catalog, error) {
	c, problems := parse("permissions.yaml", resources.Permissions)
	if len(problems) > 0 {
		return nil, problems[0]
	}
	return c, nil
})

func parse(file string, data []byte) (*Catalog, []*problem.Problem) {
	var doc struct {
		Permissions []Entry `yaml:"permissions"`
	}
	d := strictyaml.Read(file, data, &doc)
	c := &Catalog{byValue: map[string]Entry{}}
	ids := map[string]bool{}
	for i, e := range doc.Permissions {
		at := strictyaml.Item("permissions", i)
		if e.Value == "" {
			d.Wrong(at+".value", words.T("The permission needs its value."))
		}
		if e.Means == "" {
			d.Wrong(at+".means", words.T("One sentence must say what the permission allows."))
		}
		if _, twice := c.byValue[e.Value]; twice {
			d.Wrong(at+".value", words.T("%s is in the list twice.", e.Value))
		}
		if e.ApplicationID == "" && e.DelegatedID == "" && e.Instead == "" {
			d.Wrong(at, words.T("The permission has neither an application form nor a delegated one."))
		}
		if e.Resource != "" && !guid.MatchString(e.Resource) {
			d.Wrong(at+".resource", words.T("%q is not an application ID.", e.Resource))
		}
		if !slices.Contains([]Calendar{"", CalendarBasic, CalendarRead, CalendarWrite}, e.Calendar) {
			d.Wrong(at+".calendar", words.T("%q is not known. Use one of: basic, read, write.", e.Calendar))
		}
		for field, id := range map[string]string{".application": e.ApplicationID, ".delegated": e.DelegatedID} {
			if id != "" && (!guid.MatchString(id) || ids[id]) {
				d.Wrong(at+field, words.T("%q is not an ID, or is the ID of another permission.", id))
			}
			ids[id] = true
		}
		c.byValue[e.Value] = e
		c.entries = append(c.entries, e)
	}
	for i, e := range c.entries {
		for j, weaker := range e.Covers {
			if _, known := c.byValue[weaker]; !known {
				d.Wrong(strictyaml.Item(strictyaml.Item("permissions", i)+".covers", j), words.T("%s is not in the list.", weaker))
			}
		}
	}
	return c, d.Problems(codeFileInvalid)
}

// All are the entries in the order of the catalogue.
func (c *Catalog) All() []Entry { return append([]Entry(nil), c.entries...) }

// Get finds a permission by its exact value; "Calendars.Read" never finds
// "Calendars.Read.All", which is something else.
func (c *Catalog) Get(value string) (Entry, bool) {
	e, ok := c.byValue[value]
	return e, ok
}

// ByID finds a permission and its form by Microsoft's id of that form.
func (c *Catalog) ByID(id string) (Entry, Kind, bool) {
	for _, e := range c.entries {
		switch {
		case id == "":
		case id == e.ApplicationID:
			return e, Application, true
		case id == e.DelegatedID:
			return e, Delegated, true
		}
	}
	return Entry{}, "", false
}

// Covers reports whether holding one permission includes another one of the
// same kind, itself included.
func (c *Catalog) Covers(held, wanted Ref) bool {
	return held.Kind == wanted.Kind && c.covers(held.Value, wanted.Value, len(c.entries))
}

func (c *Catalog) covers(held, wanted string, depth int) bool {
	if held == wanted {
		return true
	}
	if depth == 0 {
		return false
	}
	for _, weaker := range c.byValue[held].Covers {
		if c.covers(weaker, wanted, depth-1) {
			return true
		}
	}
	return false
}

// ID is Microsoft's id of one form of the permission, "" where that form does
// not exist.
func (e Entry) ID(kind Kind) string {
	if kind == Application {
		return e.ApplicationID
	}
	return e.DelegatedID
}

// API is the application id of the API that the permission belongs to.
func (e Entry) API() string {
	if e.Resource == "" {
		return GraphResource
	}
	return e.Resource
}
