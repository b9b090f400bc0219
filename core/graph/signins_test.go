package graph

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
)

const otherID = "0d000000-0000-4000-8000-000000000004"

// TestLastSignIn reads the log and the report; each is asked for one
// application only.
func TestLastSignIn(t *testing.T) {
	l := newLab(t, func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.Query().Get("$filter"); got != "appId eq '"+clientID+"'" {
			t.Errorf("filter %q", got)
		}
		switch r.URL.Path {
		case "/v1.0/auditLogs/signIns":
			write(w, map[string]any{"value": []any{map[string]any{"id": "1", "appId": clientID, "createdDateTime": "2026-11-20T10:11:12.345Z", "userPrincipalName": "ada@contoso.com", "status": map[string]any{"errorCode": 0}}}})
		case "/beta/reports/servicePrincipalSignInActivities":
			write(w, map[string]any{"value": []any{map[string]any{"appId": strings.ToUpper(clientID),
				"applicationAuthenticationClientSignInActivity": map[string]any{"lastSignInDateTime": "2026-11-21T00:00:00Z", "lastSignInRequestId": "x"},
				"delegatedClientSignInActivity":                 nil, "lastSignInActivity": map[string]any{"lastSignInDateTime": "2026-11-21T00:00:00Z"}}}})
		default:
			t.Errorf("asked %s", r.URL)
		}
	})
	s, err := l.LastSignIn(t.Context(), clientID)
	if err != nil || s.By != "ada@contoso.com" || s.At.Format(time.RFC3339) != "2026-11-20T10:11:12Z" {
		t.Errorf("%+v %v", s, err)
	}
	a, err := l.ClientActivity(t.Context(), clientID)
	if err != nil || !a.Application.Equal(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)) || !a.User.IsZero() {
		t.Errorf("%+v %v", a, err)
	}
}

// TestNoFalseNever: only a whole, empty list says that nobody signed in.
func TestNoFalseNever(t *testing.T) {
	for name, body := range map[string]string{
		"no list": `{}`, "null": `{"value":null}`, "another's": `{"value":[{"appId":"` + otherID + `","createdDateTime":"2026-11-20T10:11:12Z"}]}`,
		"no time": `{"value":[{"appId":"` + clientID + `","createdDateTime":null,"applicationAuthenticationClientSignInActivity":{"lastSignInDateTime":"2021-03-01T00:00:00-8:00"}}]}`,
		"a page":  `<html>Please sign in</html>`, "text": `"x"`, "nothing": ``,
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, func(w http.ResponseWriter, _ *http.Request) {
				if strings.HasPrefix(body, "<") {
					w.Header().Set("Content-Type", "text/html")
				}
				_, _ = w.Write([]byte(body))
			})
			if s, err := l.LastSignIn(t.Context(), clientID); problem.CodeOf(err) != tenant.CodeUnexpected {
				t.Errorf("log: %+v %v", s, err)
			}
			if a, err := l.ClientActivity(t.Context(), clientID); problem.CodeOf(err) != tenant.CodeUnexpected {
				t.Errorf("report: %+v %v", a, err)
			}
		})
	}
	l := newLab(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"value":[]}`)) })
	if s, err := l.LastSignIn(t.Context(), clientID); err != nil || !s.At.IsZero() {
		t.Errorf("log: %+v %v", s, err)
	}
	if a, err := l.ClientActivity(t.Context(), clientID); err != nil || !a.Application.IsZero() || !a.User.IsZero() {
		t.Errorf("report: %+v %v", a, err)
	}
}

// TestSignInLogRefused: reporting refuses in words of its own, and each refusal
// says what helps.
func TestSignInLogRefused(t *testing.T) {
	for message, want := range map[string]struct {
		status     int
		code, says string
	}{
		"Neither tenant is B2C or tenant doesn't have premium license":               {403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "P1"},
		"User is not in the allowed roles":                                           {403, "Authentication_RequestFromUnsupportedUserRole", "role"},
		"Calling principal does not have required MSGraph permissions":               {403, "Authentication_MSGraphPermissionMissing", "AuditLog.Read.All"},
		"Resource not found for the segment 'signIns'.":                              {400, "BadRequest", "cloud"},
		"Resource not found for the segment 'servicePrincipalSignInActivities'.":     {404, "ResourceNotFound", "cloud"},
		"Resource not found for the segment 'ServicePrincipalSignInActivities' here": {400, "BadRequest", "cloud"},
	} {
		l := newLab(t, func(w http.ResponseWriter, _ *http.Request) { fail(w, want.status, want.code, message) })
		for _, err := range []error{second(l.LastSignIn(t.Context(), clientID)), second(l.ClientActivity(t.Context(), clientID))} {
			p := problem.Of(err)
			if p.Code.String() != "graph."+want.code || !strings.Contains(p.Title.String(), want.says) || len(p.Remedies) != 1 {
				t.Errorf("%s: %+v", message, p)
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestOnlyThisReport: the token goes to no other address of the beta.
func TestOnlyThisReport(t *testing.T) {
	l := newLab(t, func(http.ResponseWriter, *http.Request) {})
	for _, address := range []string{"/beta/users", "/beta/reports/servicePrincipalSignInActivities/x"} {
		if u, err := l.root.Parse(address); err != nil || l.beta(u) || l.own(u) {
			t.Errorf("%s is taken for Graph's own", u)
		}
	}
}
