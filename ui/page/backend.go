// Package page holds the pages of the window, one file a page. A page shows
// what the Backend says and asks the person; it decides nothing, makes no call
// of its own and touches widgets on the UI thread only.
package page

import (
	"context"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
)

// Backend is all that the pages ask of the core. Every method may block and is
// called away from the UI thread, except those of Catalogue. It is safe for
// concurrent use, stops within a second of cancel, and its errors are shown
// through problem.Of.
//
// A connection is named by its id; the Backend keeps what it has opened, so
// that calls with the same id share clients and tokens. Save makes a changed
// document the one that later calls work on.
type Backend interface {
	Connections
	Catalogue
	Secrets
	Tenants
	Registration
	Checks
	Lists
	Scripts
	Pushes
	Simulation
}

// Connections are the documents.
type Connections interface {
	// Connections lists what is stored, by name. A document that cannot be read
	// is in the list with its Problem; the others still load.
	Connections(ctx context.Context) ([]Entry, error)
	// Create stores a new connection with that name.
	Create(ctx context.Context, name string) (*connection.Connection, error)
	// Open loads a connection and takes its lock. When another copy of Roomkey
	// has it, it is opened to look at: then ReadOnly says so.
	Open(ctx context.Context, id string) (Opened, error)
	// Close gives the lock and the clients back.
	Close(id string)
	// Save stores a clone of c; "store.newer" and "store.in-use" are refusals.
	Save(ctx context.Context, c *connection.Connection) error
	// Delete removes the document, what is stored beside it and its secrets.
	Delete(ctx context.Context, id string) error
	// Import reads an exported document (file is its name, for messages) and
	// stores it as a connection of its own.
	Import(ctx context.Context, data []byte, file string) (*connection.Connection, error)
	// Export gives the configuration as a file, without any secret.
	Export(ctx context.Context, id string) (File, error)
	// Steps gives the six steps. It asks the keychain whether secrets are there
	// but makes no network call.
	Steps(ctx context.Context, id string) ([]setup.Step, error)
}

// Catalogue is data that was loaded at start; its methods do not block.
type Catalogue interface {
	Clouds() []cloud.Cloud
	Products() []product.Product
	Permissions() []permission.Entry
	// Mistakes are the problems in the administrator's own clouds.yaml and
	// products folder.
	Mistakes() []*problem.Problem
	About() About
}

// Secrets are what the keychain holds for a connection. No method but Reveal
// gives a secret back, and Reveal's goes to the clipboard, never on screen.
type Secrets interface {
	// SecretState asks the keychain. Its error says why it cannot be asked.
	SecretState(ctx context.Context, id string, kind vault.Kind) (SecretState, error)
	// SetSecret lints and stores. For vault.Certificate the secret is the
	// content of a PEM or PFX file and password opens it (zero for none); what
	// is stored is the key pair, and the connection's credential fields
	// (thumbprint, expiry) are updated and saved.
	SetSecret(ctx context.Context, id string, kind vault.Kind, secret, password vault.Secret) (SecretState, error)
	ForgetSecret(ctx context.Context, id string, kind vault.Kind) error
	Reveal(ctx context.Context, id string, kind vault.Kind) (vault.Secret, error)
}

// Tenants finds tenants.
type Tenants interface {
	// Discover resolves a typed tenant (domain, GUID or pasted URL) in that
	// cloud. "cloud.tenant-unknown" and "cloud.wrong-cloud" let the page offer
	// DiscoverElsewhere.
	Discover(ctx context.Context, cloudID, typed string) (connection.Tenant, error)
	// DiscoverElsewhere asks the other clouds, after the person said yes. It
	// gives the id of the cloud that knows the tenant.
	DiscoverElsewhere(ctx context.Context, exceptCloudID, typed string, report task.Report) (string, connection.Tenant, error)
}

