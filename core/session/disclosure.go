package session

import (
	"cmp"
	"encoding/json"

	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/words"
)

// Disclosure is what a person reads before a sign-in for scopes opens: which
// application, why, and what stays. clientID is as in SignIn.
func (s *Session) Disclosure(clientID string, scopes []string) (words.Text, error) {
	if locked := s.env.Policy.SignIn(clientID, false); locked != nil {
		return words.Text{}, locked
	}
	row, err := s.Cloud()
	if err != nil {
		return words.Text{}, err
	}
	admin, err := entra.NewAdministrator(entra.AdministratorOptions{Cloud: row, TenantID: tenantOf(s.Document()), ClientID: s.client(clientID)})
	if err != nil {
		return words.Text{}, err
	}
	return admin.Disclosure(scopes), nil
}

// client is the client of a sign-in: the policy's, else the one that is named,
// else the one that was used last; "" for Microsoft's.
func (s *Session) client(clientID string) string {
	return cmp.Or(s.env.Policy.SignInClient, clientID, s.lastClient())
}

// lastClient is the client of this connection's last sign-in, "" when there was
// none.
func (s *Session) lastClient() string {
	var last lastSignIn
	if data, _, ok := s.env.Store.Cache(s.ID(), cacheSignIn); ok && json.Unmarshal(data, &last) == nil {
		return last.ClientID
	}
	return ""
}
