package connection

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// MaxSize is how large a document may be, in bytes: 100,000 chosen rooms fit.
const MaxSize = 16 << 20

// unknown are the fields of one object that this build does not know, as they
// were written, and those of the objects inside it.
type unknown struct {
	fields map[string]json.RawMessage
	inside map[string]unknown
}

// within keeps what is left over of the object in a field.
func (u *unknown) within(name string, inner unknown) {
	if len(inner.fields)+len(inner.inside) == 0 {
		return
	}
	if u.inside == nil {
		u.inside = map[string]unknown{}
	}
	u.inside[name] = inner
}

func (u unknown) clone() unknown {
	o := unknown{fields: maps.Clone(u.fields), inside: maps.Clone(u.inside)}
	for name, inner := range o.inside {
		o.inside[name] = inner.clone()
	}
	return o
}

// Encode is the document as a file: the known fields in their own order, then
// the unknown ones, indented for people who edit it.
func (c *Connection) Encode() ([]byte, error) {
	o := *c
	o.Schema = schemaVersion
	known, err := json.Marshal(&o)
	if err != nil {
		return nil, err
	}
	var merged, out bytes.Buffer
	if err := merge(&merged, known, c.unknown); err != nil {
		return nil, err
	}
	if err := json.Indent(&out, merged.Bytes(), "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// merge writes the object known with the fields of u added at every level.
func merge(w *bytes.Buffer, known json.RawMessage, u unknown) error {
	d := json.NewDecoder(bytes.NewReader(known))
	if _, err := d.Token(); err != nil {
		return err
	}
	separator := "{"
	written := map[string]bool{}
	put := func(name string, value json.RawMessage) error {
		key, err := json.Marshal(name)
		w.WriteString(separator)
		w.Write(key)
		w.WriteByte(':')
		separator, written[name] = ",", true
		if inner, ok := u.inside[name]; ok && err == nil {
			return merge(w, value, inner)
		}
		w.Write(value)
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		if err := put(name.(string), value); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(u.inside)) {
		if written[name] {
			continue
		}
		// An object that is left out when it is empty has something all the same.
		if err := put(name, json.RawMessage("{}")); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(u.fields)) {
		if err := put(name, u.fields[name]); err != nil {
			return err
		}
	}
	if separator == "{" {
		w.WriteByte('{')
	}
	w.WriteByte('}')
	return nil
}

// Parse reads a document. A mistake is a problem that names file, line and
// field: "connection.damaged" (not JSON, or cut off), "connection.mistake" (a
// field that is wrong), "connection.newer" (written by a newer Roomkey),
// "connection.too-large".
func Parse(data []byte, file string) (*Connection, *problem.Problem) {
	if len(data) > MaxSize {
		return nil, problem.New(codeTooLarge, words.T("%s is larger than a connection can be (%d MB).", file, MaxSize>>20)).
			Fix(words.T("Choose the file of a Roomkey connection."))
	}
	r := &reader{file: file, data: bytes.TrimPrefix(data, []byte("\uFEFF"))}
	if p := r.wellFormed(); p != nil {
		return nil, p
	}
	if p := r.migrate(migrations); p != nil {
		return nil, p
	}
	c := defaults()
	c.Schema = 0
	r.d = json.NewDecoder(bytes.NewReader(r.data))
	u, p := r.object(reflect.ValueOf(c).Elem(), "")
	if p != nil {
		return nil, p
	}
	c.unknown = u
	if c.ID == "" {
		c.ID = New("").ID
	}
	return c, nil
}

// reader walks through one document and knows where it is.
type reader struct {
	file string
	data []byte
	d    *json.Decoder
}

func (r *reader) line(offset int64) int {
	return 1 + bytes.Count(r.data[:min(int(offset), len(r.data))], []byte("\n"))
}

// wellFormed looks at the document as JSON, before any field.
func (r *reader) wellFormed() *problem.Problem {
	if len(bytes.TrimSpace(r.data)) == 0 {
		return problem.New(codeDamaged, words.T("%s is empty.", r.file)).Fix(remedyRestore(r.file))
	}
	if !utf8.Valid(r.data) {
		return problem.New(codeDamaged, words.T("%s is not UTF-8 text.", r.file)).
			Fix(words.T("Open %s in an editor and save it again with the encoding UTF-8.", r.file))
	}
	switch at, limit := tooMuch(r.data); limit {
	case maxDepth:
		return problem.New(codeDamaged, words.T("%s, line %d: the fields are nested more than %d levels deep, so this is not a connection.", r.file, r.line(int64(at)), maxDepth)).
			Fix(words.T("Choose the file of a Roomkey connection."))
	case maxFields, maxValues:
		return problem.New(codeDamaged, words.T("%s, line %d: there are more than %d fields or values before this one, so this is not a connection.", r.file, r.line(int64(at)), limit)).
			Fix(words.T("Choose the file of a Roomkey connection."))
	}
	var all json.RawMessage
	err := json.Unmarshal(r.data, &all)
	if err == nil {
		return nil
	}
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return problem.New(codeDamaged, words.T("%s cannot be read.", r.file)).With(words.Plain(err.Error())).By(err)
	}
	after := r.after()
	if strings.Contains(syntax.Error(), "unexpected end") {
		cut := words.T("%s, line %d: the file is cut off here, after the field %s.", r.file, r.line(syntax.Offset), after)
		if after == "" {
			cut = words.T("%s, line %d: the file is cut off here.", r.file, r.line(syntax.Offset))
		}
		return problem.New(codeDamaged, cut).Fix(remedyRestore(r.file)).By(err)
	}
	invalid := words.T("%s, line %d: this is not valid JSON, after the field %s.", r.file, r.line(syntax.Offset-1), after)
	if after == "" {
		invalid = words.T("%s, line %d: this is not valid JSON.", r.file, r.line(syntax.Offset-1))
	}
	return problem.New(codeDamaged, invalid).
		With(words.Plain(syntax.Error())).
		Fix(words.T("Correct line %d of %s: put every text in double quotes and a comma between fields.", r.line(syntax.Offset-1), r.file)).
		By(err)
}

// More levels, fields and values than any document has, its unknown fields
// included. Every start of Roomkey reads all documents.
const (
	maxDepth  = 100
	maxFields = 20_000
	maxValues = 200_000
)

// tooMuch is where a JSON text goes beyond which of the limits, 0 for none. It
// looks at brackets, colons and commas only: the decoder's work grows with the
// square of the depth.
func tooMuch(data []byte) (at, limit int) {
	depth, fields, values, quoted := 0, 0, 0, false
	for i := 0; i < len(data); i++ {
		switch b := data[i]; {
		case quoted && b == '\\':
			i++
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == ':':
			if fields++; fields > maxFields {
				return i, maxFields
			}
		case b == ',':
			if values++; values > maxValues {
				return i, maxValues
			}
		case b == '{' || b == '[':
			if depth++; depth > maxDepth {
				return i, maxDepth
			}
		case b == '}' || b == ']':
			depth--
		}
	}
	return 0, 0
}

// after names the last field that can be read before the damage, "" for none.
func (r *reader) after() string {
	d := json.NewDecoder(bytes.NewReader(r.data))
	type level struct {
		name   string
		object bool
		key    bool // a name comes next
	}
	var stack []level
	for {
		token, err := d.Token()
		if err != nil {
			break
		}
		top := len(stack) - 1
		if open, ok := token.(json.Delim); ok {
			if open == '{' || open == '[' {
				stack = append(stack, level{object: open == '{', key: open == '{'})
				continue
			}
			stack = stack[:top]
			top--
		} else if top >= 0 && stack[top].key {
			stack[top].name, stack[top].key = token.(string), false
			continue
		}
		if top >= 0 && stack[top].object {
			stack[top].key = true
		}
	}
	var path []string
	for _, l := range stack {
		if l.name != "" {
			path = append(path, l.name)
		}
	}
	return problem.Line(strings.Join(path, "."))
}

// object reads an object into the struct target and gives what is left over.
func (r *reader) object(target reflect.Value, path string) (unknown, *problem.Problem) {
	var left unknown
	start := r.here()
	token, err := r.d.Token()
	if err != nil {
		return left, r.mistake(start, path, words.T("it cannot be read"))
	}
	if token == nil {
		return left, nil // null leaves the defaults
	}
	if token != json.Delim('{') {
		return left, r.mistake(start, path, words.T("it must be an object in braces, but is %s", kindOf(token)))
	}
	fields := fieldsOf(target.Type())
	seen := map[string]bool{}
	for r.d.More() {
		start := r.here()
		token, err := r.d.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return left, r.mistake(start, path, words.T("it cannot be read"))
		}
		at := join(path, name)
		if seen[name] {
			return left, r.mistake(start, at, words.T("the field appears twice here"))
		}
		seen[name] = true
		var p *problem.Problem
		if index, known := fields[name]; !known {
			p = r.unknown(&left, fields, name, start, at)
		} else if field := target.Field(index); field.Kind() == reflect.Struct && field.Type() != timeType {
			var inner unknown
			if inner, p = r.object(field, at); p == nil {
				left.within(name, inner)
			}
		} else {
			p = r.value(field, at)
		}
		if p != nil {
			return left, p
		}
	}
	if _, err = r.d.Token(); err != nil {
		return left, r.mistake(r.here(), path, words.T("it cannot be read"))
	}
	return left, nil
}

