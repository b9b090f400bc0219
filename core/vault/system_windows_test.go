package vault

import (
	"os"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/problem"
)

// TestCredentialManager uses the real one, whose items are smaller than a
// certificate with its chain. It runs with ROOMKEY_TEST_KEYCHAIN=1.
func TestCredentialManager(t *testing.T) {
	if os.Getenv("ROOMKEY_TEST_KEYCHAIN") == "" {
		t.Skip("ROOMKEY_TEST_KEYCHAIN is not set")
	}
	ctx, v := t.Context(), Keychain("Roomkey test")
	for _, text := range []string{"short", strings.Repeat("a long certificate ", 1500), "short again"} {
		if err := v.Set(ctx, "connection", Certificate, NewSecret(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := v.Get(ctx, "connection", Certificate); err != nil || got.Reveal() != text {
			t.Fatalf("%d bytes of %d came back: %v", len(got.Reveal()), len(text), err)
		}
	}
	if err := v.Delete(ctx, "connection", Certificate); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Get(ctx, "connection", Certificate); problem.CodeOf(err) != CodeAbsent {
		t.Errorf("after it was deleted: %v", err)
	}
}
