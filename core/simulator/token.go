package simulator

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

// claims are those of an access token.
type claims struct {
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
func (s *Simulator) keyID() string {
	n := s.key.N.Bytes()
	return base64.RawURLEncoding.EncodeToString(n[:20])
}

// sign makes a token of three parts.
func (s *Simulator) sign(c jwt.Claims) (string, error) {
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, c)
	t.Header["kid"], t.Header["x5t"] = s.keyID(), s.keyID()
	return t.SignedString(s.key)
}

// keySet is the JWKS document.
func (s *Simulator) keySet() object {
	return object{"keys": []object{{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": s.keyID(), "x5t": s.keyID(),
		"n":      base64.RawURLEncoding.EncodeToString(s.key.N.Bytes()),
		"e":      base64.RawURLEncoding.EncodeToString(big.NewInt(int64(s.key.E)).Bytes()),
		"issuer": s.issuer(),
	}}}
}

func (s *Simulator) issuer() string {
	return s.microsoft.url() + "/" + s.directory.TenantID() + "/v2.0"
}

// accessToken is for an application (user < 0) or for a user of a client.
func (s *Simulator) accessToken(sp *tenant.ServicePrincipal, user int, scopes []string) (string, error) {
	now := s.now()
	c := claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: s.issuer(), IssuedAt: jwt.NewNumericDate(now),
			NotBefore: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(tokenLife)),
		},
		Audience: s.microsoft.url(), AppID: sp.AppID, AppName: sp.DisplayName, TenantID: s.directory.TenantID(), Version: "1.0", UniqueID: uuid.NewString()[:22], IdentityP: s.issuer(),
	}
	if user < 0 {
		c.IDType, c.ObjectID, c.Subject, c.AppIDACR = "app", sp.ID, sp.ID, "1"
		if roles := s.tokenRoles(sp); len(roles) > 0 && !s.Has(fault.NoRoles) {
			c.Roles = &roles
		}
	} else {
		p := s.directory.Person(user)
		c.IDType, c.ObjectID, c.Subject, c.AppIDACR = "user", s.directory.ID(tenant.KindUser, user), s.directory.ID(tenant.KindUser, user), "0"
		c.UPN, c.Name, c.Scopes, c.WIDs = s.directory.UPN(user), p.First+" "+p.Last, strings.Join(scopes, " "), s.wids(user)
	}
	token, err := s.sign(c)
	if err == nil && s.Has(fault.NotAJWT) {
		token = s.signIns.opaque(&c)
	}
	return token, err
}

// UserToken is an access token of a user of the tenant with delegated scopes, as
// if the person had signed in through Microsoft Graph Command Line Tools; what
// is new among the scopes is consented to on the way. It is for tests that are
// about something else than signing in.
func (s *Simulator) UserToken(upn string, scopes ...string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, found := s.directory.FindPerson(upn)
	if !found {
		return "", fmt.Errorf("there is no user %s", upn)
	}
	_, sp, err := s.signInClient(commandLineToolsAppID)
	if err != nil {
		return "", err
	}
	have, err := s.consent(sp, user, strings.Join(scopes, " "))
	if err != nil {
		return "", err
	}
	return s.accessToken(sp, user, have)
}

// tokenRoles are the application permissions that a token of this moment has.
func (s *Simulator) tokenRoles(sp *tenant.ServicePrincipal) (roles []string) {
	graph := s.principalByApp(graphAppID)
	lag, stale := s.Fault(fault.StaleRoles)
	for _, a := range s.state.Assignments {
		if a.PrincipalID != sp.ID || a.ResourceID != graph.ID || s.hidden(a) {
			continue
		}
		if stale && s.now().Before(a.CreatedDateTime.Add(fault.Duration(lag, 3*time.Second))) {
			continue
		}
		if value := roleValue(graph, a.AppRoleID); value != "" && !slices.Contains(roles, value) {
			roles = append(roles, value)
		}
	}
	slices.Sort(roles)
	return roles
}

func roleValue(resource *tenant.ServicePrincipal, id string) string {
	for _, r := range resource.AppRoles {
		if r.ID == id {
			return r.Value
		}
	}
	return ""
}

// wids are the directory roles of a user.
func (s *Simulator) wids(user int) []string {
	switch {
	case user == tenant.AdminUser && s.Has(fault.ConsentRefused), user == tenant.LesserUser:
		return []string{applicationAdministrator, defaultUserRole}
	case user == tenant.AdminUser:
		return []string{globalAdministrator, defaultUserRole}
	}
	return []string{defaultUserRole}
}

func (c *claims) user() bool { return c.IDType == "user" }

// hasAny reports whether the token has one of the permissions, of either kind.
func (c *claims) hasAny(permissions ...string) bool {
	have := strings.Fields(c.Scopes)
	if c.Roles != nil {
		have = append(have, *c.Roles...)
	}
	return slices.ContainsFunc(permissions, func(p string) bool { return slices.Contains(have, p) })
}

func (c *claims) hasRole(ids ...string) bool {
	return slices.ContainsFunc(ids, func(id string) bool { return slices.Contains(c.WIDs, id) })
}

// authenticate reads the token of a call to Graph.
func (s *Simulator) authenticate(r *http.Request) (*claims, error) {
	text, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !found || text == "" {
		return nil, microsoft.Unauthorized("Access token is empty.")
	}
	if c := s.signIns.known(text); c != nil {
		return c, nil
	}
	if strings.Count(text, ".") != 2 {
		return nil, microsoft.Unauthorized("CompactToken parsing failed with error code: 80049217")
	}
	c := &claims{}
	_, err := jwt.ParseWithClaims(text, c, func(*jwt.Token) (any, error) { return &s.key.PublicKey, nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation())
	switch {
	case err != nil:
		return nil, microsoft.Unauthorized("Signature validation failed.")
	case c.ExpiresAt == nil || s.now().After(c.ExpiresAt.Time):
		return nil, microsoft.Unauthorized("Lifetime validation failed, the token is expired.")
	case !s.isGraph(c.Audience):
		return nil, microsoft.Unauthorized("Access token validation failure. Invalid audience.")
	case c.TenantID != s.directory.TenantID():
		return nil, microsoft.Unauthorized("Access token validation failure. Invalid tenant.")
	}
	return c, nil
}

// isGraph reports whether a resource is this tenant's Graph: by the address
// that was given out, its other spellings, or Graph's own identifiers.
func (s *Simulator) isGraph(resource string) bool {
	resource = strings.TrimSuffix(resource, "/")
	if resource == graphAppID || resource == "https://graph.microsoft.com" {
		return true
	}
	u, err := url.Parse(resource)
	own, err2 := url.Parse(s.microsoft.url())
	return err == nil && err2 == nil && u.Scheme == "https" && u.Path == "" && u.Port() == own.Port() &&
		(u.Hostname() == own.Hostname() || u.Hostname() == "localhost")
}
