package fake

import (
	"context"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/page"
)

// Registering is a Backend that also registers applications.
type Registering struct {
	*Backend
	// Signed is whether Ada is signed in.
	Signed   bool
	forApply bool
	// Stale makes the first Apply find a changed tenant, NoConsent leaves the
	// consent open.
	Stale, NoConsent bool
	Applied, Undone  int
}

var _ page.Registration = (*Registering)(nil)

// Disclosure names Microsoft's client, unless the sign-in suffices.
func (r *Registering) Disclosure(_ context.Context, _ string, _ page.SignIn, plan *register.Plan) (words.Text, error) {
	if r.Signed && (plan == nil || r.forApply) {
		return words.Text{}, nil
	}
	return words.T("You will sign in to Microsoft Graph Command Line Tools, because Roomkey reads the tenant with it. Consent given to it outlives this sign-in, and its sign-ins are logged under its name."), nil
}

// SignIn shows a code where that was chosen, and then is signed in.
func (r *Registering) SignIn(_ context.Context, _ string, o page.SignIn, plan *register.Plan) (page.SignedIn, error) {
	if o.DeviceCode {
		o.Show(page.DeviceCode{Code: "F4KE-C0DE", Address: "https://microsoft.com/devicelogin", Expires: At.Add(15 * time.Minute)})
	}
	r.Signed, r.forApply = true, plan != nil
	who, _ := r.SignedIn("")
	return who, nil
}

// SignedIn is Ada.
func (r *Registering) SignedIn(string) (page.SignedIn, bool) {
	return page.SignedIn{Name: "Ada Admin", UserPrincipalName: "ada@contoso.com", Roles: []string{"Application Administrator"}, Client: "Microsoft Graph Command Line Tools", Consented: []string{"Application.Read.All"}}, r.Signed
}

// SignOut forgets her.
func (r *Registering) SignOut(context.Context, string) error { r.Signed = false; return nil }

// RegisterPlan has one item of each kind.
func (r *Registering) RegisterPlan(context.Context, string, register.Options, task.Report) (register.Plan, []words.Text, error) {
	return register.Plan{Items: []register.Item{
		{ID: "application", Title: words.T("Application"), Today: words.T("none"), Wanted: words.T("Room booking"), Action: register.Create},
		{ID: "consent", Title: words.T("Consent to Calendars.ReadWrite"), Today: words.T("not given"), Wanted: words.T("given for the organization"), Action: register.Grant, Why: words.T("The booking server reads and writes the calendars of rooms.")},
		{ID: "redirect", Title: words.T("Redirect URI"), Today: words.T("https://old.contoso.com/signin"), Wanted: words.T("kept"), Action: register.Attention},
		{ID: "audience", Title: words.T("Accounts that may sign in"), Today: words.T("this tenant only"), Wanted: words.T("this tenant only"), Action: register.Keep},
	}}, []words.Text{words.T("Consent probably needs the role Privileged Role Administrator. If it is yours through PIM, activate it and sign in again.")}, nil
}

// RegisterApply counts.
func (r *Registering) RegisterApply(context.Context, string, register.Plan, task.Report) (register.Result, error) {
	if r.Stale {
		r.Stale = false
		return register.Result{}, problem.New(register.CodeStale, words.T("Somebody changed the tenant since the plan was made."))
	}
	r.Applied++
	result := register.Result{Proof: register.Proof{Token: true}}
	if r.NoConsent {
		result.Consent = problem.New(register.CodeConsentRefused, words.T("Microsoft refused the consent."))
	}
	return result, nil
}

// HandOff is a file.
func (r *Registering) HandOff(context.Context, string, register.Plan) (page.File, error) {
	return page.File{Name: "hand-off.json", Data: []byte("{}")}, nil
}

// UndoPlan takes one application away.
func (r *Registering) UndoPlan(context.Context, string) (register.UndoPlan, error) {
	return register.UndoPlan{Name: "Room booking", Restorable: true, Items: []register.Item{{ID: "application", Title: words.T("Application"), Today: words.T("Room booking"), Wanted: words.T("deleted"), Action: register.Remove}}, Leaves: []words.Text{words.T("The scope in Exchange stays: only an Exchange administrator may remove it.")}}, nil
}

// Undo wants the name.
func (r *Registering) Undo(_ context.Context, _, typed string, _ task.Report) (register.UndoPlan, error) {
	if typed != "Room booking" {
		return register.UndoPlan{}, problem.New(register.CodeName, words.T("This is not the application's name."))
	}
	r.Undone++
	return register.UndoPlan{}, nil
}
