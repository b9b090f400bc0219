package fake

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/page"
)

// Registers is the tenant that applications are registered in, as a test wants
// it.
type Registers struct {
	// State is what Registration answers; Account is set by SignIn.
	State page.RegistrationState
	// Refuse is what SignIn answers, with Instead; Blocked is why the plan
	// cannot be applied, Choices what to choose among.
	Refuse  *problem.Problem
	Instead string
	Blocked *problem.Problem
	Choices []register.Choice
	// Grows makes Apply ask for more scopes, Hold makes a sign-in wait until
	// it is cancelled.
	Grows, Hold bool
	// HoldLog makes UndoPlan wait for the consent to the sign-in log.
	HoldLog bool
	// HoldApply makes Apply wait until it is cancelled, LeavesConsent leaves the
	// consent of every plan to a colleague.
	HoldApply, LeavesConsent bool
	// Stale makes the first Apply find a changed tenant, NoConsent leaves the
	// consent open, Missing is a role that the fresh token lacks.
	Stale, NoConsent bool
	Missing          []string
	// Unproven makes FinishRotation want a person's word.
	Unproven        bool
	Applied, Undone atomic.Int32
	Finished        atomic.Int32
	// Used are the options of the last plan, Ran those of the last run and
	// Noted those of the last Undo or Rotate; Client is the client of the last
	// sign-in.
	Used, Ran, Noted register.Options
	Client           string
	// Record is what History answers, LastSignIns and InUse what UndoPlan says;
	// each of the problems makes the call of its name fail.
	Record                    []register.Record
	LastSignIns               []register.LastSignIn
	InUse                     words.Text
	NoHistory, NoOpen, NoFile *problem.Problem
}

var disclosed = words.T("You will sign in to \"Microsoft Graph Command Line Tools\", because Roomkey has no application of its own in your tenant yet. What you consent to stays with that application after you sign out.")

// Registration is State.
func (b *backend) Registration(context.Context, string) (page.RegistrationState, error) {
	defer b.ask("Registration")()
	return b.State, nil
}

// Disclosure names Microsoft's client, or one's own.
func (b *backend) Disclosure(_ context.Context, _, client string) (words.Text, error) {
	if client != page.ClientLast && client != page.ClientMicrosoft {
		return words.T("You will sign in to your own application %s.", client), nil
	}
	return disclosed, nil
}

