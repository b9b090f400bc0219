// Package strictyaml reads a YAML file that a person may have written, and
// names every mistake in it by file, line and field: unknown and repeated
// fields, values of the wrong type, and what the caller finds wrong itself.
package strictyaml

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/roomkey/roomkey/core/file"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Bounds of what is read. A file of clouds or products is a few kilobytes long;
// the work on what a hostile one holds grows with the square of it.
const (
	limit       = 256 << 10 // bytes
	maxNodes    = 20_000    // values and names
	maxMistakes = 30
)

// Mistake is one thing that is wrong with a file. Line counts from 1 and is 0
// where none is known; Field is a path such as "clouds[0].graph", "" for the
// file as a whole.
type Mistake struct {
	File  string
	Line  int
	Field string
	Text  words.Text
}

// within reports whether the mistake is in the field or below it.
func (m Mistake) within(field string) bool {
	return m.Field == field || strings.HasPrefix(m.Field, field+".") || strings.HasPrefix(m.Field, field+"[")
}

// problem is the mistake as an administrator reads it.
func (m Mistake) problem(code problem.Code) *problem.Problem {
	where := words.T("%s, line %d", m.File, m.Line)
	if m.Line == 0 {
		where = words.Plain(m.File)
	}
	p := problem.New(code, words.T("There is a mistake in %s.", where)).With(m.Text)
	if m.Field != "" {
		p.With(words.T("%s: %s", m.Field, m.Text))
	}
	if m.Line == 0 {
		return p.Fix(words.T("Correct the file %s, save it, and start Roomkey again.", m.File))
	}
	return p.Fix(words.T("Open %s in a text editor, correct line %d, save it, and start Roomkey again.", m.File, m.Line))
}

// Document is a file that was read, with the lines of its fields and the
// mistakes found so far.
type Document struct {
	file     string
	root     *yaml.Node
	mistakes []Mistake
}

// ReadFile reads a file like Read. A file that does not exist gives nil and no
// error of its own; one that cannot be read is a mistake of the document.
func ReadFile(path string, into any) *Document {
	data, err := file.Read(path, limit)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		d := &Document{file: path}
		d.Wrong("", words.T("The file cannot be read: %s.", err))
		return d
	}
	return Read(path, data, into)
}

// Read fills into, a pointer to a struct, with the one YAML document in data,
// as far as it goes. File is the name that the mistakes carry.
func Read(file string, data []byte, into any) *Document {
	d := &Document{file: file}
	if len(data) > limit {
		d.Wrong("", words.T("The file is larger than 256 KB, so it was not read."))
		return d
	}
	var root yaml.Node
	if err := yaml.Load(data, &root); err != nil {
		d.syntax(data, err)
		return d
	}
	if root.Kind != yaml.DocumentNode || len(root.Content) != 1 {
		d.Wrong("", words.T("There is nothing in the file."))
		return d
	}
	if count(&root) > maxNodes {
		d.Wrong("", words.T("The file contains more than %d values, so it was not read.", maxNodes))
		return d
	}
	d.root = root.Content[0]
	d.inspect(d.root, into)
	if len(d.mistakes) >= maxMistakes {
		d.Wrong("", words.T("There are more mistakes; these are the first %d.", maxMistakes))
		return d
	}
	// The inspection has named what does not fit; the rest is filled in.
	if err := root.Load(into); err != nil && len(d.mistakes) == 0 {
		d.Wrong("", words.Plain(err.Error()))
	}
	return d
}

// count is how many nodes there are, n included.
func count(n *yaml.Node) int {
	all := 1
	for _, below := range n.Content {
		all += count(below)
	}
	return all
}

func (d *Document) syntax(data []byte, err error) {
	var load *yaml.LoadError
	line, odd := oddText(data)
	switch {
	case len(strings.TrimSpace(string(data))) == 0 || errors.As(err, &load) && strings.Contains(load.Message, "no documents"):
		d.Wrong("", words.T("There is nothing in the file."))
	case !odd.IsZero():
		d.mistakes = append(d.mistakes, Mistake{File: d.file, Line: line, Text: odd})
	case errors.As(err, &load) && load.Mark.Line > 0:
		d.mistakes = append(d.mistakes, Mistake{File: d.file, Line: load.Mark.Line,
			Text: words.T("This is not valid YAML: %s.", load.Message)})
	case errors.As(err, &load):
		d.Wrong("", words.T("This is not valid YAML: %s.", strings.TrimPrefix(load.Message, "yaml: ")))
	default:
		d.Wrong("", words.T("This is not valid YAML: %s.", err))
	}
}

