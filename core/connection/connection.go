// Package connection is the document that Roomkey edits: one tenant joined to
// one booking server. It holds no secret and nothing that was proven, and makes
// no calls.
package connection

import (
	"crypto/rand"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// schemaVersion is the version of the document that this build writes.
const schemaVersion = 1

// Connection is the document. Unknown fields of a loaded document survive a
// save.
type Connection struct {
	Schema         int           `json:"schema"`
	ID             string        `json:"id"`
	Name           string        `json:"name"`
	Cloud          string        `json:"cloud"`
	Tenant         Tenant        `json:"tenant"`
	Product        Product       `json:"product"`
	Application    Application   `json:"application"`
	Rooms          Rooms         `json:"rooms"`
	People         People        `json:"people"`
	SingleSignOn   SingleSignOn  `json:"singleSignOn"`
	Notifications  Notifications `json:"notifications"`
	ServiceAccount string        `json:"serviceAccount,omitempty"`
	Scope          Scope         `json:"scope"`
	Server         Server        `json:"server"`
	// Revision says which stored version the document was read from. The store
	// sets it and refuses to overwrite any other version; it is not written.
	Revision string `json:"-"`
	// unknown are the fields of the loaded document that this build does not
	// know.
	unknown unknown
}

// New makes an empty connection with an id of its own.
func New(name string) *Connection {
	c := defaults()
	c.ID = strings.ToLower(rand.Text())
	c.Name = name
	c.Rooms.Mode = ""
	return c
}

// Chosen reports whether somebody has chosen rooms.
func (r Rooms) Chosen() bool {
	return r.Mode == All || r.Mode == Selected && len(r.Items) > 0 || r.Mode == Lists && len(r.Lists) > 0 ||
		r.Mode == ByRule && r.Rule.Given()
}

// defaults is what a document that leaves a field out means.
func defaults() *Connection {
	return &Connection{
		Schema:      schemaVersion,
		Cloud:       "global",
		Application: Application{Credential: Credential{Kind: CredentialSecret}},
		Rooms:       Rooms{Mode: All},
		People:      People{Mode: All},
		Scope:       Scope{Kind: ScopeNone},
	}
}

// Clone is a copy that shares nothing with c.
func (c *Connection) Clone() *Connection {
	o := *c
	for _, list := range []*[]string{
		&o.Product.Options, &o.Product.Permissions, &o.Rooms.Items, &o.Rooms.Lists,
		&o.Rooms.Rule.Buildings, &o.Rooms.Rule.Lists, &o.People.Groups, &o.People.DefaultGroups,
		&o.SingleSignOn.RedirectURIs, &o.Server.ConfirmedHosts,
	} {
		*list = slices.Clone(*list)
	}
	o.unknown = c.unknown.clone()
	return &o
}

// Tenant is the Microsoft 365 tenant; ID is the GUID once it was discovered.
type Tenant struct {
	ID          string `json:"id"`
	Domain      string `json:"domain"`
	DisplayName string `json:"displayName,omitempty"`
}

// Product is the booking product and the options switched on.
type Product struct {
	ID      string   `json:"id"`
	Options []string `json:"options,omitempty"`
	// Permissions are the chosen ones of the custom product, "Value" for an
	// application permission and "delegated:Value" for a delegated one.
	Permissions []string `json:"permissions,omitempty"`
}

// Application is the app registration that the booking server uses.
type Application struct {
	ClientID           string     `json:"clientId"`
	ObjectID           string     `json:"objectId,omitempty"`
	ServicePrincipalID string     `json:"servicePrincipalId,omitempty"`
	DisplayName        string     `json:"displayName,omitempty"`
	Credential         Credential `json:"credential"`
}

// Kinds of credential.
const (
	CredentialSecret      = "secret"
	CredentialCertificate = "certificate"
)

// DaysUntil is how many whole days are left until the end of a credential, less than
// 0 after it. A time.Duration ends after 292 years, which a typed date does not.
func DaysUntil(end, now time.Time) int {
	return int(math.Floor(float64(end.Unix()-now.Unix()) / (24 * 60 * 60)))
}

// Credential describes the application's credential; the secret or private key
// itself is in the vault.
type Credential struct {
	Kind       string    `json:"kind"`
	KeyID      string    `json:"keyId,omitempty"`
	Hint       string    `json:"hint,omitempty"`
	Expires    time.Time `json:"expires,omitzero"`
	Thumbprint string    `json:"thumbprint,omitempty"`
}

// Modes of a choice.
const (
	All      = "all"
	Selected = "selected"
	Lists    = "lists"
	ByRule   = "rule"
	Groups   = "groups"
)

// Rooms says which rooms the booking server handles: "all", "selected" with Items,
// the e-mail addresses of rooms, "lists" with Lists, those of room lists, or
// "rule" with Rule; "" while nobody has chosen, which comes to all.
type Rooms struct {
	Mode  string   `json:"mode"`
	Items []string `json:"items,omitempty"`
	Lists []string `json:"lists,omitempty"`
	Rule  Rule     `json:"rule,omitzero"`
}

// People says whose accounts the booking server takes over.
type People struct {
	// Mode is "all" or "groups", then Groups holds group ids.
	Mode   string   `json:"mode"`
	Groups []string `json:"groups,omitempty"`
	// CardNumberAttribute is the Graph attribute with the card number.
	CardNumberAttribute string `json:"cardNumberAttribute,omitempty"`
	// DefaultGroups are names of the booking server's groups for new users.
	DefaultGroups []string `json:"defaultGroups,omitempty"`
}

// SingleSignOn is sign-in of people at the booking server.
type SingleSignOn struct {
	RedirectURIs []string `json:"redirectUris,omitempty"`
	LoginButton  string   `json:"loginButton,omitempty"`
}

// Notifications are the addresses that Microsoft calls.
type Notifications struct {
	URL          string `json:"url,omitempty"`
	LifecycleURL string `json:"lifecycleUrl,omitempty"`
}

// Kinds of scope.
const (
	ScopeNone   = "none"
	ScopeRBAC   = "rbac"
	ScopePolicy = "policy"
)

// Scope is how the application's reach in Exchange is limited: "none", "rbac"
// (RBAC for Applications) or "policy" (the legacy Application Access Policy).
type Scope struct {
	Kind string `json:"kind"`
	// Target is "rooms", "group" or "chosen".
	Target string `json:"target,omitempty"`
	Name   string `json:"name,omitempty"`
	// Group is the address of the mail-enabled group of rooms.
	Group string `json:"group,omitempty"`
	// OrganizersBy is what tells the mailboxes of the people who book: one of
	// organizersBy, "" for a group.
	OrganizersBy string `json:"organizersBy,omitempty"`
	// Organizers are those people: the address of a flat group, the values of
	// that attribute separated by semicolons, or an administrative unit.
	Organizers string `json:"organizers,omitempty"`
	// GroupID and OrganizersID are the Object IDs of those groups, which some
	// vendors ask for.
	GroupID      string `json:"groupId,omitempty"`
	OrganizersID string `json:"organizersId,omitempty"`
	// Inside and Outside are the mailboxes that prove the scope.
	Inside  string `json:"inside,omitempty"`
	Outside string `json:"outside,omitempty"`
}

// What tells the mailboxes of the people who book.
const (
	ByGroup = "group"
	ByUnit  = "AdministrativeUnit"
)

// organizersBy are the ways to tell the mailboxes of the people who book: a group,
// an attribute that Exchange filters by, an administrative unit.
func organizersBy() []string {
	all := []string{ByGroup, "Department", "Office"}
	for i := range 15 {
		all = append(all, "CustomAttribute"+strconv.Itoa(i+1))
	}
	return append(all, ByUnit)
}

// Server is the booking server.
type Server struct {
	URL     string `json:"url"`
	Adapter string `json:"adapter,omitempty"`
	CAFile  string `json:"caFile,omitempty"`
	// PinnedRecipient is the age recipient that the administrator confirmed.
	PinnedRecipient string `json:"pinnedRecipient,omitempty"`
	// ConfirmedHosts are other hosts that the server named and the
	// administrator confirmed.
	ConfirmedHosts []string `json:"confirmedHosts,omitempty"`
	// TestLasts is how old the last test may be at a push: one of TestLives, ""
	// for a day.
	TestLasts string `json:"testLasts,omitempty"`
}

// TestLives are what Server.TestLasts may be, as Go writes a time.
var TestLives = []string{"1h", "8h", "24h", "72h", "168h"}

// TestLife is how old the last test may be at a push.
func (s Server) TestLife() time.Duration {
	if life, err := time.ParseDuration(s.TestLasts); err == nil && slices.Contains(TestLives, s.TestLasts) {
		return life
	}
	return 24 * time.Hour
}
