package simulator

import (
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"
	"github.com/roomkey/roomkey/core/simulator/seatsurfing"
)

// openSeatsurfing serves a Seatsurfing of the version that was asked for.
func (s *Simulator) openSeatsurfing(addr string) error {
	if s.o.Seatsurfing == "" {
		return nil
	}
	account := s.Account()
	server, err := seatsurfing.New(seatsurfing.Options{
		Version: s.o.Seatsurfing, Token: account.ServerToken, ReadOnlyToken: account.ReadOnlyServerToken,
		File: filepath.Join(s.dir, "seatsurfing.json"), Microsoft: s.callback, Now: s.now,
	})
	if err != nil {
		return err
	}
	s.surf, err = s.ca.open(addr, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault.Pause(r.Context(), s.o.Latency)
		server.ServeHTTP(w, r)
	}), s.log)
	return err
}

// SeatsurfingURL is the address of the Seatsurfing, "" when there is none.
func (s *Simulator) SeatsurfingURL() string {
	if s.surf == nil {
		return ""
	}
	return s.surf.url()
}

// serveUserInfo says who the signed-in person is, as OpenID Connect has it.
func (s *Simulator) serveUserInfo(w http.ResponseWriter, r *http.Request) {
	token, err := s.authenticate(r)
	switch {
	case r.URL.Path != "/oidc/userinfo":
		http.NotFound(w, r)
		return
	case err != nil:
	case !token.user(), !token.hasAny("openid"):
		err = microsoft.Refuse(http.StatusForbidden, "UnknownError", "The token has no openid scope.")
	}
	if err != nil {
		microsoft.Fail(w, r, err)
		return
	}
	user, _ := s.directory.FindPerson(token.UPN)
	p := s.directory.Person(user)
	out := object{"sub": token.Subject, "picture": s.microsoft.url() + "/v1.0/me/photo/$value"}
	scopes := strings.Fields(token.Scopes)
	if slices.Contains(scopes, "profile") {
		out["name"], out["given_name"], out["family_name"] = fmt.Sprint(p.First, " ", p.Last), p.First, p.Last
	}
	if slices.Contains(scopes, "email") {
		out["email"] = token.UPN
	}
	microsoft.JSON(w, http.StatusOK, out)
}
