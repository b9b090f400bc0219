package exchange

import (
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/product"
)

// A setting that must be the same as one at the vendor is asked for, never
// guessed.
func TestMatchingSetting(t *testing.T) {
	to := target(t, 1)
	to.Product.Policy = []product.Setting{{Parameter: "BookingWindowInDays", Matches: "Booking horizon"}}
	if _, err := Generate("calendar-processing", to, nil); err == nil || !strings.Contains(err.Error(), "Booking horizon") {
		t.Errorf("without the value: %v", err)
	}
	doc, err := Generate("calendar-processing", to, map[string]any{"BookingWindowInDays": "365"})
	if err != nil || !strings.Contains(string(doc.Intent), `"BookingWindowInDays":365`) {
		t.Errorf("with the value: %v, %s", err, doc.Intent)
	}
}
