package sheet

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Read reads a CSV file. The error is about the file as a whole, and then the
// table is empty: "sheet.too-large", "sheet.empty", "sheet.not-text",
// "sheet.unknown-encoding", "sheet.workbook", "sheet.no-column", "sheet.duplicate-column",
// "sheet.cannot-read", "sheet.too-much-wrong", and "sheet.line-too-long" for a
// line that is no row of a table. What is wrong with a line is in the LineProblems, in the
// order of the lines: "sheet.line-broken", "sheet.line-too-long",
// "sheet.value-missing", "sheet.value-wrong", "sheet.duplicate",
// "sheet.formula", "sheet.letters-lost", "sheet.encoding-guessed".
func Read(r io.Reader, columns []Column) (Table, []LineProblem, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return Table{}, nil, problem.New(codeCannotRead, words.T("The file cannot be read.")).With(words.Plain(err.Error())).By(err).
			Fix(words.T("Check that the file is there and is not open elsewhere."))
	}
	if len(data) > maxBytes {
		return Table{}, nil, tooLarge(words.T("%d MB", maxBytes>>20))
	}
	text, encoding, p := decode(data)
	if p != nil {
		return Table{}, nil, p
	}
	if p := tooLong(text); p != nil {
		return Table{}, nil, p
	}
	head, p := findHeader(text, columns)
	if p != nil {
		return Table{}, nil, p
	}
	t := &reading{table: Table{Separator: head.separator, Encoding: encoding}, columns: columns}
	if p := t.header(head); p != nil {
		return Table{}, nil, p
	}
	lines := records{text: text, separator: head.separator, line: 1}
	for {
		rec, more := lines.next()
		if !more {
			break
		}
		if rec.line <= head.line {
			continue
		}
		if len(t.table.Rows) >= maxRows {
			return Table{}, nil, tooLarge(words.T("%d rows", maxRows))
		}
		t.row(rec)
		if t.wrong > maxWrong+len(t.table.Rows) || lines.again > maxBytes {
			return Table{}, nil, problem.New(codeTooMuchWrong, words.T("Up to line %d, most of the file is wrong.", rec.line)).
				With(t.problems[0].Problem.Title).
				Fix(words.T("Save the table as CSV UTF-8 again, or choose another file."))
		}
	}
	return t.table, t.problems, nil
}

// maxWrong is how many lines more may be wrong than right before the file as a
// whole is wrong, and how many notes are taken of lines that are right.
const maxWrong = 1000

// maxLine is the longest line in bytes, far more than a row of real cells has.
const maxLine = 256 << 10

// tooLong refuses a file with a line that is no row of a table, before any work.
func tooLong(text string) *problem.Problem {
	n := 0
	for line := range strings.SplitAfterSeq(text, "\n") {
		if n++; len(line) > maxLine {
			return problem.New(codeLineTooLong, words.T("Line %d of the file is longer than %d KB.", n, maxLine>>10)).
				Fix(words.T("Choose a CSV file with a header line and one line for each entry."))
		}
	}
	return nil
}

func tooLarge(bound words.Text) *problem.Problem {
	return problem.New(codeTooLarge, words.T("The file is larger than %s.", bound)).Fix(words.T("Split it into several files."))
}

type header struct {
	line      int
	cells     []string
	separator rune
	// known is how many of its cells are known, whole whether those that are required
	// are among them.
	known int
	whole bool
}

// titleLines is in how many lines the header line is looked for: reports have a title
// and a date above their headings.
const titleLines = 20

// findHeader takes the first line that is not empty, or one soon after it that knows
// more of what is required, with the separator that makes most of its cells known.
// Excel's own line "sep=;" is obeyed, and lines "#TYPE" that Export-Csv of Windows
// PowerShell writes are left out.
func findHeader(text string, columns []Column) (header, *problem.Problem) {
	separators, skip, rest := []rune{',', ';', '\t', '|'}, 0, text
	for {
		line, after, _ := strings.Cut(rest, "\n")
		told := toldSeparator.FindStringSubmatch(line)
		if told != nil {
			r, _ := utf8.DecodeRuneInString(told[1] + told[2])
			separators = []rune{r}
		}
		savedAgain := toldOnce.MatchString(line)
		if told == nil && !savedAgain && !typeLine.MatchString(line) {
			break
		}
		rest, skip = after, skip+1
	}
	if strings.Trim(rest, " ,;|\t\r\n") == "" {
		return header{}, problem.New(codeEmpty, words.T("The file is empty.")).Fix(words.T("Choose a CSV file with a header line and one line for each entry."))
	}
	best := header{known: -1}
	for _, separator := range separators {
		lines, seen := records{text: text, separator: separator, line: 1}, 0
		for seen < titleLines && lines.again <= maxLine {
			rec, more := lines.next()
			if !more {
				break
			}
			if rec.empty() || rec.line <= skip {
				continue
			}
			seen++
			if h := headerOf(columns, rec, separator); (seen == 1 || h.whole) && h.better(best) {
				best = h
			}
		}
	}
	if best.known == 0 && len(best.cells) > 0 {
		if title := implied(columns, best.cells); title != "" {
			return header{line: best.line - 1, cells: []string{title}, separator: best.separator}, nil
		}
	}
	return best, nil
}

