package graph

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// said is Graph's error body; innerError is spelt both ways.
type said struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Inner   struct {
			RequestID string `json:"request-id"`
			Code      string `json:"code"`
		} `json:"innerError"` // encoding/json ignores case
	} `json:"error"`
}

func innerRequestID(body []byte) string {
	var s said
	_ = json.Unmarshal(body, &s)
	return s.Error.Inner.RequestID
}

var (
	codeShape = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.\-]{1,80}$`)
	noSegment = regexp.MustCompile(`(?i)Resource not found for the segment '([^']{1,60})'`)
)

// refused explains an answer that is not a success.
func refused(resp *http.Response, body []byte, what string) *problem.Problem {
	var s said
	status := resp.StatusCode
	isGraph := isJSON(resp.Header.Get("Content-Type")) && json.Unmarshal(body, &s) == nil && codeShape.MatchString(s.Error.Code)
	segment := noSegment.FindStringSubmatch(s.Error.Message)
	switch {
	case isGraph && (status == 400 || status == 404) && segment != nil && strings.EqualFold(segment[1], "places"):
		return problem.New(tenant.CodePlacesNotInCloud, words.T("This Microsoft cloud does not list rooms through Microsoft Graph.")).
			With(words.T("Microsoft says: %s", s.Error.Message)).
			Fix(words.T("Let Roomkey make the Exchange script that lists the rooms, run it, and load its result under Rooms; or load a CSV file.")).
			Fix(words.T("Nothing is wrong with the application or its permissions."))
	case status == http.StatusTooManyRequests:
		p := problem.New(tenant.CodeGraphThrottled, words.T("Microsoft Graph is turning requests away because there are too many."))
		if wait := resp.Header.Get("Retry-After"); wait != "" {
			p.With(words.T("Roomkey waited and tried again, and then gave up. Microsoft asks to wait longer (Retry-After: %s).", wait))
		} else {
			p.With(words.T("Roomkey waited and tried again, and then gave up."))
		}
		return p.Fix(words.T("Try again in ten minutes. If it stays, another program is using the same application; the booking server itself, for instance."))
	case status >= 500:
		p := problem.New(tenant.CodeGraphUnavailable, words.T("Microsoft Graph is out of order at the moment (HTTP %d).", status)).
			Fix(words.T("Try again in a few minutes.")).See(words.T("Microsoft's service status"), "https://status.cloud.microsoft")
		if isGraph {
			p.With(words.T("Microsoft says: %s: %s", s.Error.Code, s.Error.Message))
		}
		return p
	case !isGraph:
		return notGraph(status, what)
	}
	p := named.New(s.Error.Code, kindOf(status), words.T("Microsoft Graph refused the request (%s, HTTP %d).", s.Error.Code, status))
	for _, e := range explanations {
		if e.fits(status, s.Error.Code, s.Error.Message) {
			p.Title = words.T(e.title)
			for _, f := range e.fix {
				p.Fix(words.T(f))
			}
			break
		}
	}
	p.With(words.T("Request: %s. Microsoft says: %s", what, s.Error.Message))
	if len(p.Remedies) == 0 {
		p.Fix(words.T("Try again. If it stays, give the request id to Microsoft's support or to Roomkey's."))
	}
	return p
}

// named are the refusals that carry one of Graph's own codes.
var named = problem.DeclareFamily("graph.")

// kindOf is what an error status below 500 means where the code says no more.
func kindOf(status int) problem.Kind {
	switch status {
	case http.StatusUnauthorized:
		return problem.SignInNeeded
	case http.StatusForbidden:
		return problem.Denied
	case http.StatusNotFound, http.StatusGone:
		return problem.Absent
	case http.StatusConflict, http.StatusPreconditionFailed:
		return problem.Stale
	case http.StatusRequestTimeout:
		return problem.NoAnswer
	}
	return problem.Refused
}

// explanation says what a kind of refusal means; the first that fits counts.
type explanation struct {
	status int    // 0 fits any
	code   string // "" fits any, else a prefix
	text   string // "" fits any, else part of the message
	title  string
	fix    []string
}

func (e explanation) fits(status int, code, message string) bool {
	return (e.status == 0 || e.status == status) && strings.HasPrefix(code, e.code) &&
		strings.Contains(strings.ToLower(message), e.text)
}

