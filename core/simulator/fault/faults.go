// Package fault is what can be wrong with the simulated tenant, its booking server
// and the way to them: the names, what is switched on, and what happens on the way.
package fault

import "slices"

// Fault is something that can be wrong with the tenant, the way to it or the
// booking server.
type Fault struct {
	Name  string
	Title string
	// Argument says what may follow the name after an equals sign, "" if nothing.
	Argument string
}

// The faults of Microsoft Entra ID, Microsoft Graph, Exchange and the way to
// them. Those of the booking server begin with "server-", or are stale-etag.
const (
	WrongSecret          = "wrong-secret"
	ExpiredSecret        = "expired-secret"
	TwoSecrets           = "two-secrets"
	UnknownApp           = "unknown-app"
	UnknownTenant        = "unknown-tenant"
	AppDisabled          = "app-disabled"
	CertificateUnknown   = "certificate-not-registered"
	MissingRole          = "missing-role"
	ExtraRole            = "extra-role"
	NoConsent            = "no-consent"
	NoRoles              = "no-roles"
	StaleRoles           = "stale-roles"
	NotAJWT              = "not-a-jwt"
	ConditionalAccess    = "conditional-access"
	WrongCloud           = "wrong-cloud"
	Answer               = "answer"
	Throttled            = "throttled"
	ThrottledSilent      = "throttled-no-retry-after"
	ThrottledAlways      = "throttled-always"
	Unavailable          = "unavailable"
	Error                = "error"
	UnauthorizedOnce     = "unauthorized-once"
	Unauthorized         = "unauthorized"
	ErrorOnce            = "error-once"
	CutOnce              = "cut-once"
	LargePages           = "large-pages-time-out"
	Slow                 = "slow"
	Cut                  = "cut"
	Truncated            = "truncated"
	HTML                 = "html"
	Empty200             = "empty-200"
	WrongTypes           = "wrong-types"
	KilledAfterAct       = "killed-after-act"
	ClockSkew            = "clock-skew"
	RoomGone             = "room-gone"
	RoomHidden           = "room-hidden"
	RoomRenamed          = "room-renamed"
	RoomMoved            = "room-moved"
	Workspace            = "workspace"
	CalendarDenied       = "calendar-denied"
	CalendarOnPremises   = "calendar-not-in-cloud"
	NoPlaces             = "no-places"
	BuildingsOff         = "buildings-off"
	NoPreview            = "no-preview"
	HostileNames         = "hostile-names"
	PeopleDisabled       = "people-disabled"
	PeopleWithoutMail    = "people-without-mail"
	SharedCardNumber     = "shared-card-number"
	SharedMail           = "shared-mail"
	RoomSignIn           = "room-sign-in"
	GroupGone            = "group-gone"
	GroupEmpty           = "group-empty"
	GroupOthers          = "group-others"
	GroupNested          = "group-nested"
	EndlessList          = "endless-list"
	DeclaredDelegated    = "declared-as-delegated"
	GrantedDelegated     = "granted-as-delegated"
	ConsentElsewhere     = "consent-elsewhere"
	ConsentRevoked       = "consent-revoked"
	AppDeleted           = "app-deleted"
	RoomListGone         = "room-list-gone"
	RoomListEmpty        = "room-list-empty"
	ReplicationDelay     = "replication-delay"
	ConsentRefused       = "consent-refused"
	SecretsForbidden     = "secrets-forbidden"
	SecretLifetimeCapped = "secret-lifetime-capped"
	KeyLifetimeCapped    = "key-lifetime-capped"
	AuthorityRequired    = "certificate-authority-required"
	MultiTenantForbidden = "multi-tenant-forbidden"
	DeviceDefaults       = "device-code-security-defaults"
	DeviceConditional    = "device-code-conditional-access"
	DeviceDeclined       = "device-code-declined"
	DeviceConfirmation   = "device-code-confirmation"
	ConsentDeclined      = "consent-declined"
	WrongAccount         = "wrong-account"
	UserNotAssigned      = "user-not-assigned"
	AssignmentRequired   = "assignment-required"
	FirstPartyMissing    = "first-party-client-missing"
	DuplicateNames       = "duplicate-names"
	ForeignSettings      = "foreign-settings"
	CallbackUnreachable  = "callback-unreachable"
	BookingsDeclined     = "bookings-declined"
	RoomSilent           = "room-silent"
	RoomHours            = "room-hours"
	RoomSettings         = "room-settings"
	ScopePending         = "scope-pending"
	ScopeDisabled        = "scope-disabled"
	ScopeEmpty           = "scope-empty"
	NoPremium            = "no-premium"
	ReportsDenied        = "reports-denied"
	NoReports            = "no-reports"
	LogConsentDeclined   = "log-consent-declined"
)

