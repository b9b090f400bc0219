package main

import (
	"time"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
)

// scenario is a tenant with exactly one fault (or, in a pair, two), and what a
// diagnosis of it has to come to. The zero verdict of a healthy one is "pass".
type scenario struct {
	area, name string
	// faults are the simulator's; {room0} and its like are filled in. faultsOf gives
	// them where they are made of more of the tenant.
	faults   []string
	faultsOf func(*bench) []string
	// change edits the document, secret puts other secrets into the vault,
	// absent takes one out, options are those of the run.
	change  func(*bench, *connection.Connection)
	secret  func(*bench) map[vault.Kind]string
	absent  vault.Kind
	options func(*bench, *check.Options)
	// settings is a CSV with calendar processing that was read back.
	settings func(*bench) string
	// misset are the faults of the rooms while their settings are read back.
	misset []string
	// before is called when everything is in place, nil for nothing.
	before func()
	// emit gets the findings as they come, nil for nobody.
	emit func(check.Finding)
	// registered is whether an administrator is signed in, application what is
	// changed in the registration then.
	registered  bool
	application func(*tenant.ApplicationChange)
	// stall is how soon an answer is given up, where the fault is that none comes; a
	// busy computer must not look like one.
	stall time.Duration
	// pushed is whether the server holds the configuration beforehand.
	pushed bool

	verdict     check.Verdict
	check, code string
	// remedy is part of the first remedy of the root cause.
	remedy string
}

func (sc scenario) secrets(b *bench) map[vault.Kind]string {
	if sc.secret == nil {
		return nil
	}
	return sc.secret(b)
}

const (
	signIn      = "sign-in"
	permissions = "permissions"
	mailboxes   = "mailboxes"
	policy      = "policy"
	network     = "network"
	server      = "server"
	credential  = "credential"
	notify      = "notifications"
)

func writes(b *bench, o *check.Options) { o.AllowWrites = true }

// books names organizer and room for a test booking.
func books(b *bench, o *check.Options) {
	o.AllowWrites = true
	o.Organizer, o.TestRoom = b.sim.Account().OrganizerUPN, b.room(0)
}

// booksInVain does not wait long for a room that does not answer.
func booksInVain(b *bench, o *check.Options) {
	books(b, o)
	o.BookingWait = 3 * time.Second
}

// booksAtNight names a room on the Pacific, where it is night by day in UTC.
func booksAtNight(b *bench, o *check.Options) {
	books(b, o)
	o.TestRoom = b.room(5)
	o.Now = func() time.Time { return time.Now().UTC() }
}

// fault is a scenario of one fault of the simulator on an otherwise healthy
// connection.
func fault(area, name, faultName string, verdict check.Verdict, id, code, remedy string) scenario {
	return scenario{area: area, name: name, faults: []string{faultName}, verdict: verdict, check: id, code: code, remedy: remedy}
}

// silent is a scenario in which an answer takes too long.
func silent(sc scenario) scenario {
	sc.stall = 2 * time.Second
	return sc
}

func typed(area, name string, change func(*bench, *connection.Connection), verdict check.Verdict, id, code, remedy string) scenario {
	return scenario{area: area, name: name, change: change, verdict: verdict, check: id, code: code, remedy: remedy}
}

