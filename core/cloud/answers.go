package cloud

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// refusal is Microsoft Entra's form of an error.
type refusal struct {
	Error         string `json:"error"`
	Description   string `json:"error_description"`
	Codes         []int  `json:"error_codes"`
	TraceID       string `json:"trace_id"`
	CorrelationID string `json:"correlation_id"`
}

// The sign-in errors that say that there is no such tenant, and that it is in
// another cloud (Microsoft Learn "Microsoft Entra authentication and
// authorization error codes").
var (
	noTenant   = []int{90002, 900023}
	otherCloud = []int{90038, 900382, 900432, 900439}
)

func (r refusal) is(codes []int) bool {
	return slices.ContainsFunc(r.Codes, func(c int) bool { return slices.Contains(codes, c) })
}

// refused reads an answer other than 200 OK.
func refused(c Cloud, tenant string, status int, body []byte) *problem.Problem {
	var r refusal
	if err := json.Unmarshal(body, &r); err != nil || r.Error == "" {
		return unexpected(c, status, body)
	}
	var p *problem.Problem
	switch {
	case r.is(otherCloud):
		p = wrongCloud(c, Cloud{}, metadata{}, tenant)
	case r.is(noTenant) || r.Error == "invalid_tenant":
		p = unknown(c, tenant)
	default:
		p = problem.New(codeRefused, words.T("%s refused to identify the tenant %s.", c.Name, tenant))
	}
	p.TraceID, p.CorrelationID = problem.Line(r.TraceID), problem.Line(r.CorrelationID)
	if p.Detail.IsZero() {
		p.With(words.T("Microsoft says: %s", words.Plain(problem.Line(r.Description))))
	}
	return p
}

func unknown(c Cloud, tenant string) *problem.Problem {
	p := problem.New(CodeTenantUnknown, words.T("%s does not know the tenant %s.", c.Name, tenant))
	_, rest, _ := strings.Cut(tenant, ".")
	registered, err := publicsuffix.EffectiveTLDPlusOne(tenant) // of www.contoso.com, contoso.com
	if err != nil {
		registered = tenant
	}
	first, _, _ := strings.Cut(registered, ".")
	switch {
	case isGUID(tenant):
		p.Lead(words.T("Compare it with the Tenant ID on the page Overview of Microsoft Entra ID. The Application (client) ID of an app registration is another value. A tenant that was deleted is not known any more either."), problem.PlaceTenant)
	case strings.EqualFold(rest, "onmicrosoft.com"):
		p.Lead(words.T("Check the spelling of the domain. The Tenant ID on the page Overview of Microsoft Entra ID always works."), problem.PlaceTenant)
	default:
		p.Lead(words.T("Check the spelling of the domain. It must be one that is verified in Microsoft Entra ID. The Tenant ID always works. The name that Microsoft gave the tenant may be %s.onmicrosoft.com, but that is a guess.", first), problem.PlaceTenant)
	}
	if !c.Own {
		p.Fix(words.T("The tenant may be in another of Microsoft's clouds. Roomkey can ask those too, but only with your consent, because each of them learns that someone looked for %s.", tenant))
	}
	return p
}

func wrongCloud(asked, right Cloud, m metadata, tenant string) *problem.Problem {
	p := problem.New(CodeWrongCloud, words.T("The tenant %s is not in the cloud %s.", tenant, asked.Name))
	switch {
	case right.ID != "" && m.GraphHost != "":
		p.With(words.T("It belongs to %s: its Microsoft Graph is %s.", right.Name, m.GraphHost))
	case right.ID != "":
		p.With(words.T("It belongs to %s: its sign-in is %s.", right.Name, host(m.Issuer)))
	case m.Issuer != "":
		p.With(words.T("Its sign-in is %s and its Microsoft Graph %s, which is none of the clouds that Roomkey knows.", host(m.Issuer), m.GraphHost))
	default:
		p.With(words.T("Its sign-in says that it belongs to another national cloud, without saying which."))
	}
	if right.ID != "" {
		return p.Fix(words.T("Choose %s as the cloud of this connection. Its application must be registered in that cloud.", right.Name))
	}
	if m.Issuer != "" {
		return p.Fix(words.T("Add that cloud to clouds.yaml in the Roomkey configuration folder, with these two addresses as authority and graph."))
	}
	return p.Fix(words.T("Choose the right cloud for this connection, or let Roomkey ask the other clouds: each of them then learns that someone looked for %s.", tenant))
}

// otherTenant is for an answer that is whole and speaks of another tenant than
// the one that was asked for, or of two.
func otherTenant(c Cloud, m metadata, tenant string) *problem.Problem {
	p := problem.New(codeOtherTenant, words.T("The sign-in of %s was asked about the tenant %s and answered about another one.", c.Name, tenant)).
		With(words.T("The issuer in the response is the tenant %s, the token endpoint belongs to %s.", m.tenantID(), tenantIn(m.TokenEndpoint)))
	if c.Own {
		p.Fix(words.T("Check authority of the cloud %q in clouds.yaml, in Roomkey's configuration folder: it must be the sign-in without a tenant.", c.ID))
	}
	return p.Lead(words.T("Compare them with the Tenant ID in the Microsoft Entra admin center: Entra ID > Overview. If another one is yours, correct the tenant."), problem.PlaceTenant).
		Fix(words.T("If the tenant is right, something on the network mixes up responses. Ask your network administrator to let this computer reach %s without a proxy that caches responses.", host(c.Authority)))
}

func busy(c Cloud, status int) *problem.Problem {
	return problem.New(codeBusy, words.T("The sign-in of %s cannot answer at the moment.", c.Name)).
		With(words.T("%s answered %d %s.", host(c.Authority), status, http.StatusText(status))).
		Fix(words.T("Wait a minute and try again."))
}

// unexpected is for an answer that no sign-in gives: a proxy's login page, half
// a document, another web server.
func unexpected(c Cloud, status int, body []byte) *problem.Problem {
	p := problem.New(codeUnexpectedAnswer, words.T("%s answered, but it is not the sign-in of %s.", host(c.Authority), c.Name))
	switch start := strings.ToLower(strings.TrimSpace(string(body[:min(len(body), 512)]))); {
	case status >= 300 && status < 400:
		p.With(words.T("It answered %d and sent us to another page, as the login page of a proxy does.", status))
	case strings.HasPrefix(start, "<"):
		p.With(words.T("It answered %d with a web page, as the login page of a proxy does.", status))
	case start == "":
		p.With(words.T("It answered %d with nothing.", status))
	default:
		p.With(words.T("It answered %d with something that is incomplete or not a sign-in response.", status))
	}
	return p.Fix(words.T("Open %s in the browser of this computer: if a page of your network asks you to sign in, do that and try again.", c.Authority)).
		Fix(words.T("Ask your network administrator to let this computer reach %s without a login page in between.", host(c.Authority)))
}
