package register

import (
	"cmp"
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
		h.Checklist = append(h.Checklist, words.T("The application is not registered yet: run the script in this handoff first, or have Roomkey apply the plan."))
	}
	h.Checklist = append(h.Checklist,
		words.T("You need the Privileged Role Administrator or Global Administrator role. If you are only eligible for it (PIM), activate it first."))
	if h.ClientID == "" {
		h.Checklist = append(h.Checklist, words.T("Compare the name \"%s\" with what you see before you consent.", h.DisplayName))
	} else {
		h.Checklist = append(h.Checklist, words.T("Compare the client ID %s and the name \"%s\" with what you see before you consent.", h.ClientID, h.DisplayName))
	}
	for _, p := range plan.Wanted.Permissions {
		h.Checklist = append(h.Checklist, words.T("Consent to %s (%s): %s", p.Value, p.Kind.Text(), p.Reason))
	}
	if in.Document().Scope.Kind == connection.ScopeRBAC {
		h.Checklist = append(h.Checklist, words.T("Do not add calendar permissions here: Exchange grants them, for selected mailboxes only."))
	}
	h.Checklist = append(h.Checklist, h.wayTo(),
		words.T("Tell your colleague when you are done. The next plan or check in Roomkey shows what was granted."))
	return h
}

// wayTo says how to consent, with what there is.
func (h HandOff) wayTo() words.Text {
	switch {
	case h.ClientID == "":
		return words.T("Run the script. It registers the application and grants consent.")
	case h.ConsentLink == "":
		return words.T("Open the permissions page and select \"Grant admin consent\", or run the script.")
	}
	return words.T("Open the permissions page and select \"Grant admin consent\", open the consent link, or run the script.")
}

// In is the hand-off in the language of the colleague, the plan included; nil is
// English.
func (h HandOff) In(l words.Language) string {
	var text strings.Builder
	line := func(t words.Text) { text.WriteString(problem.Line(t.In(l)) + "\n") }
	if h.ClientID == "" {
		line(words.T("%s, not registered yet", h.DisplayName))
	} else {
		line(words.T("%s, client ID %s", h.DisplayName, h.ClientID))
	}
	text.WriteString("\n")
	for i, t := range h.Checklist {
		line(words.T("%d. %s", i+1, t))
	}
	text.WriteString("\n")
	if h.ClientID == "" {
		line(words.T("The application is not registered yet, so it has no permissions page and no consent link."))
	} else {
		if h.PermissionsPage == "" {
			line(words.T("Permissions: the application's \"API permissions\" page (the address of this cloud's portal is not known)"))
		} else {
			line(words.T("Permissions: %s", h.PermissionsPage))
		}
		if h.ConsentLink == "" {
			line(words.T("Consent link: none, because the application has no redirect URI for the response (AADSTS500113)."))
		} else {
			line(words.T("Consent link: %s", h.ConsentLink))
		}
	}
	text.WriteString("\n")
	line(words.T("Plan %s", h.Plan.Digest))
	for _, i := range h.Plan.Items {
		line(words.T("- %s: %s; today: %s; wanted: %s", i.Title, i.Action.Text(), orNothing(i.Today), orNothing(i.Wanted)))
	}
	return text.String()
}

func orNothing(t words.Text) words.Text {
	if t.IsZero() {
		return words.T("nothing")
	}
	return t
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
		advice = append(advice, words.T("Your roles are probably not enough to consent to Microsoft Graph application permissions. You need Privileged Role Administrator or Global Administrator. If you are eligible for one of them (PIM), activate it and sign in again. Otherwise, leave the consent to a colleague."))
	}
	if registers && !has(entra.RoleGlobalAdministrator, entra.RoleApplicationAdministrator, entra.RoleCloudApplicationAdministrator, entra.RoleApplicationDeveloper) {
		advice = append(advice, words.T("Your roles are probably not enough to register the application, unless your tenant lets users register applications. You need Application Administrator, Cloud Application Administrator or Application Developer."))
	}
	return advice
}
