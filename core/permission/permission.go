// Package permission is the catalogue of Microsoft Graph permissions that
// booking products ask for, and the four layers of truth about each.
package permission

import (
	"strings"

	"github.com/roomkey/roomkey/core/words"
)

// Kind is how a permission is held.
type Kind string

// The kinds of permission.
const (
	// Application permissions (app roles) are held by the application itself.
	Application Kind = "application"
	// Delegated permissions (scopes) are held on behalf of a signed-in user.
	Delegated Kind = "delegated"
)

// Text is the kind in words.
func (k Kind) Text() words.Text {
	switch k {
	case Application:
		return words.T("application")
	case Delegated:
		return words.T("delegated")
	}
	return words.Plain(string(k))
}

// AccessType is the kind in the words of requiredResourceAccess.
func (k Kind) AccessType() string {
	if k == Application {
		return "Role"
	}
	return "Scope"
}

// Ref names one permission of Microsoft Graph.
type Ref struct {
	Value string `yaml:"value" json:"value"`
	Kind  Kind   `yaml:"kind" json:"kind"`
}

// Calendar is how much of a calendar a permission opens.
type Calendar string

// How much of a calendar a permission opens, the least first.
const (
	CalendarBasic Calendar = "basic"
	CalendarRead  Calendar = "read"
	CalendarWrite Calendar = "write"
)

// Entry is a permission as the catalogue has it.
type Entry struct {
	Value string `yaml:"value" json:"value"`
	// ApplicationID and DelegatedID are the ids of Microsoft's two forms of the
	// permission, "" where a form does not exist. They are a fall-back: the
	// tenant's own Graph service principal is asked first.
	ApplicationID string `yaml:"application,omitempty" json:"applicationId,omitempty"`
	DelegatedID   string `yaml:"delegated,omitempty" json:"delegatedId,omitempty"`
	// Means is one sentence about what the holder can do.
	Means words.Key `yaml:"means" json:"means"`
	// ExchangeRole is the role of RBAC for Applications that can stand in for
	// the application permission ("Application Calendars.ReadWrite"), "" where
	// the permission cannot be scoped to mailboxes.
	ExchangeRole string `yaml:"exchangeRole,omitempty" json:"exchangeRole,omitempty"`
	// Calendar is what the permission opens of calendars, "" for nothing.
	Calendar Calendar `yaml:"calendar,omitempty" json:"calendar,omitempty"`
	// Ends is the day on which Microsoft ends what the permission is for, as
	// 2027-04-01, "" for none.
	Ends string `yaml:"ends,omitempty" json:"ends,omitempty"`
	// Dangerous is why a booking application should never hold it, "" otherwise.
	Dangerous words.Key `yaml:"dangerous,omitempty" json:"dangerous,omitempty"`
	// Resource is the application id of the API that the permission belongs to,
	// "" for Microsoft Graph.
	Resource string `yaml:"resource,omitempty" json:"resource,omitempty"`
	// Instead is set on a permission that is easily mistaken for another one: it
	// is the value that was probably meant. Such an entry may be without ids.
	Instead string `yaml:"instead,omitempty" json:"instead,omitempty"`
	// Covers are the values of weaker permissions that this one includes.
	Covers []string `yaml:"covers,omitempty" json:"covers,omitempty"`
}

// Writes reports whether a permission lets an application change or send
// something, as Microsoft's names say: "Calendars.ReadWrite", "Mail.Send".
func Writes(value string) bool {
	return strings.Contains(value, "Write") || strings.HasSuffix(value, ".Send") || strings.Contains(value, ".Send.")
}
