package check

import (
	"regexp"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// judgeSubscription tells apart how the call from outside failed: by Microsoft's
// code where there is one for it, then by what it says. Words that nobody here
// knows are passed on and not interpreted.
func (s *State) judgeSubscription(err error) Finding {
	p := problem.Of(err)
	said := addresses.ReplaceAllString(p.Detail.String(), "")
	inner := innerStatus.FindStringSubmatch(said)
	switch {
	case p.Kind == problem.Stale || inner != nil && inner[1] == "Conflict" || strings.Contains(p.Title.String(), "HTTP 409") || strings.Contains(strings.ToLower(said), "already exists"):
		return unknown(problem.New(codeNotificationsExists, words.T("A subscription like this one already exists, so no new one was created and nothing was proven.")).
			Fix(words.T("It is the booking server's own, or one of an interrupted check that ends within 45 minutes: check again then.")))
	case inner != nil && busy[inner[1]]:
		return unknown(p)
	case denied(err), !p.Kind.Decided(), inner != nil, p.Code != tenant.CodeValidation && !aboutEndpoint.MatchString(said):
		return judge(err)
	}
	told := way{codeNotificationsUnknownWords, nil, "Microsoft does not accept %s for notifications, for a reason that Roomkey does not know.",
		words.T("Read Microsoft's message, and check in the booking server's log whether Microsoft called it at this time.")}
	for _, w := range ways {
		if w.signs.MatchString(said) {
			told = w
			break
		}
	}
	q := problem.New(told.code, words.T(told.title, s.Connection.Notifications.URL)).With(p.Detail).Fix(told.fix).Fix(tunnel)
	q.RequestID = p.RequestID
	return fail(q)
}

// aboutAddress is whether a finding is about how an address answers.
func aboutAddress(f Finding) bool {
	return f.Status == Fail && (f.Problem.Code == codeNotificationsUnknownWords ||
		slices.ContainsFunc(ways, func(w way) bool { return w.code == f.Problem.Code }))
}

// inbound is where Microsoft publishes from where it calls.
var inbound = words.T("they are on Microsoft's page \"Additional endpoints not included in the Microsoft 365 IP Address and URL Web service\", in the section Microsoft Graph Change Notifications.")

var tunnel = words.T("A server that must not be reachable from the internet needs a tunnel, or must poll for changes: see the booking product's guide.")

var (
	// addresses are left out of what is looked at: a host's name says nothing.
	addresses = regexp.MustCompile(`https?://\S*`)
	// innerStatus is what the service behind Graph answered ("ExtensionError").
	innerStatus = regexp.MustCompile(`Status Code: (\w+); Reason:`)
	// busy are its answers that decide nothing.
	busy = map[string]bool{"TooManyRequests": true, "InternalServerError": true, "BadGateway": true,
		"ServiceUnavailable": true, "GatewayTimeout": true, "RequestTimeout": true}
	aboutEndpoint = regexp.MustCompile(`(?i)validation request|notification ?url|endpoint`)
)

// way is how the call from outside can fail, by words that Microsoft uses.
type way struct {
	code  problem.Code
	signs *regexp.Regexp
	title words.Key
	fix   words.Text
}

var ways = []way{
	{codeNotificationsName, regexp.MustCompile(`(?i)could not be resolved|no such host|name ?resolution|\bdns\b`), "Microsoft cannot resolve the name in %s.",
		words.T("Publish the booking server's name in public DNS; a name that only your own network knows is not enough.")},
	{codeNotificationsChain, regexp.MustCompile(`(?i)partial ?chain|local issuer|incomplete (certificate )?chain`), "The booking server at %s does not send the whole certificate chain.",
		words.T("Install the certificate together with its intermediate certificates (the authority's file fullchain.pem or bundle) on the booking server. Browsers complete a chain automatically; Microsoft does not.")},
	{codeNotificationsTLS, regexp.MustCompile(`(?i)\bssl\b|\btls\b|certificate|trust ?(relationship|failure)|secure ?channel`), "Microsoft does not trust the certificate at %s.",
		words.T("Install a certificate of a public authority with its whole chain (intermediate certificates included) on the booking server.")},
	{codeNotificationsFails, regexp.MustCompile(`(?i)status code (is )?'?(internal ?server ?error|bad ?gateway|service ?unavailable|gateway ?time-?out|50\d)\b`), "The booking server at %s fails when Microsoft calls it.",
		words.T("Look in the booking server's log, and in that of a proxy in front of it, at the time of this check: Microsoft's call arrived and was answered with an error of the server (5xx).")},
	{codeNotificationsTimeout, regexp.MustCompile(`(?i)timed out|time-?out|took too long|10 seconds`), "The booking server at %s does not answer Microsoft within 10 seconds.",
		words.T("Allow HTTPS from Microsoft to the booking server in the firewall, and check the server's log for slow responses.")},
	{codeNotificationsEcho, regexp.MustCompile(`(?i)validation ?token|content.?type|text/plain|response body|did not match|exactly match`), "The booking server at %s does not echo Microsoft's validation request.",
		words.T("The booking server must answer 200 within 10 seconds, with the content type text/plain and only the decoded validationToken. Check that the URL is exactly the one that it shows, and that nothing in front of it (sign-in page, web filter) answers instead.")},
	{codeNotificationsRedirect, regexp.MustCompile(`(?i)status code (is )?'?(redirect\w*|found|moved\w*|see ?other|temporary ?redirect|permanent ?redirect|30[12378])\b`), "The booking server redirects Microsoft's call at %s to another address.",
		words.T("Microsoft does not follow redirects. Have the booking server answer 200 at this address itself, or enter the address that it redirects to.")},
	{codeNotificationsRefused, regexp.MustCompile(`(?i)status code (is )?'?\w+|unauthorized|forbidden|not ?found|bad ?request|method ?not ?allowed`), "The booking server refuses Microsoft's call at %s.",
		words.T("Check that the URL is exactly the one that the booking server shows, and let it be called without a sign-in.")},
	{codeNotificationsNotReached, regexp.MustCompile(`(?i)200 ok|unreachable|connection|connect\b|validation request failed`), "Microsoft does not reach the booking server at %s, or gets a response other than 200 OK.",
		words.T("Check that the URL is exactly the one that the booking server shows, and let Microsoft's addresses for change notifications in: %s", inbound)},
}
