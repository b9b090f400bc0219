package sheet

import (
	"bufio"
	"encoding/csv"
	"io"
	"regexp"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Write writes rows as Excel opens them: UTF-8 with a byte-order mark, comma,
// CRLF. A cell that a spreadsheet would run as a formula gets an apostrophe in
// front, which Read takes off again.
func Write(w io.Writer, columns []Column, rows []map[string]string) error {
	return WriteSeparated(w, ',', columns, rows)
}

// WriteSeparated is Write with another separator: ';' is what Excel expects
// where the comma is the decimal sign.
func WriteSeparated(w io.Writer, separator rune, columns []Column, rows []map[string]string) error {
	b := bufio.NewWriter(w)
	_, err := b.WriteString("\uFEFF")
	out := csv.NewWriter(b)
	out.Comma, out.UseCRLF = separator, true
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = neutral(c.Title)
	}
	if err == nil {
		err = out.Write(cells)
	}
	for _, row := range rows {
		for i, c := range columns {
			cells[i] = neutral(row[c.Key])
		}
		if err == nil {
			err = out.Write(cells)
		}
	}
	out.Flush()
	for _, e := range []error{out.Error(), b.Flush()} {
		if err == nil {
			err = e
		}
	}
	if err != nil {
		return problem.New(codeCannotWrite, words.T("The file cannot be written.")).With(words.Plain(err.Error())).By(err).
			Fix(words.T("Check that the disk is not full and that the file is not open elsewhere."))
	}
	return nil
}

// A spreadsheet runs a cell that starts with one of these as a formula (OWASP,
// "CSV Injection"), the full-width forms included in East Asian settings.
var (
	dangerous   = regexp.MustCompile(`^'*[\s\x{a0}]*[=+\-@\t\r＝＋－＠]`)
	neutralised = regexp.MustCompile(`^'+[\s\x{a0}]*[=+\-@\t\r＝＋－＠]`)
	// kept is how Excel files keep leading zeros: ="00123".
	kept = regexp.MustCompile(`^="([^"]*)"$`)
)

func neutral(cell string) string {
	if dangerous.MatchString(cell) {
		return "'" + cell
	}
	return cell
}

// undo takes off what neutral put on, and what keeps leading zeros. formula is
// whether the cell still starts as one that a spreadsheet would run: it is only
// text here, and worth a note.
func undo(cell string) (text string, formula bool) {
	if neutralised.MatchString(cell) {
		return cell[1:], false
	}
	if m := kept.FindStringSubmatch(cell); m != nil {
		return m[1], false
	}
	return cell, strings.HasPrefix(cell, "=") || strings.HasPrefix(cell, "@")
}
