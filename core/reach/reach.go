// Package reach says which applications of a tenant can read or write the
// calendar of one room, and by which way: a grant in Microsoft Entra ID, a role
// assignment in Exchange, or neither because an Application Access Policy is in
// the way. It is pure: it asks nobody.
package reach

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/words"
)

// Application is an enterprise application with what Microsoft Entra ID granted
// to it.
type Application struct {
	AppID   string `json:"appId"`
	Name    string `json:"name"`
	Owner   string `json:"owner"`
	Enabled bool   `json:"enabled"`
	// Gone is that Exchange still names it, and the tenant does not have it.
	Gone bool `json:"gone,omitempty"`
	// Granted are the values of its application permissions.
	Granted []string `json:"granted"`
	// LastUsed is when it last signed in, zero when nobody knows.
	LastUsed time.Time `json:"lastUsed,omitzero"`
}

// thisTenant is the owner of an application of the tenant's own; otherTenant begins
// the owner of one whose publisher nobody verified.
const (
	thisTenant  = "this tenant"
	otherTenant = "tenant "
)

// ThisTenant makes an application one of the tenant's own.
func (a *Application) ThisTenant() { a.Owner = thisTenant }

// OtherTenant says that another tenant owns it, by its ID.
func (a *Application) OtherTenant(id string) { a.Owner = otherTenant + id }

// OwnerText is the owner as a table shows it.
func (a Application) OwnerText() words.Text {
	if id, ok := strings.CutPrefix(a.Owner, otherTenant); ok {
		return words.T("tenant %s", id)
	}
	if a.Owner == thisTenant {
		return words.T(thisTenant)
	}
	return words.Plain(a.Owner)
}

// Exchange is what only Exchange can say about the room; nil for not asked.
type Exchange struct {
	// Roles are the roles of RBAC for Applications that have the room in scope,
	// Policies what the effective Application Access Policy says: true for
	// granted. Both by client ID in small letters.
	Roles    map[string][]Role
	Policies map[string]bool
	// Names are what Exchange calls the applications that have roles.
	Names map[string]string
	// Failed are the client IDs for which a test failed.
	Failed map[string]bool
}

// Role is a role of RBAC for Applications with the permissions that Exchange says
// it grants. An organization can make roles of its own.
type Role struct {
	Name        string
	Permissions []string
}

// State is whether an application reaches the room.
type State string

// The states, the worst first.
const (
	Reaches State = "reaches"
	// Unknown is that Exchange was not asked, or did not answer.
	Unknown State = "unknown"
	No      State = "no"
)

// Access is what one application can do with the room's calendar.
type Access struct {
	Application
	State State               `json:"state"`
	Level permission.Calendar `json:"level,omitempty"`
	// Ways are how it gets there, or what stops it.
	Ways []words.Text `json:"ways"`
}

// Room is what reaches a room, as it was read.
type Room struct {
	Address string    `json:"room"`
	At      time.Time `json:"at"`
	// ExchangeAt is when Exchange was asked, zero when it was not.
	ExchangeAt   time.Time `json:"exchangeAt,omitzero"`
	Applications []Access  `json:"applications"`
}

// Open reports whether only Exchange can say of some application whether it
// reaches the room.
func (r Room) Open() bool {
	return slices.ContainsFunc(r.Applications, func(a Access) bool { return a.State == Unknown })
}

// The words for a state and for a level, as tables show them.
var (
	Words  = map[State]words.Text{Reaches: words.T("yes"), Unknown: words.T("not known"), No: words.T("no")}
	Levels = map[permission.Calendar]words.Text{permission.CalendarBasic: words.T("read basic details"), permission.CalendarRead: words.T("read"), permission.CalendarWrite: words.T("read and write")}
)

// fullAccess is the role of RBAC for Applications that holds all others.
const fullAccess = "Application Exchange Full Access"

// Of classifies the applications, the worst first. Those that hold nothing of
// calendars and have no role are left out.
func Of(apps []Application, exchange *Exchange, catalog *permission.Catalog) []Access {
	list := []Access{}
	for _, a := range apps {
		if one, concerns := of(a, exchange, catalog); concerns {
			list = append(list, one)
		}
	}
	slices.SortStableFunc(list, func(a, b Access) int {
		return cmp.Or(rank(a.State)-rank(b.State), weight(b.Level)-weight(a.Level), cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)))
	})
	return list
}

func rank(s State) int { return slices.Index([]State{Reaches, Unknown, No}, s) }

func weight(c permission.Calendar) int {
	return slices.Index([]permission.Calendar{"", permission.CalendarBasic, permission.CalendarRead, permission.CalendarWrite}, c)
}

