// Package fake is a Backend without a core, for tests of the window: it answers
// from its fields and remembers what it was asked to do.
package fake

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/page"
)

// At is the time at which everything in the fake happens.
var At = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// TenantID is the tenant that Discover finds.
const TenantID = "5f6d7c1e-2a4b-4c3d-9e8f-0123456789ab"

// Backend answers from memory; its methods are page.Backend's.
type Backend = backend

type backend struct {
	Registers
	Diagnosis
	Returned
	mu      sync.Mutex
	docs    map[string]*connection.Connection
	secrets map[string]vault.Secret
	run     *page.Run
	pushed  bool
	// Hostile is put into every name that a tenant or server could send.
	Hostile string
	// Rooms is how many rooms there are.
	RoomCount int
	// Unknown makes Discover find nothing; Locked makes the keychain refuse.
	Unknown, Locked bool
	// ReadOnly opens connections only to look at.
	ReadOnly bool
	// Fails makes the test fail with this problem.
	Fails *problem.Problem
	// Wait makes Check wait until it is cancelled.
	Wait bool
	// Asked counts the calls by name.
	Asked map[string]int
}

var _ page.Backend = (*Backend)(nil)

// New is a fake with twelve rooms.
func New() *Backend {
	return &backend{docs: map[string]*connection.Connection{}, secrets: map[string]vault.Secret{}, RoomCount: 12, Asked: map[string]int{}}
}

func (b *backend) ask(name string) func() {
	b.mu.Lock()
	b.Asked[name]++
	return b.mu.Unlock
}

func (b *backend) Connections(context.Context) ([]page.Entry, error) {
	defer b.ask("Connections")()
	var list []page.Entry
	for id, c := range b.docs {
		list = append(list, page.Entry{ID: id, Name: c.Name, Tenant: c.Tenant.Domain, Product: c.Product.ID})
	}
	slices.SortFunc(list, func(x, y page.Entry) int { return strings.Compare(x.Name+x.ID, y.Name+y.ID) })
	return list, nil
}

func (b *backend) Create(_ context.Context, name string) (*connection.Connection, error) {
	defer b.ask("Create")()
	c := connection.New(name)
	b.docs[c.ID] = c
	return c.Clone(), nil
}

func (b *backend) Open(_ context.Context, id string) (page.Opened, error) {
	defer b.ask("Open")()
	c, ok := b.docs[id]
	if !ok {
		return page.Opened{}, problem.New(problem.CodeUnexpected, words.T("This connection is no longer there."))
	}
	o := page.Opened{Connection: c.Clone()}
	if b.ReadOnly {
		o.ReadOnly = problem.New(problem.CodeCancelled, words.T("Another copy of Roomkey has this connection open.")).
			Fix(words.T("Close it there; until then this window shows the connection and saves nothing."))
	}
	return o, nil
}

func (b *backend) Close(string) { defer b.ask("Close")() }

func (b *backend) Save(_ context.Context, c *connection.Connection) error {
	defer b.ask("Save")()
	b.docs[c.ID] = c.Clone()
	if b.run != nil {
		b.run.Current = false
	}
	return nil
}

func (b *backend) Delete(_ context.Context, id string) error {
	defer b.ask("Delete")()
	delete(b.docs, id)
	return nil
}

func (b *backend) Import(_ context.Context, data []byte, file string) (*connection.Connection, error) {
	defer b.ask("Import")()
	c, p := connection.Parse(data, file)
	if p != nil {
		return nil, p
	}
	b.docs[c.ID] = c
	return c, nil
}

func (b *backend) Export(_ context.Context, id string) (page.File, error) {
	defer b.ask("Export")()
	data, err := b.docs[id].Encode()
	return page.File{Name: "connection.json", Data: data}, err
}

func (b *backend) Steps(_ context.Context, id string) ([]setup.Step, error) {
	defer b.ask("Steps")()
	c := b.docs[id]
	if c == nil {
		return nil, problem.New(problem.CodeUnexpected, words.T("This connection is no longer there."))
	}
	k := setup.Known{TenantFound: c.Tenant.ID != "", ClientID: c.Application.ClientID != "", Credential: setup.Absent, ServerToken: setup.Present, Now: At, RoomsCount: len(c.Rooms.Items), RoomsChosen: c.Rooms.Mode == connection.Selected}
	if _, ok := b.secrets[id+string(vault.ClientSecret)]; ok {
		k.Credential = setup.Present
	}
	if b.run != nil {
		k.Verdict, k.Current, k.CheckedAt = b.run.Verdict, b.run.Current, At
	}
	k.Pushed, k.PushedAt = b.pushed, At
	return setup.Steps(k), nil
}