// unknown keeps a field that the document does not have, unless it is one in
// another spelling.
func (r *reader) unknown(left *unknown, fields map[string]int, name string, start int64, at string) *problem.Problem {
	for other := range fields {
		if strings.EqualFold(name, other) {
			return r.mistake(start, at, words.T("the field is spelled %s", other))
		}
	}
	var value json.RawMessage
	if err := r.d.Decode(&value); err != nil {
		return r.mistake(start, at, words.T("it cannot be read"))
	}
	if left.fields == nil {
		left.fields = map[string]json.RawMessage{}
	}
	left.fields[name] = value
	return nil
}

// value reads a field that is no object.
func (r *reader) value(field reflect.Value, at string) *problem.Problem {
	start := r.here()
	var value json.RawMessage
	if err := r.d.Decode(&value); err != nil {
		return r.mistake(start, at, words.T("it cannot be read"))
	}
	if _, choice := choices[at]; choice && at != openChoice && string(value) == `""` {
		return nil // the default
	}
	wrong := assign(field, value)
	if wrong.IsZero() {
		wrong = checkValue(at, field.Interface())
	}
	if !wrong.IsZero() {
		return r.mistake(start, at, wrong)
	}
	return nil
}

// here is the offset of the next token: past white space and separators.
func (r *reader) here() int64 {
	at := int(r.d.InputOffset())
	for at < len(r.data) && strings.IndexByte(" \t\r\n,:", r.data[at]) >= 0 {
		at++
	}
	return int64(at)
}

