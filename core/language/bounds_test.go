package language

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/internal/bounded"
)

// A translation of the administrator's own holds nobody up.
func TestLoadIsBounded(t *testing.T) {
	for name, text := range map[string]string{
		"nested": `{"Cancel":` + strings.Repeat(`{"a":`, 9000) + "1" + strings.Repeat("}", 9000) + `}`,
		"huge":   `{"Cancel":"` + strings.Repeat("x", 40<<20) + `"}`,
		"many":   "{" + strings.Repeat(`"No %s":"%s",`, 100_000) + `"x":"y"}`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "de.json"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			bounded.Run(t, 100, func() { Load(dir) })
		})
	}
}
