package session

import (
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/vault"
)

// TestEndOfACredential: what is said of a credential in the overview of connections.
func TestEndOfACredential(t *testing.T) {
	env := bare(t, vault.Memory())
	opened, err := env.Create(t.Context(), "Contoso", func(c *connection.Connection) { c.Product.ID = "flexo" })
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		left time.Duration
		days int
		says string
	}{
		{-time.Hour, -1, "The credential expired on"},
		{time.Hour, 0, "The credential expires within a day."},
		{36 * time.Hour, 1, "The credential expires in 1 day."},
		{40 * 24 * time.Hour, 40, ""},
	} {
		// A second more, since time goes on.
		if err := opened.Edit(t.Context(), func(c *connection.Connection) {
			c.Application.Credential.Expires = env.Now().Add(tt.left + time.Second)
		}); err != nil {
			t.Fatal(err)
		}
		var h Health
		opened.ends(&h)
		said := ""
		if len(h.Wants) > 0 {
			said = h.Wants[0].String()
		}
		if h.CredentialDays == nil || *h.CredentialDays != tt.days || len(said) < len(tt.says) || said[:len(tt.says)] != tt.says || tt.says == "" && said != "" {
			t.Errorf("%s left: %v days, %q", tt.left, *h.CredentialDays, said)
		}
	}
}