func (r *reader) mistake(offset int64, path string, wrong words.Text) *problem.Problem {
	line := r.line(offset)
	if path == "" {
		return problem.New(codeMistake, words.T("%s, line %d: %s.", r.file, line, wrong)).Fix(remedyRestore(r.file))
	}
	return problem.New(codeMistake, words.T("%s, line %d, field %s: %s.", r.file, line, problem.Line(path), wrong)).
		Fix(words.T("Correct the field %s in line %d of %s with a text editor. Roomkey left the file as it was.", problem.Line(path), line, r.file))
}

func remedyRestore(file string) words.Text {
	return words.T("Restore %s from a backup, or import the connection again. Roomkey left the file as it was.", file)
}

// assign puts a JSON value into a field that is no object and says what is
// wrong with it.
func assign(field reflect.Value, value json.RawMessage) words.Text {
	if string(value) == "null" {
		return words.Text{}
	}
	fresh := reflect.New(field.Type())
	if err := json.Unmarshal(value, fresh.Interface()); err != nil {
		return words.T("it must be %s, but is %s", wanted(field.Type()), words.Plain(problem.Line(cut(string(value), 60))))
	}
	field.Set(fresh.Elem())
	return words.Text{}
}

func wanted(t reflect.Type) words.Text {
	switch {
	case t == timeType:
		return words.T(`a time such as "2027-01-31T00:00:00Z"`)
	case t.Kind() == reflect.Int:
		return words.T("a whole number")
	case t.Kind() == reflect.Slice:
		return words.T("a list of texts in square brackets")
	default:
		return words.T("a text in double quotes")
	}
}

func kindOf(token json.Token) words.Text {
	switch token := token.(type) {
	case json.Delim:
		return words.T("a list")
	case string:
		return words.T("the text %s", problem.Line(cut(fmt.Sprintf("%q", token), 60)))
	default:
		return words.T("%s", fmt.Sprint(token))
	}
}

func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

var idForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)

// ValidID reports whether id can be a connection's: it also names the folder
// that the store keeps it in.
func ValidID(id string) bool { return idForm.MatchString(id) && deviceIn(id) == "" }
