package connection

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mtibben/confusables"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// maxName is the longest name of a connection in characters.
const maxName = 120

// CheckName says what is wrong with a name for a connection, nil when nothing
// is. A name is compared by eye, in a list and in the question before something
// is deleted, so that all of it must be seen.
func CheckName(name string) *problem.Problem {
	bad := func(title words.Text) *problem.Problem {
		return problem.New(codeName, title).Fix(words.T("Type a name with letters, digits and ordinary characters."))
	}
	at := strings.IndexFunc(name, func(r rune) bool { return problem.Invisible(r) || unicode.IsSpace(r) && r != ' ' })
	switch {
	case name == "":
		return problem.New(CodeEmpty, words.T("The connection has no name.")).Fix(words.T("Type a name."))
	case !utf8.ValidString(name):
		return bad(words.T("The name is not text."))
	case at >= 0:
		r, _ := utf8.DecodeRuneInString(name[at:])
		return bad(words.T("The name has a character that cannot be seen or that reverses the text: U+%04X.", r))
	case strings.TrimSpace(name) != name:
		return bad(words.T("The name begins or ends with a space, which cannot be seen."))
	case strings.HasSuffix(name, "."):
		return bad(words.T("The name ends with a dot, which Windows removes from file names."))
	case utf8.RuneCountInString(name) > maxName:
		return problem.New(codeName, words.T("The name is longer than %d characters.", maxName)).Fix(words.T("Shorten the name."))
	}
	return nil
}

// CleanName makes a name from elsewhere one that CheckName takes; "" when
// nothing of it is left.
func CleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case problem.Invisible(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if runes := []rune(name); len(runes) > maxName {
		name = string(runes[:maxName])
	}
	return strings.TrimRight(strings.Join(strings.Fields(name), " "), ". ")
}

// LooksLike is whether two names can be taken for one another: they differ only
// in capitals, or in characters that look the same (Unicode TR39), such as a
// Cyrillic "а", or a zero for an o.
func LooksLike(a, b string) bool {
	return looks(a) == looks(b) || looks(strings.ToLower(a)) == looks(strings.ToLower(b))
}

// Means is whether somebody who types this means name, which may have characters
// that few keyboards have, such as the dash in the names that Roomkey gives.
func Means(typed, name string) bool { return LooksLike(strings.TrimSpace(typed), name) }

func looks(name string) string { return strings.ToLower(confusables.Skeleton(name)) }
