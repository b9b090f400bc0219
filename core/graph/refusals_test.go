package graph

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/problem"
)

// answered is how Roomkey explains a refusal in Graph's form.
func answered(t *testing.T, status int, request, code, message string) *problem.Problem {
	t.Helper()
	body, err := json.Marshal(map[string]any{"error": map[string]string{"code": code, "message": message}})
	if err != nil {
		t.Fatal(err)
	}
	return refused(&http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}}, body, request)
}

// TestAnswersOfMicrosoft are answers as Microsoft gave them, with what the
// person reads and does.
func TestAnswersOfMicrosoft(t *testing.T) {
	for _, tt := range []struct {
		request       string
		status        int
		code, message string
		kind          problem.Kind
		title, fix    string
	}{
		{"GET /users/{room}/calendarView", 403, "ErrorQuotaExceeded", "Mailbox has exceeded maximum mailbox size.",
			problem.Unmet, "The mailbox is full.", "Recoverable Items count"},
		{"POST /users/{room}/events", 507, "QuotaExceededException", "Cannot save changes made to an item to store.",
			problem.Unmet, "The mailbox is full.", "raise its limit"},
		{"POST /users/{room}/events", 403, "QuotaExceededException", "Cannot save changes made to an item to store.",
			problem.Unmet, "The mailbox is full.", "raise its limit"},
		{"GET /places/microsoft.graph.room", 401, "UnknownError", `{"code":"Unauthorized","message":"There was a problem calling the proxy call"}`,
			problem.NoAnswer, "places service failed", "neither the token nor the permissions are the cause"},
		{"GET /users", 401, "UnknownError", "",
			problem.SignInNeeded, "refused the request (UnknownError, HTTP 401)", "names no cause"},
		{"GET /users/{room}/places/rooms", 403, "UnknownError", "",
			problem.Denied, "refused the request (UnknownError, HTTP 403)", "names no cause"},
		{"POST /applications/{id}/addPassword", 400, "Request_BadRequest", "Not allowed to add 3 passwords. You can only add a maximum of 2 passwords.",
			problem.Refused, "maximum number of secrets", "delete a secret that is no longer used"},
		{"PATCH /applications(uniqueName={name})", 403, "Directory_QuotaExceeded", "The directory object quota limit for the Principal has been exceeded. Please ask your administrator to increase the quota limit or delete objects to reduce the used quota.",
			problem.Unmet, "The account has created", "Sign in as another administrator"},
		{"POST /servicePrincipals", 403, "Directory_QuotaExceeded", "The directory object quota limit for the Tenant has been exceeded. Please ask your administrator to increase the quota limit or delete objects to reduce the used quota.",
			problem.Unmet, "The directory contains the maximum number of objects.", "remove them permanently"},
		{"POST /servicePrincipals", 400, "Request_BadRequest", "The directory object quota limit for the Tenant has been exceeded.",
			problem.Unmet, "The directory contains the maximum number of objects.", "remove them permanently"},
		{"POST /subscriptions", 403, "ExtensionError", "Operation: Create; Exception: [Status Code: Forbidden; Reason: Maximum number of subscriptions has been reached]",
			problem.Unmet, "maximum number of subscriptions", "delete subscriptions that it no longer uses"},
		{"GET /users/{room}/calendar", 404, "OrganizationFromTenantGuidNotFound", "The tenant for tenant guid 'db404958-8858-4f05-8a8c-91cbd9d89b21' does not exist.",
			problem.Absent, "This tenant has no Exchange Online.", "a subscription with Exchange Online"},
		{"GET /auditLogs/signIns", 403, "AuthOMMissingRequiredPermissions", "The AadGraph-ApiVersion requires permissions that the request lacks: AuditLog.Read.All",
			problem.Denied, "A permission for this request is missing.", "Microsoft names above"},
		{"GET /users/{room}/calendar", 404, "ErrorItemNotFound", "Default folder Calendar not found.",
			problem.Unmet, "The mailbox has no calendar.", "Outlook on the web"},
		{"GET /users/{room}/calendarView", 404, "ResourceNotFound", "Resource could not be discovered.",
			problem.Absent, "Microsoft finds no mailbox", "Exchange Online mailbox"},
		{"GET /users/{room}/calendarView", 404, "Request_ResourceNotFound", "Resource 'room@contoso.example' does not exist.",
			problem.Absent, "No account in the tenant has this address.", "a renamed room"},
		{"GET /users/{room}/calendarView", 503, "ErrorMailboxMoveInProgress", "Mailbox move in progress. Try again later.",
			problem.NoAnswer, "being moved", "Get-MoveRequestStatistics"},
		{"POST /users/{room}/events", 403, "ErrorSendAsDenied", "The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account.",
			problem.Denied, "cannot send", "alias"},
		{"GET /users", 401, "Authorization_IdentityNotFound", "The identity of the calling application could not be established.",
			problem.SignInNeeded, "enterprise application", "Grant admin consent: that creates it"},
		{"GET /users", 400, "Request_UnsupportedQuery", "Unsupported Query.",
			problem.Refused, "refused the request (Request_UnsupportedQuery, HTTP 400)", "names no cause"},
		{"GET /users/{room}/calendar", 404, "ErrorItemNotFound", "The specified object was not found in the store.",
			problem.Absent, "refused the request (ErrorItemNotFound, HTTP 404)", "names no cause"},
		{"POST /applications/{id}/addPassword", 400, "CredentialTypeNotAllowedAsPerAppPolicy", "Credential type is not allowed as per assigned policy 'Default app management tenant policy'.",
			problem.Refused, "does not allow this kind of credential", "exempt this application"},
	} {
		p := answered(t, tt.status, tt.request, tt.code, tt.message)
		var fixes []string
		for _, r := range p.Remedies {
			fixes = append(fixes, r.Text.String())
		}
		if p.Kind != tt.kind || !strings.Contains(p.Title.String(), tt.title) || !strings.Contains(strings.Join(fixes, "\n"), tt.fix) {
			t.Errorf("%s %d %s %q:\n%s: %s\n%s", tt.request, tt.status, tt.code, tt.message, p.Kind, p.Title, strings.Join(fixes, "\n"))
		}
		if !strings.Contains(p.Detail.String(), tt.message) {
			t.Errorf("%s is not quoted: %s", tt.message, p.Detail)
		}
	}
}