var explanations = []explanation{
	{401, "InvalidAuthenticationToken", "expired", "The access token has expired.", []string{
		"Check this computer's date and time, then try again."}},
	{401, "", "", "Microsoft Graph does not accept the access token.", []string{
		"Check that the chosen cloud is the tenant's own; a token of one cloud is not valid in another.",
		"Check this computer's date and time, then test again."}},
	{403, "", "access to odata is disabled", "Exchange does not let the application into this mailbox.", []string{
		"An application access policy limits the application to certain mailboxes. In Exchange Online PowerShell run Get-ApplicationAccessPolicy and add the mailbox to the group that the policy names; a change can take an hour."}},
	{403, "ErrorAccessDenied", "", "The application has no access to this mailbox.", []string{
		"In the Microsoft Entra admin center open App registrations > your application > API permissions, check that the application permission Calendars.ReadWrite (or what the product asks for) is granted, and press Grant admin consent.",
		"If access is limited with RBAC for Applications, check in Exchange Online PowerShell with Test-ServicePrincipalAuthorization that the mailbox is in the scope."}},
	{403, "Authentication_", "premium license", "The tenant has no Microsoft Entra ID P1, without which nobody can read its sign-in log by program.", []string{
		"Look at the sign-in logs in the Microsoft Entra admin center: there the last 7 days are shown without a licence."}},
	{403, "Authentication_RequestFromUnsupportedUserRole", "", "Your role may not read the tenant's sign-in log.", []string{
		"Sign in as Reports Reader, Security Reader or Global Reader, or have a colleague with such a role look at the sign-in logs in the Microsoft Entra admin center."}},
	{403, "Authentication_", "", "The sign-in lacks the permission AuditLog.Read.All.", []string{
		"Sign in again and consent to AuditLog.Read.All, or look at the sign-in logs in the Microsoft Entra admin center."}},
	{0, "", "resource not found for the segment 'serviceprincipalsigninactivities'", "This Microsoft cloud does not report the sign-ins of applications.", []string{
		"Look at the sign-in logs in the console of this cloud."}},
	{0, "", "resource not found for the segment 'signins'", "This Microsoft cloud does not give its sign-in log through Microsoft Graph.", []string{
		"Look at the sign-in logs in the console of this cloud."}},
	{403, "", "", "The token lacks a permission for this request.", []string{
		"In the Microsoft Entra admin center open App registrations > your application > API permissions, check that the permissions of the product are there with Status Granted, and press Grant admin consent.",
		"Consent takes effect in new tokens only; wait a few minutes and test again."}},
	{404, "MailboxNotEnabledForRESTAPI", "", "The address has no mailbox in Exchange Online.", []string{
		"Check in the Exchange admin center under Recipients > Resources that the room is an Exchange Online mailbox; a mailbox on an Exchange server of your own cannot be reached through Microsoft Graph."}},
	{404, "ErrorInvalidUser", "", "No mailbox has this address.", []string{
		"Check the address in the Exchange admin center under Recipients > Resources; a renamed room has a new address."}},
	{404, "ErrorNonExistentMailbox", "", "No mailbox has this address.", []string{
		"Check the address in the Exchange admin center under Recipients > Resources; a renamed room has a new address."}},
	{404, "", "", "Microsoft Graph does not find what was asked for.", []string{
		"It may have been deleted or renamed, or be newer than a few minutes; load the list again."}},
	{0, "Request_UnsupportedQuery", "", "This cloud's Microsoft Graph does not support the query.", []string{
		"Load a CSV file or an Exchange result instead, and report this with the request id."}},
}

// notGraph is an answer by something else on the way.
func notGraph(status int, what string) *problem.Problem {
	p := problem.New(tenant.CodeUnexpected, words.T("What answered is not Microsoft Graph (HTTP %d).", status)).
		With(words.T("Request: %s. The answer is not in Graph's form; a proxy or a network's own sign-in page may have answered instead.", what))
	return p.Fix(words.T("Open a web page in the browser of this computer; if the network asks for a sign-in or a proxy, complete it and try again.")).
		Fix(words.T("Ask the network's administrator to let this computer reach Microsoft Graph without a proxy's sign-in page."))
}

// malformed is an answer that came as a success and is not usable as one.
func malformed(what, why string) *problem.Problem {
	return problem.New(tenant.CodeUnexpected, words.T("Microsoft Graph's answer cannot be used.")).
		With(words.T("Request: %s. About the answer: %s.", what, why)).
		Fix(words.T("Try again. If it stays, a proxy on the way may be changing answers; report it with the request id."))
}
