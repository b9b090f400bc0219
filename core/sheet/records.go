package sheet

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// record is one row of the file as it stands there.
type record struct {
	line  int
	cells []string
	wrong *problem.Problem
}

func (r record) empty() bool {
	for _, c := range r.cells {
		if tidy(c) != "" {
			return false
		}
	}
	return r.wrong == nil
}

// rule is whether it is the line of hyphens that is drawn under a heading between
// bars.
func (r record) rule() bool {
	drawn := strings.Trim(strings.Join(r.cells, ""), " \t")
	return strings.Contains(drawn, "--") && strings.Trim(drawn, "-:+ \t") == ""
}

// records splits a text into rows. After a row with a wrong quote it goes on
// with the next line, so that an unclosed quote does not swallow the rest.
type records struct {
	text      string
	separator rune
	line      int
	csv       *csv.Reader
	// base is the line of the file at which csv started.
	base int
	// again is how many bytes were read in vain: a quote that nobody closes is
	// looked for to the end of the file.
	again int64
}

func (r *records) next() (record, bool) {
	if r.csv == nil {
		if r.text == "" {
			return record{}, false
		}
		r.csv = csv.NewReader(strings.NewReader(r.text))
		r.csv.Comma, r.csv.FieldsPerRecord = r.separator, -1
		r.base = r.line - 1
	}
	start := r.csv.InputOffset()
	cells, err := r.csv.Read()
	if err == io.EOF {
		return record{}, false
	}
	var wrong *csv.ParseError
	if errors.As(err, &wrong) {
		r.again += r.csv.InputOffset() - start
		rec := record{line: r.base + wrong.StartLine, wrong: badQuote(r.base+wrong.StartLine, wrong)}
		r.restart(start, wrong.StartLine)
		return rec, true
	}
	if err != nil { // a separator that cannot be one
		return record{}, false
	}
	line, _ := r.csv.FieldPos(0)
	return record{line: r.base + line, cells: cells}, true
}

// restart goes on behind the line of this csv reader in which the broken row
// began; the row was looked for from offset on.
func (r *records) restart(offset int64, line int) {
	rest := r.text[offset:]
	// Empty lines before the row belong to its search.
	for strings.HasPrefix(rest, "\n") || strings.HasPrefix(rest, "\r\n") {
		_, rest, _ = strings.Cut(rest, "\n")
	}
	_, rest, _ = strings.Cut(rest, "\n")
	r.text, r.line, r.csv = rest, r.base+line+1, nil
}

func badQuote(line int, err *csv.ParseError) *problem.Problem {
	p := problem.New(codeLineBroken, words.T("Line %d: a double quote is out of place or not closed.", line)).By(err)
	return p.Fix(words.T(`Write a double quote inside a cell twice (""), and close every cell that starts with one.`))
}
