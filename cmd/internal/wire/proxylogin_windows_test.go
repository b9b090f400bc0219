package wire

import (
	"bytes"
	"testing"
)

// TestLoginOfWindows begins a sign-in by each scheme that this Windows has, as
// whoever is logged in. What NTLM says first is known; Negotiate wraps it or a
// ticket.
func TestLoginOfWindows(t *testing.T) {
	begun := 0
	for scheme, begins := range map[string]string{"NTLM": "NTLMSSP\x00\x01", "Negotiate": ""} {
		login := systemLogin(scheme, "proxy.example.com")
		if login == nil {
			t.Logf("there is no %s", scheme)
			continue
		}
		token, err := login.Answer(nil)
		login.Close()
		t.Logf("%s: %q, %v", scheme, token, err)
		if err != nil {
			continue // nobody is logged in with anything that can be handed on
		}
		begun++
		if len(token) == 0 || !bytes.HasPrefix(token, []byte(begins)) {
			t.Errorf("%s begins with %q", scheme, token)
		}
	}
	if begun == 0 {
		t.Skip("nobody is logged in with anything that a proxy could take")
	}
}
