package export

import (
	"fmt"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/internal/bounded"
)

// A file from elsewhere costs no more memory than a few times its size,
// whatever is in it.
func TestImportIsBounded(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 9000) + "1" + strings.Repeat("}", 9000)
	wide := func(n int, item string) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, item, i)
		}
		return b.String()
	}
	for name, text := range map[string]string{
		"nested unknown":        `{"schema":1,"name":"x","extra":` + deep + `}`,
		"nested known":          `{"schema":1,"name":"x","server":{"extra":` + deep + `}}`,
		"nested list":           `{"schema":1,"extra":` + strings.Repeat("[", 70000) + strings.Repeat("]", 70000) + `}`,
		"cut off deep":          `{"schema":1,"extra":` + strings.Repeat("[{\"a\":", 70000),
		"100,000 redirect URIs": `{"schema":1,"name":"x","singleSignOn":{"redirectUris":[` + wide(100000, `"https://a.example/%d"`) + `]}}`,
		"19,000 unknown fields": `{"schema":1,"name":"x",` + wide(19000, `"f%d":1`) + `}`,
		"500,000 secrets":       `{"schema":1,"name":"x",` + wide(500000, `"secret%d":{"a":1}`) + `}`,
		"20,000 rooms":          `{"schema":1,"name":"x","rooms":{"mode":"selected","items":[` + wide(20000, `"r%d@a.example"`) + `]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			bounded.Run(t, 600, func() {
				in, err := Import([]byte(text), "x.json")
				if err == nil {
					in.Connection.Lint()
					_ = in.Connection.Set("name", "other")
				}
			})
		})
	}
}
