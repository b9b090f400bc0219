package sheet

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/encoding/charmap"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

type codePage struct {
	name string
	page *charmap.Charmap
	// east is what takes its place in Central Europe, with many letters the same.
	east *charmap.Charmap
}

// codePages are what Western computers write when they do not write Unicode:
// Excel's "CSV", cmd.exe and old programs, and Excel's "CSV (Macintosh)".
var codePages = []codePage{
	{"Windows-1252", charmap.Windows1252, charmap.Windows1250}, {"DOS code page 850", charmap.CodePage850, charmap.CodePage852},
	{"DOS code page 437", charmap.CodePage437, charmap.CodePage852}, {"Macintosh", charmap.Macintosh, charmap.Windows1250},
}

// narrow decodes a text of one byte per character. Nothing in the file says
// which code page it has, so a reading is taken only when it is the one that
// gives words; where two do, or none does, the file is refused: a room with
// wrong letters in its name would reach the booking server.
func narrow(data []byte) (text, encoding string, p *problem.Problem) {
	var readings []string
	for _, c := range codePages {
		decoded, err := c.page.NewDecoder().Bytes(data)
		if err != nil || !readable([]rune(string(decoded)), lettersBeyond) || slices.Contains(readings, string(decoded)) {
			continue
		}
		if readings = append(readings, string(decoded)); len(readings) == 1 {
			text, encoding = string(decoded), c.name
		}
	}
	if len(readings) == 1 {
		return text, encoding, nil
	}
	p = problem.New(codeUnknownEncoding, words.T("The file does not state its encoding, and it cannot be determined."))
	if len(readings) > 1 {
		p.With(words.T("The same word reads %q or %q.", differing(readings[0], readings[1]), differing(readings[1], readings[0])))
	}
	return "", "", p.Fix(words.T("In the spreadsheet choose Save As and the type CSV UTF-8.")).
		Fix(words.T("In PowerShell add -Encoding UTF8 to Export-Csv."))
}

// doubtful reports whether a value gives other words, had the file been written
// farther east than its code page says.
func doubtful(value, encoding string) bool {
	i := slices.IndexFunc(codePages, func(c codePage) bool { return c.name == encoding })
	if i < 0 || strings.IndexFunc(value, func(r rune) bool { return r > unicode.MaxASCII }) < 0 {
		return false
	}
	written, err := codePages[i].page.NewEncoder().String(value)
	east, e := codePages[i].east.NewDecoder().String(written)
	return err == nil && e == nil && east != value && readable([]rune(east), lettersBeyond+lettersEast)
}

// differing is the word of a at which b, of the same length, reads otherwise.
func differing(a, b string) string {
	x, y := []rune(a), []rune(b)
	at := 0
	for at < min(len(x), len(y))-1 && x[at] == y[at] {
		at++
	}
	from, to := at, at
	for from > 0 && unicode.IsLetter(x[from-1]) {
		from--
	}
	for to < len(x) && (to == at || unicode.IsLetter(x[to])) {
		to++
	}
	return short(string(x[from:to]))
}

// The letters and signs beyond ASCII that a Western name may have; š, ž and
// others that Windows-1252 shares with Windows-1250 are not among them, because
// the letters beside them would be wrong.
const (
	lettersBeyond = "äöüßéèêëàâáãåæçñóòôõøúùûíìîïœ" + "ÄÖÜÉÈÊËÀÂÁÃÅÆÇÑÓÒÔÕØÚÙÛÍÌÎÏŒ"
	lettersEast   = "ąćęłńśźżčďěňřšťůžőűýăţşľĺŕđ" + "ĄĆĘŁŃŚŹŻČĎĚŇŘŠŤŮŽŐŰÝĂŢŞĽĹŔĐ"
	signsBeyond   = "\u00a0€…‘’“”„–—•«»°§´²³½¼&™®©ªº¡¿"
	wordsOfOne    = "àèéóòåöÀÉÓÅÖÑčČ"
	vowels        = "aeiouyäöüAEIOUY"
)

// readable reports whether every character beyond ASCII is one of the letters, or a
// sign, and stands where a word may have it.
func readable(text []rune, letters string) bool {
	at := func(i int) rune {
		if i < 0 || i >= len(text) {
			return ' '
		}
		return text[i]
	}
	for i, r := range text {
		if r < 0x80 {
			continue
		}
		before, after := at(i-1), at(i+1)
		inside := unicode.IsLetter(before) && unicode.IsLetter(after)
		switch {
		case strings.ContainsRune(signsBeyond, r):
			if inside && !strings.ContainsRune("\u00a0’–", r) || strings.ContainsRune("™²³½¼°ªº®©…", r) && unicode.IsLetter(after) {
				return false
			}
		case !strings.ContainsRune(letters, r),
			unicode.IsDigit(before), unicode.IsDigit(after),
			unicode.IsUpper(r) && (unicode.IsLower(before) || unicode.IsUpper(before) && unicode.IsLower(after)),
			unicode.IsLower(r) && unicode.IsUpper(after),
			!unicode.IsLetter(before) && !unicode.IsLetter(after) && !strings.ContainsRune(wordsOfOne, r),
			before >= 0x80 && at(i-2) >= 0x80, // three in a row: another alphabet
			r == 'ß' && !strings.ContainsRune(vowels, before),
			r == 'õ' && after != 'e',
			(r == 'ì' || r == 'ù') && unicode.IsLetter(after):
			return false
		}
	}
	return true
}