// The faults of the booking server.
const (
	ServerToken     = "server-token-wrong"
	ServerDown      = "server-down"
	StaleETag       = "stale-etag"
	ServerExpiring  = "server-certificate-expires"
	ServerHTML      = "server-html"
	ServerCut       = "server-cut"
	ServerCutOnce   = "server-cut-once"
	ServerError     = "server-error"
	ServerErrorOnce = "server-error-once"
	ServerSlow      = "server-slow"
	ServerOld       = "server-old-contract"
	ServerOtherHost = "server-other-host"
	ServerRecipient = "server-recipient-changed"
	ServerMicrosoft = "server-cannot-reach-microsoft"
	ServerTenant    = "server-other-cloud"
	ServerLost      = "server-answer-lost"
	ServerHostile   = "server-hostile-text"
)

const (
	argWhere = "a part of the address to which it applies, or entra; without it every call to Graph"
	argTime  = "how long, for instance 5s"
	argRoom  = "the address of the mailbox, or several with commas"
	// What a fault without an argument strikes is said in people.go.
	argPeople = "user principal names or names of groups, with commas; without it everybody"
	argList   = "the address of the room list; without it the first"
	argGroup  = "the name or the id of the group; without it the group Room bookers"
)

var faults = []Fault{
	{WrongSecret, "The client secret is not the application's (AADSTS7000215)", ""},
	{ExpiredSecret, "The client secret has expired (AADSTS7000222)", ""},
	{TwoSecrets, "The application has two client secrets, and one of them has expired", "own, for the one that it signs in with (AADSTS7000222); without it the other"},
	{UnknownApp, "The application is not in this tenant (AADSTS700016)", ""},
	{UnknownTenant, "The tenant does not exist (AADSTS90002)", ""},
	{AppDisabled, "The enterprise application is disabled (AADSTS7000112)", ""},
	{CertificateUnknown, "The certificate is not registered on the application (AADSTS700027)", ""},
	{MissingRole, "An application permission was not granted", "the permission, or several with commas; without it Calendars.ReadWrite"},
	{ExtraRole, "An application permission was granted that no product asked for", "the permission, or several with commas; without it Mail.Send"},
	{NoConsent, "No administrator consented: the permissions are declared and none is granted", ""},
	{NoRoles, "The token carries no roles although they are granted", ""},
	{StaleRoles, "The token's roles lag behind the grant", argTime},
	{NotAJWT, "The access token is opaque, not a JWT", ""},
	{ConditionalAccess, "Conditional Access blocks the application (AADSTS53003)", ""},
	{WrongCloud, "The tenant belongs to another national cloud", "the Graph host to name; without it graph.microsoft.us"},
	{Answer, "Microsoft answers what is given here", "part of the address, status, code and message, for instance \"/places 403 ErrorQuotaExceeded The mailbox is full.\"; where the code is AADSTS and a number, as Entra; where it is a media type, the message is the body. *N after the address is how often, :N after the status a Retry-After, and \"; \" stands between several"},
	{Throttled, "Graph answers 429 with Retry-After, twice for each address", argWhere},
	{ThrottledSilent, "Graph answers 429 without Retry-After, twice for each address", argWhere},
	{ThrottledAlways, "Graph answers 429 with Retry-After, always", argWhere},
	{Unavailable, "Graph answers 503", argWhere},
	{Error, "Microsoft answers 500", argWhere},
	{ErrorOnce, "Microsoft answers 500, once for each address", argWhere},
	{UnauthorizedOnce, "Graph no longer takes a token that it took before (401), once", argWhere},
	{Unauthorized, "Graph takes no token (401 InvalidAuthenticationToken)", argWhere},
	{CutOnce, "The connection is cut in the middle of the answer, once for each address", argWhere},
	{EndlessList, "The link to the next page never ends: each leads to an empty page", argWhere},
	{LargePages, "Pages of more than 30 entries time out (504)", argWhere},
	{Slow, "Answers take long", "how long, for instance 5s; without it 3s"},
	{Cut, "The connection is cut in the middle of the answer", argWhere},
	{Truncated, "The answer is whole, the JSON in it is not", argWhere},
	{HTML, "A proxy's sign-in page comes with status 200 instead of the answer", argWhere},
	{Empty200, "Status 200 without a body", argWhere},
	{WrongTypes, "The JSON has other types than Graph documents", argWhere},
	{KilledAfterAct, "The connection ends after Microsoft acted and before it answers", "which of the changing calls, from 1, or a part of its address; without it the first"},
	{ClockSkew, "This computer's clock is ten minutes behind Microsoft's", argTime},
	{RoomGone, "A room is listed and its mailbox is gone", argRoom + "; without it the first room"},
	{RoomHidden, "A room is hidden from address lists: its mailbox works and places do not list it", argRoom + "; without it the first room"},
	{RoomRenamed, "A room was renamed: its old address, which begins with \"old-\", still leads to its account", argRoom + "; without it the first room"},
	{RoomMoved, "A room has another id, name and address, which begins with \"new-\"; nobody has the old address any more", argRoom + "; without it the first room"},
	{Workspace, "A room is a workspace: places list it among the workspaces only", argRoom + "; without it the first room"},
	{CalendarDenied, "The calendar may not be read (403 ErrorAccessDenied)", argRoom + "; without it every mailbox"},
	{CalendarOnPremises, "The mailbox is not in the cloud (MailboxNotEnabledForRESTAPI)", argRoom + "; without it the first room"},
	{NoPlaces, "This cloud's Graph does not have places", ""},
	{BuildingsOff, "Buildings are not switched on in Microsoft Places: Graph shows none of them, and no floor", ""},
	{NoPreview, "Graph's beta has no scopes and roles of Exchange", ""},
	{HostileNames, "Rooms and people have names that try to harm", ""},
	{PeopleDisabled, "Accounts of people are disabled", argPeople},
	{PeopleWithoutMail, "People have no mail address", argPeople},
	{SharedCardNumber, "Two people have the same card number", ""},
	{SharedMail, "Two people have the same email address", ""},
	{RoomSignIn, "The accounts of rooms may sign in", argRoom + "; without it every room's"},
	{GroupGone, "A group was deleted", argGroup},
	{GroupEmpty, "A group has no members", argGroup},
	{GroupOthers, "A group has a contact, a device and an application as members, and no people", argGroup},
	{GroupNested, "A group has another group as a member, beside its people", argGroup},
	{DeclaredDelegated, "Permissions were added as delegated ones, and none of them is granted", "values of permissions, with commas; without it all"},
	{GrantedDelegated, "Consent was given to delegated permissions; the registration declares neither those nor the application permissions", "values of permissions, with commas; without it all"},
	{ConsentElsewhere, "Consent was given to another application of the same name", ""},
	{ConsentRevoked, "Consent was revoked, and the token that carries it still works", "values of permissions, with commas; without it Calendars.ReadWrite"},
	{AppDeleted, "The application was deleted and can be restored", ""},
	{RoomListGone, "A room list was deleted", argList},
	{RoomListEmpty, "A room list has no rooms", argList},
	{ReplicationDelay, "What was made is not visible for a while", argTime + "; without it 2s"},
	{ConsentRefused, "The administrator's role is too small to consent", ""},
	{SecretsForbidden, "The tenant's policy forbids client secrets", ""},
	{SecretLifetimeCapped, "The tenant's policy caps the life of client secrets", "how long, for instance 4320h; without it 180 days"},
	{KeyLifetimeCapped, "The tenant's policy caps the life of certificates", "how long, for instance 4320h; without it 180 days"},
	{AuthorityRequired, "The tenant's policy accepts only certificates of chosen authorities", ""},
	{MultiTenantForbidden, "The tenant's policy forbids multi-tenant applications", ""},
	{DeviceDefaults, "Security defaults block the device code (AADSTS530035)", ""},
	{DeviceConditional, "Conditional Access blocks the device code (AADSTS53003)", ""},
	{DeviceDeclined, "The person declines the device code", ""},
	{DeviceConfirmation, "The device code wants a confirmation that never comes (AADSTS50199)", ""},
	{ConsentDeclined, "The person declines consent in the browser (AADSTS65004)", ""},
	{WrongAccount, "The person signs in with an account of another tenant (AADSTS50020)", "the user of this tenant who signs in instead"},
	{UserNotAssigned, "The person is not assigned to the client (AADSTS50105)", ""},
	{AssignmentRequired, "The tenant's own enterprise applications require assignment, and nobody is assigned (AADSTS50105)", ""},
	{FirstPartyMissing, "The Microsoft Graph Command Line Tools do not exist here (AADSTS700016, on Microsoft's page)", "redirect, to send the error to the client"},
	{DuplicateNames, "Two other applications have the same name as the one that is registered first", "the display name; without it Room booking"},
	{ForeignSettings, "The application has settings that are not the product's; they stay when the fault is switched off", "ews, multi-tenant, or other; without it other"},
	{CallbackUnreachable, "Microsoft cannot reach the notification address", "lifecycle, for that one only; 404, redirect, slow, echo, tls, chain, dns: how it fails"},
	{BookingsDeclined, "Rooms decline every invitation", argRoom},
	{RoomSilent, "Rooms do not process invitations", argRoom},
	{RoomHours, "Rooms decline what is outside their working hours", "tonga, for one hour a day on the other side of the world; unknown-zone, none, error: what is wrong with what Graph tells of the hours"},
	{RoomSettings, "Rooms have other settings of calendar processing, until a script sets them", "SETTING=VALUE, several with commas, for every room or for those whose addresses stand before; without it AllowConflicts=True"},
	{ScopePending, "Exchange's role assignments do not take effect yet", argTime + "; without it 30m"},
	{ScopeDisabled, "Exchange's role assignments are disabled, until a script enables them", ""},
	{ScopeEmpty, "The filters of Exchange's scopes match no mailbox, until a script corrects them", ""},
	{NoPremium, "The tenant has no Microsoft Entra ID P1: nobody may read its sign-in log", ""},
	{ReportsDenied, "The administrator's role may not read the sign-in log", ""},
	{NoReports, "This cloud's Graph does not report the sign-ins of applications", ""},
	{LogConsentDeclined, "The person declines the consent to read the sign-in log (AADSTS65004)", ""},
	{ServerToken, "The booking server does not accept the token", ""},
	{ServerDown, "The booking server does not run", ""},
	{ServerExpiring, "The certificate of the booking server expires soon", argTime + "; without it 72h"},
	{StaleETag, "The booking server's configuration changes between look and push", ""},
	{ServerHTML, "A sign-in page comes instead of the booking server's answer", ""},
	{ServerCut, "The booking server's answer is cut", ""},
	{ServerCutOnce, "The booking server's answer is cut, once for each address", ""},
	{ServerError, "The booking server answers 500", ""},
	{ServerErrorOnce, "The booking server answers 500, once for each address", ""},
	{ServerSlow, "The booking server is slow", ""},
	{ServerOld, "The booking server speaks an older contract", ""},
	{ServerOtherHost, "The booking server names addresses on another host", ""},
	{ServerRecipient, "The booking server's sealing recipient has changed", ""},
	{ServerMicrosoft, "The booking server itself is blocked by Conditional Access", ""},
	{ServerTenant, "The booking server itself looks for the tenant in another cloud (AADSTS90002)", ""},
	{ServerLost, "The booking server stores and its answer is lost", ""},
	{ServerHostile, "The booking server's texts try to harm", ""},
}

// All are all that can be switched on, in the order of the chain.
func All() []Fault { return slices.Clone(faults) }
