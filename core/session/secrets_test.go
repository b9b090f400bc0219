package session

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// refusing takes no secret while it is told so.
type refusing struct {
	vault.Vault
	set error
}

func (r *refusing) Set(ctx context.Context, id string, kind vault.Kind, secret vault.Secret) error {
	if r.set != nil {
		return r.set
	}
	return r.Vault.Set(ctx, id, kind, secret)
}

// TestSecretAndDocumentAgree: a secret that is replaced is described by the
// document, and where one of the two cannot be written, both stay as they were.
func TestSecretAndDocumentAgree(t *testing.T) {
	keychain := &refusing{Vault: vault.Memory()}
	env := bare(t, keychain)
	opened, err := env.Create(t.Context(), "Contoso", func(c *connection.Connection) { c.Product.ID = "flexo" })
	if err != nil {
		t.Fatal(err)
	}
	set := func(secret string) error {
		_, err := opened.SetSecret(t.Context(), vault.ClientSecret, vault.NewSecret(secret), vault.Secret{})
		return err
	}
	const first, second = "q8Q8Q~a-made-up-secret-of-some-length.x0", "z9Z8Q~a-second-secret-of-some-length.x00"
	if err := set(first); err != nil {
		t.Fatal(err)
	}
	end := time.Date(2027, 1, 6, 0, 0, 0, 0, time.UTC)
	if err := opened.Edit(t.Context(), func(c *connection.Connection) { c.Application.Credential.Expires = end }); err != nil {
		t.Fatal(err)
	}
	keychain.set = problem.New(vault.CodeRefused, words.T("The keychain refused."))
	if err := set(second); problem.CodeOf(err) != vault.CodeRefused {
		t.Errorf("a keychain that refuses: %v", err)
	}
	if k := opened.Document().Application.Credential; !k.Expires.Equal(end) || k.Hint != "q8Q" {
		t.Errorf("the document forgot the secret that is still there: %+v", k)
	}
	keychain.set = nil
	list, _ := env.Store.List()
	if err := os.Remove(list[0].File); err != nil {
		t.Fatal(err)
	}
	if err := set(second); err == nil {
		t.Error("a document that cannot be written: no error")
	}
	if held, err := keychain.Get(t.Context(), opened.ID(), vault.ClientSecret); err != nil || held.Reveal() != first {
		t.Errorf("the secret was replaced although it could not be described: %v", err)
	}
}

// TestDeletedMeanwhile: while another works on the connection nothing of it is
// deleted, not the secrets either; once it is deleted, nothing of it comes back.
func TestDeletedMeanwhile(t *testing.T) {
	keychain := vault.Memory()
	env := bare(t, keychain)
	opened, err := env.Create(t.Context(), "Contoso", func(c *connection.Connection) { c.Product.ID = "flexo" })
	if err != nil {
		t.Fatal(err)
	}
	token := func() error {
		_, err := opened.SetSecret(t.Context(), vault.ServerToken, vault.NewSecret("a-token-of-the-server-0123456789"), vault.Secret{})
		return err
	}
	stored := func() bool {
		_, err := keychain.Get(t.Context(), opened.ID(), vault.ServerToken)
		return err == nil
	}
	if err := token(); err != nil {
		t.Fatal(err)
	}
	lock, err := env.Store.Lock(opened.ID())
	if err != nil {
		t.Fatal(err)
	}
	if err := opened.Delete(t.Context()); problem.CodeOf(err).String() != "store.in-use" || !stored() {
		t.Errorf("while another works on it: %v, the token is stored: %v", err, stored())
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	other, err := env.Open(opened.ID())
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Delete(t.Context()); err != nil || stored() {
		t.Fatalf("%v, the token is stored: %v", err, stored())
	}
	ended := func(err error) bool { return problem.CodeOf(err) == store.CodeDeleted }
	if err := token(); !ended(err) || stored() {
		t.Errorf("a secret of a deleted connection: %v, stored: %v", err, stored())
	}
	if err := opened.Delete(t.Context()); !ended(err) {
		t.Errorf("deleted twice: %v", err)
	}
	if err := env.Store.PutCache(opened.ID(), "rooms.json", []byte("{}")); !ended(err) {
		t.Errorf("state of a deleted connection: %v", err)
	}
}
