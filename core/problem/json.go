package problem

import (
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/roomkey/roomkey/core/words"
)

// OfJSON says in plain words why data could not be read into what v points to, as
// err says it in Go's: which field is what instead of what, and nothing of what is
// in it.
func OfJSON(err error, data []byte, v any) words.Text {
	var syntax *json.SyntaxError
	switch errors.As(err, &syntax); {
	case syntax == nil:
		return misfit(data, reflect.New(reflect.TypeOf(v).Elem()).Interface())
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

// misfit is the first value that does not fit, and what is wrong with it: the next
// encoding/json knows both, that of today only sometimes.
func misfit(data []byte, v any) words.Text {
	var e *jsonv2.SemanticError
	err := jsonv2.Unmarshal(data, v, jsonv2.MatchCaseInsensitiveNames(true), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if !errors.As(err, &e) || e.GoType == nil {
		return words.T("It has another form than was expected.")
	}
	at := ""
	for name := range e.JSONPointer.Tokens() {
		if _, err := strconv.Atoi(name); err == nil {
			at += "[" + name + "]"
		} else {
			at += "." + name
		}
	}
	if at == "" {
		return words.T("It must be %s, but is %s.", wanted(e.GoType), found(e))
	}
	return words.T("“%s” must be %s, but is %s.", strings.TrimPrefix(at, "."), wanted(e.GoType), found(e))
}

// wanted is what a type takes.
func wanted(t reflect.Type) words.Text {
	switch t.Kind() {
	case reflect.String:
		return words.T("text")
	case reflect.Bool:
		return words.T("true or false")
	case reflect.Int, reflect.Int64:
		return words.T("a whole number")
	case reflect.Float64:
		return words.T("a number")
	case reflect.Slice:
		return words.T("a list")
	}
	if t == timeType {
		return words.T(`a time such as "2027-01-31T00:00:00Z"`)
	}
	return words.T("an object")
}

var timeType = reflect.TypeFor[time.Time]()

// found is of which kind a value is.
func found(e *jsonv2.SemanticError) words.Text {
	number := string(e.JSONValue)
	switch e.JSONKind {
	case jsontext.KindString:
		if e.GoType == timeType {
			return words.T("text of another form")
		}
		return words.T("text")
	case jsontext.KindBeginObject:
		return words.T("an object")
	case jsontext.KindBeginArray:
		return words.T("a list")
	case jsontext.KindNumber:
		switch whole := e.GoType.Kind() == reflect.Int || e.GoType.Kind() == reflect.Int64; {
		case whole && strings.ContainsAny(number, ".eE"):
			return words.T("a number with a fraction or an exponent")
		case whole || e.GoType.Kind() == reflect.Float64:
			return words.T("too large")
		}
		return words.T("a number")
	}
	return words.Plain(e.JSONKind.String()) // null, true, false
}
