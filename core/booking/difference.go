package booking

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
)

// Kinds of change.
const (
	added   = "added"
	changed = "changed"
	removed = "removed"
)

// Change is one field that differs. A credential appears only as fingerprint,
// expiry and thumbprint.
type Change struct {
	// Path is the field with dots; a room by its address, other entries of a
	// list by their place.
	Path string `json:"path"`
	Kind string `json:"kind"`
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// Changes compares what a server holds (nil for nothing) with what it would
// hold, field by field in the order of the paths. The digest is left out: it
// changes with every field and says nothing to a person. What is shown is made
// harmless (problem.Line): names come from the tenant and from the server.
func Changes(holds *Configuration, next Configuration) []Change {
	before, after := map[string]string{}, fields(next)
	if holds != nil {
		before = fields(*holds)
	}
	found := []Change{}
	for path, from := range before {
		if to, still := after[path]; !still {
			found = append(found, Change{Path: path, Kind: removed, From: from})
		} else if to != from {
			found = append(found, Change{path, changed, from, to})
		}
	}
	for path, to := range after {
		if _, had := before[path]; !had {
			found = append(found, Change{Path: path, Kind: added, To: to})
		}
	}
	for i, c := range found {
		found[i].Path, found[i].From, found[i].To = problem.Line(c.Path), problem.Line(c.From), problem.Line(c.To)
	}
	slices.SortFunc(found, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return found
}

// fields spreads a configuration into path and value. JSON does the walking, so
// that a new field of Configuration is compared without anybody remembering to.
func fields(c Configuration) map[string]string {
	flat := map[string]string{}
	c.Digest = ""
	c.Credential.Expires = c.Credential.Expires.UTC() // one moment, however it is written
	raw, err := json.Marshal(c)
	if err != nil {
		panic(err) // only for a type that JSON does not know
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		panic(err)
	}
	spread("", tree, flat)
	delete(flat, "digest")
	return flat
}

func spread(path string, v any, into map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			spread(strings.TrimPrefix(path+"."+k, "."), inner, into)
		}
	case []any:
		for i, inner := range v {
			spread(path+"["+keyOf(i, inner)+"]", inner, into)
		}
	default:
		if text := fmt.Sprint(v); text != "" {
			into[path] = text
		}
	}
}

// roomPath begins the paths of a room's fields.
func roomPath(address string) string { return "rooms.items[" + address + "]." }

// keyOf is what tells a list's entry from its neighbours: a room's address, or
// its building and name where the server holds no addresses, and a permission's
// kind and value.
func keyOf(i int, entry any) string {
	fields, _ := entry.(map[string]any)
	text := func(name string) string { s, _ := fields[name].(string); return s }
	switch {
	case text("emailAddress") != "":
		return strings.ToLower(text("emailAddress"))
	case text("value") != "":
		return text("kind") + " " + text("value")
	case text("displayName") != "":
		return text("building") + "/" + text("displayName")
	}
	return fmt.Sprint(i)
}