// headerOf is a line as the header line.
func headerOf(columns []Column, rec record, separator rune) header {
	h := header{line: rec.line, cells: rec.cells, separator: separator, whole: true}
	there, known := map[int]bool{}, headers(columns, rec.cells)
	for _, cell := range rec.cells {
		if i, ok := known[fold(tidy(cell))]; ok {
			h.known++
			there[i] = true
		}
	}
	for i, c := range columns {
		h.whole = h.whole && (there[i] || !c.Required)
	}
	return h
}

// better is whether a line is more of a header line than another one.
func (h header) better(than header) bool {
	switch {
	case h.whole != than.whole:
		return h.whole
	case h.known != than.known:
		return h.known > than.known
	}
	return h.line <= than.line && len(h.cells) > len(than.cells)
}

// implied is the heading that a plain list does without: that of the only required
// column, where the first line has nothing but a value that it takes. "" for none.
func implied(columns []Column, cells []string) (title string) {
	for _, c := range columns {
		switch {
		case !c.Required:
		case title != "" || c.Check == nil || !c.Check(tidy(cells[0])).IsZero() || !(record{cells: cells[1:]}).empty():
			return ""
		default:
			title = c.Title
		}
	}
	return title
}

var toldSeparator = regexp.MustCompile(`^(?i)sep=(?:([^\s"])[ \t]*|(\t))\r?$`)

// toldOnce is that line after a spreadsheet with another separator has saved it again:
// what it tells is no longer so.
var toldOnce = regexp.MustCompile(`^(?i)(?:"sep=[^"\r]?"[,;|\t]*|sep=[^\s"]?[,;|\t]+)\r?$`)

var typeLine = regexp.MustCompile(`^(?i)"?#TYPE `)

type reading struct {
	table    Table
	columns  []Column
	problems []LineProblem
	// told is whether the encoding that was guessed was told.
	told bool
	// wrong counts the lines that are left out.
	wrong int
	// at is the column of each cell, -1 for a header that nobody knows.
	at   []int
	seen []map[string]int
}

func (t *reading) header(h header) *problem.Problem {
	if len(h.cells) > maxColumns {
		return tooLarge(words.T("%d columns", maxColumns))
	}
	known := headers(t.columns, h.cells)
	where := map[int]string{}
	for _, cell := range h.cells {
		cell = tidy(cell)
		i, ok := known[fold(cell)]
		if !ok {
			i = -1
			if cell != "" {
				t.table.Ignored = append(t.table.Ignored, cell)
			}
		} else if first, twice := where[i]; twice {
			return problem.New(codeDuplicateColumn, words.T("Line %d: the headers %q and %q mean the same column.", h.line, problem.Line(first), problem.Line(cell))).
				Fix(words.T("Remove one of the two columns."))
		} else {
			where[i] = cell
			t.table.Columns = append(t.table.Columns, t.columns[i].Key)
		}
		t.at = append(t.at, i)
		t.seen = append(t.seen, map[string]int{})
	}
	for i, c := range t.columns {
		if _, ok := where[i]; !ok && (c.Required || len(where) == 0) {
			return problem.New(CodeNoColumn, words.T("Line %d: the column %q is missing.", h.line, c.Title)).
				With(words.T("The header line reads: %s. This column can be called %s. Columns that Roomkey reads: %s.", problem.Line(strings.Join(h.cells, string(h.separator))),
					strings.Join(slices.Concat([]string{c.Title}, c.Aliases, c.Fallbacks), ", "), titles(t.columns))).
				Fix(words.T("Write a header line that has the column %q, then one line for each entry.", c.Title))
		}
	}
	return nil
}

func titles(columns []Column) string {
	var all []string
	for _, c := range columns {
		all = append(all, c.Title)
	}
	return strings.Join(all, ", ")
}

func (t *reading) say(line int, column string, skipped bool, p *problem.Problem) {
	if skipped {
		t.wrong++
	} else if len(t.problems) >= maxWrong {
		return // notes; nobody reads more of them
	}
	t.problems = append(t.problems, LineProblem{line, column, skipped, p})
}

