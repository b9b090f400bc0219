// Package entra gets tokens from Microsoft Entra ID, for the application itself
// and for an administrator, and explains why it did not get one.
package entra

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
)

// Token is an access token and what it says of itself.
type Token struct {
	Value   vault.Secret
	Expires time.Time
	// Claims is nil when the token is not a readable JWT: its form is
	// Microsoft's own business and may change.
	Claims *Claims
}

// Claims are the claims of an access token that Roomkey reads. The signature is
// not verified: the token is for Microsoft Graph, which does that, and what it
// says is only shown and compared.
type Claims struct {
	TenantID string `json:"tid"`
	AppID    string `json:"appid"`
	// ObjectID is of the service principal in an application's token, of the
	// user in a person's.
	ObjectID string `json:"oid"`
	// Name is the application's display name.
	Name string `json:"app_displayname"`
	// Roles are the application permissions, Scopes the delegated ones.
	Roles  []string `json:"roles"`
	Scopes []string `json:"scp"`
	UPN    string   `json:"upn"`
	// WIDs are the template ids of the directory roles of the person.
	WIDs     []string  `json:"wids"`
	Audience string    `json:"aud"`
	Issuer   string    `json:"iss"`
	Expires  time.Time `json:"exp"`
	IssuedAt time.Time `json:"iat"`
}

// readClaims decodes the claims of a JWT, nil when it is none.
func readClaims(token vault.Secret) *Claims {
	parts := strings.Split(token.Reveal(), ".")
	if len(parts) != 3 {
		return nil
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return nil
	}
	var raw struct {
		TenantID   string   `json:"tid"`
		AppID      string   `json:"appid"`
		Authorized string   `json:"azp"` // appid in v2.0 tokens
		ObjectID   string   `json:"oid"`
		Name       string   `json:"app_displayname"`
		Roles      *strs    `json:"roles"`
		Scopes     string   `json:"scp"`
		UPN        string   `json:"upn"`
		Preferred  string   `json:"preferred_username"`
		Unique     string   `json:"unique_name"`
		WIDs       strs     `json:"wids"`
		Audience   strs     `json:"aud"`
		Issuer     string   `json:"iss"`
		Expires    *float64 `json:"exp"`
		IssuedAt   *float64 `json:"iat"`
	}
	if err := json.Unmarshal(payload, &raw); err != nil {
		return nil
	}
	c := &Claims{
		TenantID: raw.TenantID, AppID: first(raw.AppID, raw.Authorized), ObjectID: raw.ObjectID, Name: raw.Name,
		Scopes: strings.Fields(raw.Scopes), UPN: first(raw.UPN, raw.Preferred, raw.Unique), WIDs: raw.WIDs,
		Audience: strings.Join(raw.Audience, " "), Issuer: raw.Issuer,
		Expires: moment(raw.Expires), IssuedAt: moment(raw.IssuedAt),
	}
	if raw.Roles != nil {
		c.Roles = *raw.Roles
	}
	return c
}

// strs is a claim that is one string or a list of them.
type strs []string

func (s *strs) UnmarshalJSON(b []byte) error {
	var one string
	if err := json.Unmarshal(b, &one); err == nil {
		*s = strs{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(s))
}

func moment(seconds *float64) time.Time {
	if seconds == nil {
		return time.Time{}
	}
	return time.Unix(int64(*seconds), 0).UTC()
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// calls are what MSAL sends. All of it may be sent again when the answer was lost:
// a token that went missing on the way is no harm, there is another.
type calls struct{ *http.Client }

func (c calls) Do(r *http.Request) (*http.Response, error) {
	transport.Repeatable(r.Header)
	return c.Client.Do(r)
}

// aside runs work on a goroutine of its own and returns when it ends or when
// ctx does, whichever comes first: MSAL does not always notice a cancel.
func aside[T any](ctx context.Context, work func(context.Context) (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		v, err := work(ctx)
		done <- outcome{v, err}
	}()
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
