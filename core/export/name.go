package export

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// FileName makes of a connection's name one that every system takes as a file's:
// letters without their accents and digits, joined by hyphens.
func FileName(name string) string {
	plain := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(name))
	words := strings.FieldsFunc(plain, func(r rune) bool {
		return r > unicode.MaxASCII || r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	clean := strings.Join(words, "-")
	clean = strings.Trim(clean[:min(len(clean), 60)], "-")
	if clean == "" {
		return "connection"
	}
	return clean
}