func of(a Application, exchange *Exchange, catalog *permission.Catalog) (Access, bool) {
	out := Access{Application: a, State: No, Ways: []words.Text{}}
	key := strings.ToLower(a.AppID)
	granted, level := strongest(a.Granted, catalog)
	concerns := granted != ""
	free, freely := strongest(slices.DeleteFunc(slices.Clone(a.Granted), limitable), catalog)
	switch {
	case granted == "":
	case exchange == nil:
		out.State, out.Level = Unknown, level
		out.Ways = append(out.Ways, words.T("%s is granted in Microsoft Entra ID for every mailbox. Only Exchange can show whether an Application Access Policy limits it.", granted))
	case exchange.Failed[key]:
		out.State, out.Level = Unknown, level
		out.Ways = append(out.Ways, words.T("%s is granted in Microsoft Entra ID for every mailbox. Exchange did not answer whether a policy limits it.", granted))
	default:
		allowed, policy := exchange.Policies[key]
		if policy && !allowed && free != "" {
			out.State, out.Level = Reaches, freely
			out.Ways = append(out.Ways, words.T("%s is granted in Microsoft Entra ID for every mailbox, and an Application Access Policy does not limit it.", free))
			break
		}
		if policy && !allowed {
			out.Ways = append(out.Ways, words.T("%s is granted in Microsoft Entra ID, but an Application Access Policy denies it this room.", granted))
			break
		}
		out.State, out.Level = Reaches, level
		if policy {
			out.Ways = append(out.Ways, words.T("%s is granted in Microsoft Entra ID, and its Application Access Policy allows it.", granted))
		} else {
			out.Ways = append(out.Ways, words.T("%s is granted in Microsoft Entra ID for every mailbox, and no policy limits it.", granted))
		}
	}
	if exchange != nil {
		for _, role := range exchange.Roles[key] {
			level, known := levelOfRole(role, catalog)
			if !known && out.State == No {
				concerns, out.State = true, Unknown
				out.Ways = append(out.Ways, words.T("The role %s in Exchange has this room in its scope. Roomkey does not know what this role opens.", role.Name))
			}
			if level == "" {
				continue
			}
			concerns, out.State = true, Reaches
			if weight(level) > weight(out.Level) {
				out.Level = level
			}
			out.Ways = append(out.Ways, words.T("The role %s in Exchange has this room in its scope.", role.Name))
		}
		if out.State == No && exchange.Failed[key] {
			concerns, out.State = true, Unknown
			out.Ways = append(out.Ways, words.T("Exchange did not answer which roles it has."))
		}
	}
	if concerns && a.Gone && out.State != No {
		out.State = No
		out.Ways = append(out.Ways, words.T("The tenant has no enterprise application with this client ID: nothing can sign in with it."))
	}
	if concerns && !a.Enabled && out.State != No {
		out.State = No
		out.Ways = append(out.Ways, words.T("Its sign-in is disabled: it can use none of this until someone enables it."))
	}
	if out.State == No {
		out.Level = ""
	}
	return out, concerns
}

// strongest is the granted permission that opens most of a calendar.
func strongest(granted []string, catalog *permission.Catalog) (value string, level permission.Calendar) {
	for _, g := range granted {
		if e, ok := catalog.Get(g); ok && e.ApplicationID != "" && weight(e.Calendar) > weight(level) {
			value, level = g, e.Calendar
		}
	}
	return value, level
}

// limitable reports whether an Application Access Policy limits a permission: it
// knows calendars, mail, contacts, settings, and Exchange Web Services. Source:
// Microsoft Learn "Limiting application permissions to specific mailboxes".
func limitable(value string) bool {
	return strings.HasPrefix(value, "Calendars.") || value == "full_access_as_app"
}

// levelOfRole is what a role opens of a calendar; known is false for a role of
// which nobody can tell.
func levelOfRole(role Role, catalog *permission.Catalog) (level permission.Calendar, known bool) {
	if role.Name == fullAccess {
		return permission.CalendarWrite, true
	}
	for _, e := range catalog.All() {
		if e.ExchangeRole == role.Name {
			return e.Calendar, true
		}
	}
	_, level = strongest(role.Permissions, catalog)
	return level, level != "" || len(role.Permissions) > 0 && !slices.ContainsFunc(role.Permissions, func(p string) bool { return !apart.MatchString(p) }) || apart.MatchString(strings.TrimPrefix(role.Name, "Application "))
}

// apart are the permissions of Exchange that open no calendar.
var apart = regexp.MustCompile(`^(Mail|MailboxSettings|Contacts|SMTP)\.[A-Za-z.]+$|^Mail Full Access$`)
