// Package sheet reads and writes CSV as spreadsheets do it: any separator and
// encoding that Excel produces, headers by name, every bad line named by its
// number while the good ones stay usable.
package sheet

import (
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Bounds of what Read takes.
const (
	// MaxBytes is the largest file.
	MaxBytes = 32 << 20
	// MaxRows is the largest number of rows.
	MaxRows = 200_000
	// MaxCell is the longest cell in characters: what Excel holds.
	MaxCell = 32_767
)

// Column is one column that the caller knows.
type Column struct {
	// Key names the column in Row.Values.
	Key string
	// Title is the header that Write puts above it, and that Read finds; Aliases
	// are other headers that mean the same. Capitals, spaces, hyphens,
	// underscores and dots do not matter.
	Title   string
	Aliases []string
	// Required is whether the column must be there and every row have a value.
	Required bool
	// Unique is whether a value may stand in one row only; capitals do not
	// matter.
	Unique bool
	// Check says what is wrong with a value, as the end of a sentence; nil for
	// no check. It is not asked about empty values.
	Check func(value string) words.Text
}

// Row is one line of the file that can be used.
type Row struct {
	// Line is its first line's number in the file, from 1.
	Line   int
	Values map[string]string
}

// Get is the value in a column, "" when the row has none.
func (r Row) Get(key string) string { return r.Values[key] }

// Table is what was read.
type Table struct {
	Rows []Row
	// Columns are the keys that the header has, in its order; Ignored are the
	// headers that nobody knows.
	Columns []string
	Ignored []string
	// Separator and Encoding are what the file turned out to have.
	Separator rune
	Encoding  string
}

// LineProblem is what is wrong with one line. Skipped is whether its row is
// left out of the table; otherwise the row is in it, with what the problem says.
type LineProblem struct {
	Line    int              `json:"line"`
	Column  string           `json:"column,omitempty"`
	Skipped bool             `json:"skipped"`
	Problem *problem.Problem `json:"problem"`
}

// fold is how headers are compared.
func fold(header string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -_.\u00a0", r) {
			return -1
		}
		return r
	}, strings.ToLower(header))
}

func headers(columns []Column) map[string]int {
	known := map[string]int{}
	for i, c := range columns {
		for _, name := range append([]string{c.Title, c.Key}, c.Aliases...) {
			if _, taken := known[fold(name)]; !taken {
				known[fold(name)] = i
			}
		}
	}
	return known
}
