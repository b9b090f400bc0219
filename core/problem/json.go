package problem

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/words"
)

// OfJSON says in plain words why data could not be read into what v points to, as
// err says it in Go's: which field is what instead of what, and nothing of what is
// in it.
func OfJSON(err error, data []byte, v any) words.Text {
	var syntax *json.SyntaxError
	switch errors.As(err, &syntax); {
	case syntax == nil:
		return misfit(data, reflect.TypeOf(v).Elem(), "")
	case strings.Contains(syntax.Error(), "unexpected end"):
		return words.T("The JSON breaks off before its end.")
	case strings.Contains(syntax.Error(), "max depth"):
		return words.T("The JSON is nested too deeply.")
	}
	before := string(data[:min(max(syntax.Offset-1, 0), int64(len(data)))])
	line := strings.Count(before, "\n") + 1
	column := len([]rune(before[strings.LastIndexByte(before, '\n')+1:])) + 1
	return words.T("It is not valid JSON: see line %d, character %d.", line, column)
}

// misfit is the first value that does not fit into its type, and what is wrong
// with it.
func misfit(data json.RawMessage, t reflect.Type, path string) words.Text {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if json.Unmarshal(data, reflect.New(t).Interface()) == nil {
		return words.Text{}
	}
	var list []json.RawMessage
	var fields map[string]json.RawMessage
	switch whole := t.Kind(); {
	case whole == reflect.Slice && json.Unmarshal(data, &list) == nil:
		for i, item := range list {
			if found := misfit(item, t.Elem(), fmt.Sprintf("%s[%d]", path, i)); !found.IsZero() {
				return found
			}
		}
	case whole == reflect.Struct && t != timeType && json.Unmarshal(data, &fields) == nil:
		for _, f := range reflect.VisibleFields(t) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "" {
				name = f.Name
			}
			for key, value := range fields {
				if f.Anonymous || !f.IsExported() || !strings.EqualFold(key, name) {
					continue
				}
				if found := misfit(value, f.Type, strings.TrimPrefix(path+"."+key, ".")); !found.IsZero() {
					return found
				}
			}
		}
	}
	is := found(data)
	if t == timeType && is.Key == aText.Key {
		is = words.T("a text of another form")
	}
	if path == "" {
		return words.T("It must be %s, but is %s.", wanted(t), is)
	}
	return words.T("“%s” must be %s, but is %s.", path, wanted(t), is)
}

var (
	timeType = reflect.TypeFor[time.Time]()
	aText    = words.T("a text")
)

func wanted(t reflect.Type) words.Text {
	switch t.Kind() {
	case reflect.String:
		return aText
	case reflect.Bool:
		return words.T("true or false")
	case reflect.Int, reflect.Int64:
		return words.T("a whole number")
	case reflect.Float64:
		return words.T("a number of the usual size")
	case reflect.Slice:
		return words.T("a list")
	}
	if t == timeType {
		return words.T(`a time such as "2027-01-31T00:00:00Z"`)
	}
	return words.T("an object")
}

// found is of which kind a value is.
func found(data json.RawMessage) words.Text {
	first := strings.TrimSpace(string(data))
	switch {
	case strings.HasPrefix(first, `"`):
		return aText
	case strings.HasPrefix(first, "{"):
		return words.T("an object")
	case strings.HasPrefix(first, "["):
		return words.T("a list")
	case first == "null", first == "true", first == "false":
		return words.Plain(first)
	case strings.ContainsAny(first, ".eE"):
		return words.T("a number with a fraction or an exponent")
	}
	digits := len(strings.TrimLeft(first, "-"))
	return words.N(digits, "a number of %d digit", "a number of %d digits", digits)
}