func (b *backend) Clouds() []cloud.Cloud {
	return []cloud.Cloud{{ID: "global", Name: "Global"}, {ID: "china", Name: "China (21Vianet)"}}
}

func (b *backend) Products() []product.Product {
	list, _ := product.Load("")
	return list.All()
}

func (b *backend) Permissions() []permission.Entry {
	return []permission.Entry{{Value: "Calendars.ReadWrite", ApplicationID: "ef54d2bf-783f-4e0f-bca1-3210c0444d99", Means: "Read and write all calendars."}}
}

func (b *backend) Mistakes() []*problem.Problem { return nil }

func (b *backend) About() page.About {
	return page.About{Version: "0.1.0", ConfigFolder: "/home/ada/.config/roomkey", LogFile: "/home/ada/.local/state/roomkey/roomkey.log",
		CloudsFile: "/home/ada/.config/roomkey/clouds.yaml", ProductsFolder: "/home/ada/.config/roomkey/products", Keychain: "GNOME Keyring"}
}

func (b *backend) SecretState(_ context.Context, id string, kind vault.Kind) (page.SecretState, error) {
	defer b.ask("SecretState")()
	if b.Locked {
		return page.SecretState{}, problem.New(vault.CodeLocked, words.T("The keychain is locked or waiting for you.")).
			Fix(words.T("Unlock the keychain of this computer, then try again."))
	}
	_, ok := b.secrets[id+string(kind)]
	if !ok {
		return page.SecretState{}, nil
	}
	return page.SecretState{Stored: true, Fingerprint: "3f9a 12c4", Expires: At.AddDate(1, 0, 0)}, nil
}

func (b *backend) SetSecret(_ context.Context, id string, kind vault.Kind, s, _ vault.Secret) (page.SecretState, error) {
	defer b.ask("SetSecret")()
	b.secrets[id+string(kind)] = s
	if strings.HasPrefix(s.Reveal(), "wrong") {
		b.Fails = problem.New(problem.CodeUnexpected, words.T("Microsoft does not accept the client secret.")).With(words.T("It was not made for this application, or its Secret ID was pasted in place of its Value.")).
			Fix(words.T("In the Microsoft Entra admin center, open App registrations, choose the application, then Certificates & secrets, and press New client secret.")).
			Run(words.T("Or make one with PowerShell:"), "Add-MgApplicationPassword -ApplicationId 00000000-0000-0000-0000-000000000000").
			See(words.T("The application's secrets"), "https://entra.microsoft.com/")
		b.Fails.TraceID, b.Fails.CorrelationID = "0b2f4c6d-1111-4222-8333-444455556666", "9a8b7c6d-1111-4222-8333-444455556666"
	}
	return page.SecretState{Stored: true, Fingerprint: "3f9a 12c4"}, nil
}

func (b *backend) ForgetSecret(_ context.Context, id string, kind vault.Kind) error {
	defer b.ask("ForgetSecret")()
	delete(b.secrets, id+string(kind))
	return nil
}

func (b *backend) Reveal(_ context.Context, id string, kind vault.Kind) (vault.Secret, error) {
	defer b.ask("Reveal")()
	return b.secrets[id+string(kind)], nil
}

func (b *backend) Discover(_ context.Context, cloudID, typed string) (connection.Tenant, error) {
	defer b.ask("Discover")()
	if b.Unknown {
		return connection.Tenant{}, problem.New(cloud.CodeTenantUnknown, words.T("The cloud %s does not know %s.", cloudID, typed)).
			Fix(words.T("Check the spelling of the domain."))
	}
	return connection.Tenant{ID: TenantID, Domain: typed, DisplayName: "Contoso" + b.Hostile}, nil
}

func (b *backend) DiscoverElsewhere(_ context.Context, _, typed string, _ task.Report) (string, connection.Tenant, error) {
	defer b.ask("DiscoverElsewhere")()
	return "china", connection.Tenant{ID: TenantID, Domain: typed, DisplayName: "Contoso"}, nil
}

