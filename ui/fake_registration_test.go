package ui

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/reach"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// fakeRegistration is the tenant that applications are registered in, as a test wants
// it.
type fakeRegistration struct {
	// State is what Registration answers; Account is set by SignIn.
	State session.Registration
	// Refuse is what SignIn answers: for ever to a device code where RefuseCode, to
	// Microsoft's client where RefuseMicrosoft; Blocked is why the plan
	// cannot be applied, Choices what to choose among.
	Refuse                      *problem.Problem
	RefuseCode, RefuseMicrosoft bool
	Blocked                     *problem.Problem
	Choices                     []register.Choice
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
	Record            []change.Record
	LastSignIns       []register.LastSignIn
	InUse             words.Text
	NoHistory, NoOpen *problem.Problem
}

var fakeDisclosure = words.T("You will sign in to \"Microsoft Graph Command Line Tools\", because Roomkey has no application of its own in your tenant yet. What you consent to remains with that application after you sign out.")

// Registration is State.
func (b *fakeCore) Registration(context.Context) (session.Registration, error) {
	defer b.ask("Registration")()
	return b.State, nil
}

// Disclosure names Microsoft's client, or one's own.
func (b *fakeCore) Disclosure(client string, _ []string) (words.Text, error) {
	if client != "" && client != entra.CommandLineTools {
		return words.T("You will sign in to your own application %s.", client), nil
	}
	return fakeDisclosure, nil
}

