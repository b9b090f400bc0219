package exchange

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/roomkey/roomkey/core/words"
)

// isSingleQuote are the five characters that PowerShell takes for a single
// quote (CharExtensions.IsSingleQuote in its tokenizer).
func isSingleQuote(r rune) bool { return r == '\'' || r >= '\u2018' && r <= '\u201B' }

// quote is s as a PowerShell expression whose value is exactly s. What can be
// seen stands in a single-quoted literal, in which only the five single quotes
// mean anything: each is doubled. What cannot be seen (control characters, line
// ends, NUL, byte-order marks, direction marks, unassigned characters) is added
// by its number, so that it survives editors, line-end conversion and mail, and
// shows to whoever reads the script. Bytes that are no UTF-8 become U+FFFD.
func quote(s string) string {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] >= ' ' && s[i] < 0x7F && s[i] != '\''
	}
	if plain {
		return "'" + s + "'"
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	b.WriteByte('\'')
	numbers := false
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch {
		case isSingleQuote(r):
			b.WriteRune(r)
			b.WriteRune(r)
		case r == unicode.ReplacementChar || visible(r):
			b.WriteRune(r)
		default:
			numbers = true
			b.WriteByte('\'')
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, "+[char]%d", unit)
			}
			b.WriteString("+'")
		}
	}
	b.WriteByte('\'')
	if numbers {
		return "(" + b.String() + ")"
	}
	return b.String()
}

// visible is what may stand in a script as it is.
func visible(r rune) bool { return unicode.IsGraphic(r) && r != '\uFEFF' }

// table is a hashtable, one entry a line; its keys come from the catalogues.
type table map[string]any

// rows is a list of hashtables, one a line: data, however many there are.
type rows []table

// literal is v as a PowerShell expression: text through quote, numbers and
// switches as they are, lists and hashtables of those.
func literal(v any) (string, error) {
	var b strings.Builder
	if err := writeLiteral(&b, v, "    "); err != nil {
		return "", err
	}
	return b.String(), nil
}

func writeLiteral(b *strings.Builder, v any, indent string) error {
	inner := indent + "    "
	switch v := v.(type) {
	case nil:
		b.WriteString("$null")
	case string:
		b.WriteString(quote(v))
	case words.Key:
		b.WriteString(quote(string(v)))
	case bool:
		b.WriteString("$" + strconv.FormatBool(v))
	case int:
		b.WriteString(strconv.Itoa(v))
	case []string:
		if len(v) == 0 {
			b.WriteString("@()")
			return nil
		}
		b.WriteString("@(")
		for i, s := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			if len(v) > 3 {
				b.WriteString("\n" + inner)
			} else if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(quote(s))
		}
		if len(v) > 3 {
			b.WriteString("\n" + indent)
		}
		b.WriteByte(')')
	case table:
		return writeTable(b, v, "\n"+inner, "\n"+inner, "\n"+indent)
	case rows:
		if len(v) == 0 {
			b.WriteString("@()")
			return nil
		}
		b.WriteString("@(")
		for i, row := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString("\n" + inner)
			if err := writeTable(b, row, " ", "; ", " "); err != nil {
				return err
			}
		}
		b.WriteString("\n" + indent + ")")
	default:
		return fmt.Errorf("no PowerShell literal for %T", v)
	}
	return nil
}

func writeTable(b *strings.Builder, t table, first, between, last string) error {
	if len(t) == 0 {
		b.WriteString("@{}")
		return nil
	}
	keys := make([]string, 0, len(t))
	for k := range t {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	b.WriteString("@{")
	for i, k := range keys {
		if i == 0 {
			b.WriteString(first)
		} else {
			b.WriteString(between)
		}
		b.WriteString(quote(k) + " = ")
		v := t[k]
		if inner, ok := v.(table); ok {
			if err := writeTable(b, inner, " ", "; ", " "); err != nil {
				return err
			}
			continue
		}
		if list, ok := v.([]string); ok && len(list) > 0 {
			quoted := make([]string, len(list))
			for i, s := range list {
				quoted[i] = quote(s)
			}
			b.WriteString("@(" + strings.Join(quoted, ", ") + ")")
			continue
		}
		if err := writeLiteral(b, v, ""); err != nil {
			return err
		}
	}
	b.WriteString(last + "}")
	return nil
}
