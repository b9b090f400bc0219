package vault

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// shortest is the length below which a text is found everywhere; no real secret
// is that short.
const shortest = 6

// longestEscape is how long one character may become by being escaped again and again.
const longestEscape = 32

// Hide takes the secrets out of a text, however they are written there: as they
// are, in base64 or in hexadecimal digits, alone or inside something longer, and
// each character as itself or as an escape of JSON, of HTML or of addresses.
// instead is what stands in their place.
func Hide(text, instead string, secrets ...Secret) string {
	starts, escapes := [256]bool{}, [256]bool{'%': true, '\\': true, '&': true}
	forms := map[rune][]string{}
	for _, form := range formsOf(secrets) {
		first, _ := utf8.DecodeRuneInString(form)
		forms[first] = append(forms[first], form)
		starts[form[0]] = true
	}
	var b strings.Builder
	kept := 0
	for i := 0; i < len(text); i++ {
		if !starts[text[i]] && !escapes[text[i]] {
			continue
		}
		longest := 0
		for first, all := range forms {
			if escapes[text[i]] && escaped(text[i:], first) == 0 && !strings.HasPrefix(text[i:], string(first)) {
				continue
			}
			for _, form := range all {
				longest = max(longest, spelled(text[i:], form))
			}
		}
		if longest > 0 {
			b.WriteString(text[kept:i])
			b.WriteString(instead)
			kept = i + longest
			i = kept - 1
		}
	}
	b.WriteString(text[kept:])
	return b.String()
}

// formsOf are the texts that give secrets away.
func formsOf(secrets []Secret) []string {
	var all []string
	for _, s := range secrets {
		text := s.Reveal()
		if len(text) < shortest {
			continue
		}
		digits := hex.EncodeToString([]byte(text))
		all = append(all, text, digits, strings.ToUpper(digits))
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			all = append(all, encoded(encoding, text)...)
			all = append(all, encoded(encoding, url.QueryEscape(text))...) // as OAuth has clients sign in by Basic
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// encoded are the three ways in which base64 spells a text, after how much of
// something else stands before it. What shares a character with its neighbours
// is left out.
func encoded(encoding *base64.Encoding, text string) []string {
	var all []string
	for before := range 3 {
		spelled := encoding.EncodeToString(append(make([]byte, before), text...))
		from, to := (before*8+5)/6, (before+len(text))*8/6
		all = append(all, spelled[from:to])
	}
	return all
}

// spelled is how much of the text spells the form, -1 when it does not. What may be
// an escape can also be meant as it stands, so that both are tried.
func spelled(text, form string) int {
	if form == "" {
		return 0
	}
	r, size := utf8.DecodeRuneInString(form)
	ways := []int{escaped(text, r)}
	for _, written := range append(marks[r], form[:size]) {
		if strings.HasPrefix(text, written) {
			ways = append(ways, len(written))
		}
	}
	for _, n := range ways {
		if n == 0 {
			continue
		}
		if more := spelled(text[n:], form[size:]); more >= 0 {
			return n + more
		}
	}
	return -1
}

// marks are how the characters that begin an escape are escaped, once and twice.
var marks = map[rune][]string{'\\': {`\\\\`, `\\`}, '%': {"%2525"}}

// short are the escapes of JSON that are a single character.
var short = map[rune]string{'"': `"`, '\'': `'`, '/': `/`, '\n': "n", '\r': "r", '\t': "t"}

// escaped is how much of the text is an escape of r, also one that was escaped
// again; 0 when it begins with none.
func escaped(text string, r rune) int {
	text = text[:min(len(text), longestEscape)]
	var rest string
	var found bool
	switch {
	case text == "":
	case text[0] == '+':
		rest, found = text[1:], r == ' '
	case text[0] == '\\':
		rest, found = inJSON(strings.TrimLeft(text, `\`), r)
	case text[0] == '%':
		if rest, found = inAddress(text, r); !found && r == ' ' {
			rest, found = inAddress(text, '+')
		}
	case text[0] == '&':
		rest, found = inHTML(text[1:], r)
	}
	if !found {
		return 0
	}
	return len(text) - len(rest)
}

// inJSON takes what follows backslashes.
func inJSON(text string, r rune) (rest string, found bool) {
	if s := short[r]; s != "" && strings.HasPrefix(text, s) {
		return text[len(s):], true
	}
	for _, unit := range utf16.Encode([]rune{r}) {
		text = strings.TrimLeft(text, `\`)
		if len(text) < 5 || text[0] != 'u' || number(text[1:5]) != int64(unit) {
			return "", false
		}
		text = text[5:]
	}
	return text, true
}

// inAddress takes percent signs with digits, one for each byte.
func inAddress(text string, r rune) (rest string, found bool) {
	for _, b := range []byte(string(r)) {
		text, found = strings.CutPrefix(text, "%")
		for found && b != '%' && strings.HasPrefix(text, "25") { // a percent sign that was escaped
			text = text[2:]
		}
		if !found || len(text) < 2 || number(text[:2]) != int64(b) {
			return "", false
		}
		text = text[2:]
	}
	return text, true
}

// inHTML takes what follows an ampersand.
func inHTML(text string, r rune) (rest string, found bool) {
	for strings.HasPrefix(text, "amp;") {
		text, found = text[len("amp;"):], true
	}
	if r == '&' && found {
		return text, true
	}
	end := strings.IndexByte(text[:min(len(text), 12)], ';') + 1
	return text[end:], end > 0 && html.UnescapeString("&"+text[:end]) == string(r)
}

// number is -1 for what is none.
func number(digits string) int64 {
	n, err := strconv.ParseUint(digits, 16, 32)
	if err != nil {
		return -1
	}
	return int64(n)
}
