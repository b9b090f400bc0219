package sheet

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	utf "golang.org/x/text/encoding/unicode"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// decode turns a file into text and says which encoding it had. Excel saves CSV
// in a code page ("CSV"), UTF-8 with a byte-order mark ("CSV UTF-8") or UTF-16
// ("Unicode text").
func decode(data []byte) (text, encoding string, p *problem.Problem) {
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")), bytes.HasPrefix(data, []byte("\xD0\xCF\x11\xE0")):
		return "", "", problem.New(codeWorkbook, words.T("This is an Excel workbook, not a CSV file.")).
			Fix(words.T("In Excel choose File, Save As, and the type CSV UTF-8 (comma delimited)."))
	case bytes.HasPrefix(data, []byte("\xEF\xBB\xBF")):
		data, encoding = data[3:], "UTF-8 with byte-order mark"
		if !utf8.Valid(data) {
			return "", "", notText()
		}
		text = string(data)
	case bytes.HasPrefix(data, []byte("\xFF\xFE")), looksUTF16(data, 1):
		encoding = "UTF-16 LE"
		text = wide(data, utf.LittleEndian)
	case bytes.HasPrefix(data, []byte("\xFE\xFF")), looksUTF16(data, 0):
		encoding = "UTF-16 BE"
		text = wide(data, utf.BigEndian)
	case utf8.Valid(data):
		text, encoding = string(data), "UTF-8"
	default:
		if bytes.IndexByte(data, 0) >= 0 {
			return "", "", notText()
		}
		if text, encoding, p = narrow(data); p != nil {
			return "", "", p
		}
	}
	if strings.ContainsRune(text, 0) {
		return "", "", notText()
	}
	if strings.ContainsRune(text, utf8.RuneError) {
		return "", "", problem.New(codeUnknownEncoding, words.T("Letters were lost when the file was saved: it has %q in their place.", string(utf8.RuneError))).
			Fix(words.T("In the spreadsheet choose Save As and the type CSV UTF-8.")).
			Fix(words.T("In PowerShell add -Encoding UTF8 to Export-Csv."))
	}
	if once, twice := encodedTwice(text); twice {
		text, encoding = once, encoding+", encoded twice"
	}
	if p := otherForm(text); p != nil {
		return "", "", p
	}
	return unquoted(ends(text)), encoding, nil
}

// encodedTwice undoes what a program did that took UTF-8 for Windows-1252 and
// wrote it as UTF-8 once more: "ZÃ¼rich".
func encodedTwice(text string) (once string, twice bool) {
	once, err := charmap.Windows1252.NewEncoder().String(text)
	return once, err == nil && len(once) < len(text) && utf8.ValidString(once)
}

// ends are line ends as encoding/csv knows them: an old Macintosh's are turned,
// also those to which something has added a last line end of another kind.
func ends(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	if strings.Contains(strings.TrimSuffix(first, "\r"), "\r") {
		return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	}
	return text
}

// unquoted takes off the quotes around whole lines, which a spreadsheet with
// another separator writes when it has opened a CSV and saves it again.
func unquoted(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\r\n"), "\n")
	for i, line := range lines {
		inner, open := strings.CutPrefix(strings.TrimSuffix(line, "\r"), `"`)
		inner, closed := strings.CutSuffix(inner, `"`)
		// Only doubled quotes are left in a line that was quoted as a whole.
		if !open || !closed || !strings.Contains(inner, `""`) || strings.Contains(strings.ReplaceAll(inner, `""`, ""), `"`) {
			return text
		}
		lines[i] = strings.ReplaceAll(inner, `""`, `"`)
	}
	return strings.Join(lines, "\n")
}

var (
	markup  = regexp.MustCompile(`^(?i)\s*<(!doctype|html|\?xml|table|objs)\b`)
	ruled   = regexp.MustCompile(`^\s*[^\n]+\n *-{2,}( +-{2,})* *\r?\n`)
	listing = regexp.MustCompile(`^\s*[A-Za-z]\w* +: [^\n]*\n[A-Za-z]\w* *: `)
)

// otherForm says that a text is something else than CSV, nil when it may be one.
func otherForm(text string) *problem.Problem {
	isNot := func(what words.Text) *problem.Problem { return problem.New(codeNotText, what) }
	switch start := strings.TrimSpace(text); {
	case strings.HasPrefix(start, "{") || strings.HasPrefix(start, "["):
		return isNot(words.T("This is JSON, not a CSV file.")).Fix(words.T("In PowerShell use Export-Csv instead of ConvertTo-Json."))
	case markup.MatchString(text):
		return isNot(words.T("This is a web page or XML, not a CSV file.")).Fix(words.T("Export the table again as CSV; a sign-in page may have been saved instead."))
	case ruled.MatchString(text), listing.MatchString(text):
		return isNot(words.T("This is what PowerShell shows on the screen, not a CSV file.")).Fix(words.T("End the command with | Export-Csv rooms.csv -NoTypeInformation -Encoding UTF8 and choose that file."))
	}
	return nil
}

func notText() *problem.Problem {
	return problem.New(codeNotText, words.T("This is not a CSV file: it contains bytes that are not text.")).
		Fix(words.T("In the spreadsheet choose Save As and the type CSV UTF-8."))
}

// looksUTF16 reports whether every byte at an even (0) or odd (1) place of the
// beginning is zero and none of the others is: Latin text in UTF-16 without a
// byte-order mark.
func looksUTF16(data []byte, zeros int) bool {
	n := min(len(data)&^1, 64)
	for i := range n {
		if (data[i] == 0) != (i%2 == zeros) {
			return false
		}
	}
	return n >= 4
}

func wide(data []byte, order utf.Endianness) string {
	text, err := utf.UTF16(order, utf.UseBOM).NewDecoder().Bytes(data)
	if err != nil {
		return "\x00" // no text, then
	}
	return string(text)
}

// tidy takes away what is not seen around a cell.
func tidy(cell string) string {
	return strings.TrimFunc(cell, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
}
