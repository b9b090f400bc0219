package simulator

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

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
	FaultWrongSecret          = "wrong-secret"
	FaultExpiredSecret        = "expired-secret"
	FaultUnknownApp           = "unknown-app"
	FaultUnknownTenant        = "unknown-tenant"
	FaultAppDisabled          = "app-disabled"
	FaultCertificateUnknown   = "certificate-not-registered"
	FaultMissingRole          = "missing-role"
	FaultExtraRole            = "extra-role"
	FaultNoConsent            = "no-consent"
	FaultNoRoles              = "no-roles"
	FaultStaleRoles           = "stale-roles"
	FaultNotAJWT              = "not-a-jwt"
	FaultConditionalAccess    = "conditional-access"
	FaultWrongCloud           = "wrong-cloud"
	FaultThrottled            = "throttled"
	FaultThrottledSilent      = "throttled-no-retry-after"
	FaultThrottledAlways      = "throttled-always"
	FaultUnavailable          = "unavailable"
	FaultError                = "error"
	FaultErrorOnce            = "error-once"
	FaultUnauthorizedOnce     = "unauthorized-once"
	FaultUnauthorized         = "unauthorized"
	FaultCutOnce              = "cut-once"
	FaultLargePages           = "large-pages-time-out"
	FaultSlow                 = "slow"
	FaultCut                  = "cut"
	FaultTruncated            = "truncated"
	FaultHTML                 = "html"
	FaultEmpty200             = "empty-200"
	FaultWrongTypes           = "wrong-types"
	FaultKilledAfterAct       = "killed-after-act"
	FaultClockSkew            = "clock-skew"
	FaultRoomGone             = "room-gone"
	FaultRoomHidden           = "room-hidden"
	FaultCalendarDenied       = "calendar-denied"
	FaultCalendarOnPremises   = "calendar-not-in-cloud"
	FaultNoPlaces             = "no-places"
	FaultHostileNames         = "hostile-names"
	FaultPeopleDisabled       = "people-disabled"
	FaultPeopleWithoutMail    = "people-without-mail"
	FaultSharedCardNumber     = "shared-card-number"
	FaultRoomSignIn           = "room-sign-in"
	FaultGroupGone            = "group-gone"
	FaultGroupEmpty           = "group-empty"
	FaultReplicationDelay     = "replication-delay"
	FaultConsentRefused       = "consent-refused"
	FaultSecretsForbidden     = "secrets-forbidden"
	FaultSecretLifetimeCapped = "secret-lifetime-capped"
	FaultDeviceDefaults       = "device-code-security-defaults"
	FaultDeviceConditional    = "device-code-conditional-access"
	FaultDeviceDeclined       = "device-code-declined"
	FaultDeviceConfirmation   = "device-code-confirmation"
	FaultConsentDeclined      = "consent-declined"
	FaultWrongAccount         = "wrong-account"
	FaultUserNotAssigned      = "user-not-assigned"
	FaultAssignmentRequired   = "assignment-required"
	FaultFirstPartyMissing    = "first-party-client-missing"
	FaultDuplicateNames       = "duplicate-names"
	FaultForeignSettings      = "foreign-settings"
	FaultCallbackUnreachable  = "callback-unreachable"
	FaultBookingsDeclined     = "bookings-declined"
	FaultRoomSilent           = "room-silent"
	FaultRoomHours            = "room-hours"
	FaultScopePending         = "scope-pending"
	FaultNoPremium            = "no-premium"
	FaultReportsDenied        = "reports-denied"
	FaultNoReports            = "no-reports"
	FaultLogConsentDeclined   = "log-consent-declined"
)

const (
	argWhere = "a part of the address to which it applies, or entra; without it every call to Graph"
	argTime  = "how long, for instance 5s"
	argRoom  = "the address of the mailbox, or several with commas"
	// What a fault without an argument strikes is said in people.go.
	argPeople = "user principal names or names of groups, with commas; without it everybody"
	argGroup  = "the name or the id of the group; without it the group Room bookers"
)

