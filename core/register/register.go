// Package register plans, applies, undoes and rotates the app registration of a
// connection. Every step is look, act, look again; a journal is written before
// each call, so that a run that was cut off anywhere goes on where it was.
package register

import (
	"context"
	"time"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
)

// Directory is the tenant's directory as the administrator's sign-in reads and
// changes it. Errors are problems with the codes below.
type Directory interface {
	reader
	UpsertApplication(ctx context.Context, uniqueName string, change tenant.ApplicationChange) error
	ChangeApplication(ctx context.Context, id string, change tenant.ApplicationChange) error
	// SetLogo gives the application a picture.
	SetLogo(ctx context.Context, id string, picture []byte) error
	DeleteApplication(ctx context.Context, id string) error
	AddSecret(ctx context.Context, id, displayName string, end time.Time) (tenant.Credential, vault.Secret, error)
	RemoveSecret(ctx context.Context, id, keyID string) error
	CreateServicePrincipal(ctx context.Context, appID string) error
	DeleteServicePrincipal(ctx context.Context, id string) error
	GrantAppRole(ctx context.Context, servicePrincipalID, resourceID, appRoleID string) error
	RevokeAppRole(ctx context.Context, servicePrincipalID, grantID string) error
	GrantScopes(ctx context.Context, servicePrincipalID, resourceID, scope string) error
	ChangeScopes(ctx context.Context, grantID, scope string) error
	RevokeScopes(ctx context.Context, grantID string) error
	RestoreApplication(ctx context.Context, id string) error
}

// reader is the part of Directory that a plan needs.
type reader interface {
	Application(ctx context.Context, clientID string) (tenant.Application, error)
	ApplicationByID(ctx context.Context, id string) (tenant.Application, error)
	ApplicationByUniqueName(ctx context.Context, name string) (tenant.Application, error)
	ApplicationsNamed(ctx context.Context, displayName string) ([]tenant.Application, error)
	DeletedApplications(ctx context.Context) ([]tenant.Application, error)
	ServicePrincipal(ctx context.Context, appID string) (tenant.ServicePrincipal, error)
	AppRoleGrants(ctx context.Context, servicePrincipalID string) ([]tenant.AppRoleGrant, error)
	DelegatedGrants(ctx context.Context, servicePrincipalID string) ([]tenant.DelegatedGrant, error)
	CredentialPolicy(ctx context.Context, id string) (tenant.CredentialPolicy, error)
}

// Input is all that a plan or a run works on.
type Input struct {
	Cloud    cloud.Cloud
	TenantID string
	Product  product.Product
	Needs    product.Needs
	// Permissions is the catalogue: names and ids for what the tenant's own
	// Graph does not say.
	Permissions *permission.Catalog
	Directory   Directory
	Vault       vault.Vault
	Journal     change.Journal
	// Document gives a copy of the connection, change.Keep changes and saves it: ids
	// are kept after each step.
	Document func() *connection.Connection
	Keep     func(ctx context.Context, edit func(*connection.Connection)) error
	// Token gets a fresh token of the application itself, past every cache:
	// the proof.
	Token func(ctx context.Context, clientID string, secret vault.Secret, certificate *vault.KeyPair) (entra.Token, error)
	// By is the administrator's user principal name, for the record.
	By      string
	Options Options
	Report  task.Report
	// SignIns is the tenant's record of sign-ins, which an undo shows; nil where
	// the sign-in may not read it. SignInsRefused is why, nil when nobody asked.
	SignIns        SignInLog
	SignInsRefused *problem.Problem
	// LastToken is when a check last used the application's credential, zero
	// when none did.
	LastToken time.Time
	// rotating is whether a credential is made beside an old one.
	rotating bool
	change.Clock
}

// Options are the administrator's choices for one plan.
type Options struct {
	// Use chooses among applications: a client id, or "new" for a new one; ""
	// for what Roomkey finds.
	Use string `json:"use,omitempty"`
	// Name is what a new application is called, "" for the connection's name for
	// it or the product's.
	Name string `json:"name,omitempty"`
	// Credential is "secret" or "certificate", "" for the product's first
	// choice that the tenant's policy allows; Months its life, 0 for the
	// product's.
	Credential string `json:"credential,omitempty"`
	Months     int    `json:"months,omitempty"`
	// CredentialName is what the new credential is called, "" for the name in
	// the product's guide. A secret's name ends with a mark of Roomkey's, by
	// which one whose answer got lost is found.
	CredentialName string `json:"credentialName,omitempty"`
	// Bits is the size of the key of a new certificate: 3072 (0) or 4096.
	Bits int `json:"bits,omitempty"`
	// LeaveConsent leaves the consent to a colleague.
	LeaveConsent bool `json:"leaveConsent,omitempty"`
	// Branding is the information page, HomePage the address of the server;
	// empty fields are left alone.
	Branding tenant.Branding `json:"branding,omitzero"`
	HomePage string          `json:"homePage,omitempty"`
	// Logo is a picture (PNG, JPEG or GIF, at most 100 KB) for an application
	// that has none yet.
	Logo []byte `json:"logo,omitempty"`
	// Reviewer and Ticket are kept with the record of what was done.
	Reviewer string `json:"reviewer,omitempty"`
	Ticket   string `json:"ticket,omitempty"`
}

// New is Options.Use for a new application.
const New = "new"
