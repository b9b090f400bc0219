package seatsurfing

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// object is what the server keeps: the fields that it knows, and nothing else.
type object map[string]any

// field is a field that the server knows. One that a request leaves out gets
// its zero value, also on an update: a PUT replaces the whole object.
type field struct {
	name     string
	zero     any
	required bool
	// most is the largest number, or the most characters of a text; 0 for any.
	most int
	// oneOf are the texts that are taken; nil for any.
	oneOf []string
	// since is the minor version of 1.x that brought the field.
	since int
}

var (
	noList      = []any{}
	spaceFields = []field{
		{name: "name", zero: "", required: true, most: 128},
		{name: "x", zero: 0.0, most: 100_000}, {name: "y", zero: 0.0, most: 100_000},
		{name: "width", zero: 0.0, most: 5_000}, {name: "height", zero: 0.0, most: 5_000},
		{name: "rotation", zero: 0.0, most: 359},
		{name: "requireSubject", zero: false}, {name: "enabled", zero: false, since: 68}, {name: "kioskEnabled", zero: false, since: 113},
		{name: "shape", zero: "", required: true, oneOf: []string{"rect", "circle", "trapezoid"}, since: 113},
		{name: "fontSize", zero: "", required: true, oneOf: []string{"small", "normal", "big", "bigger"}, since: 113},
		{name: "attributes", zero: noList}, {name: "approverGroupIds", zero: noList}, {name: "allowedBookerGroupIds", zero: noList},
	}
	locationFields = []field{
		{name: "name", zero: "", required: true, most: 128}, {name: "description", zero: "", most: 512},
		{name: "maxConcurrentBookings", zero: 0.0}, {name: "timezone", zero: "", most: 32}, {name: "enabled", zero: false},
		{name: "mapScale", zero: 0.0}, {name: "mapType", zero: "", oneOf: []string{"", "designed"}, since: 113},
		{name: "allowedBookerGroupIds", zero: noList}, {name: "bookableDays", zero: noList},
	}
	providerFields = []field{
		{name: "name", zero: "", required: true, most: 256}, {name: "providerType", zero: 0.0, required: true}, {name: "authStyle", zero: 0.0, most: 2},
		{name: "authUrl", zero: "", required: true, most: 512}, {name: "tokenUrl", zero: "", required: true, most: 512},
		{name: "userInfoUrl", zero: "", required: true, most: 512}, {name: "scopes", zero: "", required: true, most: 256},
		{name: "userInfoEmailField", zero: "", required: true, most: 256}, {name: "userInfoFirstnameField", zero: "", most: 256},
		{name: "userInfoLastnameField", zero: "", most: 256}, {name: "userInfoGroupsField", zero: "", most: 256, since: 120},
		{name: "clientId", zero: "", required: true, most: 256}, {name: "clientSecret", zero: "", most: 256},
		{name: "logoutUrl", zero: "", most: 256}, {name: "profilePageUrl", zero: "", most: 256},
	}
)

// minor is the second number of a version such as 1.113.2.
func minor(version string) int {
	parts := strings.Split(version, ".")
	if len(parts) < 2 {
		return 0
	}
	n, _ := strconv.Atoi(parts[1]) // of a version that a test wrote
	return n
}

// parse makes an object of a request; ok is whether the server takes it.
func (s *Server) parse(in object, fields []field) (out object, ok bool) {
	out = object{}
	for _, f := range fields {
		if f.since > minor(s.o.Version) {
			continue
		}
		v, sent := in[f.name]
		if !sent || v == nil {
			v = f.zero
		}
		if !f.takes(v) {
			return nil, false
		}
		out[f.name] = v
	}
	return out, true
}

func (f field) takes(v any) bool {
	switch zero := f.zero.(type) {
	case string:
		text, ok := v.(string)
		return ok && (!f.required || text != "") && (f.most == 0 || utf8.RuneCountInString(text) <= f.most) &&
			(f.oneOf == nil || slices.Contains(f.oneOf, text))
	case float64:
		n, ok := v.(float64)
		return ok && n >= zero && (!f.required || n != 0) && (f.most == 0 || n <= float64(f.most))
	case bool:
		_, ok := v.(bool)
		return ok
	}
	_, ok := v.([]any)
	return ok
}
