package entra

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/simulator/microsoft"
)

// ServeUserInfo says who the signed-in person is, as OpenID Connect has it.
func (e *Entra) ServeUserInfo(w http.ResponseWriter, r *http.Request) {
	token, err := e.Authenticate(r)
	switch {
	case r.URL.Path != "/oidc/userinfo":
		http.NotFound(w, r)
		return
	case err != nil:
	case !token.User(), !token.HasAny("openid"):
		err = microsoft.Refuse(http.StatusForbidden, "UnknownError", "The token has no openid scope.")
	}
	if err != nil {
		microsoft.Fail(w, r, err)
		return
	}
	user, _ := e.Directory.FindPerson(token.UPN)
	p := e.Directory.Person(user)
	out := object{"sub": token.Subject, "picture": e.Root + "/v1.0/me/photo/$value"}
	scopes := strings.Fields(token.Scopes)
	if slices.Contains(scopes, "profile") {
		out["name"], out["given_name"], out["family_name"] = fmt.Sprint(p.First, " ", p.Last), p.First, p.Last
	}
	if slices.Contains(scopes, "email") {
		out["email"] = token.UPN
	}
	microsoft.JSON(w, http.StatusOK, out)
}
