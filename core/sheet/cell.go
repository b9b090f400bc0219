package sheet

import (
	"regexp"
	"strings"
)

var (
	// neutralised is a cell with an apostrophe in front, so that a spreadsheet
	// does not run it as a formula (OWASP, "CSV Injection"), the full-width forms
	// included in East Asian settings.
	neutralised = regexp.MustCompile(`^'+[\s\x{a0}]*[=+\-@\t\r＝＋－＠]`)
	// kept is how Excel files keep leading zeros: ="00123".
	kept = regexp.MustCompile(`^="([^"]*)"$`)
)

// undo takes off what keeps a cell from being run as a formula, and what keeps
// leading zeros. formula is whether the cell still starts as one that a
// spreadsheet would run: it is only text here, and worth a note.
func undo(cell string) (text string, formula bool) {
	if neutralised.MatchString(cell) {
		return cell[1:], false
	}
	if m := kept.FindStringSubmatch(cell); m != nil {
		return m[1], false
	}
	return cell, strings.HasPrefix(cell, "=") || strings.HasPrefix(cell, "@")
}
