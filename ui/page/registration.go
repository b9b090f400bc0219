package page

import (
	"context"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
)

// Registration makes the application and looks after it, with the sign-in of
// an administrator whose tokens stay in memory. What needs more of Microsoft
// than the sign-in holds asks for it on the way and tells the page what the
// person has to do.
type Registration interface {
	// Registration is what is known here; it makes no call.
	Registration(ctx context.Context, id string) (RegistrationState, error)
	// Disclosure is what a person reads before a sign-in through that client
	// opens: which application, why, and what stays. Its error says why there
	// can be none.
	Disclosure(ctx context.Context, id, client string) (words.Text, error)
	// SignIn signs an administrator in to read. Beside an error, instead is the
	// way that may pass where this one was refused, "" for none.
	SignIn(ctx context.Context, id string, in SignIn, tell Tell) (instead string, err error)
	SignOut(ctx context.Context, id string) error
	// RevokeSignIn takes back what was consented to for the client of the
	// sign-in, and signs out.
	RevokeSignIn(ctx context.Context, id string, tell Tell) error
	// RegisterPlan reads the tenant and changes nothing there.
	RegisterPlan(ctx context.Context, id string, o register.Options, report task.Report) (RegistrationPlan, error)
	// PlanFile is a plan as a file for a second person to review. OpenPlan reads
	// one and makes the plan of now beside it; "register.stale" says what has
	// changed in the tenant since.
	PlanFile(ctx context.Context, id string, plan register.Plan) (File, error)
	OpenPlan(ctx context.Context, id string, data []byte, file string, report task.Report) (RegistrationPlan, error)
	// RegisterApply carries out exactly that plan; "register.stale" means that
	// the tenant has changed since. Cut off anywhere, it goes on where it was.
	RegisterApply(ctx context.Context, id string, plan register.Plan, tell Tell, report task.Report) (register.Result, error)
	// HandOff is what a colleague who may consent needs; SaveHandOff writes it
	// with plan and script into a folder and gives the paths.
	HandOff(ctx context.Context, id string, plan register.Plan) (register.HandOff, error)
	SaveHandOff(ctx context.Context, id string, plan register.Plan, folder string) ([]string, error)
	// UndoPlan asks for permission to read the sign-in log on the way, unless
	// tell is nil; without it the last sign-in is unknown, and the plan says why.
	UndoPlan(ctx context.Context, id string, tell Tell) (register.UndoPlan, error)
	// Undo wants the application's name as the person typed it. Of the options
	// it takes reviewer and ticket.
	Undo(ctx context.Context, id, typed string, o register.Options, tell Tell, report task.Report) (register.UndoPlan, error)
	// Restore brings a deleted application back and gives its name.
	Restore(ctx context.Context, id string, tell Tell) (string, error)
	// Rotate makes and proves a new credential beside the old one. Of the
	// options it takes the new one's life, reviewer and ticket.
	// FinishRotation removes the old one, once the booking server has proven
	// the new one or, when confirmed, a person has.
	Rotate(ctx context.Context, id string, o register.Options, tell Tell, report task.Report) (register.Rotation, error)
	FinishRotation(ctx context.Context, id string, confirmed bool, tell Tell) error
	// Reminder is a calendar file for the end of the credential.
	Reminder(ctx context.Context, id string) (File, error)
	// PublicCertificate is the connection's certificate without its key.
	PublicCertificate(ctx context.Context, id string) (File, error)
	// History is the record of what was done to the tenant, oldest first;
	// HistoryFile is the same as a file.
	History(ctx context.Context, id string) ([]register.Record, error)
	HistoryFile(ctx context.Context, id string) (File, error)
}

// Tell gets what a person has to do for a sign-in. It is called aside.
type Tell func(SignInNews)

// Clients of a sign-in, beside the id of an application of one's own.
const (
	// ClientLast is the one that was used last for the connection, else
	// Microsoft's.
	ClientLast = ""
	// ClientMicrosoft is Microsoft Graph Command Line Tools.
	ClientMicrosoft = "microsoft"
)

// The ways that may pass where another was refused.
const (
	InsteadBrowser   = "browser"
	InsteadOwnClient = "own-client"
)

// SignIn says how an administrator signs in.
type SignIn struct {
	// Client is ClientLast, ClientMicrosoft or the id of an application of
	// one's own.
	Client string
	// DeviceCode is the second choice: many tenants block it.
	DeviceCode bool
}

// SignInNews is what a person has to do now.
type SignInNews struct {
	// Disclosure names the application and what it asks for.
	Disclosure words.Text
	// Address is to be opened in the browser of this computer.
	Address string
	// Code is to be typed on Microsoft's page, on any device.
	Code *DeviceCode
	// Simulated is whether Roomkey plays the browser itself.
	Simulated bool
}

// DeviceCode is a code to type on Microsoft's page.
type DeviceCode struct {
	Code, Address string
	Expires       time.Time
}

// Account is who is signed in.
type Account struct {
	UPN, Name, TenantID string
	// Roles are the names of the directory roles that are active; RolesFrom is
	// "directory" or "token".
	Roles     []string
	RolesFrom string
	// Client names the application of the sign-in; Consented are the delegated
	// permissions that stay with it after the sign-out.
	Client    string
	Consented []string
}

// RegistrationState is what is known without asking Microsoft.
type RegistrationState struct {
	// Account is nil when nobody is signed in.
	Account *Account
	// OwnClient is the application of one's own that was used last, "" for
	// Microsoft's; HowToMake says how one is made.
	OwnClient string
	HowToMake []problem.Remedy
	// Simulated is whether the tenant is the simulated one.
	Simulated bool
	// Expiring is whether the credential ends within 60 days.
	Expiring bool
	// Unfinished is whether a run was cut off, Restorable whether what was
	// registered was removed and may still be restored.
	Unfinished, Restorable bool
	// Rotation is one whose old credential still works, nil for none.
	Rotation *register.Rotation
}

// RegistrationPlan is a plan with what a person should know before it is
// applied.
type RegistrationPlan struct {
	register.Plan
	// Reviewed is the plan from a file that Apply carries out, nil for Plan
	// itself. Plan is then what the tenant still agrees to.
	Reviewed *register.Plan
	// Advice says which role will probably not be enough.
	Advice []words.Text
	// Asks is the disclosure of what Apply asks Microsoft for beyond the
	// present sign-in, empty for nothing.
	Asks words.Text
}