// SignIn signs Ada in.
func (b *backend) SignIn(ctx context.Context, _ string, in page.SignIn, tell page.Tell) (string, error) {
	b.ask("SignIn")()
	news := page.SignInNews{Disclosure: disclosed, Address: "https://login.microsoftonline.com/" + TenantID + "/oauth2/v2.0/authorize?client_id=14d82eec"}
	if in.DeviceCode {
		news = page.SignInNews{Disclosure: disclosed, Code: &page.DeviceCode{Code: "F4KEC0DE9", Address: "https://microsoft.com/devicelogin", Expires: time.Now().Add(15*time.Minute + 500*time.Millisecond)}}
	}
	tell(news)
	if b.Hold {
		<-ctx.Done()
		return "", problem.Of(ctx.Err())
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Client = in.Client
	if b.Refuse != nil && (b.Instead != page.InsteadBrowser || in.DeviceCode) && (b.Instead != page.InsteadOwnClient || in.Client == page.ClientLast) {
		return b.Instead, b.Refuse
	}
	b.State.Account = &page.Account{UPN: "ada@contoso.com", Name: "Ada Admin" + b.Hostile, TenantID: TenantID, Roles: []string{"Application Administrator"}, RolesFrom: "directory",
		Client: "Microsoft Graph Command Line Tools", Consented: []string{"Directory.Read.All", "Policy.Read.All"}}
	return "", nil
}

// SignOut forgets her.
func (b *backend) SignOut(context.Context, string) error {
	defer b.ask("SignOut")()
	b.State.Account = nil
	return nil
}

// RevokeSignIn forgets her at Microsoft, too.
func (b *backend) RevokeSignIn(context.Context, string, page.Tell) error {
	defer b.ask("RevokeSignIn")()
	b.State.Account = nil
	return nil
}

// RegisterPlan has one item of each kind.
func (b *backend) RegisterPlan(_ context.Context, id string, o register.Options, _ task.Report) (page.RegistrationPlan, error) {
	defer b.ask("RegisterPlan")()
	b.Used = o
	plan := page.RegistrationPlan{Plan: register.Plan{Digest: "sha256:0", Options: o, Target: register.Target{DisplayName: "Room booking"}}}
	if b.Blocked != nil && o.Use == "" {
		plan.Blocked, plan.Plan.Choices = b.Blocked, b.Choices
		return plan, nil
	}
	done := b.docs[id].Application.ObjectID != ""
	item := func(i register.Item) {
		if done && i.Action.Does() {
			i.Today, i.Action = i.Wanted, register.Keep
		}
		plan.Items = append(plan.Items, i)
	}
	item(register.Item{ID: "application", Title: words.T("App registration"), Today: words.T("none"), Wanted: words.Plain("Room booking" + b.Hostile), Action: register.Create})
	item(register.Item{ID: "audience", Title: words.T("Who may sign in"), Today: words.T("this organization only"), Wanted: words.T("this organization only"), Action: register.Keep})
	reason := words.T("The booking server reads and writes the calendars of rooms.")
	item(register.Item{ID: "declare:application:Calendars.ReadWrite", Title: words.T("Declare Calendars.ReadWrite (application)"), Today: words.T("not declared"), Wanted: words.T("declared"), Action: register.Change, Why: reason})
	item(register.Item{ID: "consent:application:Calendars.ReadWrite", Title: words.T("Consent to Calendars.ReadWrite (application)"), Today: words.T("not granted"), Wanted: words.T("granted for the tenant"), Action: register.Grant, Why: reason})
	item(register.Item{ID: "credential", Title: words.T("Credential"), Today: words.T("none on this computer"), Wanted: words.T("a client secret, valid for 365 days, straight into this computer's keychain"), Action: register.Create})
	item(register.Item{ID: "other-permissions", Title: words.T("Other declared permissions"), Today: words.Plain("Mail.Send" + b.Hostile), Wanted: words.T("left alone"), Action: register.Keep, Why: words.T("More than the product needs.")})
	if !done {
		plan.Advice = []words.Text{words.T("Your roles will probably not be enough to consent. That takes Privileged Role Administrator. If you are eligible for it (PIM), activate it and sign in again.")}
	}
	if b.LeavesConsent {
		plan.Options.LeaveConsent = true
		for n := range plan.Items {
			if plan.Items[n].Action == register.Grant {
				plan.Items[n].Action = register.ByHand
			}
		}
	}
	if b.Grows {
		plan.Asks = words.T("It asks for: Application.ReadWrite.All.")
	}
	return plan, nil
}

// PlanFile is the plan.
func (b *backend) PlanFile(_ context.Context, _ string, plan register.Plan) (page.File, error) {
	defer b.ask("PlanFile")()
	data, err := plan.File()
	if b.NoFile != nil {
		err = b.NoFile
	}
	return page.File{Name: "contoso-plan.json", Data: data}, err
}

// OpenPlan reads a plan that the tenant agrees with, or answers NoOpen.
func (b *backend) OpenPlan(ctx context.Context, id string, data []byte, file string, _ task.Report) (page.RegistrationPlan, error) {
	b.ask("OpenPlan")()
	if b.NoOpen != nil {
		return page.RegistrationPlan{}, b.NoOpen
	}
	reviewed, err := register.ReadPlan(data, file)
	if err != nil {
		return page.RegistrationPlan{}, err
	}
	plan, err := b.RegisterPlan(ctx, id, reviewed.Options, nil)
	plan.Reviewed = &reviewed
	return plan, err
}

// History is Record.
func (b *backend) History(context.Context, string) ([]register.Record, error) {
	defer b.ask("History")()
	if b.NoHistory != nil {
		return nil, b.NoHistory
	}
	return b.Record, nil
}

// HistoryFile is a file.
func (b *backend) HistoryFile(context.Context, string) (page.File, error) {
	defer b.ask("HistoryFile")()
	return page.File{Name: "contoso-record.json", Data: []byte("[]")}, nil
}

// PublicCertificate is a file.
func (b *backend) PublicCertificate(context.Context, string) (page.File, error) {
	defer b.ask("PublicCertificate")()
	return page.File{Name: "contoso-certificate.pem", Data: []byte("-----BEGIN CERTIFICATE-----")}, nil
}

// RegisterApply registers at once.
func (b *backend) RegisterApply(ctx context.Context, id string, plan register.Plan, tell page.Tell, report task.Report) (register.Result, error) {
	defer b.ask("RegisterApply")()
	if b.Stale {
		b.Stale = false
		return register.Result{}, problem.New(register.CodeStale, words.T("The tenant has changed since the plan was made: nothing was done."))
	}
	if b.Grows {
		tell(page.SignInNews{Disclosure: words.T("It asks for: Application.ReadWrite.All."), Address: "https://login.microsoftonline.com/more"})
	}
	report.Say(0, 5, words.T("App registration"))
	if b.HoldApply {
		report.Say(0, 5, words.T("%s: waiting for Microsoft to catch up, try %d, next in %s", words.T("App registration"), 2, time.Second))
		b.mu.Unlock()
		<-ctx.Done()
		b.mu.Lock()
		return register.Result{}, problem.Of(ctx.Err())
	}
	b.Applied.Add(1)
	b.Ran = plan.Options
	for _, phase := range []string{register.PhaseStart, register.PhaseAfter, register.PhaseEnd} {
		r := register.Record{At: At, Run: "r0", By: "ada@contoso.com", Phase: phase}
		if phase == register.PhaseAfter {
			r.Step, r.Title, r.Request, r.RequestID = "application", words.T("App registration: %s", "Room booking"+b.Hostile), "PATCH /applications", "67b9fcc4-7d11-4c97-a48c-1415351558f1"
		}
		b.Record = append(b.Record, r)
	}
	c := b.docs[id].Clone()
	c.Application = connection.Application{ClientID: "11111111-2222-4333-8444-555555555555", ObjectID: "66666666-2222-4333-8444-555555555555", DisplayName: "Room booking",
		Credential: connection.Credential{Kind: connection.CredentialSecret, Hint: "q8Q", KeyID: "k1", Expires: At.AddDate(1, 0, 0)}}
	b.docs[id] = c
	result := register.Result{Application: c.Application, Proof: register.Proof{At: At, Token: true, Roles: []string{"Calendars.ReadWrite"}, Missing: b.Missing}}
	if b.NoConsent {
		result.Proof.Roles = nil
		result.Consent = problem.New(register.CodeConsentRefused, words.T("The application is registered; consent to its permissions needs another role."))
	}
	return result, nil
}

// HandOff is a page to open and a list.
func (b *backend) HandOff(context.Context, string, register.Plan) (register.HandOff, error) {
	defer b.ask("HandOff")()
	return register.HandOff{ClientID: "11111111-2222-4333-8444-555555555555", DisplayName: "Room booking", PermissionsPage: "https://entra.microsoft.com/#view/permissions",
		ConsentLink: "https://login.microsoftonline.com/adminconsent", Checklist: []words.Text{words.T("Compare the client ID before you consent.")}}, nil
}

// SaveHandOff writes nothing.
func (b *backend) SaveHandOff(_ context.Context, _ string, _ register.Plan, folder string) ([]string, error) {
	defer b.ask("SaveHandOff")()
	return []string{folder + "/plan.json", folder + "/checklist.txt"}, nil
}

// UndoPlan takes one application away.
func (b *backend) UndoPlan(ctx context.Context, _ string, tell page.Tell) (register.UndoPlan, error) {
	if b.HoldLog && tell != nil {
		tell(page.SignInNews{Disclosure: words.T("It asks for: AuditLog.Read.All."), Address: "https://login.microsoftonline.com/log"})
		<-ctx.Done()
		return register.UndoPlan{}, problem.Of(ctx.Err())
	}
	return register.UndoPlan{Name: "Room booking", ClientID: "11111111-2222-4333-8444-555555555555", Restorable: true, SignIns: "https://entra.microsoft.com/#view/signins",
		LastSignIns: b.LastSignIns, InUse: b.InUse,
		Items:  []register.Item{{ID: "application", Title: words.T("App registration"), Today: words.T("Room booking"), Wanted: words.T("removed"), Action: register.Remove}},
		Leaves: []words.Text{words.T("The limit in Exchange stays: only an Exchange administrator may remove it.")}}, nil
}

// Undo wants the name.
func (b *backend) Undo(_ context.Context, id, typed string, o register.Options, _ page.Tell, _ task.Report) (register.UndoPlan, error) {
	defer b.ask("Undo")()
	if typed != "Room booking" {
		return register.UndoPlan{}, problem.New(register.CodeName, words.T("The name is not that of the application: nothing was removed."))
	}
	b.Undone.Add(1)
	b.Noted = o
	c := b.docs[id].Clone()
	c.Application = connection.Application{Credential: connection.Credential{Kind: connection.CredentialSecret}}
	b.docs[id], b.State.Restorable = c, true
	return register.UndoPlan{}, nil
}

// Restore brings it back.
func (b *backend) Restore(_ context.Context, id string, _ page.Tell) (string, error) {
	defer b.ask("Restore")()
	c := b.docs[id].Clone()
	c.Application.ClientID, c.Application.ObjectID, c.Application.DisplayName = "11111111-2222-4333-8444-555555555555", "66666666-2222-4333-8444-555555555555", "Room booking"
	b.docs[id], b.State.Restorable = c, false
	return "Room booking", nil
}

// Rotate leaves two credentials.
func (b *backend) Rotate(_ context.Context, _ string, o register.Options, _ page.Tell, _ task.Report) (register.Rotation, error) {
	defer b.ask("Rotate")()
	b.Noted = o
	b.State.Rotation = &register.Rotation{OldKeyID: "k1", NewKeyID: "k2", Expires: At.AddDate(1, 0, 0)}
	return *b.State.Rotation, nil
}

// FinishRotation leaves the new one.
func (b *backend) FinishRotation(_ context.Context, _ string, confirmed bool, _ page.Tell) error {
	defer b.ask("FinishRotation")()
	if b.Unproven && !confirmed {
		return problem.New(register.CodeRotationUnproven, words.T("The booking server has not proven the new credential: the old one is kept."))
	}
	b.Finished.Add(1)
	b.State.Rotation = nil
	return nil
}

// Reminder is a calendar.
func (b *backend) Reminder(context.Context, string) (page.File, error) {
	return page.File{Name: "reminder.ics", Data: []byte("BEGIN:VCALENDAR")}, nil
}
