// Package booking hands a proven connection to the booking server: what the
// server says of itself, what it holds, what a push would change, the gate
// before it, and the push, after which it is known what the server holds even
// when the answer was lost.
package booking

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/tenant"
)

// Configuration is what a booking server needs of a connection, in the shape of
// the contract (resources/contract/booking-server.v1.yaml). It holds no secret.
type Configuration struct {
	// Digest is the connection's digest, the one that the last check ran on.
	Digest         string           `json:"digest"`
	Cloud          Cloud            `json:"cloud"`
	Tenant         Tenant           `json:"tenant"`
	Product        Product          `json:"product"`
	Application    Application      `json:"application"`
	Credential     Credential       `json:"credential"`
	Permissions    []permission.Ref `json:"permissions,omitempty"`
	Rooms          Rooms            `json:"rooms"`
	People         People           `json:"people"`
	SingleSignOn   SingleSignOn     `json:"singleSignOn"`
	Notifications  Notifications    `json:"notifications"`
	ServiceAccount string           `json:"serviceAccount,omitempty"`
}

// Cloud is where the tenant lives.
type Cloud struct {
	ID        string `json:"id"`
	Authority string `json:"authority"`
	Graph     string `json:"graph"`
}

// Tenant is the Microsoft 365 tenant.
type Tenant struct {
	ID          string `json:"id"`
	Domain      string `json:"domain,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
}

// Product is the booking product with the options switched on.
type Product struct {
	ID      string   `json:"id"`
	Options []string `json:"options,omitempty"`
}

// Application is the app registration.
type Application struct {
	ClientID    string `json:"clientId"`
	DisplayName string `json:"displayName,omitempty"`
}

// Credential describes the application's credential without showing it.
type Credential struct {
	Kind        string    `json:"kind"`
	Fingerprint string    `json:"fingerprint"`
	Thumbprint  string    `json:"thumbprint,omitempty"`
	Expires     time.Time `json:"expires,omitzero"`
}

// Rooms are the rooms that the server handles.
type Rooms struct {
	Mode  string `json:"mode"`
	Items []Room `json:"items"`
}

// Room is one room mailbox.
type Room struct {
	EmailAddress string `json:"emailAddress"`
	DisplayName  string `json:"displayName,omitempty"`
	Capacity     *int   `json:"capacity,omitempty"`
	Building     string `json:"building,omitempty"`
	Floor        string `json:"floor,omitempty"`
}

// People are those whose accounts the server takes over.
type People struct {
	Mode                string   `json:"mode"`
	Groups              []string `json:"groups,omitempty"`
	CardNumberAttribute string   `json:"cardNumberAttribute,omitempty"`
	DefaultGroups       []string `json:"defaultGroups,omitempty"`
}

// SingleSignOn is people's sign-in at the server.
type SingleSignOn struct {
	RedirectURIs []string `json:"redirectUris,omitempty"`
	LoginButton  string   `json:"loginButton,omitempty"`
}

// Notifications are the addresses that Microsoft calls.
type Notifications struct {
	URL          string `json:"url,omitempty"`
	LifecycleURL string `json:"lifecycleUrl,omitempty"`
}

// Of makes the configuration of a connection: rooms are the resolved ones,
// digest is the connection's (what the gate compares) and fingerprint the
// credential's (vault.Fingerprint).
func Of(c *connection.Connection, p product.Product, rooms []tenant.Room, digest string, cl cloud.Cloud, fingerprint string) Configuration {
	cfg := Configuration{
		Digest:      digest,
		Cloud:       Cloud{cl.ID, cl.Authority, cl.Graph},
		Tenant:      Tenant{c.Tenant.ID, c.Tenant.Domain, c.Tenant.DisplayName},
		Product:     Product{c.Product.ID, c.Product.Options},
		Application: Application{c.Application.ClientID, c.Application.DisplayName},
		Credential: Credential{
			Kind: c.Application.Credential.Kind, Fingerprint: fingerprint,
			Thumbprint: c.Application.Credential.Thumbprint, Expires: c.Application.Credential.Expires.UTC().Truncate(time.Second),
		},
		Permissions: permissionsOf(c, p),
		Rooms:       Rooms{Mode: cmp.Or(c.Rooms.Mode, connection.All), Items: []Room{}},
		People: People{
			Mode: cmp.Or(c.People.Mode, connection.All), Groups: c.People.Groups,
			CardNumberAttribute: c.People.CardNumberAttribute, DefaultGroups: c.People.DefaultGroups,
		},
		SingleSignOn:   SingleSignOn{c.SingleSignOn.RedirectURIs, c.SingleSignOn.LoginButton},
		Notifications:  Notifications{c.Notifications.URL, c.Notifications.LifecycleURL},
		ServiceAccount: c.ServiceAccount,
	}
	if cfg.Credential.Kind != connection.CredentialCertificate {
		cfg.Credential.Thumbprint = ""
	}
	if c.Rooms.Mode == connection.Lists || c.Rooms.Mode == connection.ByRule {
		cfg.Rooms.Mode = connection.Selected // what they come to is looked up here
	}
	for _, r := range rooms {
		cfg.Rooms.Items = append(cfg.Rooms.Items, roomOf(r))
	}
	slices.SortFunc(cfg.Rooms.Items, func(a, b Room) int {
		return strings.Compare(strings.ToLower(a.EmailAddress), strings.ToLower(b.EmailAddress))
	})
	return cfg
}

func roomOf(r tenant.Room) Room {
	floor := r.FloorLabel
	if floor == "" && r.FloorNumber != nil {
		floor = strconv.Itoa(*r.FloorNumber)
	}
	return Room{r.EmailAddress, r.DisplayName, r.Capacity, r.Building, floor}
}

// permissionsOf are those that the product needs as this connection uses it.
func permissionsOf(c *connection.Connection, p product.Product) []permission.Ref {
	var refs []permission.Ref
	for _, n := range p.With(c.Product.Options, c.Product.Permissions).Permissions {
		refs = append(refs, n.Ref)
	}
	return refs
}
