// Package page holds the pages of the window, one file a page. A page shows a
// snapshot of what the core knows, asks the person and sends changes; it decides
// nothing, makes no call of its own and touches widgets on the UI thread only.
package page

import (
	"context"
	"time"

	"github.com/roomkey/roomkey/core/amend"
	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/export"
	"github.com/roomkey/roomkey/core/handover"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/policy"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/reach"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// Home is where connections are kept and opened. What takes a context may block
// and is called away from the UI thread; the rest is data that was loaded.
type Home interface {
	// List gives the stored connections by name, and a problem for each that
	// cannot be read.
	List() ([]store.Entry, []*problem.Problem)
	// LastHealth is what was last found of a connection, without a call.
	LastHealth(id string) (session.Health, bool)
	// LastSurvey is what asking all of them last came to, and what is wrong with
	// the asking, without a call.
	LastSurvey() (found words.Text, trouble []words.Text)
	// Scheduled, Schedule and Unschedule are about the system's asking each day;
	// see session.Environment.
	Scheduled(ctx context.Context) (session.Scheduled, error)
	Schedule(ctx context.Context, at, form string, address vault.Secret) error
	Unschedule(ctx context.Context) error
	// ProxyName, SetProxyLogin and ForgetProxyLogin are about the login for
	// proxies; see session.Environment.
	ProxyName(ctx context.Context) (string, error)
	SetProxyLogin(ctx context.Context, name string, password vault.Secret) error
	ForgetProxyLogin(ctx context.Context) error
	// Create, Import and Simulate make a connection and give its id: an empty
	// one, that of an exported file, the one to the simulated tenant.
	Create(ctx context.Context) (id string, err error)
	Import(ctx context.Context, data []byte, file string) (id string, err error)
	Simulate(ctx context.Context, report task.Report) (id string, err error)
	Open(ctx context.Context, id string) (Opened, error)
	// Simulated plays what is outside of the simulated tenant, for connections to
	// its cloud; nil for a real one. It does not block.
	Simulated(cloudID string) Simulated

	Clouds() []cloud.Cloud
	Products() []product.Product
	Permissions() *permission.Catalog
	// Mistakes are the problems in the administrator's own clouds.yaml and
	// products folder.
	Mistakes() []*problem.Problem
	About() About
}

// Opened is a connection that was opened.
type Opened struct {
	Session Session
	// Notice is something to say at once, for instance that the last push was
	// cut off and what the server holds; nil for nothing.
	Notice *problem.Problem
}

// Simulated is the simulated tenant: its people's browser and their colleague.
type Simulated interface {
	Browse(ctx context.Context, address string)
	TypeCode(ctx context.Context, code entra.DeviceCode)
	// Consent opens a consent link and accepts.
	Consent(ctx context.Context, link string)
	// Run has the colleague run a script and gives its result file.
	Run(doc exchange.Document) ([]byte, error)
}

// Session is all that the pages ask of an opened connection, each what stands in
// its own part. *session.Session is one.
type Session interface {
	documents
	secrets
	described
	listed
	registered
	checked
	scripted
	handedOver
}

// documents are the connection's document and what was typed of it. Watch tells
// aside, after each change, whoever made it.
type documents interface {
	ID() string
	Document() *connection.Connection
	Watch(told func(*connection.Connection)) (stop func())
	Change(ctx context.Context, changes ...connection.Change) error
	Drafts() map[string]store.Draft
	Draft(drafts map[string]*store.Draft) error

	Product() (product.Product, error)
	// Asks are what the vendor's guide leaves open and nobody has answered, of one
	// page.
	Asks(page string) []*problem.Problem
	// OwnProduct is the product with what was chosen, under another id and name.
	OwnProduct(id, name string) (product.Product, error)
	Steps(ctx context.Context) ([]setup.Step, error)
	Export(ctx context.Context, format string) ([]byte, error)
	Delete(ctx context.Context) error
	Close()
}

// secrets are what the keychain holds. Secret goes to the clipboard, never on
// screen.
type secrets interface {
	SecretState(ctx context.Context, kind vault.Kind) (session.SecretState, error)
	SetSecret(ctx context.Context, kind vault.Kind, secret, password vault.Secret) (session.SecretState, error)
	ForgetSecret(ctx context.Context, kind vault.Kind) error
	Secret(ctx context.Context, kind vault.Kind) (vault.Secret, error)
}

type described interface {
	Discover(ctx context.Context) error
	DiscoverElsewhere(ctx context.Context, report task.Report) error
	FindAdapter(ctx context.Context) error
	// NameAfter names a connection that nobody has named.
	NameAfter(ctx context.Context) error
}

type listed interface {
	Rooms(ctx context.Context, page func([]tenant.Room)) tenant.Listing[tenant.Room]
	// RoomAccess reads which applications of the tenant reach a room, LastRoomAccess
	// is what was read last; ok false for nothing.
	RoomAccess(ctx context.Context, room string) (reach.Room, error)
	LastRoomAccess() (room reach.Room, ok bool)
	// Days reads free and busy of rooms on a day by each room's own clocks.
	Days(ctx context.Context, date time.Time, rooms []string) ([]tenant.Day, error)
	// Moved are the chosen rooms that have another address now, ProvenRooms those of
	// the last whole test; neither makes a call.
	Moved(listed []tenant.Room) []check.MovedRoom
	ProvenRooms() []string
	// Flaws are what to check about rooms, by address in lower case; Unlisted the
	// rooms that Exchange hides. Neither makes a call. InLists reads the room lists
	// that rooms are in.
	Flaws(rooms []tenant.Room) map[string][]tenant.Flaw
	Unlisted(rooms []tenant.Room) []string
	InLists(ctx context.Context, rooms []tenant.Room, report task.Report) ([]tenant.Room, error)
	RoomLists(ctx context.Context) tenant.Listing[tenant.RoomList]
	RoomsOf(ctx context.Context, listAddress string) tenant.Listing[tenant.Room]
	People(ctx context.Context, page func([]tenant.Person)) check.Taken
	Groups(ctx context.Context, page func([]tenant.Group)) tenant.Listing[tenant.Group]
	ImportRooms(data []byte) (tenant.Listing[tenant.Room], []*problem.Problem)
}

type registered interface {
	Registration(ctx context.Context) (session.Registration, error)
	Disclosure(clientID string, scopes []string) (words.Text, error)
	SignIn(ctx context.Context, o session.SignIn, scopes []string) (session.Signed, error)
	SignOut() error
	RevokeSignIn(ctx context.Context) error
	AllowSignInLog(ctx context.Context, o session.SignIn) error

	Consent() (session.Consent, error)
	ReadConsent(ctx context.Context) (session.Consent, error)

	RegisterPlan(ctx context.Context, o register.Options, report task.Report) (session.RegistrationPlan, error)
	ReviewedPlan(ctx context.Context, reviewed register.Plan, report task.Report) (session.RegistrationPlan, error)
	RegisterApply(ctx context.Context, plan register.Plan, o register.Options, report task.Report) (session.Registered, error)
	RegisterHandOff(plan register.Plan) (session.HandOff, error)
	RegisterUndoPlan(ctx context.Context) (register.UndoPlan, error)
	RegisterUndo(ctx context.Context, typed string, o register.Options, report task.Report) (register.UndoPlan, error)
	RegisterRestore(ctx context.Context) (tenant.Application, error)
	Rotate(ctx context.Context, o register.Options, report task.Report) (session.Rotated, error)
	FinishRotation(ctx context.Context, confirmed bool) (register.Rotation, error)
	History() ([]change.Record, error)
	PublicCertificate(ctx context.Context) ([]byte, error)
}

type checked interface {
	Administrator() *session.Signed
	Needs() product.Needs
	KnownRooms() []tenant.Room
	Leftovers() ([]check.Trace, error)
	CleanUp(ctx context.Context) (removed int, err error)
	PlanBooking(ctx context.Context, o check.Options) (check.BookingPlan, error)
	QuickProof(ctx context.Context, emit func(check.Finding), report task.Report) (check.Run, error)
	Check(ctx context.Context, o check.Options, emit func(check.Finding), report task.Report) (check.Run, error)
	LastCheck(ctx context.Context) (run *check.Run, current bool, err error)
	Chain(ctx context.Context) (evidence.Chain, error)
	PreviousCheck() *check.Run
	Report(run check.Run) ([]byte, error)
	Bundle(ctx context.Context, log, version string) ([]byte, error)
}

type scripted interface {
	KeepShown() error
	Checklist(ctx context.Context) ([]exchange.Task, error)
	LastScriptTarget() (exchange.Target, error)
	ScriptTarget(ctx context.Context) (exchange.Target, error)
	ShowScript(d exchange.Document) (diff string, at time.Time)
	KeepScript(d exchange.Document) error
	WriteScriptFolder(ctx context.Context, folder string) ([]string, error)
	ReadScriptResult(data []byte) (exchange.Result, error)
	ScriptResults() []exchange.Result
	AmendPlan(ctx context.Context, script string, values map[string]any, report task.Report) (amend.Plan, error)
	AmendUndoPlan(ctx context.Context, script string, report task.Report) (amend.Plan, error)
	CountOrganizers(ctx context.Context, by, organizers string) (words.Text, error)
	Amend(ctx context.Context, plan amend.Plan, password vault.Secret, report task.Report) (exchange.Result, error)
	ReadProcessing(data []byte) ([]exchange.RoomState, error)
	Processing() []exchange.RoomState
	ProcessingAt() time.Time
}

type handedOver interface {
	PlanWith(ctx context.Context, acceptWarnings bool, choices booking.Choices) (handover.Plan, error)
	TakeOver(ctx context.Context) error
	Confirm(ctx context.Context, confirmed []booking.Confirmation) error
	Push(ctx context.Context, plan handover.Plan, acceptWarnings bool, report task.Report) (handover.Pushed, error)
	ServerState(ctx context.Context) (handover.ServerState, error)
	Form(ctx context.Context) ([]export.Entry, error)
	Entered(ctx context.Context, by string) error
	PlanRemoval(ctx context.Context) (handover.RemovalPlan, error)
	Remove(ctx context.Context, plan handover.RemovalPlan, typed string) error
	LeftBehind() *problem.Problem
}

// File is a file to save: Name is the suggested one.
type File struct {
	Name string
	Data []byte
}

// About is what the settings page shows.
type About struct {
	Version string
	// ConfigFolder, LogFile, CloudsFile and ProductsFolder are paths.
	ConfigFolder, LogFile, CloudsFile, ProductsFolder string
	// Keychain names the keychain of this system.
	Keychain words.Text
	// Policy is what the administrator of the computer has locked.
	Policy policy.Policy
}
