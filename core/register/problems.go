package register

import (
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

func choose(name string, named []tenant.Application) *problem.Problem {
	var list []string
	for _, a := range named {
		list = append(list, a.AppID+" ("+a.CreatedAt.Format(time.DateOnly)+")")
	}
	return problem.New(CodeChoose, words.T("Applications named \"%s\" already exist. Choose one of them, or register a new one.", name)).
		With(words.T("Client IDs and dates of registration: %s", strings.Join(list, ", "))).
		Lead(words.T("Use one of them."), problem.PlaceRegister.With("roomkeyctl register plan --use CLIENT-ID")).
		Lead(words.T("Or register a new one."), problem.PlaceRegister.With("roomkeyctl register plan --use new"))
}

// exists refuses a second application under the name that is unique in the tenant.
func (in Input) exists(a tenant.Application, j journal) *problem.Problem {
	p := problem.New(CodeExists, words.T("No new application can be registered: Roomkey has already registered \"%s\" for this product and server.", a.DisplayName)).
		With(words.T("Its client ID is %s. It was registered on %s. A tenant has one application of Roomkey's for each product and server, so that no one registers it twice.", a.AppID, a.CreatedAt.Format(time.DateOnly))).
		Lead(words.T("Use it. It keeps its name."), problem.PlaceRegister.With("roomkeyctl register plan --use "+a.AppID))
	if in.Document().Application.ObjectID == a.ID && j.made(a.ID) { // the undo is for the connection's own
		return p.Lead(words.T("Or remove it, if nothing else uses it, and register a new one."), problem.PlaceUndo)
	}
	return p.Fix(words.T("Or delete it in the Microsoft Entra admin center under App registrations, if nothing else uses it, and register a new one."))
}

func deletedApplication(a tenant.Application) *problem.Problem {
	return problem.New(CodeDeleted, words.T("The application \"%s\" was deleted on %s.", a.DisplayName, a.DeletedAt.Format(time.DateOnly))).
		With(words.T("It can be restored until %s, with its permissions and credentials.", a.DeletedAt.AddDate(0, 0, 30).Format(time.DateOnly))).
		Lead(words.T("Restore it."), problem.PlaceRegister.With("roomkeyctl register restore")).
		Lead(words.T("Or register a new one."), problem.PlaceRegister.With("roomkeyctl register plan --use new"))
}

func foreign(sp tenant.ServicePrincipal) *problem.Problem {
	return problem.New(CodeForeign, words.T("The application \"%s\" belongs to another organization.", sp.DisplayName)).
		With(words.T("It is registered in the tenant %s; your tenant has only its enterprise application. Permissions, redirect URIs and credentials are that organization's to change: in your tenant it can be consented to and removed.", sp.OwnerOrganization)).
		Fix(words.T("If the booking product's vendor runs it, select Grant admin consent in the Microsoft Entra admin center: Enterprise applications, this application, Permissions.")).
		Lead(words.T("Or register an application of your own."), problem.PlaceRegister.With("roomkeyctl register plan --use new"))
}

func unknownApplication(clientID string) *problem.Problem {
	return problem.New(CodeUnknown, words.T("No application with the client ID %s is registered in this tenant.", clientID)).
		Fix(words.T("Check the client ID, and that you signed in to the tenant in which the application was registered.")).
		Lead(words.T("Or register a new one."), problem.PlaceRegister.With("roomkeyctl register plan --use new"))
}

func stale(what words.Text) *problem.Problem {
	return problem.New(CodeStale, words.T("The tenant has changed since the plan was created. Nothing was changed.")).
		With(what).
		Lead(words.T("Review the new plan and apply it."), problem.PlaceRegister)
}

func consentRefused(by string, why *problem.Problem, permissionsPage string) *problem.Problem {
	p := problem.New(CodeConsentRefused, words.T("The application is registered, but granting consent requires another role.")).
		With(words.T("Microsoft did not let %s consent to application permissions of Microsoft Graph. Everything else is done and kept.", by)).
		Fix(words.T("If the role Privileged Role Administrator or Global Administrator is only eligible (PIM), activate it, sign in again and apply again.")).
		Lead(words.T("Or hand it to a colleague with that role."), problem.PlaceRegister.With("roomkeyctl register handoff --out FOLDER")).
		See(words.T("API permissions of this application"), permissionsPage).By(why)
	p.RequestID = why.RequestID
	return p
}

func roleRefused(by string, step words.Text, why *problem.Problem) *problem.Problem {
	p := problem.New(codeRole, words.T("Microsoft did not let %s do this: %s.", by, step)).
		With(words.T("%s", why.Detail)).
		Fix(words.T("Sign in as Application Administrator, Cloud Application Administrator or Global Administrator, and try again. Roomkey continues where it stopped.")).
		Fix(words.T("If the role is only eligible (PIM), activate it in the Microsoft Entra admin center under Privileged Identity Management, and sign in again.")).By(why)
	p.RequestID = why.RequestID
	return p
}

func nothingMade(what words.Text) *problem.Problem {
	return problem.New(codeNothingMade, what).Fix(words.T("There is nothing to undo."))
}

// unrecorded says first what was done at Microsoft, where this computer did not
// take the record of it.
func unrecorded(done words.Text, err error) error {
	p := problem.Of(err)
	if p == nil || p.Kind != problem.Local {
		return err
	}
	told := problem.New(codeUnrecorded, done).By(err).
		With(words.Sentences(p.Title, p.Detail, words.T("The next attempt continues where this one stopped and does nothing twice.")))
	told.Remedies = p.Remedies
	return told
}

func vaultRefused(err error, removed error) *problem.Problem {
	p := problem.New(CodeVaultRefused, words.T("The new credential could not be saved in the keychain, so it was removed from the application.")).
		With(words.T("%s", problem.Of(err).Title)).By(err)
	if removed != nil {
		p = problem.New(CodeVaultRefused, words.T("The new credential could not be saved in the keychain.")).
			With(words.T("%s It could not be removed from the application either. Roomkey removes it at the next Apply.", problem.Of(err).Title)).By(err)
	}
	p.Remedies = append(p.Remedies, problem.Of(err).Remedies...)
	return p.Fix(words.T("Then apply again. Roomkey continues where it stopped."))
}

func unfinished(step words.Text, waited time.Duration, why error) *problem.Problem {
	p := problem.New(CodeUnfinished, words.T("Microsoft has not caught up after %s: %s", waited.Round(time.Second), step)).
		Fix(words.T("Apply again in a few minutes. Roomkey continues where it stopped and creates nothing twice.")).By(why)
	if last := problem.Of(why); last != nil {
		p.RequestID = last.RequestID
		p.With(words.T("The last response was: %s", last.Title))
	}
	return p
}
