package sheet

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

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
	// Old Macintosh line ends, which encoding/csv does not know.
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, "\r", "\n")
	}
	return text, encoding, nil
}

func notText() *problem.Problem {
	return problem.New(codeNotText, words.T("This is not a CSV file: it holds bytes that are no text.")).
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
