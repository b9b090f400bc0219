package main

import (
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/export"
)

// TestFormIsWhole: nothing of a value is cut off, and a list has a line each.
func TestFormIsWhole(t *testing.T) {
	long := "https://booking.contoso.example/" + strings.Repeat("x", 300)
	var out strings.Builder
	printEntry(&out, export.Entry{Label: "Redirect URIs", Value: long + "\nhttps://other.contoso.example", Help: "As the server says them."})
	if want := "Redirect URIs\n    " + long + "\n    https://other.contoso.example\n  (As the server says them.)\n"; out.String() != want {
		t.Errorf("%s", out.String())
	}
}
