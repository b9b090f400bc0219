package connection

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

var timeType = reflect.TypeFor[time.Time]()

// fieldsOf maps the JSON names of a struct to its fields.
func fieldsOf(t reflect.Type) map[string]int {
	fields := map[string]int{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			fields[name] = i
		}
	}
	return fields
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// paths are the dotted paths of all fields, in the order of the document.
func paths() []string { return pathsOf(reflect.TypeFor[Connection](), "") }

func pathsOf(t reflect.Type, prefix string) []string {
	var all []string
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		at := join(prefix, name)
		if f := t.Field(i).Type; f.Kind() == reflect.Struct && f != timeType {
			all = append(all, pathsOf(f, at)...)
		} else {
			all = append(all, at)
		}
	}
	return all
}

// field finds the field at a dotted path.
func (c *Connection) field(path string) (reflect.Value, *problem.Problem) {
	v := reflect.ValueOf(c).Elem()
	for _, name := range strings.Split(path, ".") {
		if v.Kind() != reflect.Struct || v.Type() == timeType {
			return v, noField(path)
		}
		i, ok := fieldsOf(v.Type())[name]
		if !ok {
			return v, noField(path)
		}
		v = v.Field(i)
	}
	if v.Kind() == reflect.Struct && v.Type() != timeType {
		return v, noField(path)
	}
	return v, nil
}

func noField(path string) *problem.Problem {
	var near []string
	last := strings.ToLower(path[strings.LastIndexByte(path, '.')+1:])
	for _, p := range paths() {
		lower := strings.ToLower(p)
		if strings.EqualFold(p, path) || strings.HasPrefix(lower, strings.ToLower(path)+".") ||
			last != "" && strings.HasSuffix(lower, "."+last) {
			near = append(near, p)
		}
	}
	if len(near) == 0 {
		near = paths()
	}
	return problem.New(codeNoField, words.T("A connection has no field %s.", problem.Line(cut(path, 80)))).
		Fix(words.T("Write one of these: %s.", strings.Join(near, ", ")))
}

// Get is the value of the field at a dotted path such as "tenant.domain", as
// Set takes it: a list with commas, a time in RFC 3339.
func (c *Connection) Get(path string) (string, error) {
	v, p := c.field(path)
	if p != nil {
		return "", p
	}
	switch value := v.Interface().(type) {
	case []string:
		return strings.Join(value, ","), nil
	case time.Time:
		if value.IsZero() {
			return "", nil
		}
		return value.Format(time.RFC3339), nil
	case int:
		if value == 0 {
			return "", nil
		}
		return strconv.Itoa(value), nil
	default:
		return fmt.Sprint(value), nil
	}
}

// Set puts a typed or pasted value into the field at a dotted path, cleaned of
// what pasting adds. A value that is wrong for the field is a problem whose
// sentence belongs at the field, and leaves the document as it was; "" empties
// a field. A list is written with commas. A tenant may be typed in any dress
// that cloud.ParseTenant knows; a tenant ID goes to its own field.
func (c *Connection) Set(path, value string) error {
	if path == "schema" || path == "id" {
		return problem.New(codeFixedField, words.T("The field %s cannot be changed.", path)).
			Fix(words.T("Create a new connection instead."))
	}
	changed := c.Clone()
	v, p := changed.field(path)
	if p != nil {
		return p
	}
	value = Clean(value)
	switch v.Interface().(type) {
	case []string:
		v.Set(reflect.ValueOf(List(value)))
	case time.Time:
		at, err := readTime(value)
		if err != nil {
			return wrongValue(path, words.T("it must be %s", wanted(timeType)))
		}
		v.Set(reflect.ValueOf(at))
	case int:
		n, err := strconv.Atoi(cmp.Or(value, "0"))
		if err != nil {
			return wrongValue(path, words.T("it must be %s", wanted(v.Type())))
		}
		v.SetInt(int64(n))
	default:
		v.SetString(value)
	}
	if p := changed.follow(path, c); p != nil {
		return p
	}
	if wrong := checkValue(path, v.Interface()); !wrong.IsZero() {
		return wrongValue(path, wrong)
	}
	for _, f := range changed.Lint() {
		if f.Of(path) && f.Problem.Code != CodeEmpty {
			return f.Problem
		}
	}
	*c = *changed
	return nil
}

// follow drops what was discovered for the old value of a field, so that
// nothing of another tenant or application stays behind a new name.
func (c *Connection) follow(path string, old *Connection) *problem.Problem {
	switch {
	case path == "tenant.domain" && c.Tenant.Domain != "":
		name, p := cloud.ParseTenant(c.Tenant.Domain)
		switch {
		case p != nil:
			return p
		case name == old.Tenant.Domain || name == old.Tenant.ID:
			c.Tenant = old.Tenant
		case IsGUID(name):
			c.Tenant = Tenant{ID: name}
		default:
			c.Tenant = Tenant{Domain: name}
		}
	case path == "cloud" && c.Cloud != old.Cloud && c.Tenant.Domain != "":
		c.Tenant = Tenant{Domain: c.Tenant.Domain}
	case path == "application.clientId" && old.Application.ClientID != "" && !strings.EqualFold(c.Application.ClientID, old.Application.ClientID):
		c.Application = Application{ClientID: c.Application.ClientID, Credential: Credential{Kind: old.Application.Credential.Kind}}
	}
	return nil
}

func wrongValue(path string, wrong words.Text) *problem.Problem {
	return problem.New(codeWrongValue, words.T("%s: %s.", path, wrong)).
		Fix(words.T("Enter another value for %s.", path))
}

// List splits a typed list at commas, semicolons and line ends; it is empty
// when there is nothing between them.
func List(typed string) []string {
	var items []string
	for _, item := range strings.FieldsFunc(typed, func(r rune) bool { return strings.ContainsRune(",;\n\r", r) }) {
		if item = Clean(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

func readTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day, nil
	}
	return time.Parse(time.RFC3339, text)
}

// choices are the fields that take one of a few words; empty means the default.
var choices = map[string][]string{
	"server.testLasts":            TestLives,
	"application.credential.kind": {CredentialSecret, CredentialCertificate},
	"rooms.mode":                  {All, Selected, Lists, ByRule},
	"people.mode":                 {All, Groups},
	"scope.kind":                  {ScopeNone, ScopeRBAC, ScopePolicy},
	"scope.target":                {"rooms", "group", "chosen"},
	"scope.organizersBy":          organizersBy(),
}

// openChoice is the choice whose empty value does not mean the default: nobody
// has chosen yet.
const openChoice = "rooms.mode"

// checkValue says what is wrong with a value that no build can work with.
func checkValue(path string, value any) words.Text {
	text, _ := value.(string)
	if allowed, ok := choices[path]; ok && text != "" && !slices.Contains(allowed, text) {
		return words.T("it must be %s, but is %s", words.Plain(`"`+strings.Join(allowed, `" or "`)+`"`), problem.Line(cut(fmt.Sprintf("%q", text), 60)))
	}
	if path == "id" && !ValidID(text) {
		return words.T("it must consist of lowercase letters, digits and hyphens (at most 64)")
	}
	if n, ok := value.(int); ok && path != "schema" && (n < 0 || n > maxSeats) {
		return words.T("it must be a whole number from 0 to %d", maxSeats)
	}
	return words.Text{}
}

// maxSeats is more than any room has.
const maxSeats = 100_000

// decodeExactly reads JSON without rounding numbers.
func decodeExactly(data []byte, target any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return d.Decode(target)
}