// Checks proves that a connection works.
type Checks interface {
	// Catalogued are the findings to come, in order and without a status, so
	// that the page can show what will be tried.
	Catalogued(ctx context.Context, id string) ([]Finding, error)
	// Prepare is what may be chosen for a run, and what an interrupted one left
	// in the tenant. It makes no call.
	Prepare(ctx context.Context, id string) (Preparation, error)
	// PlanBooking finds the time of the test booking that the options ask for. It
	// only reads.
	PlanBooking(ctx context.Context, id string, o CheckOptions) (BookingPlan, error)
	// Check runs the checks, emits each finding when it is known, stores the
	// run and gives it; one that was limited to some checks is not stored. A
	// cancelled run comes back as incomplete, without error.
	Check(ctx context.Context, id string, o CheckOptions, emit func(Finding), report task.Report) (Run, error)
	// LastCheck is the stored run, nil when there was none.
	LastCheck(ctx context.Context, id string) (*Run, error)
	// Report is the last run as a file: a page, JSON, or the support bundle.
	Report(ctx context.Context, id, form string) (File, error)
	// CleanUp removes what an interrupted run left, and says how much.
	CleanUp(ctx context.Context, id string) (int, error)
}

// Lists previews what the booking server will see. Each call gives pages as
// they come (the slice is only valid during the call) and the whole listing at
// the end; a listing that ended early says so in its Problem.
type Lists interface {
	Rooms(ctx context.Context, id string, page func([]tenant.Room)) tenant.Listing[tenant.Room]
	RoomLists(ctx context.Context, id string) tenant.Listing[tenant.RoomList]
	RoomsOf(ctx context.Context, id, listAddress string) tenant.Listing[tenant.Room]
	People(ctx context.Context, id string, page func([]tenant.Person)) tenant.Listing[tenant.Person]
	Groups(ctx context.Context, id string, page func([]tenant.Group)) tenant.Listing[tenant.Group]
	// ImportRooms reads rooms from a CSV or an Exchange result file, for
	// products without the permission to list them. Lines that cannot be used
	// are problems that name the line.
	ImportRooms(ctx context.Context, id string, data []byte, file string) (tenant.Listing[tenant.Room], []*problem.Problem)
}

// Scripts is the Exchange PowerShell.
type Scripts interface {
	// Scripts is the catalogue for this connection, in the order to run them.
	Scripts(ctx context.Context, id string) ([]Script, error)
	// Script generates one. Values are the form's, by parameter name; a wrong
	// one comes back as a FieldErrors.
	Script(ctx context.Context, id, name string, values map[string]string) (Document, error)
	// SaveScripts writes the named scripts (none means all) with their README
	// and checklist into a folder and gives the paths.
	SaveScripts(ctx context.Context, id, folder string, names []string) ([]string, error)
	// KeepScript remembers a script that left Roomkey, for Document.Diff.
	KeepScript(ctx context.Context, id, name string, data []byte) error
	// ImportResult reads the result file of a script that was run.
	ImportResult(ctx context.Context, id string, data []byte, file string) (ScriptResult, error)
	// ImportProcessing reads the CSV with today's calendar processing, and says
	// what differs from the product's policy.
	ImportProcessing(ctx context.Context, id string, data []byte, file string) (Processing, error)
	// Readback is what was read back so far. It makes no call.
	Readback(ctx context.Context, id string) (Readback, error)
	// Colleague has the simulated colleague run a script, and reads its result
	// back; only for a simulated tenant.
	Colleague(ctx context.Context, id, name string, values map[string]string) (ScriptResult, error)
}

// Pushes bring the configuration to the booking server.
type Pushes interface {
	// Plan asks the server what would change; nothing is stored there.
	Plan(ctx context.Context, id string) (Plan, error)
	// Push applies exactly this plan. Confirmed are the ids of the
	// confirmations that the person said yes to; those about the server are
	// pinned in the connection. A plan that went stale is refused.
	Push(ctx context.Context, id, planID string, confirmed []string, report task.Report) (Held, error)
	// Held is what the server holds now and what it says of itself.
	Held(ctx context.Context, id string) (Held, error)
	// Form is the vendor's own form in the vendor's order.
	Form(ctx context.Context, id string) ([]FormEntry, error)
}

// Simulation is the simulated tenant.
type Simulation interface {
	// Simulate starts the simulated tenant (once a process) and gives the id of
	// a connection to it that is ready to be proven, secrets included.
	Simulate(ctx context.Context, report task.Report) (string, error)
}
