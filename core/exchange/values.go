package exchange

import (
	"fmt"
	"net/mail"
	"strconv"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// FieldErrors are what is wrong in a form, by parameter name.
type FieldErrors map[string]*problem.Problem

// Error names the first field in alphabetical order.
func (e FieldErrors) Error() string {
	names := make([]string, 0, len(e))
	for name := range e {
		names = append(names, name)
	}
	first := ""
	for _, name := range names {
		if first == "" || name < first {
			first = name
		}
	}
	return first + ": " + e[first].Error()
}

// Unwrap gives the problems.
func (e FieldErrors) Unwrap() []error {
	var all []error
	for _, p := range e {
		all = append(all, p)
	}
	return all
}

// form reads the values of a script's form: text as a person or a command line
// gives it, or Go values.
type form struct {
	params map[string]Param
	values map[string]any
	wrong  FieldErrors
}

func newForm(s Script, values map[string]any) *form {
	f := &form{params: map[string]Param{}, values: values, wrong: FieldErrors{}}
	for _, p := range s.Params {
		f.params[p.Name] = p
	}
	for name := range values {
		if _, ok := f.params[name]; !ok {
			f.fail(name, words.T("The script %s has no field %s. Its fields are: %s.", s.Name, name, strings.Join(s.fields(), ", ")))
		}
	}
	return f
}

func (f *form) fail(name string, text words.Text) {
	if f.wrong[name] == nil {
		f.wrong[name] = problem.New(codeField, text)
	}
}

// raw is the value of a field as text and whether it says anything; a field that
// was not given has its default.
func (f *form) raw(name string) (string, bool) {
	v, ok := f.values[name]
	if !ok || v == nil {
		v = f.params[name].Default
	}
	switch v := v.(type) {
	case nil:
		return "", false
	case string:
		return v, strings.TrimSpace(v) != ""
	case []byte:
		return string(v), len(v) > 0
	case []string:
		return joinLines(v), len(v) > 0
	default:
		return fmt.Sprint(v), true
	}
}

// given is whether a field was filled in, default or not.
func (f *form) given(name string) bool {
	_, ok := f.values[name]
	return ok
}

func (f *form) text(name string) string {
	s, _ := f.raw(name)
	return strings.TrimSpace(s)
}

func (f *form) yes(name string) bool {
	v, _ := f.value(name).(bool)
	return v
}

// address is a field that holds one e-mail address, "" when it is empty.
func (f *form) address(name string) string {
	s := f.text(name)
	if s != "" && !isAddress(s) {
		f.fail(name, words.T("%s is not an email address.", s))
	}
	return s
}

// addresses is a field that holds several.
func (f *form) addresses(name string) []string {
	s, _ := f.raw(name)
	list := splitList(s)
	for _, a := range list {
		if !isAddress(a) {
			f.fail(name, words.T("%s is not an email address.", a))
		}
	}
	return list
}

// value is a field by its kind: bool, int, string or []string; nil when it says
// nothing.
func (f *form) value(name string) any {
	s, ok := f.raw(name)
	if !ok {
		return nil
	}
	s = strings.TrimSpace(s)
	p := f.params[name]
	switch p.Kind {
	case KindSwitch:
		switch strings.ToLower(strings.TrimPrefix(s, "$")) {
		case "true", "yes", "on", "1":
			return true
		case "false", "no", "off", "0":
			return false
		}
		f.fail(name, words.T("%s must be true or false, not %s.", name, s))
	case KindNumber:
		n, err := strconv.Atoi(s)
		if err != nil {
			f.fail(name, words.T("%s must be a whole number, not %s.", name, s))
			return nil
		}
		if p.Min != nil && n < *p.Min || p.Max != nil && n > *p.Max {
			f.fail(name, words.T("%s must be between %d and %d, not %d.", name, *p.Min, *p.Max, n))
			return nil
		}
		return n
	case KindChoice:
		for _, c := range p.Choices {
			if strings.EqualFold(c, s) {
				return c
			}
		}
		f.fail(name, words.T("%s must be one of %s, not %s.", name, strings.Join(p.Choices, ", "), s))
	case KindList, KindRooms:
		return f.addresses(name)
	default:
		return s
	}
	return nil
}

// err is what was wrong, nil when nothing was.
func (f *form) err() error {
	if len(f.wrong) == 0 {
		return nil
	}
	return f.wrong
}

func isAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && a.Name == ""
}

// splitList takes a list as it is typed or pasted: by line, comma or semicolon.
func splitList(s string) []string {
	var out []string
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' || r == ',' || r == ';' }) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func joinLines(list []string) string { return strings.Join(list, "\n") }

// fields are the names of a script's fields, as --set takes them.
func (s Script) fields() []string {
	out := []string{}
	for _, p := range s.Params {
		out = append(out, p.Name)
	}
	return out
}

// Fields are the names that --set takes, for a person: the parameters of
// Set-CalendarProcessing are not listed one by one.
func (s Script) Fields() words.Text {
	names := s.fields()
	if s.Name == "calendar-processing" {
		return words.T("%s and every parameter of Set-CalendarProcessing", strings.Join(names[:2], ", "))
	}
	return words.Plain(strings.Join(names, ", "))
}
