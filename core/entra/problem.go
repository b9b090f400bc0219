package entra

import (
	"encoding/json"
	"errors"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/roomkey/roomkey/core/transport"

	msal "github.com/AzureAD/microsoft-authentication-library-for-go/apps/errors"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Refusal is what Microsoft Entra ID said when it refused.
type Refusal struct {
	// Code is the number after "AADSTS", 0 when there was none.
	Code int
	// Kind and Sub are OAuth's error and suberror.
	Kind, Sub string
	// Text is Microsoft's own, without code and ids.
	Text                   string
	TraceID, CorrelationID string
}

var (
	aadsts = regexp.MustCompile(`AADSTS(\d{3,8})`)
	// The ids follow the text after a line break or, newer, a blank.
	traceID       = regexp.MustCompile(`(?i)Trace ID:\s*([0-9a-f-]{36})`)
	correlationID = regexp.MustCompile(`(?i)Correlation ID:\s*([0-9a-f-]{36})`)
	trailer       = regexp.MustCompile(`(?is)[\s.]*(?:Trace ID|Correlation ID|Timestamp):\s.*$`)
	jwtLike       = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}[A-Za-z0-9_.\-]*`)
	guidClient    = regexp.MustCompile(`^[0-9A-Fa-f-]{36}$`)
)

// ReadRefusal finds the refusal in a text: a JSON answer with anything around
// it, which is what MSAL's errors are when they come from a call, or just a
// description, HTML-escaped when it came by way of the browser.
func ReadRefusal(text string) (r Refusal, ok bool) {
	description := text
	if at := strings.IndexByte(text, '{'); at >= 0 {
		var body struct {
			Kind          string        `json:"error"`
			Sub           string        `json:"suberror"`
			Description   string        `json:"error_description"`
			Codes         []json.Number `json:"error_codes"`
			TraceID       string        `json:"trace_id"`
			CorrelationID string        `json:"correlation_id"`
		}
		if json.NewDecoder(strings.NewReader(text[at:])).Decode(&body) == nil && body.Kind != "" {
			r = Refusal{Kind: body.Kind, Sub: body.Sub, TraceID: body.TraceID, CorrelationID: body.CorrelationID}
			if len(body.Codes) > 0 {
				r.Code, _ = strconv.Atoi(body.Codes[0].String())
			}
			description, ok = body.Description, true
		}
	}
	description = html.UnescapeString(description)
	// The description begins with the code that matters; error_codes can list
	// an inner one first.
	if m := aadsts.FindStringSubmatch(description); m != nil {
		r.Code, _ = strconv.Atoi(m[1])
		ok = true
		if !strings.HasPrefix(description, m[0]) {
			description = description[strings.Index(description, m[0]):]
		}
	}
	if m := traceID.FindStringSubmatch(description); m != nil && r.TraceID == "" {
		r.TraceID = m[1]
	}
	if m := correlationID.FindStringSubmatch(description); m != nil && r.CorrelationID == "" {
		r.CorrelationID = m[1]
	}
	description = aadsts.ReplaceAllString(trailer.ReplaceAllString(description, "."), "")
	r.Text = strings.TrimSpace(strings.TrimLeft(jwtLike.ReplaceAllString(description, "[token]"), ": "))
	if !ok {
		return Refusal{}, false
	}
	return r, true
}

// problemOf explains why no token came for an application, for the cloud whose
// portal is linked. clientID and tenant are shown where they help; each may be "". Codes are
// "entra.AADSTS…" for a refusal, "entra.<oauth error>" for one without a
// number, else "entra.unexpected-answer", "entra.unavailable", "entra.failed"
// or the transport's. A problem in err is given back, nil stays nil.
//
// Of err only the text is used: the verbose form of MSAL's errors can hold the
// client secret.
func problemOf(err error, whose Whose, c cloud.Cloud, clientID, tenant string) *problem.Problem {
	if err == nil {
		return nil
	}
	var known *problem.Problem
	if errors.As(err, &known) {
		return known
	}
	var call msal.CallErr
	called := errors.As(err, &call)
	if r, ok := ReadRefusal(err.Error()); ok {
		p := r.Problem(whose, c, clientID, tenant)
		if called && call.Resp != nil {
			if call.Resp.StatusCode >= 500 { // it answers for Microsoft, not about the application
				p.Kind = problem.NoAnswer
			}
			p.RequestID, p.Attempts = call.Resp.Header.Get("x-ms-request-id"), transport.Attempts(call.Resp)
		}
		return p
	}
	if called && call.Resp != nil {
		return unexpected(c, call.Resp.StatusCode).Asked(transport.Attempts(call.Resp))
	}
	// MSAL keeps the whole body in this error, and the body of a token answer
	// is a token: nothing of it may be shown.
	var garbled msal.InvalidJsonErr
	if errors.As(err, &garbled) {
		return unexpected(c, 200)
	}
	if p := c.Owner().Problem(err, hostOf(c)); p.Code != transport.CodeFailed {
		return p
	}
	return problem.New(CodeFailed, words.T("Signing in at %s failed.", hostOf(c))).
		With(words.Plain(jwtLike.ReplaceAllString(err.Error(), "[token]"))).
		Fix(words.T("Check cloud and tenant of the connection, then test again."))
}

// Refusals carry Microsoft's number, or OAuth's word where there is none.
var (
	numbered = problem.DeclareFamily("entra.AADSTS")
	worded   = problem.DeclareFamily("entra.")
)

// aadstsOf is the number in a code, 0 for a code without one.
func aadstsOf(c problem.Code) int {
	n, _ := strconv.Atoi(numbered.Suffix(c))
	return n
}

// start is a problem with the refusal's code. Microsoft also "refuses" when it
// is busy, which decides nothing about the application.
func (r Refusal) start() *problem.Problem {
	if r.Code == 0 {
		kind := problem.Refused
		if r.Kind == "temporarily_unavailable" || r.Kind == "server_error" {
			kind = problem.NoAnswer
		}
		return worded.New(slug(first(r.Sub, r.Kind)), kind, words.T("Microsoft Entra ID refused the sign-in (%s).", first(r.Sub, r.Kind)))
	}
	kind := problem.Refused
	switch r.Code {
	case 90055, 50196: // throttled; a loop of requests
		kind = problem.Throttled
	case 90033, 90022, 90023, 90006, 90012, 90024: // Microsoft's own trouble
		kind = problem.NoAnswer
	}
	return numbered.New(strconv.Itoa(r.Code), kind, words.T("Microsoft Entra ID refused the sign-in with the code AADSTS%v.", r.Code))
}

// Settles reports whether the refusal may pass by itself within minutes, while
// Microsoft copies a recent change to all its servers.
func Settles(p *problem.Problem) bool {
	known, ok := Explain(aadstsOf(p.Code), "")
	return ok && known.Wait
}

// consents are refusals that admin consent ends.
var consents = []int{65001, 65004, 70017, 90094, 90095, 7000229}

// Problem explains the refusal of an application.
func (r Refusal) Problem(whose Whose, c cloud.Cloud, clientID, tenant string) *problem.Problem {
	p := r.start()
	p.TraceID, p.CorrelationID = r.TraceID, r.CorrelationID
	said := words.T("Microsoft says: %s", r.Text)
	if r.Text == "" {
		said = words.T("Microsoft says no more than that.")
	}
	if !guidClient.MatchString(clientID) {
		clientID = "" // what was pasted there must not become part of a link
	}
	if r.Code == 0 {
		p.With(said).Fix(words.T("Look for the attempt under Monitoring & health > Sign-in logs in the Microsoft Entra admin center."))
		return p.See(pageLink(c, "signins", clientID))
	}
	known, ok := Explain(r.Code, r.Text)
	if ok && whose == BookingApplication && known.people() {
		p.Title = words.T("Microsoft refused the application's sign-in with a code for a person's sign-in (AADSTS%v).", r.Code)
		p.Detail = words.T("An application signs in without a person, so the code does not show the cause. Tenant: %s. Application: %s. %s", or(tenant), or(clientID), said)
		p.Fix(words.T("Look for the attempt in the Microsoft Entra admin center under Monitoring & health > Sign-in logs > Service principal sign-ins."))
		p.See(words.T("AADSTS%v at Microsoft", r.Code), c.Authority+"/error?code="+strconv.Itoa(r.Code))
		return p.See(pageLink(c, "signins", clientID))
	}
	if !ok {
		p.With(said).Fix(words.T("Look up the code at the address below, or look for the attempt under Monitoring & health > Sign-in logs in the Microsoft Entra admin center."))
		p.See(words.T("AADSTS%v at Microsoft", r.Code), c.Authority+"/error?code="+strconv.Itoa(r.Code))
		return p.See(pageLink(c, "signins", clientID))
	}
	p.Title = words.T(known.Title)
	p.Detail = words.T("%s Tenant: %s. Application: %s. %s", words.T(known.Means), or(tenant), or(clientID), said)
	for _, f := range known.Remedies(whose) {
		p.Fix(words.T(f))
	}
	if whose == BookingApplication && known.Enter != "" {
		p.Lead(mended[known.Enter], problem.PlaceOf(known.Enter))
	}
	if whose == SignInClient && clientID != "" && tenant != "" && slices.Contains(consents, r.Code) {
		p.See(words.T("Admin consent for the application that you sign in with"), c.Authority+"/"+url.PathEscape(tenant)+"/adminconsent?client_id="+clientID)
	}
	return p.See(pageLink(c, known.pageFor(whose), clientID))
}

func or(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// slug keeps of a word from outside what may stand in a stable code.
func slug(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' || r == '-' {
			return r
		}
		return -1
	}, strings.ToLower(s))
	if s == "" || len(s) > 60 {
		return "refused"
	}
	return s
}

// unexpected is an answer that is none of Microsoft's.
func unexpected(c cloud.Cloud, status int) *problem.Problem {
	if status == 429 || status >= 500 {
		return problem.New(CodeUnavailable, words.T("Microsoft's sign-in at %s is too busy or unavailable (HTTP %d).", hostOf(c), status)).
			Fix(words.T("Wait a few minutes and test again.")).
			See(words.T("Microsoft's service status"), "https://status.cloud.microsoft")
	}
	return problem.New(codeUnexpectedAnswer, words.T("%s answered, but it is not Microsoft's sign-in (HTTP %d).", hostOf(c), status)).
		With(words.T("The response is not in the form that Microsoft Entra ID uses. A proxy or a network's own sign-in page may have answered instead.")).
		Fix(words.T("Open a web page in the browser of this computer; if the network asks for a sign-in or a proxy, complete it and test again.")).
		Fix(words.T("Ask your network administrator to let this computer reach %s without a proxy sign-in page.", hostOf(c)))
}

func hostOf(c cloud.Cloud) string {
	u, err := url.Parse(c.Authority)
	if err != nil || u.Host == "" {
		return c.Authority
	}
	return u.Host
}