var faults = []Fault{
	{FaultWrongSecret, "The client secret is not the application's (AADSTS7000215)", ""},
	{FaultExpiredSecret, "The client secret has expired (AADSTS7000222)", ""},
	{FaultUnknownApp, "The application is not in this tenant (AADSTS700016)", ""},
	{FaultUnknownTenant, "The tenant does not exist (AADSTS90002)", ""},
	{FaultAppDisabled, "The enterprise application is disabled (AADSTS7000112)", ""},
	{FaultCertificateUnknown, "The certificate is not registered on the application (AADSTS700027)", ""},
	{FaultMissingRole, "An application permission was not granted", "the permission, or several with commas; without it Calendars.ReadWrite"},
	{FaultExtraRole, "An application permission was granted that no product asked for", "the permission, or several with commas; without it Mail.Send"},
	{FaultNoConsent, "No administrator consented: the permissions are declared and none is granted", ""},
	{FaultNoRoles, "The token carries no roles although they are granted", ""},
	{FaultStaleRoles, "The token's roles lag behind the grant", argTime},
	{FaultNotAJWT, "The access token is opaque, not a JWT", ""},
	{FaultConditionalAccess, "Conditional Access blocks the application (AADSTS53003)", ""},
	{FaultWrongCloud, "The tenant belongs to another national cloud", "the Graph host to name; without it graph.microsoft.us"},
	{FaultThrottled, "Graph answers 429 with Retry-After, twice for each address", argWhere},
	{FaultThrottledSilent, "Graph answers 429 without Retry-After, twice for each address", argWhere},
	{FaultThrottledAlways, "Graph answers 429 with Retry-After, always", argWhere},
	{FaultUnavailable, "Graph answers 503", argWhere},
	{FaultError, "Microsoft answers 500", argWhere},
	{FaultErrorOnce, "Microsoft answers 500, once for each address", argWhere},
	{FaultUnauthorizedOnce, "Graph no longer takes a token that it took before (401), once", argWhere},
	{FaultUnauthorized, "Graph takes no token (401 InvalidAuthenticationToken)", argWhere},
	{FaultCutOnce, "The connection is cut in the middle of the answer, once for each address", argWhere},
	{FaultLargePages, "Pages of more than 30 entries time out (504)", argWhere},
	{FaultSlow, "Answers take long", "how long, for instance 5s; without it 3s"},
	{FaultCut, "The connection is cut in the middle of the answer", argWhere},
	{FaultTruncated, "The answer is whole, the JSON in it is not", argWhere},
	{FaultHTML, "A proxy's sign-in page comes with status 200 instead of the answer", argWhere},
	{FaultEmpty200, "Status 200 without a body", argWhere},
	{FaultWrongTypes, "The JSON has other types than Graph documents", argWhere},
	{FaultKilledAfterAct, "The connection ends after Microsoft acted and before it answers", "which of the changing calls, from 1, or a part of its address; without it the first"},
	{FaultClockSkew, "This computer's clock is ten minutes behind Microsoft's", argTime},
	{FaultRoomGone, "A room is listed and its mailbox is gone", argRoom + "; without it the first room"},
	{FaultRoomHidden, "A room is hidden from address lists: its mailbox works and places do not list it", argRoom + "; without it the first room"},
	{FaultCalendarDenied, "The calendar may not be read (403 ErrorAccessDenied)", argRoom + "; without it every mailbox"},
	{FaultCalendarOnPremises, "The mailbox is not in the cloud (MailboxNotEnabledForRESTAPI)", argRoom + "; without it the first room"},
	{FaultNoPlaces, "This cloud's Graph does not have places", ""},
	{FaultHostileNames, "Rooms and people have names that try to harm", ""},
	{FaultPeopleDisabled, "Accounts of people are disabled", argPeople},
	{FaultPeopleWithoutMail, "People have no mail address", argPeople},
	{FaultSharedCardNumber, "Two people have the same card number", ""},
	{FaultRoomSignIn, "The accounts of rooms may sign in", argRoom + "; without it every room's"},
	{FaultGroupGone, "A group was deleted", argGroup},
	{FaultGroupEmpty, "A group has no members", argGroup},
	{FaultReplicationDelay, "What was made is not visible for a while", argTime + "; without it 2s"},
	{FaultConsentRefused, "The administrator's role is too small to consent", ""},
	{FaultSecretsForbidden, "The tenant's policy forbids client secrets", ""},
	{FaultSecretLifetimeCapped, "The tenant's policy caps the life of client secrets", "how long, for instance 4320h; without it 180 days"},
	{FaultDeviceDefaults, "Security defaults block the device code (AADSTS530035)", ""},
	{FaultDeviceConditional, "Conditional Access blocks the device code (AADSTS53003)", ""},
	{FaultDeviceDeclined, "The person declines the device code", ""},
	{FaultDeviceConfirmation, "The device code wants a confirmation that never comes (AADSTS50199)", ""},
	{FaultConsentDeclined, "The person declines consent in the browser (AADSTS65004)", ""},
	{FaultWrongAccount, "The person signs in with an account of another tenant (AADSTS50020)", "the user of this tenant who signs in instead"},
	{FaultUserNotAssigned, "The person is not assigned to the client (AADSTS50105)", ""},
	{FaultAssignmentRequired, "The tenant's own enterprise applications require assignment, and nobody is assigned (AADSTS50105)", ""},
	{FaultFirstPartyMissing, "The Microsoft Graph Command Line Tools do not exist here (AADSTS700016, on Microsoft's page)", "redirect, to send the error to the client"},
	{FaultDuplicateNames, "Two other applications have the same name as the one that is registered first", "the display name; without it Room booking"},
	{FaultForeignSettings, "The application has settings that are not the product's", "ews, multi-tenant, or other; without it other"},
	{FaultCallbackUnreachable, "Microsoft cannot reach the notification address", "lifecycle, for that one only; 404, redirect, slow, echo, tls, chain, dns: how it fails"},
	{FaultBookingsDeclined, "Rooms decline every invitation", argRoom},
	{FaultRoomSilent, "Rooms do not process invitations", argRoom},
	{FaultRoomHours, "Rooms decline what is outside their working hours", "tonga, for one hour a day on the other side of the world; unknown-zone, none, error: what is wrong with what Graph tells of the hours"},
	{FaultScopePending, "Exchange's role assignments do not take effect yet", argTime + "; without it 30m"},
	{FaultNoPremium, "The tenant has no Microsoft Entra ID P1: nobody may read its sign-in log", ""},
	{FaultReportsDenied, "The administrator's role may not read the sign-in log", ""},
	{FaultNoReports, "This cloud's Graph does not report the sign-ins of applications", ""},
	{FaultLogConsentDeclined, "The person declines the consent to read the sign-in log (AADSTS65004)", ""},
	{faultServerToken, "The booking server does not accept the token", ""},
	{faultServerDown, "The booking server does not run", ""},
	{faultStaleETag, "The booking server's configuration changes between look and push", ""},
	{faultServerHTML, "A sign-in page comes instead of the booking server's answer", ""},
	{faultServerCut, "The booking server's answer is cut", ""},
	{faultServerCutOnce, "The booking server's answer is cut, once for each address", ""},
	{faultServerError, "The booking server answers 500", ""},
	{faultServerErrorOnce, "The booking server answers 500, once for each address", ""},
	{faultServerSlow, "The booking server is slow", ""},
	{faultServerOld, "The booking server speaks an older contract", ""},
	{faultServerOtherHost, "The booking server names addresses on another host", ""},
	{faultServerRecipient, "The booking server's sealing recipient has changed", ""},
	{faultServerMicrosoft, "The booking server itself is blocked by Conditional Access", ""},
	{faultServerLost, "The booking server stores and its answer is lost", ""},
	{faultServerHostile, "The booking server's texts try to harm", ""},
}

