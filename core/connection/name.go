package connection

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mtibben/confusables"
	"golang.org/x/text/unicode/norm"

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
	private := strings.IndexFunc(name, isPrivate)
	last, _ := utf8.DecodeLastRuneInString(name)
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
	case private >= 0:
		r, _ := utf8.DecodeRuneInString(name[private:])
		return bad(words.T("The name has a character that each font shows in its own way, or not at all: U+%04X.", r))
	case isDot(last):
		return bad(words.T("The name ends with a character that looks like a dot: U+%04X.", last))
	case deviceIn(name) != "":
		return problem.New(codeName, words.T("Windows reserves the name %s for a device, also with an extension after it.", deviceIn(name))).
			Fix(words.T("Type another name, or one that begins differently."))
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
		case problem.Invisible(r), isPrivate(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	name = strings.Join(strings.Fields(name), " ")
	if deviceIn(name) != "" {
		name = "_" + name
	}
	if runes := []rune(name); len(runes) > maxName {
		name = string(runes[:maxName])
	}
	return strings.TrimRightFunc(name, func(r rune) bool { return r == ' ' || isDot(r) })
}

// Numbered is a name with a number after it, cut where CheckName would refuse it
// for its length.
func Numbered(name string, n int) string {
	numbered := words.T("%s (%d)", name, n).String()
	if over := utf8.RuneCountInString(numbered) - maxName; over > 0 {
		runes := []rune(name)
		return Numbered(strings.TrimSpace(string(runes[:max(0, len(runes)-over)])), n)
	}
	return numbered
}

// isPrivate is whether a character means nothing outside the font that made it up.
func isPrivate(r rune) bool { return unicode.In(r, unicode.Co, unicode.Noncharacter_Code_Point) }

// isDot is whether r is a dot or a mark that looks like one or more of them. A
// digit that does, such as the Arabic zero, is a digit.
func isDot(r rune) bool {
	return (unicode.IsPunct(r) || unicode.IsSymbol(r)) && strings.Trim(looks(string(r)), ".") == ""
}

var device = regexp.MustCompile(`^(?i:(con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])) *(?:[.:]|$)`)

// deviceIn is the name of the device that Windows takes a name for, "" for none.
func deviceIn(name string) string {
	if m := device.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return ""
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

// looks is how a name looks; compatibility characters, such as a wide dot, are
// first made what they stand for.
func looks(name string) string { return strings.ToLower(confusables.Skeleton(norm.NFKC.String(name))) }
