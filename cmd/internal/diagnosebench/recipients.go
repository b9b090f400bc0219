package main

import (
	"time"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
)

// addressed is a tenant in which the only chosen room is the address of something
// else than a room.
func addressed(name, local, faultName, code, remedy string) scenario {
	sc := scenario{area: mailboxes, name: name, verdict: check.Failed, check: check.RoomCalendars, code: code, remedy: remedy,
		change: room(func(b *bench) string { return local + "@" + b.sim.Account().Domain })}
	if faultName != "" {
		sc.faults = []string{faultName}
	}
	return sc
}

// recipients are tenants in which something that receives mail was taken for a room.
var recipients = []scenario{
	addressed("a Microsoft 365 group chosen as a room", "all-employees", "", "rooms.not-a-room", "choose room mailboxes"),
	addressed("a distribution list chosen as a room", "newsletter", "", "rooms.not-a-room", "choose room mailboxes"),
	addressed("a mail-enabled security group chosen as a room", "room-bookers", "", "rooms.not-a-room", "choose room mailboxes"),
	addressed("a mail contact chosen as a room", "board.fabrikam", `answer=/contacts 200 application/json {"value":[{"id":"6f3a1d34-0000-4000-8000-000000000301","mail":"board.fabrikam@contoso.example"}]}`,
		"rooms.other-tenant", "connect the other tenant"),
	addressed("an address of nobody", "nobody", "", "graph.ErrorInvalidUser", "renamed room"),
	addressed("an address of nobody, and the groups may not be read", "newsletter", "answer=/groups?$filter 403 Authorization_RequestDenied Insufficient privileges.", "graph.ErrorInvalidUser", "renamed room"),
}

// tokens are tenants in which one service of Graph's finds fault with the token that
// the others take.
var tokens = []scenario{
	tokenSays("a certificate that has expired on the application", "401 AADSTS700027 The certificate with identifier used to sign the client assertion is expired on application. [Reason - The key used is expired.]", check.Failed, "entra.AADSTS700027", "Create a new certificate"),
	tokenSays("a certificate that another application has", "401 AADSTS700027 The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found.]", check.Failed, "entra.AADSTS700027", "select Upload certificate"),
	roomsSay(signIn, "one service calls the token expired", "401 InvalidAuthenticationToken Lifetime validation failed, the token is expired.", check.Failed, "graph.InvalidAuthenticationToken", "the clocks are not the cause"),
	roomsSay(signIn, "one service calls the token not valid yet", "401 InvalidAuthenticationToken Access token has expired or is not yet valid.", check.Failed, "graph.InvalidAuthenticationToken", "the clocks are not the cause"),
	answered(signIn, "one service calls the token another's", "/groups 401 InvalidAuthenticationToken Access token validation failure. Invalid audience.", check.Failed, check.GroupList, "graph.InvalidAuthenticationToken", "the token, its lifetime"),
}

// expiring is a connection of whose client secret this date is recorded.
func expiring(name string, end time.Time, verdict check.Verdict, code, remedy string) scenario {
	sc := scenario{area: credential, name: name, verdict: verdict, check: check.Expiry, code: code, remedy: remedy,
		change: func(_ *bench, c *connection.Connection) { c.Application.Credential.Expires = end }}
	if verdict == check.Passed {
		sc.area = "healthy"
	}
	return sc
}

// recorded are dates that were typed for a client secret.
var recorded = []scenario{
	expiring("a date that no secret has", time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC), check.Warned, "credential.expiry-unlikely", "the column Expires"),
	expiring("the date of a secret that never expires", time.Date(2299, 12, 31, 0, 0, 0, 0, time.UTC), check.Passed, "", ""),
	expiring("a credential that expires today", time.Now().Add(3*time.Hour), check.Warned, "credential.expires-soon", "create a new one"),
	expiring("a date of the last century", time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC), check.Failed, "credential.expired", "the recorded date may be wrong"),
}