func passed(id, title, summary string) page.Finding {
	return page.Finding{ID: id, Title: words.T(title), Status: page.StatusPass, Summary: words.Plain(summary), Duration: 84 * time.Millisecond,
		RequestID: "8d7c6b5a-0000-4000-8000-000000000001"}
}

func (b *backend) Catalogued(context.Context, string) ([]page.Finding, error) {
	defer b.ask("Catalogued")()
	var list []page.Finding
	for _, f := range b.findings() {
		list = append(list, page.Finding{ID: f.ID, Title: f.Title})
	}
	return list, nil
}

func (b *backend) findings() []page.Finding {
	list := []page.Finding{
		passed("net.names", "Names resolve", "login.microsoftonline.com and graph.microsoft.com answer."),
		passed("net.tls", "TLS is not intercepted", "Issued by DigiCert Inc."),
		passed("entra.token", "The application gets a token", "Valid for 60 minutes."+b.Hostile),
		passed("entra.roles", "The token carries the permissions", "3 of 3."),
		passed("graph.rooms", "Rooms can be listed", "12 rooms."+b.Hostile),
		passed("server.reach", "The booking server answers", "Room booking 4.2, contract version 1."),
	}
	if b.Fails != nil {
		list[2].Status, list[2].Problem, list[2].Summary = page.StatusFail, b.Fails, words.Text{}
		for i := 3; i < 5; i++ {
			list[i] = page.Finding{ID: list[i].ID, Title: list[i].Title, Status: page.StatusSkipped, Because: words.T("the application got no token")}
		}
	}
	return list
}