// Faults are all that can be switched on, in the order of the chain.
func Faults() []Fault { return slices.Clone(faults) }

// faultSet is what is switched on, and how often it has struck.
type faultSet struct {
	args map[string]string
	// since is how much had happened in the tenant when the faults were set.
	since int

	mu     sync.Mutex
	struck map[string]int
	acts   int
}

// SetFaults replaces what is switched on. A name may be followed by "=" and an
// argument. An unknown name is an error and changes nothing.
func (s *Simulator) SetFaults(names ...string) error {
	set := &faultSet{args: map[string]string{}, struck: map[string]int{}}
	for _, n := range names {
		name, arg, _ := strings.Cut(strings.TrimSpace(n), "=")
		at := slices.IndexFunc(faults, func(f Fault) bool { return f.Name == name })
		if at < 0 {
			return fmt.Errorf("there is no fault %q; roomkeyctl simulate --help lists them", name)
		}
		if arg != "" && faults[at].Argument == "" {
			return fmt.Errorf("the fault %q takes no argument", name)
		}
		set.args[name] = arg
	}
	if s.state != nil {
		s.mu.Lock()
		set.since = s.state.Sequence
		s.mu.Unlock()
	}
	s.faults.Store(set)
	return s.standing()
}

// standing does what some faults leave in the tenant or with the servers, once
// there is a tenant.
func (s *Simulator) standing() error {
	if s.state == nil || s.microsoft == nil {
		return nil
	}
	s.mu.Lock()
	s.seedDuplicates()
	s.seedForeign()
	s.seedExtraRoles()
	s.mu.Unlock()
	if s.booking == nil {
		return nil
	}
	if s.has(faultServerDown) {
		return s.booking.close()
	}
	return s.booking.up()
}

// fault reports whether a fault is on, and its argument.
func (s *Simulator) fault(name string) (arg string, on bool) {
	arg, on = s.faults.Load().args[name]
	return arg, on
}

func (s *Simulator) has(name string) bool { _, on := s.fault(name); return on }

// strikes counts how often a fault met a key and reports whether it is still
// within its times.
func (f *faultSet) strikes(key string, times int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.struck[key]++
	return f.struck[key] <= times
}

// once reports whether a fault meets a key the first time.
func (s *Simulator) once(key string) bool { return s.faults.Load().strikes(key, 1) }

// acted counts the changing calls.
func (f *faultSet) acted() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.acts++
	return f.acts
}

func argDuration(arg string, otherwise time.Duration) time.Duration {
	if d, err := time.ParseDuration(arg); err == nil {
		return d
	}
	return otherwise
}

// hits reports whether a mailbox is among those that the argument names; an
// empty argument is everybody or nobody, as the caller says.
func hits(arg, address string, everybody bool) bool {
	if arg == "" {
		return everybody
	}
	return slices.ContainsFunc(strings.Split(arg, ","), func(a string) bool { return strings.EqualFold(strings.TrimSpace(a), address) })
}
