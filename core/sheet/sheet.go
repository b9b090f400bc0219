// Package sheet reads and writes CSV as spreadsheets do it: any separator and
// encoding that Excel produces, headers by name, every bad line named by its
// number while the good ones stay usable.
package sheet

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Bounds of what Read takes.
const (
	// maxBytes is the largest file.
	maxBytes = 32 << 20
	// maxRows is the largest number of rows.
	maxRows = 200_000
	// maxColumns is the largest number of columns: what Excel has.
	maxColumns = 16_384
	// maxCell is the longest cell in characters: what Excel holds.
	maxCell = 32_767
)

// Column is one column that the caller knows.
type Column struct {
	// Key names the column in Row.Values.
	Key string
	// Title is the header that Read finds; Aliases
	// are other headers that mean the same. Capitals, spaces, hyphens,
	// underscores, dots and apostrophes do not matter. Fallbacks are headers that
	// stand in for it in a file that has none of these.
	Title     string
	Aliases   []string
	Fallbacks []string
	// Required is whether the column must be there and every row have a value.
	Required bool
	// Unique is whether a value may stand in one row only; capitals do not
	// matter.
	Unique bool
	// Check says what is wrong with a value, as the end of a sentence; nil for
	// no check. It is not asked about empty values.
	Check func(value string) words.Text
	// Leaves says why a row with this value is left out, as the end of a sentence,
	// before anything else is said of the row; nil where no value decides that.
	// LeavesCode is the problem's code.
	Leaves     func(value string) words.Text
	LeavesCode problem.Code
}

// Row is one line of the file that can be used.
type Row struct {
	// Line is its first line's number in the file, from 1.
	Line   int
	Values map[string]string
	// Short is whether it has fewer cells than the header: it may be cut off.
	Short bool
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
		if strings.ContainsRune(" -_.'’\u00a0", r) {
			return -1
		}
		return r
	}, strings.ToLower(norm.NFC.String(header)))
}

// headers maps the folded headers to the columns that they mean in a file with
// these cells in its header line.
func headers(columns []Column, cells []string) map[string]int {
	known, there := map[string]int{}, map[string]bool{}
	for _, cell := range cells {
		there[fold(tidy(cell))] = true
	}
	take := func(i int, names ...string) (found bool) {
		for _, name := range names {
			if _, taken := known[fold(name)]; !taken {
				known[fold(name)] = i
			}
			found = found || there[fold(name)]
		}
		return found
	}
	var lacking []int
	for i, c := range columns {
		if !take(i, append([]string{c.Title, c.Key}, c.Aliases...)...) {
			lacking = append(lacking, i)
		}
	}
	for _, i := range lacking {
		for _, name := range columns[i].Fallbacks {
			if take(i, name) {
				break
			}
		}
	}
	return known
}
