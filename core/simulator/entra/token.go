package entra

import (
	"encoding/base64"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// Claims are those of an access token.
type Claims struct {
	jwt.RegisteredClaims
	Audience  string    `json:"aud"` // one, and not in a list, as Entra writes it
	AppID     string    `json:"appid"`
	AppName   string    `json:"app_displayname,omitempty"`
	AppIDACR  string    `json:"appidacr,omitempty"`
	IDType    string    `json:"idtyp,omitempty"`
	ObjectID  string    `json:"oid"`
	TenantID  string    `json:"tid"`
	Roles     *[]string `json:"roles,omitempty"`
	Scopes    string    `json:"scp,omitempty"`
	UPN       string    `json:"upn,omitempty"`
	Name      string    `json:"name,omitempty"`
	WIDs      []string  `json:"wids,omitempty"`
	UniqueID  string    `json:"uti"`
	Version   string    `json:"ver"`
	IdentityP string    `json:"idp,omitempty"`
}

const tokenLife = time.Hour

// keyID names the signing key in the JWKS.
func (e *Entra) keyID() string {
	n := e.key.N.Bytes()
	return base64.RawURLEncoding.EncodeToString(n[:20])
}

// sign makes a token of three parts.
func (e *Entra) sign(c jwt.Claims) (string, error) {
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, c)
	t.Header["kid"], t.Header["x5t"] = e.keyID(), e.keyID()
	return t.SignedString(e.key)
}

// keySet is the JWKS document.
func (e *Entra) keySet() object {
	return object{"keys": []object{{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": e.keyID(), "x5t": e.keyID(),
		"n":      base64.RawURLEncoding.EncodeToString(e.key.N.Bytes()),
		"e":      base64.RawURLEncoding.EncodeToString(big.NewInt(int64(e.key.E)).Bytes()),
		"issuer": e.issuer(),
	}}}
}

func (e *Entra) issuer() string {
	return e.Root + "/" + e.Directory.TenantID() + "/v2.0"
}

// accessToken is for an application (user < 0) or for a user of a client.
func (e *Entra) accessToken(sp *tenant.ServicePrincipal, user int, scopes []string) (string, error) {
	now := e.Now()
	c := Claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: e.issuer(), IssuedAt: jwt.NewNumericDate(now),
			NotBefore: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(tokenLife)),
		},
		Audience: e.Root, AppID: sp.AppID, AppName: sp.DisplayName, TenantID: e.Directory.TenantID(), Version: "1.0", UniqueID: uuid.NewString()[:22], IdentityP: e.issuer(),
	}
	if user < 0 {
		c.IDType, c.ObjectID, c.Subject, c.AppIDACR = "app", sp.ID, sp.ID, "1"
		if roles := e.tokenRoles(sp); len(roles) > 0 && !e.Has(fault.NoRoles) {
			c.Roles = &roles
		}
	} else {
		p := e.Directory.Person(user)
		c.IDType, c.ObjectID, c.Subject, c.AppIDACR = "user", e.Directory.ID(tenant.KindUser, user), e.Directory.ID(tenant.KindUser, user), "0"
		c.UPN, c.Name, c.Scopes, c.WIDs = e.Directory.UPN(user), p.First+" "+p.Last, strings.Join(scopes, " "), e.RolesOf(user)
	}
	token, err := e.sign(c)
	if err == nil && e.Has(fault.NotAJWT) {
		token = e.signIns.opaque(&c)
	}
	return token, err
}

// UserToken is an access token of a user of the tenant with delegated scopes, as
// if the person had signed in through Microsoft Graph Command Line Tools; what
// is new among the scopes is consented to on the way. It is for tests that are
// about something else than signing in.
func (e *Entra) UserToken(upn string, scopes ...string) (string, error) {
	e.Lock()
	defer e.Unlock()
	user, found := e.Directory.FindPerson(upn)
	if !found {
		return "", fmt.Errorf("there is no user %s", upn)
	}
	_, sp, err := e.signInClient(tenant.CommandLineToolsAppID)
	if err != nil {
		return "", err
	}
	have, err := e.consent(sp, user, strings.Join(scopes, " "))
	if err != nil {
		return "", err
	}
	return e.accessToken(sp, user, have)
}

// tokenRoles are the application permissions that a token of this moment has.
func (e *Entra) tokenRoles(sp *tenant.ServicePrincipal) (roles []string) {
	graph := e.PrincipalByApp(tenant.GraphAppID)
	lag, stale := e.Fault(fault.StaleRoles)
	for _, a := range e.State.Assignments {
		if a.PrincipalID != sp.ID || a.ResourceID != graph.ID || e.Hidden(a) {
			continue
		}
		if stale && e.Now().Before(a.CreatedDateTime.Add(fault.Duration(lag, 3*time.Second))) {
			continue
		}
		if value := tenant.RoleValue(graph, a.AppRoleID); value != "" && !slices.Contains(roles, value) {
			roles = append(roles, value)
		}
	}
	slices.Sort(roles)
	return roles
}

// User is whether the token is of a signed-in person.
func (c *Claims) User() bool { return c.IDType == "user" }

// HasAny reports whether the token has one of the permissions, of either kind.
func (c *Claims) HasAny(permissions ...string) bool {
	have := strings.Fields(c.Scopes)
	if c.Roles != nil {
		have = append(have, *c.Roles...)
	}
	return slices.ContainsFunc(permissions, func(p string) bool { return slices.Contains(have, p) })
}

// HasRole is whether the person has one of the directory roles.
func (c *Claims) HasRole(ids ...string) bool {
	return slices.ContainsFunc(ids, func(id string) bool { return slices.Contains(c.WIDs, id) })
}

// Authenticate reads the token of a call to Graph.
func (e *Entra) Authenticate(r *http.Request) (*Claims, error) {
	text, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !found || text == "" {
		return nil, microsoft.Unauthorized("Access token is empty.")
	}
	if c := e.signIns.known(text); c != nil {
		return c, nil
	}
	if strings.Count(text, ".") != 2 {
		return nil, microsoft.Unauthorized("CompactToken parsing failed with error code: 80049217")
	}
	c := &Claims{}
	_, err := jwt.ParseWithClaims(text, c, func(*jwt.Token) (any, error) { return &e.key.PublicKey, nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation())
	switch {
	case err != nil:
		return nil, microsoft.Unauthorized("Signature validation failed.")
	case c.ExpiresAt == nil || e.Now().After(c.ExpiresAt.Time):
		return nil, microsoft.Unauthorized("Lifetime validation failed, the token is expired.")
	case !e.isGraph(c.Audience):
		return nil, microsoft.Unauthorized("Access token validation failure. Invalid audience.")
	case c.TenantID != e.Directory.TenantID():
		return nil, microsoft.Unauthorized("Access token validation failure. Invalid tenant.")
	}
	return c, nil
}

// isGraph reports whether a resource is this tenant's Graph: by the address
// that was given out, its other spellings, or Graph's own identifiers.
func (e *Entra) isGraph(resource string) bool {
	resource = strings.TrimSuffix(resource, "/")
	if resource == tenant.GraphAppID || resource == "https://graph.microsoft.com" {
		return true
	}
	u, err := url.Parse(resource)
	own, err2 := url.Parse(e.Root)
	return err == nil && err2 == nil && u.Scheme == "https" && u.Path == "" && u.Port() == own.Port() &&
		(u.Hostname() == own.Hostname() || u.Hostname() == "localhost")
}
