package graph

import (
	"crypto/rand"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// addPassword makes a client secret, if the tenant's policy lets it.
func (c *call) addPassword() (reply, error) {
	a, err := c.applicationAt()
	if err != nil {
		return reply{}, err
	}
	var b struct {
		PasswordCredential *struct {
			DisplayName   *string    `json:"displayName"`
			StartDateTime *time.Time `json:"startDateTime"`
			EndDateTime   *time.Time `json:"endDateTime"`
		} `json:"passwordCredential"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	now := c.g.Now().UTC().Truncate(time.Second)
	end := now.AddDate(2, 0, 0)
	p := tenant.Password{KeyID: uuid.NewString(), StartDateTime: &now, EndDateTime: &end}
	if in := b.PasswordCredential; in != nil {
		p.DisplayName = in.DisplayName
		if in.StartDateTime != nil {
			p.StartDateTime = in.StartDateTime
		}
		if in.EndDateTime != nil {
			p.EndDateTime = in.EndDateTime
		}
	}
	switch life := c.g.secretLife(); {
	case c.g.Has(fault.SecretsForbidden):
		return reply{}, microsoft.Refuse(http.StatusBadRequest, "CredentialTypeNotAllowedAsPerAppPolicy", "Credential type is not allowed as per assigned policy 'Default app management tenant policy'.")
	case life > 0 && p.EndDateTime.Sub(*p.StartDateTime) > life+time.Minute:
		return reply{}, microsoft.Refuse(http.StatusBadRequest, "CredentialInvalidLifetimeAsPerAppPolicy", "Credential lifetime exceeds the max value allowed as per assigned policy 'Default app management tenant policy'.")
	case !p.EndDateTime.After(*p.StartDateTime):
		return reply{}, microsoft.BadRequest("Credential end date must be after its start date.")
	}
	text := newSecret()
	p.Hint = text[:3]
	a.PasswordCredentials = append(a.PasswordCredentials, p)
	c.g.State.Secrets[p.KeyID] = text
	c.g.Born(p.KeyID)
	p.SecretText = &text // shown this once
	o := microsoft.AsObject(p)
	o["@odata.context"] = c.context("microsoft.graph.passwordCredential")
	return ok(o)
}

// newSecret has the shape of Entra's.
func newSecret() string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._"
	var b [37]byte
	_, _ = rand.Read(b[:]) // never fails
	for i := range b {
		b[i] = letters[b[i]%64]
	}
	return string(b[:3]) + "8Q~" + string(b[3:])
}

func (c *call) removePassword() (reply, error) {
	a, err := c.applicationAt()
	if err != nil {
		return reply{}, err
	}
	var b struct {
		KeyID string `json:"keyId"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	at := slices.IndexFunc(a.PasswordCredentials, func(p tenant.Password) bool { return p.KeyID == b.KeyID })
	if at < 0 {
		return reply{}, microsoft.BadRequest("No password credential found with keyId '" + b.KeyID + "'.")
	}
	a.PasswordCredentials = slices.Delete(a.PasswordCredentials, at, at+1)
	delete(c.g.State.Secrets, b.KeyID)
	return noContent()
}

// addKey wants a proof by a key that exists already; nobody here makes one, so
// it always refuses, as it does for a first certificate.
func (c *call) addKey() (reply, error) {
	if _, err := c.applicationAt(); err != nil {
		return reply{}, err
	}
	return reply{}, microsoft.Refuse(http.StatusUnauthorized, "Authentication_MissingOrMalformed", "Access Token missing or malformed.")
}
