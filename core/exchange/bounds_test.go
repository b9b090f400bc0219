package exchange

import (
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/internal/bounded"
)

func TestReadResultIsBounded(t *testing.T) {
	const size = 4 << 20
	for name, text := range map[string]string{
		"nested":    `{"seal":"x","result":` + strings.Repeat(`{"a":`, 9000) + "1" + strings.Repeat("}", 9000) + `}`,
		"brackets":  strings.Repeat("[", size),
		"results":   `{"seal":"x","result":{"results":[` + strings.Repeat(`{},`, size/3) + `{}]}}`,
		"two bytes": "\xff\xfe" + strings.Repeat("[\x00", size),
	} {
		t.Run(name, func(t *testing.T) {
			bounded.Run(t, 300, func() {
				if _, err := ReadResult([]byte(text), connection.New("x")); err == nil {
					t.Error("taken")
				}
			})
		})
	}
}
