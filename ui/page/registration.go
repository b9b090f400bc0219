package page

import (
	"context"
	"time"

	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
)

// Registration plans, applies and undoes the app registration with an
// administrator's sign-in. A Backend that has it is offered on the page
// Register; its tokens stay in memory.
type Registration interface {
	// Disclosure is what a person reads before the sign-in opens: which
	// application is signed in to, and why. A nil plan is the sign-in that
	// reads; with a plan it is the one that applies it. The text is empty when
	// the sign-in that there is suffices.
	Disclosure(ctx context.Context, id string, o SignIn, plan *register.Plan) (words.Text, error)
	// SignIn signs an administrator in for the same purpose.
	SignIn(ctx context.Context, id string, o SignIn, plan *register.Plan) (SignedIn, error)
	// SignedIn is who is signed in; false when nobody is.
	SignedIn(id string) (SignedIn, bool)
	SignOut(ctx context.Context, id string) error
	// RegisterPlan says what Apply would do, with advice about roles.
	RegisterPlan(ctx context.Context, id string, o register.Options, report task.Report) (register.Plan, []words.Text, error)
	// RegisterApply carries out exactly that plan; "register.stale" means that
	// the tenant has changed since.
	RegisterApply(ctx context.Context, id string, plan register.Plan, report task.Report) (register.Result, error)
	// HandOff is the plan for a colleague who may consent, as a file.
	HandOff(ctx context.Context, id string, plan register.Plan) (File, error)
	UndoPlan(ctx context.Context, id string) (register.UndoPlan, error)
	// Undo wants the application's name as the person typed it.
	Undo(ctx context.Context, id, typed string, report task.Report) (register.UndoPlan, error)
}

// SignIn says how an administrator signs in.
type SignIn struct {
	// ClientID is a public client of the tenant's own, "" for the one of the
	// last time or Microsoft's.
	ClientID string
	// DeviceCode is the second choice: many tenants block it.
	DeviceCode bool
	// Open makes the address reach the browser; Show shows a device code. Both
	// are called aside.
	Open func(address string)
	Show func(DeviceCode)
}

// DeviceCode is a code to type on Microsoft's page.
type DeviceCode struct {
	Code, Address string
	Expires       time.Time
}

// SignedIn is an administrator.
type SignedIn struct {
	Name, UserPrincipalName string
	Roles                   []string
	// Client is the name of the application that was signed in to, Consented
	// what was given to it and stays after the sign-in.
	Client    string
	Consented []string
}