// againOrSupport is advice that cannot help where the same answer comes again.
var againOrSupport = regexp.MustCompile(`(?i)\btry again\b|request id\b|\bsupport\b`)

// TestARefusalIsNotTriedAgain asks for every code that this program knows of
// Graph, at every status that a refusal can have: what comes again must not be
// tried again.
func TestARefusalIsNotTriedAgain(t *testing.T) {
	type answer struct{ code, message string }
	answers := []answer{{"NobodyKnowsThis", "Because."}, {"UnknownError", ""}}
	for name := range problem.Declared() {
		if code, ok := strings.CutPrefix(name, "graph."); ok {
			answers = append(answers, answer{code, "x"})
		}
	}
	for _, e := range explanations {
		code := e.code
		switch {
		case code == "":
			code = "BadRequest"
		case strings.HasSuffix(code, "_"):
			code += "Something"
		}
		answers = append(answers, answer{code, "It says: " + e.text + "."})
		if p := answered(t, http.StatusBadRequest, "GET /x"+e.at, code, e.text); p.Title.String() != e.title.In(nil) {
			t.Errorf("%s %q is hidden by another explanation: %s", e.code, e.text, p.Title)
		}
	}
	judge := func(p *problem.Problem, about string) {
		if len(p.Remedies) == 0 {
			t.Errorf("%s: no remedy", about)
		}
		for _, r := range p.Remedies {
			if text := r.Text.String(); !p.Kind.Passing() && againOrSupport.MatchString(text) {
				t.Errorf("%s: %s", about, text)
			}
		}
	}
	for status := 400; status < 500; status++ {
		for _, a := range answers {
			for _, request := range []string{"GET /users", "GET /places/microsoft.graph.room"} {
				judge(answered(t, status, request, a.code, a.message), a.code+" "+http.StatusText(status))
			}
		}
		judge(refused(&http.Response{StatusCode: status, Header: http.Header{}}, []byte("<html>"), "GET /users"), "a page of "+http.StatusText(status))
		bare := refused(&http.Response{StatusCode: status, Header: http.Header{"Request-Id": {"1"}}}, nil, "GET /users")
		judge(bare, "nothing but "+http.StatusText(status))
		if said := fmt.Sprint(bare.Title, bare.Detail, bare.Remedies); strings.Contains(said, "proxy") {
			t.Errorf("%d without a word is blamed on the way: %s", status, said)
		}
	}
}

// TestWaitsAsMicrosoftAsks: seconds, a date and what makes no sense, at 429 and 503.
func TestWaitsAsMicrosoftAsks(t *testing.T) {
	for after, want := range map[string]string{
		"": "Try again in ", "0": "Try again in ", "-5": "Try again in ", "soon": "Try again in ",
		"3600": "Try again in 1h0m0s", "1800.4": "Try again in 30m0s",
		"99999999999999":                "Try again in 24h0m0s",
		"Wed, 21 Oct 2099 07:28:00 GMT": "Try again in 24h0m0s",
		"Wed, 21 Oct 2015 07:28:00 GMT": "Try again in ",
	} {
		for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
			p := refused(&http.Response{StatusCode: status, Header: http.Header{"Retry-After": {after}}}, nil, "GET /users")
			got := p.Remedies[0].String()
			if !strings.HasPrefix(got, want) || strings.HasSuffix(want, "s") != strings.Contains(p.Detail.String(), "Microsoft asks to wait") || strings.HasSuffix(want, " ") && !strings.Contains(got, "minutes") {
				t.Errorf("%d, %q: %s %s", status, after, p.Detail, got)
			}
		}
	}
}

// TestWhatIsNotDoneIsNoTrouble: 501 comes again, whenever it is tried.
func TestWhatIsNotDoneIsNoTrouble(t *testing.T) {
	p := answered(t, http.StatusNotImplemented, "GET /groups", "NotImplemented", "Not done here.")
	if p.Kind != problem.Refused || strings.Contains(fmt.Sprint(p.Remedies), "Try again") {
		t.Errorf("%s: %v", p.Kind, p.Remedies)
	}
}

// TestOtherJSONIsQuoted: what stands between may say why, and a web page says nothing
// that can be quoted.
func TestOtherJSONIsQuoted(t *testing.T) {
	for kind, want := range map[string]bool{"application/json": true, "text/html": false} {
		p := refused(&http.Response{StatusCode: 403, Header: http.Header{"Content-Type": {kind}}}, []byte(`{"Message": "Denied by rule 7."}`), "GET /users")
		if strings.Contains(p.Detail.String(), "Denied by rule 7.") != want || strings.Contains(p.Title.String(), "Something other") {
			t.Errorf("%s: %s %s", kind, p.Title, p.Detail)
		}
	}
}
