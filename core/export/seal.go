package export

import (
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// Sealed writes the credential as an age file that only the booking server
// opens, to be carried by hand. recipient is the server's, "" for the one that
// the administrator has confirmed for the connection.
func Sealed(c *connection.Connection, recipient string, credential vault.Secret) ([]byte, error) {
	if recipient == "" {
		recipient = c.Server.PinnedRecipient
	}
	if recipient == "" {
		return nil, problem.New(codeNoRecipient, words.T("The booking server's sealing key is not known.")).
			Lead(words.T("Copy the sealing key (it begins with age1) from the booking server's console, or confirm it once the server can be reached."), problem.PlaceConfirm)
	}
	sealed, err := vault.Seal(recipient, vault.Sealable{
		Kind: c.Application.Credential.Kind, TenantID: c.Tenant.ID, ClientID: c.Application.ClientID, Value: credential,
	})
	return []byte(sealed), err
}
