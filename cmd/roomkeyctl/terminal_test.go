package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/words"
)

// TestJSONIsHarmless: what steers a terminal is escaped, and means the same.
func TestJSONIsHarmless(t *testing.T) {
	const name = "a\u202eb\x1b[2J\u009b31m é 😀 \n\u2066\U000e0041"
	var out strings.Builder
	if err := (&terminal{out: &out, json: true}).show(map[string]string{"name": name}, nil); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\u202e\x1b\u009b\u2066\U000e0041") || !strings.Contains(out.String(), "é 😀") {
		t.Errorf("shown: %q", out.String())
	}
	var back map[string]string
	if err := json.Unmarshal([]byte(out.String()), &back); err != nil || back["name"] != name {
		t.Errorf("%q %v", back["name"], err)
	}
}

// TestProgressStaysOnItsLine without escape sequences, which not every console
// of Windows understands.
func TestProgressStaysOnItsLine(t *testing.T) {
	var out strings.Builder
	line := progressLine{to: &out, width: func() int { return 12 }}
	line.show("1/3 a room with a long name")
	line.show("2/3 会议室会议室")
	line.show("")
	if got, want := out.String(), "\r\r1/3 a room \r           \r2/3 会议室\r          \r"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestWaitsAreSaid where no person looks at a terminal, too: each once, although
// several wait for it.
func TestWaitsAreSaid(t *testing.T) {
	var out strings.Builder
	term := &terminal{err: &out, json: true}
	for _, what := range []words.Text{words.T("busy"), words.T("busy"), {}, {}, words.T("busy again")} {
		term.waiting(what)
	}
	if out.String() != "busy\nbusy again\n" {
		t.Errorf("said %q", out.String())
	}
}
