package connection

import (
	"strings"
	"unicode"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Clean takes from a typed or pasted value what pasting adds around and into
// it: white space and line ends, zero-width characters, a byte-order mark and
// quotes around the whole.
func Clean(pasted string) string {
	text, _ := tidy(pasted)
	return text
}

// tidy is Clean that also says what it took away, each a noun for a sentence
// such as "Removed: line ends, quotes"; nil when there was nothing.
func tidy(pasted string) (string, []words.Text) {
	var invisible, ends, space, quotes bool
	text := strings.Map(func(r rune) rune {
		if problem.Invisible(r) && r != '\n' && r != '\r' && r != '\t' {
			invisible = true
			return -1
		}
		return r
	}, strings.ToValidUTF8(pasted, "\uFFFD"))
	for {
		before := text
		text = strings.TrimFunc(text, func(r rune) bool {
			ends = ends || r == '\n' || r == '\r'
			space = space || unicode.IsSpace(r) && r != '\n' && r != '\r'
			return unicode.IsSpace(r)
		})
		if inner, ok := unquote(text); ok {
			text, quotes = inner, true
		}
		if text == before {
			break
		}
	}
	var removed []words.Text
	for _, what := range []struct {
		was  bool
		noun words.Text
	}{
		{ends, words.T("line ends")}, {space, words.T("white space")},
		{invisible, words.T("invisible characters")}, {quotes, words.T("quotes around the value")},
	} {
		if what.was {
			removed = append(removed, what.noun)
		}
	}
	return text, removed
}

var quotePairs = [][2]string{{`"`, `"`}, {`'`, `'`}, {"`", "`"}, {"“", "”"}, {"„", "“"}, {"‘", "’"}, {"«", "»"}}

// unquote takes off one pair of quotes around a text that has none inside.
func unquote(s string) (string, bool) {
	for _, q := range quotePairs {
		inner, ok := strings.CutPrefix(s, q[0])
		if !ok {
			continue
		}
		if inner, ok = strings.CutSuffix(inner, q[1]); ok && !strings.Contains(inner, q[0]) && !strings.Contains(inner, q[1]) {
			return inner, true
		}
	}
	return s, false
}