func (t *reading) row(rec record) {
	if rec.wrong != nil {
		t.say(rec.line, "", true, rec.wrong)
		return
	}
	if rec.empty() || t.table.Separator == '|' && rec.rule() {
		return
	}
	for _, extra := range rec.cells[min(len(t.at), len(rec.cells)):] {
		if tidy(extra) != "" {
			t.say(rec.line, "", true, problem.New(codeLineBroken, words.T("Line %d has %d cells, but the header line has %d.", rec.line, len(rec.cells), len(t.at))).
				Fix(words.T("Put double quotes around a cell that contains the separator %q.", string(t.table.Separator))))
			return
		}
	}
	if t.leaves(rec) {
		return
	}
	row := Row{Line: rec.line, Values: map[string]string{}, Short: len(rec.cells) < len(t.at)}
	before, ok := len(t.problems), true
	unique := map[int]string{}
	for i, cell := range rec.cells[:min(len(t.at), len(rec.cells))] {
		if t.at[i] < 0 {
			continue
		}
		c := t.columns[t.at[i]]
		value, note, wrong := t.cell(c, rec.line, cell)
		if wrong != nil {
			t.say(rec.line, c.Key, true, wrong)
			ok = false
			continue
		}
		if note != nil {
			t.say(rec.line, c.Key, false, note)
		}
		if value == "" {
			continue
		}
		if key := strings.ToLower(value); c.Unique {
			if first, twice := t.seen[i][key]; twice {
				t.say(rec.line, c.Key, true, problem.New(codeDuplicate, words.T("Line %d: %q is already in line %d.", rec.line, short(value), first)).
					Fix(words.T("Remove one of the two lines.")))
				ok = false
				continue
			}
			unique[i] = key
		}
		row.Values[c.Key] = value
	}
	for _, c := range t.columns {
		if c.Required && row.Values[c.Key] == "" && ok {
			t.say(rec.line, c.Key, true, problem.New(codeValueMissing, words.T("Line %d: there is no %s.", rec.line, c.Title)).
				Fix(words.T("Fill in the column %q.", c.Title)))
			ok = false
		}
	}
	if !ok {
		for i := range t.problems[before:] {
			t.problems[before+i].Skipped = true
		}
		return
	}
	for i, key := range unique {
		t.seen[i][key] = rec.line
	}
	t.table.Rows = append(t.table.Rows, row)
}

// leaves notes a row that is none of those that are read, and reports whether it
// is one.
func (t *reading) leaves(rec record) bool {
	for i, cell := range rec.cells[:min(len(t.at), len(rec.cells))] {
		if t.at[i] < 0 || t.columns[t.at[i]].Leaves == nil {
			continue
		}
		c := t.columns[t.at[i]]
		if why := c.Leaves(tidy(cell)); !why.IsZero() {
			t.say(rec.line, c.Key, true, problem.New(c.LeavesCode, words.T("Line %d was left out: %s", rec.line, why)))
			return true
		}
	}
	return false
}

// lostLetter is how a letter looks that Windows PowerShell wrote in ASCII.
var lostLetter = regexp.MustCompile(`\?\pL`)

// cell gives the value, a note when it is a formula that was taken as text or has
// lost a letter, and what is wrong with it.
func (t *reading) cell(c Column, line int, cell string) (value string, note, wrong *problem.Problem) {
	value, was := undo(tidy(cell))
	value = tidy(value)
	switch {
	case utf8.RuneCountInString(value) > maxCell:
		return "", nil, problem.New(codeLineTooLong, words.T("Line %d: the %s is longer than %d characters.", line, c.Title, maxCell)).Fix(words.T("Shorten it."))
	case strings.IndexFunc(value, isControl) >= 0:
		return "", nil, problem.New(codeValueWrong, words.T("Line %d: the %s contains control characters.", line, c.Title)).Fix(words.T("Type the value again."))
	}
	if lostLetter.MatchString(value) && !strings.Contains(value, "://") {
		note = problem.New(codeLettersLost, words.T("Line %d: the %s %q has a question mark where a letter was, as far as can be told.", line, c.Title, short(value))).
			Fix(words.T("In PowerShell add -Encoding UTF8 to Export-Csv, and choose the new file.")).
			Fix(words.T("Nothing needs to be done if the name has a question mark."))
	}
	if note == nil && !t.told && doubtful(value, t.table.Encoding) {
		t.told = true // by the first value of the file
		note = problem.New(codeEncodingGuessed, words.T("The file does not state its encoding. It was read as %s, so the %s in line %d is %q.", t.table.Encoding, c.Title, line, short(value))).
			Fix(words.T("If the letters are wrong, save the file as CSV UTF-8 and choose it again.")).
			Fix(words.T("No action is needed if they are right."))
	}
	if was {
		note = problem.New(codeFormula, words.T("Line %d: the %s starts like a formula; it was read as the text %q.", line, c.Title, short(value))).
			Fix(words.T("No action is needed if this is intended."))
	}
	if c.Check != nil && value != "" {
		if bad := c.Check(value); !bad.IsZero() {
			return "", nil, problem.New(codeValueWrong, words.T("Line %d: the %s %q %s.", line, c.Title, short(value), bad)).
				Fix(words.T("Correct the line, or remove it."))
		}
	}
	return value, note, nil
}

func isControl(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f }

func short(s string) string {
	s = problem.Line(s)
	if r := []rune(s); len(r) > 60 {
		return fmt.Sprint(string(r[:60]), "…")
	}
	return s
}