// oddText is what keeps a file from being read, and its line: several documents,
// tabs that indent, bytes that are not UTF-8, or control characters.
func oddText(data []byte) (line int, what words.Text) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return 0, words.Text{} // UTF-16, which the library reads
	}
	begun := false
	for text := range strings.Lines(string(data)) {
		line++
		content, _, _ := strings.Cut(strings.TrimSpace(text), "#")
		switch {
		case !utf8.ValidString(text):
			return line, words.T("The text is not UTF-8. Save the file as UTF-8 in your editor.")
		case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\r\n", r) || r == 0x7f }):
			return line, words.T("The line contains control characters. Type it again.")
		case strings.HasPrefix(strings.TrimLeft(text, " "), "\t"):
			return line, words.T("The line is indented with a tab. Use spaces.")
		case begun && strings.HasPrefix(text, "---"):
			return line, words.T("A second document begins here. Write the file as one document, without this line.")
		}
		begun = begun || content != ""
	}
	return 0, words.Text{}
}

// Wrong notes a mistake at the field, on the field's line or that of what it is
// missing from. A field that has a mistake already, itself or in what is below
// it, gets no second one.
func (d *Document) Wrong(field string, text words.Text) {
	if slices.ContainsFunc(d.mistakes, func(m Mistake) bool { return m.Field != "" && m.within(field) }) {
		return
	}
	d.mistakes = append(d.mistakes, Mistake{File: d.file, Line: d.line(field), Field: field, Text: text})
}

// Item is the path of an item of the list at path, as Wrong wants it.
func Item(path string, at int) string { return fmt.Sprintf("%s[%d]", path, at) }

// Sound reports whether nothing at or below the field is wrong, nor the file as
// a whole.
func (d *Document) Sound(field string) bool {
	return !slices.ContainsFunc(d.mistakes, func(m Mistake) bool {
		return m.Field == "" || field == "" || m.within(field)
	})
}

// Mistakes are what is wrong, in the order of the lines.
func (d *Document) Mistakes() []Mistake {
	sorted := slices.Clone(d.mistakes)
	slices.SortStableFunc(sorted, func(a, b Mistake) int { return cmp.Compare(a.Line, b.Line) })
	return sorted
}

// Problems are the mistakes as problems of one code.
func (d *Document) Problems(code problem.Code) []*problem.Problem {
	var all []*problem.Problem
	for _, m := range d.Mistakes() {
		all = append(all, m.problem(code))
	}
	return all
}

// Empty reports whether the field is in the file and holds nothing.
func (d *Document) Empty(field string) bool {
	n, _ := d.find(field)
	return n != nil && len(n.Content) == 0 && strings.TrimSpace(n.Value) == "" || n != nil && n.Tag == "!!null"
}

// line is the line of the field, or of the nearest thing above it that is in
// the file.
func (d *Document) line(field string) int {
	_, line := d.find(field)
	return line
}

// find is the field's value, nil where it is not in the file, and its line or that
// of the nearest thing above it.
func (d *Document) find(field string) (n *yaml.Node, line int) {
	if d.root == nil {
		return nil, 0
	}
	n, line = d.root, d.root.Line
	for _, step := range strings.FieldsFunc(field, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		var next *yaml.Node
		switch n.Kind {
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				if n.Content[i].Value == step {
					next, line = n.Content[i+1], n.Content[i].Line
				}
			}
		case yaml.SequenceNode:
			var at int
			if _, err := fmt.Sscanf(step, "%d", &at); err == nil && at < len(n.Content) {
				next, line = n.Content[at], n.Content[at].Line
			}
		}
		if next == nil {
			return nil, line
		}
		n = next
	}
	return n, line
}
