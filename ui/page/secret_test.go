package page

import (
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/session"
)

// TestBothThumbprintsAreShown of a certificate, and none of a secret.
func TestBothThumbprintsAreShown(t *testing.T) {
	lines := strings.Join(thumbprints(session.SecretState{Thumbprint: "AB12", Thumbprint256: "CD34"}), "\n")
	if !strings.Contains(lines, "AB12") || !strings.Contains(lines, "CD34") {
		t.Errorf("shown: %s", lines)
	}
	if got := thumbprints(session.SecretState{Fingerprint: "3f9a"}); got != nil {
		t.Errorf("a secret has the thumbprints %v", got)
	}
}
