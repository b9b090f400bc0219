package register

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// HandOff is what a colleague who may consent needs: the plan, where to press
// the button, and what to look at first.
type HandOff struct {
	Plan        Plan   `json:"plan"`
	ClientID    string `json:"clientId"`
	DisplayName string `json:"displayName"`
	// PermissionsPage is the page of this application's permissions in the
	// cloud's portal.
	PermissionsPage string `json:"permissionsPage"`
	// ConsentLink asks for consent to everything that the application declares;
	// "" where it has no redirect URI that could take the answer (AADSTS500113).
	ConsentLink string       `json:"consentLink"`
	Checklist   []words.Text `json:"checklist"`
}

// MakeHandOff makes the hand-off from a plan.
func MakeHandOff(in Input, plan Plan) HandOff {
	c := in.Document().Application
	h := HandOff{Plan: plan, ClientID: cmp.Or(c.ClientID, plan.Target.ClientID), DisplayName: plan.Target.DisplayName}
	h.PermissionsPage = in.Cloud.Pages(h.ClientID, c.ServicePrincipalID).Permissions
	h.ConsentLink = consentLink(in.Cloud.Authority, in.TenantID, h.ClientID, in.Cloud.Graph, plan.Target.RedirectURIs)
	if h.ClientID == "" {
		h.Checklist = append(h.Checklist, words.T("The application is not registered yet: run the script of this hand-off first, or let Roomkey apply the plan."))
	}
	h.Checklist = append(h.Checklist,
		words.T("You need the role Privileged Role Administrator or Global Administrator; if it is only eligible (PIM), activate it first."))
	if h.ClientID == "" {
		h.Checklist = append(h.Checklist, words.T("Compare the name \"%s\" with what you see before you consent.", h.DisplayName))
	} else {
		h.Checklist = append(h.Checklist, words.T("Compare the client ID %s and the name \"%s\" with what you see before you consent.", h.ClientID, h.DisplayName))
	}
	for _, p := range plan.Wanted.Permissions {
		h.Checklist = append(h.Checklist, words.T("Consent to %s (%s): %s", p.Value, p.Kind.Text(), p.Reason))
	}
	if in.Document().Scope.Kind == connection.ScopeRBAC {
		h.Checklist = append(h.Checklist, words.T("Do not add permissions for calendars here: Exchange grants them for some mailboxes only."))
	}
	h.Checklist = append(h.Checklist, h.wayTo(),
		words.T("Tell your colleague when it is done: Roomkey sees what was granted with the next plan or check."))
	return h
}

// wayTo says how to consent, with what there is.
func (h HandOff) wayTo() words.Text {
	switch {
	case h.ClientID == "":
		return words.T("Run the script: it registers the application and consents.")
	case h.ConsentLink == "":
		return words.T("Open the page of permissions and press \"Grant admin consent\", or run the script.")
	}
	return words.T("Open the page of permissions and press \"Grant admin consent\", or open the consent link, or run the script.")
}

// Text is the hand-off as the colleague reads it, the plan included.
func (h HandOff) Text() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s, client ID %s\n\n", problem.Line(h.DisplayName), cmp.Or(h.ClientID, "none yet"))
	for i, t := range h.Checklist {
		fmt.Fprintf(&text, "%d. %s\n", i+1, problem.Line(t.String()))
	}
	switch {
	case h.ClientID == "":
		text.WriteString("\nThe application is not registered yet, so it has no page of permissions and no consent link.\n")
	case h.ConsentLink == "":
		fmt.Fprintf(&text, "\nPermissions: %s\nConsent link: none, since the application has no redirect URI that could take its answer (AADSTS500113).\n", h.page())
	default:
		fmt.Fprintf(&text, "\nPermissions: %s\nConsent link: %s\n", h.page(), h.ConsentLink)
	}
	fmt.Fprintf(&text, "\nPlan %s\n", h.Plan.Digest)
	for _, i := range h.Plan.Items {
		fmt.Fprintf(&text, "- %s: %s; today %s; wanted %s\n", problem.Line(i.Title.String()), i.Action,
			cmp.Or(problem.Line(i.Today.String()), "nothing"), cmp.Or(problem.Line(i.Wanted.String()), "nothing"))
	}
	return text.String()
}

func (h HandOff) page() string {
	return cmp.Or(h.PermissionsPage, "the application's page \"API permissions\" (this cloud's portal is not known)")
}

// consentLink is the address at which an administrator consents to all that the
// application declares, "" without an application or a redirect URI.
func consentLink(authority, tenantID, clientID, graph string, redirectURIs []string) string {
	if clientID == "" || len(redirectURIs) == 0 {
		return ""
	}
	q := url.Values{"client_id": {clientID}, "scope": {graph + "/.default"}, "redirect_uri": {redirectURIs[0]}, "state": {"roomkey-consent"}}
	return authority + "/" + tenantID + "/v2.0/adminconsent?" + q.Encode()
}

// Advice says, before anything is tried, which role will probably not be
// enough. It never blocks: custom roles, roles by way of groups and partners'
// delegated administration do not show here.
func Advice(roles []tenant.DirectoryRole, plan Plan) (advice []words.Text) {
	has := func(ids ...string) bool {
		for _, r := range roles {
			for _, id := range ids {
				if strings.EqualFold(r.TemplateID, id) {
					return true
				}
			}
		}
		return false
	}
	consents, registers := false, false
	for _, i := range plan.Todo() {
		consents = consents || strings.HasPrefix(i.ID, "consent:application:") && i.Action == change.Grant
		registers = registers || i.Action != change.Grant
	}
	if consents && !has(entra.RoleGlobalAdministrator, entra.RolePrivilegedRoleAdministrator) {
		advice = append(advice, words.T("Your roles will probably not be enough to consent to application permissions of Microsoft Graph. That takes Privileged Role Administrator or Global Administrator. If you are eligible for one (PIM), activate it and sign in again; otherwise leave the consent to a colleague with the hand-off."))
	}
	if registers && !has(entra.RoleGlobalAdministrator, entra.RoleApplicationAdministrator, entra.RoleCloudApplicationAdministrator, entra.RoleApplicationDeveloper) {
		advice = append(advice, words.T("Your roles will probably not be enough to register the application, unless your organization lets users register applications. That takes Application Administrator, Cloud Application Administrator or Application Developer."))
	}
	return advice
}