func (b *backend) Check(ctx context.Context, _ string, o page.CheckOptions, emit func(page.Finding), report task.Report) (page.Run, error) {
	b.ask("Check")()
	b.Options = append(b.Options, o)
	if len(o.Only) > 0 {
		return b.again(o.Only[0], emit), nil
	}
	run := page.Run{Verdict: page.VerdictPass, Says: words.T("Proven from this computer (192.0.2.7). What the server can do is unproven until the server says so."), Started: At, Finished: At.Add(2300 * time.Millisecond), Current: true}
	for i, f := range b.findings() {
		if b.Wait && i == 2 {
			<-ctx.Done()
			run.Verdict = page.VerdictIncomplete
			break
		}
		emit(f)
		report.Say(i+1, 6, f.Title)
		run.Findings = append(run.Findings, f)
	}
	if b.Fails != nil {
		run.Verdict, run.RootCause = page.VerdictFail, "entra.token"
	}
	for _, v := range []string{"Calendars.ReadWrite", "Place.Read.All", "User.Read.All"} {
		run.Permissions = append(run.Permissions, page.PermissionRow{Value: v, Kind: "application", Reason: "The booking server needs it to show rooms and to book them.", Declared: "unknown", Consented: "unknown", InToken: "yes", Proven: "yes", Wanted: true})
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	run.Findings = slices.Clone(run.Findings)
	b.diagnosed(&run)
	b.run = &run
	return run, nil
}

func (b *backend) LastCheck(context.Context, string) (*page.Run, error) {
	defer b.ask("LastCheck")()
	return b.run, nil
}

func (b *backend) Rooms(ctx context.Context, _ string, emit func([]tenant.Room)) tenant.Listing[tenant.Room] {
	b.ask("Rooms")()
	var all []tenant.Room
	for i := range b.RoomCount {
		seats, level := 4+i%5*4, i%4
		all = append(all, tenant.Room{ID: fmt.Sprint(i), DisplayName: fmt.Sprintf("Room %03d%s", i+1, b.Hostile), EmailAddress: fmt.Sprintf("room%03d@contoso.com", i+1), Capacity: &seats, FloorNumber: &level, Building: "Main building"})
	}
	for part := range slices.Chunk(all, 100) {
		emit(part)
	}
	return tenant.Listing[tenant.Room]{Items: all, Source: tenant.SourceApplication, Complete: true, At: At}
}

func (b *backend) RoomLists(context.Context, string) tenant.Listing[tenant.RoomList] {
	n := 12
	return tenant.Listing[tenant.RoomList]{Items: []tenant.RoomList{{DisplayName: "Main building", EmailAddress: "main@contoso.com", Rooms: &n}}, Source: tenant.SourceApplication, Complete: true, At: At}
}

func (b *backend) RoomsOf(ctx context.Context, id, _ string) tenant.Listing[tenant.Room] {
	return b.Rooms(ctx, id, func([]tenant.Room) {})
}

func (b *backend) People(_ context.Context, _ string, emit func([]tenant.Person)) tenant.Listing[tenant.Person] {
	return tenant.Listing[tenant.Person]{Source: tenant.SourceApplication, At: At, Problem: problem.New(tenant.CodeDenied, words.T("The application may not read users.")).
		Fix(words.T("Grant User.Read.All in the Microsoft Entra admin center, or leave it: the product does not need it."))}
}

func (b *backend) Groups(context.Context, string, func([]tenant.Group)) tenant.Listing[tenant.Group] {
	return tenant.Listing[tenant.Group]{Source: tenant.SourceApplication, Complete: true, At: At}
}

func (b *backend) ImportRooms(context.Context, string, []byte, string) (tenant.Listing[tenant.Room], []*problem.Problem) {
	return tenant.Listing[tenant.Room]{Source: tenant.SourceFile, Complete: true, At: At}, nil
}

func (b *backend) Plan(context.Context, string) (page.Plan, error) {
	defer b.ask("Plan")()
	p := page.Plan{ID: "plan-1", Server: "Room booking 4.2", Unchanged: b.pushed}
	if b.pushed {
		return p, nil
	}
	if b.run == nil || !b.run.Current || b.run.Verdict == page.VerdictFail {
		p.Gate = problem.New(problem.CodeUnexpected, words.T("This configuration was not proven.")).Fix(words.T("Open the page Prove that it works and press Test the connection."))
	}
	p.Differences = []page.Difference{{Name: words.T("Tenant"), New: TenantID}, {Name: words.T("Application (client) ID"), New: "11111111-2222-4333-8444-555555555555"}, {Name: words.T("Credential"), New: "client secret, fingerprint 3f9a 12c4"}, {Name: words.T("Rooms"), Old: "10" + b.Hostile, New: "12"}}
	p.Confirmations = []page.Confirmation{{ID: "recipient", Question: words.T("Is this the key of your booking server?"), Detail: words.T("The credential travels sealed to it. Compare it with what the server's console shows."), Value: "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p", Yes: words.T("It is the same")}}
	return p, nil
}

func (b *backend) Push(_ context.Context, _, _ string, _ []string, _ task.Report) (page.Held, error) {
	b.ask("Push")()
	b.mu.Lock()
	b.pushed = true
	b.mu.Unlock()
	return b.Held(context.Background(), "")
}

func (b *backend) Held(context.Context, string) (page.Held, error) {
	defer b.ask("Held")()
	if !b.pushed {
		return page.Held{Empty: true, Server: "Room booking 4.2", At: At}, nil
	}
	return page.Held{Server: "Room booking 4.2", Matches: true, Facts: []page.Fact{{Name: "Tenant", Value: TenantID}, {Name: "Rooms", Value: "12"}, {Name: "Credential", Value: "fingerprint 3f9a 12c4" + b.Hostile}}, Status: page.StatusPass, Says: words.T("The server got a token and read a room."), At: At}, nil
}

func (b *backend) Form(context.Context, string) ([]page.FormEntry, error) {
	defer b.ask("Form")()
	return []page.FormEntry{{Label: "Tenant ID", Value: TenantID, Help: "The vendor also calls it Directory (tenant) ID."}, {Label: "Application Secret Key", Secret: string(vault.ClientSecret)}, {Label: "Test settings", Action: true}, {Label: "Redirection URL", Missing: words.T("Enter it on the first page.")}}, nil
}

func (b *backend) Simulate(context.Context, task.Report) (string, error) {
	defer b.ask("Simulate")()
	c := connection.New("Contoso (simulated)")
	c.Rooms.Mode = connection.Selected
	c.Rooms.Items = []string{"room001@contoso.com", "room003@contoso.com", "room004@contoso.com"}
	c.Cloud, c.Tenant = "global", connection.Tenant{ID: TenantID, Domain: "contoso.com", DisplayName: "Contoso"}
	c.Product.ID, c.Application.ClientID, c.Application.Credential.Kind = "offision-application", "11111111-2222-4333-8444-555555555555", connection.CredentialSecret
	c.Server.URL, c.Server.Adapter = "https://rooms.contoso.com", "contract"
	b.docs[c.ID] = c
	b.secrets[c.ID+string(vault.ClientSecret)] = vault.NewSecret("made-up")
	b.secrets[c.ID+string(vault.ServerToken)] = vault.NewSecret("made-up-token")
	return c.ID, nil
}
