package sheet

import (
	"regexp"
	"strings"
)

var (
	// run is a cell that a spreadsheet runs as a formula (OWASP, "CSV Injection"),
	// the full-width forms included in East Asian settings; with apostrophes in
	// front it does not.
	run = regexp.MustCompile(`^'*[\s\x{a0}]*[=+\-@\t\r＝＋－＠]`)
	// amount is a number, which is run to itself.
	amount = regexp.MustCompile(`^-?[0-9]+$`)
	// kept is how Excel files keep leading zeros: ="00123".
	kept = regexp.MustCompile(`^="([^"]*)"$`)
)

// Harmless is a cell that no spreadsheet runs as a formula. Read takes off again
// what it puts in front.
func Harmless(cell string) string {
	if run.MatchString(cell) && !amount.MatchString(cell) {
		return "'" + cell
	}
	return cell
}

// undo takes off what keeps a cell from being run as a formula, and what keeps
// leading zeros. formula is whether the cell still starts as one that a
// spreadsheet would run: it is only text here, and worth a note.
func undo(cell string) (text string, formula bool) {
	if strings.HasPrefix(cell, "'") && run.MatchString(cell) {
		return cell[1:], false
	}
	if m := kept.FindStringSubmatch(cell); m != nil {
		return m[1], false
	}
	return cell, strings.HasPrefix(cell, "=") || strings.HasPrefix(cell, "@")
}
