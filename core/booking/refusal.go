package booking

import (
	"encoding/json"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/words"
)

// refusal is RFC 9457 with the contract's extensions.
type refusal struct {
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Code   string `json:"code"`
	Errors []struct {
		Pointer string `json:"pointer"`
		Code    string `json:"code"`
		Detail  string `json:"detail"`
	} `json:"errors"`
}

// refused makes a problem of an answer that is not 2xx.
func (c caller) refused(req *http.Request, a answer) *problem.Problem {
	var r refusal
	kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Type"))
	understood := kind == "application/problem+json" && json.Unmarshal(a.body, &r) == nil
	host := req.URL.Host
	p := c.ofStatus(req.Method, host, a, r).Asked(a.attempts)
	switch {
	case understood:
		said := []string{r.Detail}
		if r.Detail == "" {
			said[0] = r.Title
		}
		for i, e := range r.Errors {
			if i == 20 {
				said = append(said, "…")
				break
			}
			line := strings.TrimSpace(e.Pointer + " " + e.Detail)
			if e.Code != "" {
				line += " [" + e.Code + "]"
			}
			said = append(said, line)
		}
		p.With(words.Plain(c.hide(strings.Join(said, "\n"))))
	case htmlTitle(a.body) != "":
		p.With(words.T("The server answered %d with a web page titled “%s”.", a.status, c.hide(htmlTitle(a.body))))
	case http.StatusText(a.status) == "":
		p.With(words.T("The server answered %d.", a.status))
	default:
		p.With(words.T("The server answered %d %s.", a.status, http.StatusText(a.status)))
	}
	for _, name := range []string{"X-Request-Id", "Request-Id"} {
		if id := a.header.Get(name); id != "" && p.RequestID == "" {
			p.RequestID = problem.Line(c.hide(id))
		}
	}
	return p
}

func (c caller) ofStatus(method, host string, a answer, r refusal) *problem.Problem {
	switch {
	case a.status >= 300 && a.status < 400 && a.header.Get("Location") != "":
		return problem.New(codeRedirected, words.T("%s redirects to another address, which Roomkey does not follow.", host)).
			Lead(words.T("Following would carry the token to a host that you did not type. Ask whoever runs the booking server for its final address and enter that."), problem.PlaceServerURL)
	case a.status == http.StatusUnauthorized:
		return problem.New(codeTokenWrong, words.T("%s does not accept the token.", host)).
			Lead(words.T("Create a new token in the booking server's console and store it."), problem.PlaceServerToken)
	case a.status == http.StatusForbidden:
		return problem.New(codeForbidden, words.T("The token does not allow this at %s.", host)).
			Fix(words.T("In the booking server's console, give the token the right to write the Microsoft 365 configuration, or create one that has it."))
	case a.status == http.StatusNotFound && r.Code == "not-configured" && method != http.MethodPut:
		return problem.New(CodeNothingStored, words.T("%s has no Microsoft 365 configuration.", host)).
			Lead(words.T("Push the configuration."), problem.PlacePush)
	case a.status >= 300 && a.status < 400:
		return c.unexpected(a, words.Text{})
	case a.status == http.StatusNotFound, a.status == http.StatusMethodNotAllowed:
		p := problem.New(CodeNotFound, words.T("%s has nothing at this address.", host))
		if a.status == http.StatusMethodNotAllowed {
			p.Title = words.T("%s does not accept %s at this address (HTTP %d).", host, method, a.status)
		}
		if c.met.Load() {
			return p.Fix(words.T("Give this text to whoever runs the booking server or the network.")).
				Lead(words.T("Until then, export the configuration as a file."), problem.PlaceExport).
				Lead(words.T("Or type the values into the vendor's form."), problem.PlaceForm)
		}
		return p.Lead(words.T("Check the address of the booking server."), problem.PlaceServerURL).
			Lead(words.T("If it is right, the server does not have this API: export the configuration as a file."), problem.PlaceExport).
			Lead(words.T("Or type the values into the vendor's form."), problem.PlaceForm)
	case a.status == http.StatusPreconditionFailed:
		return problem.New(codeETagMismatch, words.T("%s reports that its configuration is not the one that was shown (HTTP %d).", host, a.status)).
			Lead(words.T("Check what has changed, then try again."), problem.PlaceLook)
	case a.status == http.StatusConflict && r.Code == "in-progress":
		return problem.New(codeInProgress, words.T("The booking server is still working on the previous hand-over.")).
			Lead(words.T("Wait a minute, then check what the server has."), problem.PlaceLook)
	case a.status == http.StatusTooManyRequests:
		p := problem.New(codeTooManyRequests, words.T("%s is limiting requests.", host))
		switch wait, _ := transport.RetryAfter(a.header, time.Now()); {
		case wait >= 24*time.Hour: // not taken at its word
			return p.Fix(words.T("The server asks to wait for a day or longer. Ask whoever runs it why."))
		case wait > time.Minute:
			return p.Fix(words.T("The server asks to wait until %s. Try again then.", time.Now().Add(wait).Format("2006-01-02 15:04")))
		}
		return p.Fix(words.T("Wait a minute and try again."))
	case a.status == http.StatusNetworkAuthenticationRequired:
		return problem.New(codeNetworkSignIn, words.T("A network between this computer and %s requires a sign-in first (HTTP %d).", host, a.status)).
			Fix(words.T("Open a page of the internet in a browser, sign in to the network, then try again."))
	case a.status >= 500:
		return problem.New(codeServerError, words.T("%s reports an internal problem (HTTP %d).", host, a.status)).
			Fix(words.T("Try again in a few minutes. If this continues, give the text above to whoever runs the booking server."))
	}
	p := problem.New(codeRefused, words.T("%s refused the request (HTTP %d).", host, a.status))
	if method == http.MethodGet || method == http.MethodDelete {
		return p.Fix(words.T("Send the text above to whoever runs the booking server, or to its vendor."))
	}
	return p.Fix(words.T("Correct what the server reports above. If it looks right to you, send the text to the server's vendor."))
}