// SignIn signs Ada in; once she is, it asks only where Grows.
func (b *fakeCore) SignIn(ctx context.Context, o session.SignIn, _ []string) (session.Signed, error) {
	if b.State.Account != nil {
		if b.Grows {
			o.Disclose(words.T("It asks for: Application.ReadWrite.All."))
			o.Open("https://login.microsoftonline.com/more")
		}
		return *b.State.Account, nil
	}
	b.ask("SignIn")()
	o.Disclose(fakeDisclosure)
	if o.DeviceCode {
		o.Show(entra.DeviceCode{Code: "F4KEC0DE9", Address: "https://microsoft.com/devicelogin", Expires: time.Now().Add(15*time.Minute + 500*time.Millisecond)})
	} else {
		o.Open("https://login.microsoftonline.com/" + fakeTenant + "/oauth2/v2.0/authorize?client_id=14d82eec")
	}
	if b.Hold {
		<-ctx.Done()
		return session.Signed{}, problem.Of(ctx.Err())
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Client = o.ClientID
	if b.RefuseCode && o.DeviceCode || b.RefuseMicrosoft && o.ClientID == "" {
		return session.Signed{}, b.Refuse
	}
	b.State.Account = &session.Signed{Account: entra.Account{UPN: "ada@contoso.com", Name: "Ada Admin" + b.Hostile, TenantID: fakeTenant, Roles: []tenant.DirectoryRole{{DisplayName: "Application Administrator"}}},
		RolesFrom: "directory", Client: "14d82eec", ClientName: words.Plain("Microsoft Graph Command Line Tools"), Consented: []string{"Directory.Read.All", "Policy.Read.All"}}
	return *b.State.Account, nil
}

// SignOut forgets her.
func (b *fakeCore) SignOut() error {
	defer b.ask("SignOut")()
	b.State.Account = nil
	return nil
}

// RevokeSignIn forgets her at Microsoft, too.
func (b *fakeCore) RevokeSignIn(context.Context) error {
	defer b.ask("RevokeSignIn")()
	b.State.Account = nil
	return nil
}

// AllowSignInLog waits where HoldLog.
func (b *fakeCore) AllowSignInLog(ctx context.Context, o session.SignIn) error {
	if !b.HoldLog {
		return nil
	}
	o.Disclose(words.T("It asks for: AuditLog.Read.All."))
	o.Open("https://login.microsoftonline.com/log")
	<-ctx.Done()
	return problem.Of(ctx.Err())
}

// RegisterPlan has one item of each kind.
func (b *fakeSession) RegisterPlan(_ context.Context, o register.Options, _ task.Report) (session.RegistrationPlan, error) {
	defer b.ask("RegisterPlan")()
	b.Used = o
	plan := session.RegistrationPlan{Plan: register.Plan{Digest: "sha256:0", Options: o, Target: register.Target{DisplayName: "Room booking"}}}
	if b.Blocked != nil && o.Use == "" {
		plan.Blocked, plan.Plan.Choices = b.Blocked, b.Choices
		return plan, nil
	}
	done := b.Document().Application.ObjectID != ""
	item := func(i change.Item) {
		if done && i.Action != change.ByHand && i.Action != change.Attention {
			i.Today, i.Action = i.Wanted, change.Keep
		}
		plan.Items = append(plan.Items, i)
	}
	item(change.Item{ID: "application", Title: words.T("App registration"), Today: words.T("none"), Wanted: words.Plain("Room booking" + b.Hostile), Action: change.Create})
	item(change.Item{ID: "audience", Title: words.T("Who can sign in"), Today: words.T("this organization only"), Wanted: words.T("this organization only"), Action: change.Keep})
	reason := words.T("The booking server reads and writes the calendars of rooms.")
	item(change.Item{ID: "declare:application:Calendars.ReadWrite", Title: words.T("Declare Calendars.ReadWrite (application)"), Today: words.T("not declared"), Wanted: words.T("declared"), Action: change.Change, Why: reason})
	item(change.Item{ID: "consent:application:Calendars.ReadWrite", Title: words.T("Consent to Calendars.ReadWrite (application)"), Today: words.T("not granted"), Wanted: words.T("granted for the tenant"), Action: change.Grant, Why: reason})
	item(change.Item{ID: "credential", Title: words.T("Credential"), Today: words.T("none on this computer"), Wanted: words.T("a client secret, valid for 365 days, straight into this computer's keychain"), Action: change.Create})
	item(change.Item{ID: "other-permissions", Title: words.T("Other declared permissions"), Today: words.Plain("Mail.Send" + b.Hostile), Wanted: words.T("left alone"), Action: change.Keep, Why: words.T("More than the product needs.")})
	if !done {
		plan.Advice = []words.Text{words.T("Your roles will probably not be enough to consent. That takes Privileged Role Administrator. If you are eligible for it (PIM), activate it and sign in again.")}
	}
	if b.LeavesConsent {
		plan.Options.LeaveConsent = true
		for n := range plan.Items {
			if plan.Items[n].Action == change.Grant {
				plan.Items[n].Action = change.ByHand
			}
		}
	}
	if b.Grows {
		plan.Asks = words.T("It asks for: Application.ReadWrite.All.")
	}
	return plan, nil
}

// ReviewedPlan agrees with the plan, or answers NoOpen.
func (b *fakeSession) ReviewedPlan(ctx context.Context, reviewed register.Plan, _ task.Report) (session.RegistrationPlan, error) {
	b.ask("ReviewedPlan")()
	if b.NoOpen != nil {
		return session.RegistrationPlan{}, b.NoOpen
	}
	plan, err := b.RegisterPlan(ctx, reviewed.Options, nil)
	plan.Reviewed = &reviewed
	return plan, err
}

// History is Record.
func (b *fakeCore) History() ([]change.Record, error) {
	defer b.ask("History")()
	if b.NoHistory != nil {
		return nil, b.NoHistory
	}
	return b.Record, nil
}

// PublicCertificate is a file.
func (b *fakeCore) PublicCertificate(context.Context) ([]byte, error) {
	return []byte("-----BEGIN CERTIFICATE-----"), nil
}

// RegisterApply registers at once.
func (b *fakeSession) RegisterApply(ctx context.Context, plan register.Plan, _ register.Options, report task.Report) (session.Registered, error) {
	defer b.ask("RegisterApply")()
	if b.Stale {
		b.Stale = false
		return session.Registered{}, problem.New(register.CodeStale, words.T("The tenant has changed since the plan was created. Nothing was changed."))
	}
	report.Say(0, 5, words.T("App registration"))
	if b.HoldApply {
		report.Say(0, 5, words.T("%s: waiting for Microsoft to catch up, attempt %d, next in %s", words.T("App registration"), 2, time.Second))
		b.mu.Unlock()
		<-ctx.Done()
		b.mu.Lock()
		return session.Registered{}, problem.Of(ctx.Err())
	}
	b.Applied.Add(1)
	b.Ran = plan.Options
	for _, phase := range []string{change.PhaseStart, change.PhaseAfter, change.PhaseEnd} {
		r := change.Record{At: fakeAt, Run: "r0", By: "ada@contoso.com", Phase: phase}
		if phase == change.PhaseAfter {
			r.Step, r.Title, r.Request, r.RequestID = "application", words.T("App registration: %s", "Room booking"+b.Hostile), "PATCH /applications", "67b9fcc4-7d11-4c97-a48c-1415351558f1"
		}
		b.Record = append(b.Record, r)
	}
	application := connection.Application{ClientID: "11111111-2222-4333-8444-555555555555", ObjectID: "66666666-2222-4333-8444-555555555555", DisplayName: "Room booking",
		Credential: connection.Credential{Kind: connection.CredentialSecret, Hint: "q8Q", KeyID: "k1", Expires: fakeAt.AddDate(1, 0, 0)}}
	if err := b.Edit(ctx, func(c *connection.Connection) { c.Application = application }); err != nil {
		return session.Registered{}, err
	}
	result := session.Registered{Result: register.Result{Application: application, Proof: register.Proof{At: fakeAt, Token: true, Roles: []string{"Calendars.ReadWrite"}, Missing: b.Missing}}}
	if b.NoConsent {
		result.Proof.Roles = nil
		result.Consent = problem.New(register.CodeConsentRefused, words.T("The application is registered, but granting consent requires another role."))
	} else if !plan.LeavesConsent() {
		run := b.quick()
		result.Check = &run
	}
	return result, nil
}

// RegisterHandOff is a page to open and a list.
func (b *fakeCore) RegisterHandOff(register.Plan) (session.HandOff, error) {
	defer b.ask("RegisterHandOff")()
	return session.HandOff{HandOff: register.HandOff{ClientID: "11111111-2222-4333-8444-555555555555", DisplayName: "Room booking", PermissionsPage: "https://entra.microsoft.com/#view/permissions",
		ConsentLink: "https://login.microsoftonline.com/adminconsent", Checklist: []words.Text{words.T("Compare the client ID before you consent.")}}}, nil
}

// RegisterUndoPlan takes one application away.
func (b *fakeCore) RegisterUndoPlan(context.Context) (register.UndoPlan, error) {
	return register.UndoPlan{Name: "Room booking", ClientID: "11111111-2222-4333-8444-555555555555", Restorable: true, SignIns: "https://entra.microsoft.com/#view/signins",
		LastSignIns: b.LastSignIns, InUse: b.InUse,
		Items:  []change.Item{{ID: "application", Title: words.T("App registration"), Today: words.T("Room booking"), Wanted: words.T("removed"), Action: change.Remove}},
		Leaves: []words.Text{words.T("The limit in Exchange stays: only an Exchange administrator may remove it.")}}, nil
}

// RegisterUndo wants the name.
func (b *fakeSession) RegisterUndo(ctx context.Context, typed string, o register.Options, _ task.Report) (register.UndoPlan, error) {
	defer b.ask("Undo")()
	if typed != "Room booking" {
		return register.UndoPlan{}, problem.New(register.CodeName, words.T("The name does not match the application. Nothing was removed."))
	}
	b.Undone.Add(1)
	b.Noted = o
	b.State.Restorable = true
	return register.UndoPlan{}, b.Edit(ctx, func(c *connection.Connection) {
		c.Application = connection.Application{Credential: connection.Credential{Kind: connection.CredentialSecret}}
	})
}

// RegisterRestore brings it back.
func (b *fakeSession) RegisterRestore(ctx context.Context) (tenant.Application, error) {
	b.State.Restorable = false
	return tenant.Application{DisplayName: "Room booking"}, b.Edit(ctx, func(c *connection.Connection) {
		c.Application.ClientID, c.Application.ObjectID, c.Application.DisplayName = "11111111-2222-4333-8444-555555555555", "66666666-2222-4333-8444-555555555555", "Room booking"
	})
}

// Rotate leaves two credentials.
func (b *fakeCore) Rotate(_ context.Context, o register.Options, _ task.Report) (session.Rotated, error) {
	defer b.ask("Rotate")()
	b.Noted = o
	b.State.Rotation = &register.Rotation{OldKeyID: "k1", NewKeyID: "k2", Expires: fakeAt.AddDate(1, 0, 0)}
	return session.Rotated{Rotation: *b.State.Rotation}, nil
}

// FinishRotation leaves the new one.
func (b *fakeCore) FinishRotation(_ context.Context, confirmed bool) (register.Rotation, error) {
	if b.Unproven && !confirmed {
		return register.Rotation{}, problem.New(register.CodeRotationUnproven, words.T("The booking server has not proven the new credential, so the old one is kept."))
	}
	b.Finished.Add(1)
	b.State.Rotation = nil
	return register.Rotation{}, nil
}

// Consent is the vendor's application as its product's file has it.
func (s *fakeSession) Consent() (session.Consent, error) {
	p, err := s.Product()
	c := session.Consent{Model: p.Model, ClientID: s.Document().Application.ClientID, Link: "https://login.microsoftonline.com/contoso.com/adminconsent"}
	if p.VendorApplication != nil {
		c.Expected = *p.VendorApplication
	}
	return c, err
}

// ReadConsent finds exactly what the product needs.
func (s *fakeSession) ReadConsent(context.Context) (session.Consent, error) {
	c, err := s.Consent()
	c.Read = true
	for _, n := range s.Needs().Permissions {
		c.Granted = append(c.Granted, n.Ref)
	}
	return c, err
}

// Asks is that no guide leaves anything open.
func (s *fakeSession) Asks(string) []*problem.Problem { return nil }

// RoomAccess is one application that reaches the room.
func (s *fakeSession) RoomAccess(_ context.Context, room string) (reach.Room, error) {
	return reach.Room{Address: room, Applications: []reach.Access{{Application: reach.Application{AppID: "a", Name: "Visitor badges"}, State: reach.Reaches}}}, nil
}

// LastRoomAccess is that nobody has asked.
func (s *fakeSession) LastRoomAccess() (reach.Room, bool) { return reach.Room{}, false }

// OwnProduct is the product with the chosen permissions.
func (s *fakeSession) OwnProduct(id, name string) (product.Product, error) {
	p, err := s.Product()
	return p.Chosen(id, name, s.Document().Product.Options, s.Document().Product.Permissions), err
}