var broken = []scenario{
	fault(signIn, "wrong secret", "wrong-secret", check.Failed, check.Token, "entra.AADSTS7000215", ""),
	fault(signIn, "expired secret", "expired-secret", check.Failed, check.Token, "entra.AADSTS7000222", ""),
	fault(signIn, "unknown application", "unknown-app", check.Failed, check.Token, "entra.AADSTS700016", ""),
	fault(signIn, "unknown tenant", "unknown-tenant", check.Failed, check.Tenant, "cloud.tenant-unknown", ""),
	fault(signIn, "application disabled", "app-disabled", check.Failed, check.Token, "entra.AADSTS7000112", ""),
	fault(signIn, "Conditional Access", "conditional-access", check.Failed, check.Token, "entra.AADSTS53003", ""),
	fault(signIn, "tenant of another cloud", "wrong-cloud", check.Failed, check.Tenant, "cloud.wrong-cloud", ""),
	fault(signIn, "token that is no JWT", "not-a-jwt", check.Incomplete, check.Roles, "check.unexpected-answer", ""),
	fault(signIn, "sign-in page instead of Entra", "html=entra", check.Incomplete, check.Tenant, "cloud.unexpected-answer", ""),
	typed(signIn, "client ID of nobody", func(_ *bench, c *connection.Connection) {
		c.Application.ClientID = "6f3a1d34-0000-4000-8000-000000000001"
	}, check.Failed, check.Token, "entra.AADSTS700016", ""),
	typed(signIn, "tenant ID pasted as client ID", func(b *bench, c *connection.Connection) {
		c.Application.ClientID = b.sim.Account().TenantID
	}, check.Failed, check.Lint, "connection.tenant-as-client", "Application (client) ID"),
	{area: signIn, name: "Secret ID instead of Value", secret: func(*bench) map[vault.Kind]string {
		return map[vault.Kind]string{vault.ClientSecret: "0f0e0d0c-1111-2222-3333-444455556666"}
	}, verdict: check.Failed, check: check.Lint, code: "connection.secret-id", remedy: "Value"},
	{area: signIn, name: "no secret stored", absent: vault.ClientSecret, verdict: check.Failed, check: check.Lint, code: "vault.absent"},

	fault(permissions, "Calendars.ReadWrite not granted", "missing-role", check.Failed, check.Roles, "permission.missing", "Grant admin consent"),
	fault(permissions, "Place.Read.All not granted", "missing-role=Place.Read.All", check.Failed, check.Roles, "permission.missing", "Place.Read.All"),
	fault(permissions, "User.Read.All not granted", "missing-role=User.Read.All", check.Failed, check.Roles, "permission.missing", "User.Read.All"),
	fault(permissions, "Group.Read.All not granted", "missing-role=Group.Read.All", check.Failed, check.Roles, "permission.missing", "Group.Read.All"),
	fault(permissions, "no consent", "no-consent", check.Failed, check.Roles, "permission.no-consent", "Grant admin consent"),
	fault(permissions, "no roles in the token", "no-roles", check.Failed, check.Roles, "permission.no-consent", ""),
	typed(permissions, "more granted than the product needs", func(_ *bench, c *connection.Connection) {
		c.Product.ID = "offision-application-resources"
	}, check.Warned, check.Excess, "permission.superfluous", "Revoke"),

	fault(mailboxes, "one room's mailbox gone", "room-gone={room0}", check.Failed, check.RoomCalendars, "graph.ErrorInvalidUser", ""),
	fault(mailboxes, "one room on premises", "calendar-not-in-cloud={room0}", check.Failed, check.RoomCalendars, "graph.MailboxNotEnabledForRESTAPI", ""),
	fault(mailboxes, "one room denied", "calendar-denied={room0}", check.Failed, check.RoomCalendars, "graph.ErrorAccessDenied", ""),
	fault(mailboxes, "every calendar denied", "calendar-denied", check.Failed, check.RoomCalendars, "graph.ErrorAccessDenied", ""),
	typed(mailboxes, "a room that does not exist", func(b *bench, c *connection.Connection) {
		c.Rooms = connection.Rooms{Mode: connection.Selected, Items: []string{b.room(0), "no-such-room@" + b.sim.Account().Domain}}
	}, check.Failed, check.RoomCalendars, "graph.ErrorInvalidUser", ""),
	typed(mailboxes, "a person chosen as a room", func(b *bench, c *connection.Connection) {
		c.Rooms = connection.Rooms{Mode: connection.Selected, Items: []string{b.sim.Account().OrganizerUPN}}
	}, check.Failed, check.RoomCalendars, "rooms.not-a-room", "Resources"),
	fault(mailboxes, "a cloud that does not list rooms, none typed", "no-places", check.Incomplete, check.RoomCalendars, "rooms.none-chosen", "script that lists the rooms"),
	{area: mailboxes, name: "an old address of a room", faults: []string{"room-renamed={room0}"}, change: func(b *bench, c *connection.Connection) {
		c.Rooms = connection.Rooms{Mode: connection.Selected, Items: []string{"old-" + b.room(0), b.room(1)}}
	}, verdict: check.Failed, check: check.RoomCalendars, code: "rooms.old-address", remedy: "instead"},
	{area: mailboxes, name: "a workspace chosen as a room", faults: []string{"workspace={room0}"}, change: func(b *bench, c *connection.Connection) { c.Rooms = selected(b, 3) },
		verdict: check.Failed, check: check.RoomCalendars, code: "rooms.workspace", remedy: "rooms only"},
	{area: mailboxes, name: "a room hidden from address lists", faults: []string{"room-hidden={room0}"}, change: func(b *bench, c *connection.Connection) { c.Rooms = selected(b, 3) },
		verdict: check.Failed, check: check.RoomCalendars, code: "rooms.hidden", remedy: "Hide from global address list"},
	typed(mailboxes, "a room of another tenant", func(b *bench, c *connection.Connection) {
		c.Rooms = connection.Rooms{Mode: connection.Selected, Items: []string{b.room(0), "board@fabrikam.example"}}
	}, check.Failed, check.RoomCalendars, "rooms.other-tenant", "Correct the address"),
	{area: mailboxes, name: "an organizer without a mailbox", faults: []string{"calendar-not-in-cloud={organizer}"}, options: books,
		verdict: check.Failed, check: check.TestBooking, code: "booking.organizer-without-mailbox", remedy: "Exchange Online mailbox"},
	{area: mailboxes, name: "a person as the room of a test booking", options: func(b *bench, o *check.Options) { books(b, o); o.TestRoom = b.sim.Account().AdminUPN },
		verdict: check.Failed, check: check.TestBooking, code: "rooms.not-a-room", remedy: "Resources"},
	{area: mailboxes, name: "rooms decline", faults: []string{"bookings-declined"}, options: books, verdict: check.Failed, check: check.TestBooking, code: "booking.declined", remedy: "calendar-processing script"},
	{area: mailboxes, name: "rooms silent", faults: []string{"room-silent"}, options: booksInVain, verdict: check.Failed, check: check.TestBooking, code: "booking.room-silent", remedy: "AutoAccept"},

	{area: mailboxes, name: "never open", faults: []string{"room-hours=none"}, options: books, verdict: check.Incomplete, check: check.TestBooking, code: "booking.no-hours", remedy: "Set-MailboxCalendarConfiguration"},
	{area: mailboxes, name: "declined at an hour that Graph does not tell", faults: []string{"room-hours=error"}, options: booksAtNight, verdict: check.Incomplete, check: check.TestBooking, code: "booking.declined-hours", remedy: "Get-MailboxCalendarConfiguration"},
	{area: mailboxes, name: "open for an hour a day, far away, and drops subject and body", faults: []string{"room-hours=tonga"}, options: books, verdict: check.Warned, check: check.TestBooking, code: "booking.test-not-kept", remedy: "DeleteSubject"},
	{area: mailboxes, name: "a room drops subject and body", options: books, verdict: check.Warned, check: check.TestBooking, code: "booking.test-not-kept", remedy: "DeleteSubject"},

	typed(policy, "scope announced, tenant-wide grant beside it", func(_ *bench, c *connection.Connection) {
		c.Scope.Kind = connection.ScopeRBAC
	}, check.Warned, check.ScopeGrant, "scope.tenant-wide", "Revoke"),
	{area: policy, name: "a mailbox outside is reached", options: func(b *bench, o *check.Options) { o.OutOfReach = b.sim.Account().OrganizerUPN },
		verdict: check.Warned, check: check.ScopeOutside, code: "scope.not-limited", remedy: "limits the application"},
	typed(policy, "Application Access Policy", func(_ *bench, c *connection.Connection) { c.Scope.Kind = connection.ScopePolicy },
		check.Warned, "deprecated.policy", "deprecated.policy", "RBAC for Applications"),
	{area: policy, name: "scope by RBAC not applied", faults: []string{"missing-role"}, change: func(_ *bench, c *connection.Connection) { c.Scope.Kind = connection.ScopeRBAC },
		verdict: check.Failed, check: check.Roles, code: "scope.not-granted", remedy: "role assignment is enabled"},

	fault(network, "clock off", "clock-skew", check.Failed, check.Clock, "net.clock-skew", "Date & time"),
	silent(fault(network, "slow", "slow=3500ms", check.Failed, check.Certificate, "net.timeout", "")),
	fault(network, "always throttled", "throttled-always", check.Incomplete, check.RoomList, "graph.throttled", "ten minutes"),
	fault(network, "Graph out of order", "unavailable", check.Incomplete, check.RoomList, "graph.unavailable", ""),
	fault(network, "rooms cut off", "cut=/places", check.Incomplete, check.RoomList, "net.cut", ""),
	fault(network, "no token is taken", "unauthorized", check.Failed, check.RoomList, "graph.InvalidAuthenticationToken", ""),
	fault(network, "groups answer 500", "error=/groups", check.Incomplete, check.GroupList, "graph.unavailable", "Try again"),
	fault(network, "sign-in answers 500", "error=/oauth2", check.Incomplete, check.Token, "entra.unavailable", "Wait a few minutes"),
	fault(network, "sign-in cut off", "cut=/oauth2", check.Incomplete, check.Token, "net.cut", "Try again"),
	fault(network, "calendars truncated", "truncated=calendarview", check.Incomplete, check.RoomCalendars, "graph.unexpected-answer", ""),
	fault(network, "sign-in page instead of Graph", "html", check.Incomplete, check.RoomList, "graph.unexpected-answer", ""),
	fault(network, "empty answers", "empty-200", check.Incomplete, check.RoomList, "graph.unexpected-answer", ""),
	fault(network, "wrong types", "wrong-types", check.Incomplete, check.RoomList, "graph.unexpected-answer", ""),
	fault(network, "groups empty", "empty-200=/groups", check.Incomplete, check.GroupList, "graph.unexpected-answer", ""),
	fault(network, "groups out of order", "unavailable=/groups", check.Incomplete, check.GroupList, "graph.unavailable", ""),

	fault(server, "server down", "server-down", check.Failed, check.ServerReach, "net.refused", ""),
	fault(server, "token not accepted", "server-token-wrong", check.Failed, check.ServerToken, "booking.token-wrong", ""),
	fault(server, "old contract", "server-old-contract", check.Failed, check.ServerContract, "booking.contract-version", ""),
	fault(server, "sign-in page instead of the server", "server-html", check.Incomplete, check.ServerContract, "booking.unexpected-answer", ""),
	fault(server, "answers cut", "server-cut", check.Failed, check.ServerReach, "net.cut", "log"),
	{area: server, name: "cut off before it tells what it speaks", faults: []string{"server-cut"}, change: func(_ *bench, c *connection.Connection) { c.Server.Adapter = "" },
		verdict: check.Failed, check: check.ServerReach, code: "net.cut", remedy: "log"},
	{area: server, name: "another key than the confirmed one", faults: []string{"server-recipient-changed"}, pushed: true,
		verdict: check.Failed, check: check.ServerContract, code: "booking.recipient-changed", remedy: "telephone"},
	{area: server, name: "names a host that nobody confirmed", faults: []string{"server-other-host"}, pushed: true,
		verdict: check.Failed, check: check.ServerContract, code: "booking.unconfirmed", remedy: "Confirm only if"},
	fault(server, "answers 500", "server-error", check.Failed, check.ServerReach, "server.down", "log"),
	silent(fault(server, "server slow", "server-slow", check.Failed, check.ServerReach, "net.timeout", "")),
	fault(server, "a server that takes five seconds", "server-slow", check.Warned, check.ServerReach, "net.slow", "within 3 seconds"),
	fault(server, "the server's certificate expires in three days", "server-certificate-expires", check.Warned, check.ServerCertificate, "server.certificate-expires", "Renew the certificate"),
	{area: server, name: "the server is blocked by Conditional Access", faults: []string{"server-cannot-reach-microsoft"}, pushed: true,
		verdict: check.Failed, check: check.ServerStatusOf, code: "entra.AADSTS53003", remedy: "Named locations"},
	{area: server, name: "the server looks for the tenant in another cloud", faults: []string{"server-other-cloud"}, pushed: true,
		verdict: check.Failed, check: check.ServerStatusOf, code: "entra.AADSTS90002", remedy: "Compare the tenant and the Microsoft cloud"},
	typed(server, "name that does not exist", func(_ *bench, c *connection.Connection) { c.Server.URL = "https://no-such-server.invalid" },
		check.Failed, check.ServerReach, "net.dns", ""),
	typed(server, "nobody listening", func(_ *bench, c *connection.Connection) { c.Server.URL = "https://127.0.0.1:1" },
		check.Failed, check.ServerReach, "net.refused", ""),
	typed(server, "certificate that nobody trusts", func(_ *bench, c *connection.Connection) { c.Server.CAFile = "" },
		check.Failed, check.ServerReach, "net.tls-untrusted", ""),
	typed(server, "plain http", func(_ *bench, c *connection.Connection) { c.Server.URL = "http://booking.contoso.example" },
		check.Failed, check.Lint, "connection.wrong-url", ""),
	{area: server, name: "no token for the server", absent: vault.ServerToken, verdict: check.Failed, check: check.ServerToken, code: "booking.token-missing"},

	typed(credential, "ends in ten days", func(_ *bench, c *connection.Connection) {
		c.Application.Credential.Expires = time.Now().AddDate(0, 0, 10)
	}, check.Warned, check.Expiry, "credential.expires-soon", "Certificates & secrets"),
	typed(credential, "ended yesterday, as recorded", func(_ *bench, c *connection.Connection) {
		c.Application.Credential.Expires = time.Now().AddDate(0, 0, -1)
	}, check.Failed, check.Expiry, "credential.expired", "Certificates & secrets"),
	{area: credential, name: "certificate not registered", faults: []string{"certificate-not-registered"}, change: certified, secret: certificate,
		verdict: check.Failed, check: check.Token, code: "entra.AADSTS700027"},
	{area: credential, name: "certificate without its key", change: certified, secret: func(*bench) map[vault.Kind]string {
		return map[vault.Kind]string{vault.Certificate: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"}
	}, verdict: check.Failed, check: check.Token, code: "vault.certificate-unreadable", remedy: ".pfx"},

	{area: notify, name: "not reachable from outside", faults: []string{"callback-unreachable"}, change: notified, options: writes, verdict: check.Failed, check: check.Notifications, code: "notifications.not-reached"},
	{area: notify, name: "answers 404", faults: []string{"callback-unreachable=404"}, change: notified, options: writes, verdict: check.Failed, check: check.Notifications, code: "notifications.refused"},
	{area: notify, name: "answers too late", faults: []string{"callback-unreachable=slow"}, change: notified, options: writes, verdict: check.Failed, check: check.Notifications, code: "notifications.timeout"},
	{area: notify, name: "wrong echo", faults: []string{"callback-unreachable=echo"}, change: notified, options: writes, verdict: check.Failed, check: check.Notifications, code: "notifications.echo"},
	{area: notify, name: "redirects", faults: []string{"callback-unreachable=redirect"}, change: notified, options: writes, verdict: check.Failed, check: check.Notifications, code: "notifications.redirect", remedy: "does not follow redirects"},
	{area: notify, name: "certificate without its chain", faults: []string{"callback-unreachable=chain"}, change: notified, options: writes, verdict: check.Failed, check: check.Notifications, code: "notifications.chain", remedy: "intermediate certificates"},
	{area: notify, name: "certificate not trusted", faults: []string{"callback-unreachable=tls"}, change: notified, options: writes, verdict: check.Failed, check: check.Notifications, code: "notifications.tls", remedy: "public authority"},
	{area: notify, name: "name not in public DNS", faults: []string{"callback-unreachable=dns"}, change: notified, options: writes, verdict: check.Failed, check: check.Notifications, code: "notifications.name", remedy: "public DNS"},
	{area: notify, name: "only the lifecycle URL fails", faults: []string{"callback-unreachable=lifecycle"}, change: notified, options: writes, verdict: check.Failed, check: check.Notifications, code: "notifications.lifecycle", remedy: "Microsoft's addresses"},
	{area: notify, name: "no lifecycle URL", faults: []string{"missing-role=Place.Read.All,User.Read.All,Group.Read.All"}, change: func(b *bench, c *connection.Connection) { notified(b, c); c.Notifications.LifecycleURL = "" },
		verdict: check.Warned, check: check.NotificationAddresses, code: "notifications.no-lifecycle-address", remedy: "lifecycle URL"},
	{area: notify, name: "another address than the server's", change: func(b *bench, c *connection.Connection) { ownProduct(b, c); c.Notifications.URL += "/old" },
		verdict: check.Warned, check: check.NotificationAddresses, code: "notifications.differs", remedy: "booking server shows"},
	{area: notify, name: "no address", change: func(b *bench, c *connection.Connection) { notified(b, c); c.Notifications = connection.Notifications{} }, options: writes,
		verdict: check.Failed, check: check.Notifications, code: "notifications.no-address"},
}

func certified(b *bench, c *connection.Connection) {
	c.Application.ClientID = b.sim.Account().CertificateClientID
	c.Application.Credential.Kind = connection.CredentialCertificate
}

func certificate(b *bench) map[vault.Kind]string {
	return map[vault.Kind]string{vault.Certificate: string(b.sim.Account().CertificatePEM)}
}

// notified makes it a product that wants to be called by Microsoft.
func notified(b *bench, c *connection.Connection) {
	c.Product.ID = "flexo"
	c.Rooms = connection.Rooms{Mode: connection.Selected, Items: []string{b.room(0), b.room(1)}}
	c.Notifications = connection.Notifications{URL: b.sim.BookingURL() + "/microsoft/notifications", LifecycleURL: b.sim.BookingURL() + "/microsoft/lifecycle"}
}
