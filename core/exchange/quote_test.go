package exchange

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// evaluate is what PowerShell makes of an expression of quote: literals in single
// quotes and [char] numbers, added up, perhaps in parentheses. It is written from
// PowerShell's tokenizer (ScanStringLiteral: a single quote ends the literal
// unless another single quote follows, of which the second one counts), not from
// quote, and refuses everything else: that would be executed.
func evaluate(source string) (string, error) {
	rest := []rune(source)
	if len(rest) > 1 && rest[0] == '(' && rest[len(rest)-1] == ')' {
		rest = rest[1 : len(rest)-1]
	}
	var out []uint16
	single := func(r rune) bool { return strings.ContainsRune("'\u2018\u2019\u201A\u201B", r) }
	for first := true; len(rest) > 0; first = false {
		if !first {
			if rest[0] != '+' {
				return "", fmt.Errorf("executed: %q", string(rest))
			}
			rest = rest[1:]
		}
		if after, ok := strings.CutPrefix(string(rest), "[char]"); ok && !first {
			n := 0
			for n < len(after) && after[n] >= '0' && after[n] <= '9' {
				n++
			}
			unit, err := strconv.ParseUint(after[:n], 10, 16)
			if err != nil {
				return "", err
			}
			out, rest = append(out, uint16(unit)), []rune(after[n:])
			continue
		}
		if len(rest) == 0 || !single(rest[0]) {
			return "", fmt.Errorf("no literal: %q", string(rest))
		}
		rest = rest[1:]
		for {
			if len(rest) == 0 {
				return "", fmt.Errorf("a literal without end in %q", source)
			}
			r := rest[0]
			rest = rest[1:]
			if single(r) {
				if len(rest) == 0 || !single(rest[0]) {
					break
				}
				r = rest[0]
				rest = rest[1:]
			}
			out = append(out, utf16.Encode([]rune{r})...)
		}
	}
	return string(utf16.Decode(out)), nil
}

func checkQuote(t *testing.T, s string) {
	t.Helper()
	q := quote(s)
	got, err := evaluate(q)
	if want := string([]rune(s)); err != nil || got != want {
		t.Fatalf("%q became %s, which is %q (%v)", s, q, got, err)
	}
	for _, r := range q {
		if r != ' ' && !visible(r) {
			t.Fatalf("%q became %q, which holds %U", s, q, r)
		}
	}
}

func TestQuote(t *testing.T) {
	for _, s := range hostile {
		checkQuote(t, s)
	}
	for s, want := range map[string]string{
		"room@contoso.com":   "'room@contoso.com'",
		"O'Brien":            "'O''Brien'",
		"‘’‚‛":               "'‘‘’’‚‚‛‛'",
		"":                   "''",
		"a\x00b":             "('a'+[char]0+'b')",
		"\r\n":               "(''+[char]13+''+[char]10+'')",
		"\uFEFF":             "(''+[char]65279+'')",
		"x\u202Ey":           "('x'+[char]8238+'y')",
		"\U000E0001":         "(''+[char]56128+[char]56321+'')",
		"$(rm) `n \"q\" –—―": "'$(rm) `n \"q\" –—―'",
	} {
		if got := quote(s); got != want {
			t.Errorf("quote(%q) is %s, not %s", s, got, want)
		}
	}
}

// TestQuoteMillion takes a million names that are made to break out.
func TestQuoteMillion(t *testing.T) {
	names := 1_000_000
	if testing.Short() {
		names = 50_000
	}
	pieces := []string{"'", "‘", "’", "‚", "‛", "\"", "“", "”", "„", "`", "$", "(", ")", "{", "}", ";", "#", "<#", "#>", "|", "&", "@'", "'@", "\n", "\r", "\x00", "\x1b[31m", "\uFEFF", "\u2028", "\u2029", "\u202E", "\u200F", "\u00A0", "–", "—", "-", "+", "[char]39", "Room ", "A", "é", "漢", "🏢", "\u0301", "\uFFFD", "\uE000", "\U0010FFFF"}
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for range names {
		b.Reset()
		for range r.IntN(12) {
			if r.IntN(8) == 0 {
				b.WriteRune(rune(r.IntN(0x110000)))
			} else {
				b.WriteString(pieces[r.IntN(len(pieces))])
			}
		}
		checkQuote(t, b.String())
	}
}

func FuzzQuote(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkQuote(t, s) })
}
