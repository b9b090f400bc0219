package cloud

import (
	"strings"
	"testing"
)

func TestATenantIDThatLostADigitIsNamedSo(t *testing.T) {
	for typed, want := range map[string]string{
		"11111111-2222-3333-4444-55555555555":   "this one has 31",
		"1111111-2222-3333-4444-555555555555":   "this one has 31",
		"11111111-2222-3333-4444-5555555555556": "this one has 33",
		"1111111122223333444455555555555":       "this one has 31",
		"deadbeef":                              "neither a domain",
	} {
		if _, p := ParseTenant(typed); p == nil || !strings.Contains(p.Title.String(), want) {
			t.Errorf("%s: %v", typed, p)
		}
	}
	for _, other := range []string{"11111111-2222-3333-4444-555555555555", "contoso.com", "cafe-babe.ch", strings.Repeat("a", 24)} {
		if n := WrongDigits(other); n != 0 {
			t.Errorf("%s has %d digits too many or few", other, n)
		}
	}
}
