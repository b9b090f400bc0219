package sheet

import (
	"strings"
	"testing"

	"github.com/roomkey/roomkey/internal/bounded"
)

func TestReadIsBounded(t *testing.T) {
	const size = 4 << 20
	for name, text := range map[string]string{
		"one line":        "E-mail address\n" + strings.Repeat("x", 20<<20),
		"one header":      strings.Repeat("x", size),
		"commas":          strings.Repeat(",", size),
		"commas below":    "E-mail address\n" + strings.Repeat(",", size),
		"quotes":          "E-mail address\n" + strings.Repeat("\"", size),
		"open quotes":     "E-mail address\n" + strings.Repeat("\"a\n", size/3),
		"odd quotes":      "E-mail address\n" + strings.Repeat("a\"b\n", size/4),
		"empty lines":     strings.Repeat("\n", size),
		"semicolons":      "E-mail address;b\n" + strings.Repeat("a@b.example;\n", size/13),
		"carriage":        strings.Repeat("\r", size),
		"zeros":           strings.Repeat("\x00", size),
		"header names":    strings.Repeat("E-mail address,", size/15),
		"unknown headers": "E-mail address," + strings.Repeat("ab,", size/3),
	} {
		t.Run(name, func(t *testing.T) {
			bounded.Run(t, 300, func() { _, _, _ = Read(strings.NewReader(text), rooms) })
		})
	}
}
