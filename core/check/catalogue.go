package check

import (
	"context"
	"slices"

	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/words"
)

// Check is one entry of the catalogue.
type Check struct {
	// ID is stable: scripts, reports and --only name it.
	ID    string
	Title words.Text
	// DependsOn are checks whose failure makes this one pointless; it is then
	// skipped and names the failure.
	DependsOn []string
	// After are checks that this one waits for, whatever they find.
	After []string
	// Optional is whether the verdict can do without an answer.
	Optional bool
	// Claim is what the check tests. Proves is whether the claim needs this check
	// to pass; one beside it can only speak against the claim.
	Claim  evidence.Claim
	Proves bool
	// Applies is whether the connection has what the check tests, Wanted whether
	// this run asks for it; each with the reason if not. Nil means always.
	Applies, Wanted func(Input) (bool, words.Text)
	// SignIn is whether only an administrator's sign-in shows what it looks at:
	// the booking application itself cannot read its registration and is never
	// given the right to.
	SignIn bool
	Run    func(ctx context.Context, s *State) Finding
}

// The checks by id.
const (
	Lint                  = "connection.fields"
	Names                 = "network.names"
	Certificate           = "network.certificate"
	Clock                 = "network.clock"
	Speed                 = "network.speed"
	Tenant                = "tenant"
	Token                 = "token"
	Roles                 = "token.roles"
	Excess                = "token.excess"
	RoomList              = "rooms.list"
	ChosenLists           = "rooms.lists"
	ChosenRule            = "rooms.rule"
	RoomCalendars         = "rooms.calendars"
	PeopleList            = "people.list"
	GroupList             = "groups.list"
	ChosenGroups          = "people.groups"
	ServerReach           = "server.reachable"
	ServerCertificate     = "server.certificate"
	ServerContract        = "server.contract"
	ServerToken           = "server.token"
	ServerStatusOf        = "server.status"
	Declared              = "application.declared"
	Consented             = "application.consented"
	ScopeGrant            = "scope.grant"
	ScopeOutside          = "scope.outside"
	Expiry                = "credential.expiry"
	KeyMatch              = "credential.match"
	RedirectURIs          = "sign-on.redirects"
	IDTokens              = "sign-on.id-tokens"
	AccessTokens          = "sign-on.access-tokens"
	SignInConsent         = "sign-on.consent"
	SignInAssigned        = "sign-on.assignment"
	Notifications         = "notifications"
	NotificationAddresses = "notifications.addresses"
	RoomSettings          = "rooms.settings"
	TestBooking           = "booking.test"
)

// Catalogue is every check, upstream first: a check comes after all that it
// depends on, and of two failures the earlier one is the root cause.
func Catalogue() []Check {
	return slices.Concat(
		[]Check{{ID: Lint, Claim: evidence.Fields, Proves: true, Title: words.T("The connection's fields are valid"), Run: checkFields}},
		networkChecks(), signInChecks(), registrationChecks(), listChecks(), scopeChecks(), credentialChecks(),
		serverChecks(), signOnChecks(), notificationChecks(), bookingChecks(), deprecationChecks(),
	)
}

// wantsList is whether the product asks for a list of the tenant.
func wantsList(list string) func(Input) (bool, words.Text) {
	return func(in Input) (bool, words.Text) {
		return slices.Contains(in.Needs.Lists, list), words.T("%s does not read this list from the tenant.", in.Product.Name)
	}
}

// hasServer is whether there is a booking server with an interface to talk to.
func hasServer(in Input) (bool, words.Text) {
	if in.Connection.Server.URL == "" {
		return false, words.T("This connection names no booking server.")
	}
	return true, words.Text{}
}

// speaks is whether the booking server can be talked to beyond being reached.
func speaks(in Input) (bool, words.Text) {
	if ok, why := hasServer(in); !ok {
		return false, why
	}
	return in.Server != nil, words.T("You type the configuration into %s, which has no interface for it.", in.Product.Name)
}

func checkFields(_ context.Context, s *State) Finding {
	if len(s.FieldProblems) == 0 {
		return pass(words.T("Every field is filled in correctly."))
	}
	f := fail(s.FieldProblems[0])
	if n := len(s.FieldProblems); n > 1 {
		f = f.noted(words.T("%d fields need attention; this is the first.", n))
	}
	codes := []string{}
	for _, p := range s.FieldProblems {
		codes = append(codes, p.Code.String()+": "+p.Title.String())
	}
	return f.with("problems", codes)
}
