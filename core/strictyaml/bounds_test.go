package strictyaml

import (
	"strings"
	"testing"

	"github.com/roomkey/roomkey/internal/bounded"
)

func TestReadIsBounded(t *testing.T) {
	half := limit / 2
	aliases := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'j'; c++ {
		p := string(c - 1)
		aliases += string(c) + ": &" + string(c) + " [*" + p + strings.Repeat(",*"+p, 8) + "]\n"
	}
	for name, text := range map[string]string{
		"flow lists":  strings.Repeat("[", half) + strings.Repeat("]", half),
		"flow open":   strings.Repeat("[", limit),
		"flow maps":   strings.Repeat("{a: ", limit/8) + strings.Repeat("}", limit/8),
		"any":         "any: " + strings.Repeat("[", 9000) + strings.Repeat("]", 9000),
		"block":       deepBlock(1400),
		"dashes":      strings.Repeat("- ", half),
		"questions":   strings.Repeat("? ", half),
		"aliases":     aliases,
		"long string": "id: " + strings.Repeat("x", limit-10),
		"many keys":   strings.Repeat("zz: 1\n", limit/6),
		"many parts":  "parts:\n" + strings.Repeat("- {nam: x}\n", limit/11),
		"one line":    "tags: [" + strings.Repeat("1,", half-10) + "1]",
		"anchors":     strings.Repeat("&a ", limit/3),
		"comments":    strings.Repeat("#\n", half-10) + "id: x",
	} {
		t.Run(name, func(t *testing.T) {
			bounded.Run(t, 600, func() {
				var w whole
				d := Read("f.yaml", []byte(text), &w)
				d.Mistakes()
			})
		})
	}
}

func deepBlock(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()[:min(b.Len(), limit)]
}
