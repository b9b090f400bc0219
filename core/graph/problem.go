package graph

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/transport"
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

// bandwidthExceeded is Graph's answer to an application that has moved too much
// (Microsoft Learn, "Microsoft Graph error responses").
const bandwidthExceeded = 509

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
			Fix(words.T("Have Roomkey create the Exchange script that lists the rooms, run it, and load its result under Rooms. Or load a CSV file.")).
			Fix(words.T("Nothing is wrong with the application or its permissions."))
	case status == http.StatusTooManyRequests, status == bandwidthExceeded:
		p := problem.New(tenant.CodeGraphThrottled, words.T("Microsoft Graph is rejecting requests because there are too many."))
		again := words.T("Try again in ten minutes. If this continues, another program is using the same application, for instance the booking server itself.")
		if wait, asked := waiting(resp.Header); wait > 0 {
			p.With(asked)
			if wait > 10*time.Minute {
				again = words.T("Try again in %s. If this continues, another program is using the same application, for instance the booking server itself.", wait)
			}
		}
		return p.Fix(again)
	case isGraph && status == http.StatusUnauthorized && s.Error.Code == "UnknownError" && strings.Contains(what, "/places/"):
		return placesAtFault(what, s.Error.Message)
	case status >= 500 && status != http.StatusNotImplemented && !(isGraph && (status == http.StatusInsufficientStorage || strings.EqualFold(s.Error.Code, "ErrorMailboxMoveInProgress"))): // 507 is a full mailbox or directory
		again := words.T("Try again in a few minutes.")
		wait, asked := waiting(resp.Header)
		if wait > 10*time.Minute {
			again = words.T("Try again in %s.", wait)
		}
		p := problem.New(tenant.CodeGraphUnavailable, words.T("Microsoft Graph is unavailable at the moment (HTTP %d).", status)).
			Fix(again).See(words.T("Microsoft's service status"), "https://status.cloud.microsoft")
		if isGraph {
			asked = words.Sentences(words.T("Microsoft says: %s: %s", s.Error.Code, s.Error.Message), asked)
		}
		return p.With(asked)
	case status >= 400 && len(bytes.TrimSpace(body)) == 0 && resp.Header.Get("request-id") != "":
		return bare(status, what)
	case !isGraph:
		return notGraph(status, what).With(quoted(resp, body, what))
	}
	p := named.New(s.Error.Code, kindOf(status), words.T("Microsoft Graph refused the request (%s, HTTP %d).", s.Error.Code, status))
	p.With(words.T("Request: %s. Microsoft says: %s", what, s.Error.Message))
	if e, ok := explain(s.Error.Code, s.Error.Message, what); ok {
		p.Title = words.T(e.title)
		if e.kind != "" {
			p.Kind = e.kind
		}
		for _, f := range e.fix {
			p.Fix(words.T(f))
		}
		return p
	}
	return p.Fix(words.T("Read Microsoft's message above. Roomkey does not know this code, so it names no cause.")).
		See(words.T("Microsoft Graph's error codes"), "https://learn.microsoft.com/graph/errors")
}

// waiting is how long Microsoft asks to wait, and a sentence about it; zero where it
// does not. What it says beyond a day is not taken at its word.
func waiting(h http.Header) (time.Duration, words.Text) {
	wait, said := transport.RetryAfter(h, time.Now())
	wait = wait.Round(time.Second)
	switch {
	case !said || wait <= 0:
		return 0, words.Text{}
	case wait >= 24*time.Hour:
		return 24 * time.Hour, words.T("Microsoft asks to wait for a day or longer before the next request.")
	}
	return wait, words.T("Microsoft asks to wait %s before the next request.", wait)
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

// placesAtFault is Microsoft's service for places, which answers 401 when it
// cannot reach Exchange. Of no other service is it known what that means.
func placesAtFault(what, message string) *problem.Problem {
	return named.New("UnknownError", problem.NoAnswer, words.T("Microsoft's places service failed.")).
		With(words.T("Request: %s. Microsoft says: %s", what, message)).
		Fix(words.T("If the other lists could be read with the same token, neither the token nor the permissions are the cause: test again later.")).
		See(words.T("Microsoft's service status"), "https://status.cloud.microsoft")
}

// bare is a refusal that has the id by which Graph knows a request, and no words.
func bare(status int, what string) *problem.Problem {
	return named.New(fmt.Sprintf("http-%d", status), kindOf(status), words.T("Microsoft Graph refused the request (HTTP %d) and did not say why.", status)).
		With(words.T("Request: %s.", what)).
		Fix(words.T("The response names no cause, so Roomkey names none. Compare with what the same token was allowed to do.")).
		See(words.T("Microsoft Graph's error codes"), "https://learn.microsoft.com/graph/errors")
}

// notGraph is an answer by something else on the way.
func notGraph(status int, what string) *problem.Problem {
	p := problem.New(tenant.CodeUnexpected, words.T("The response is not in the form of Microsoft Graph (HTTP %d).", status)).
		With(otherForm(what))
	return p.Fix(words.T("Open a web page in the browser of this computer; if the network asks for a sign-in or a proxy, complete it.")).
		Fix(words.T("Ask your network administrator to let this computer reach Microsoft Graph without a proxy sign-in page."))
}

// quoted is what an answer says that is JSON and not in Graph's form.
func quoted(resp *http.Response, body []byte, what string) words.Text {
	text := problem.Line(string(bytes.TrimSpace(body)))
	if !isJSON(resp.Header.Get("Content-Type")) || text == "" {
		return otherForm(what)
	}
	if r := []rune(text); len(r) > 200 {
		text = string(r[:200]) + "…"
	}
	return words.T("Request: %s. The response is not in the form that Graph uses: %s", what, text)
}

func otherForm(what string) words.Text {
	return words.T("Request: %s. The response is not in the form that Graph uses; a proxy or a network's own sign-in page may have answered instead.", what)
}

// malformed is an answer that came as a success and is not usable as one.
func malformed(what, why string) *problem.Problem {
	return problem.New(tenant.CodeUnexpected, words.T("Microsoft Graph's response cannot be used.")).
		With(words.T("Request: %s. About the response: %s.", what, why)).
		Fix(words.T("Try again. If this continues, ask your network administrator whether a proxy changes the answers of Microsoft Graph."))
}
