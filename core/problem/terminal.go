package problem

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/roomkey/roomkey/core/words"
)

// Terminal writes the problem for a person at a terminal: title, detail, what
// to do (numbered), links and the ids to quote, in a language. Control
// characters that came from outside are replaced, so that a tenant's names
// cannot drive the terminal.
func (p *Problem) Terminal(w io.Writer, l words.Language) {
	fmt.Fprintf(w, "%s  [%s]\n", Clean(p.Title.In(l)), p.Code)
	if !p.Detail.IsZero() {
		fmt.Fprintf(w, "  %s\n", strings.ReplaceAll(Clean(p.Detail.In(l)), "\n", "\n  "))
	}
	for i, r := range p.Remedies {
		fmt.Fprintf(w, "  %d. %s\n", i+1, Clean(r.Text.In(l)))
		if r.Command != "" {
			fmt.Fprintf(w, "       %s\n", Clean(r.Command))
		}
	}
	for _, link := range p.Links {
		fmt.Fprintf(w, "  %s: %s\n", Clean(link.Title.In(l)), Clean(link.URL))
	}
	ids := []string{}
	for _, q := range p.Quotes() {
		ids = append(ids, Clean(q.In(l)))
	}
	if len(ids) > 0 {
		fmt.Fprintf(w, "  (%s)\n", strings.Join(ids, ", "))
	}
}

// shown is how much of one text a person gets to see; a hostile name can be
// megabytes long.
const shown = 4000

// Clean makes text from outside safe to show: control characters (but line
// ends and tabs), invisible ones and invalid UTF-8 become U+FFFD, and anything beyond 4,000 characters is cut with an ellipsis.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	n := 0
	var b strings.Builder
	for _, r := range s {
		if n++; n > shown {
			b.WriteRune('…')
			break
		}
		switch {
		case r == '\n' || r == '\t':
		case r == '\r':
			continue
		case Invisible(r):
			r = '\uFFFD'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Line is Clean on a single line, for table cells and labels.
func Line(s string) string {
	return strings.Join(strings.FieldsFunc(Clean(s), func(r rune) bool { return r == '\n' || r == '\t' }), " ")
}

// Invisible reports whether r is not seen: it moves a terminal's cursor, colours
// it, turns the direction of the text around it, or stands for nothing at all,
// so that two texts that look the same are not.
func Invisible(r rune) bool {
	if r < 0x7F {
		return r < ' '
	}
	const blank, lineEnd, paragraphEnd = '\u2800', '\u2028', '\u2029'
	return r == blank || r == lineEnd || r == paragraphEnd || unicode.IsControl(r) ||
		unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}
