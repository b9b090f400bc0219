package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestJSONIsHarmless: what steers a terminal is escaped, and means the same.
func TestJSONIsHarmless(t *testing.T) {
	const name = "a\u202eb\x1b[2J\u009b31m é 😀 \n\u2066"
	var out strings.Builder
	if err := (&terminal{out: &out, json: true}).show(map[string]string{"name": name}, nil); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\u202e\x1b\u009b\u2066") || !strings.Contains(out.String(), "é 😀") {
		t.Errorf("shown: %q", out.String())
	}
	var back map[string]string
	if err := json.Unmarshal([]byte(out.String()), &back); err != nil || back["name"] != name {
		t.Errorf("%q %v", back["name"], err)
	}
}
