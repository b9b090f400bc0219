package vault

import (
	"encoding/json"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Sealable is the application's credential with what it belongs to: the plain
// text of the booking-server contract's SealedCredential. Tenant and client id
// travel inside the seal, so that sealed text cannot be moved into another
// configuration.
type Sealable struct {
	// Kind is "secret" or "certificate".
	Kind               string
	TenantID, ClientID string
	// Value is the client secret, or certificate and key as PEM.
	Value Secret
}

// Seal encrypts a credential to an age recipient ("age1…") as ASCII armor: it
// can be sent, stored or carried, and only the booking server opens it.
// Problems: "vault.absent" (no value), "vault.recipient" (no native recipient).
func Seal(recipient string, s Sealable) (string, error) {
	if s.Value.IsZero() {
		return "", problem.New(CodeAbsent, words.T("There is no credential to seal.")).
			Lead(words.T("Store the client secret or the certificate in the keychain."), problem.PlaceClientSecret)
	}
	to, err := ParseRecipient(recipient)
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(map[string]any{
		"version": 1, "kind": s.Kind, "tenantId": s.TenantID, "clientId": s.ClientID, "value": s.Value.Reveal(),
	})
	if err != nil {
		return "", err
	}
	var sealed strings.Builder
	outer := armor.NewWriter(&sealed)
	inner, err := age.Encrypt(outer, to)
	if err != nil {
		return "", err
	}
	if _, err := inner.Write(plain); err != nil {
		return "", err
	}
	if err := inner.Close(); err != nil {
		return "", err
	}
	if err := outer.Close(); err != nil {
		return "", err
	}
	return sealed.String(), nil
}

// ParseRecipient accepts exactly one native age recipient, X25519 ("age1…") or
// hybrid post-quantum ("age1pq1…").
func ParseRecipient(text string) (age.Recipient, error) {
	found, err := age.ParseRecipients(strings.NewReader(text))
	if err != nil || len(found) != 1 || strings.ContainsAny(text, "\r\n#") {
		return nil, problem.New(codeRecipient, words.T("A credential cannot be sealed with this key.")).
			With(words.T("Enter an age recipient: one line that begins with age1.")).
			Fix(words.T("Copy the recipient from the booking server's console again, or ask the vendor for it.")).By(err)
	}
	return found[0], nil
}
