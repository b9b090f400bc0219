package proof

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/words"
)

// Facts are what is known on this computer of a connection as it is now.
type Facts struct {
	Connection *connection.Connection
	// Product has the adapter that the server speaks. While Known is false, it or
	// the cloud is not known, and nothing is claimed.
	Product     product.Product
	Needs       product.Needs
	Cloud       cloud.Cloud
	Known       bool
	Permissions check.Permissions
	// Fingerprint is that of the credential, "" where it cannot be read: it may be
	// the same as before.
	Fingerprint string
	// Rooms are the addresses that were looked up last; Looked is whether any were.
	Rooms  []string
	Looked bool
	// Result is the last result of a script that was read back, Settings the
	// calendar processing.
	Result   func(script string) (exchange.Result, bool)
	Settings []exchange.RoomState
}

// Chosen are the addresses of the chosen rooms; where they are not named one by
// one, those that were looked up last.
func (f Facts) Chosen() []string {
	if f.Connection.Rooms.Mode == connection.Selected {
		return f.Connection.Rooms.Items
	}
	return f.Rooms
}

// basis is what evidence rests on that is seen now. A credential that cannot be
// read is left out.
func (f Facts) basis() evidence.Basis {
	c := f.Connection
	b := evidence.Basis{
		evidence.Application: connection.DigestOf([]string{c.Cloud, strings.ToLower(cmp.Or(c.Tenant.ID, c.Tenant.Domain)), strings.ToLower(c.Application.ClientID)}),
		evidence.Product:     connection.DigestOf(c.Product),
		evidence.ChosenRooms: f.rooms(),
		evidence.ChosenPeople: connection.DigestOf([]any{
			c.People.Mode == connection.Groups, c.People.Groups, c.People.CardNumberAttribute, c.People.DefaultGroups,
		}),
		evidence.ExchangeLimit: connection.DigestOf([]string{
			c.Scope.Kind, c.Scope.Target, c.Scope.Name, c.Scope.Group, c.Scope.OrganizersBy + c.Scope.Organizers, f.ScopeChanged().UTC().Format(time.RFC3339),
		}),
		evidence.Addresses:     connection.DigestOf(c.Notifications),
		evidence.Redirects:     connection.DigestOf(c.SingleSignOn.RedirectURIs),
		evidence.ServiceUser:   connection.DigestOf(strings.ToLower(c.ServiceAccount)),
		evidence.BookingServer: connection.DigestOf([]string{c.Server.URL, f.Product.Adapter, c.Server.CAFile}),
	}
	if f.Fingerprint != "" {
		b[evidence.Credential] = f.Fingerprint
	}
	return b
}

// rooms identifies the choice of rooms and what it came to.
func (f Facts) rooms() string {
	choice := []string{}
	for _, address := range f.Chosen() {
		choice = append(choice, strings.ToLower(address))
	}
	slices.Sort(choice)
	switch r := f.Connection.Rooms; r.Mode {
	case connection.Lists:
		return connection.DigestOf([]any{r.Lists, choice})
	case connection.ByRule:
		return connection.DigestOf([]any{r.Rule, choice})
	}
	return connection.DigestOf([]any{f.Connection.Rooms.Mode == connection.Selected, choice})
}

// ScopeChanged is when a script that was read back last changed the
// application's reach.
func (f Facts) ScopeChanged() (at time.Time) {
	for _, name := range []string{"limit-application", "limit-application-undo", "access-policy-migrate", "remove-grant", "restore-grant"} {
		if r, ok := f.Result(name); ok && !r.WhatIf && r.Summary[exchange.Changed] > 0 && r.FinishedAt.After(at) {
			at = r.FinishedAt
		}
	}
	return at
}

// digest is that of the configuration over the rooms that were looked up last, ""
// while none were.
func (f Facts) digest() string {
	if !f.Looked || f.Fingerprint == "" {
		return ""
	}
	return f.Connection.Digest(f.Fingerprint, f.Rooms)
}

// Sources of evidence about the vendor's application.
const (
	SourceConsent = "consent"
	SourceSignIns = "sign-in-log"
)

// wanted are what the connection claims.
func (f Facts) wanted() []evidence.Want {
	if !f.Known {
		return nil
	}
	by := func(c evidence.Claim, sources ...string) evidence.Want { return evidence.Want{Claim: c, By: sources} }
	if f.Product.Model != product.Own {
		theirs := []evidence.Want{
			by(evidence.Permissions, SourceConsent), by(evidence.HandedOver, evidence.SourcePerson),
			{Claim: evidence.ServerWorks, By: []string{SourceSignIns}, Optional: true},
		}
		if f.Product.Model == product.Vendor {
			theirs = append(theirs, evidence.Want{Claim: evidence.Scope, By: []string{limitedBy(f.Product)}, Optional: !f.Product.LimitFirst})
		}
		if f.Product.Model == product.User {
			theirs = append(theirs, by(evidence.Account, SourceConsent))
		}
		if to := f.Product.DelegationScript(); !to.IsZero() {
			theirs = append(theirs, by(evidence.Delegation, to.Field))
		}
		if len(f.Product.Policy) > 0 {
			theirs = append(theirs, by(evidence.RoomSettings))
		}
		return theirs
	}
	in := check.Input{Connection: f.Connection, Product: f.Product, Needs: f.Needs, Cloud: f.Cloud, Permissions: f.Permissions}
	form := f.Product.Adapter == booking.AdapterForm
	if !form {
		in.Server = struct{ check.BookingServer }{} // it is only asked whether there is one
	}
	wanted := check.Claims(in)
	if len(f.Product.Policy) > 0 {
		wanted = append(wanted, by(evidence.RoomSettings))
	}
	if f.Product.LimitFirst && !slices.ContainsFunc(wanted, func(w evidence.Want) bool { return w.Claim == evidence.Scope }) {
		wanted = append(wanted, evidence.Want{Claim: evidence.Scope, By: []string{limitedBy(f.Product)}, Optional: true})
	}
	if to := f.Product.DelegationScript(); !to.IsZero() {
		wanted = append(wanted, by(evidence.Delegation, to.Field))
	}
	if form {
		return append(wanted, by(evidence.HandedOver, evidence.SourcePerson))
	}
	if !booking.SaysItself(f.Product.Adapter) {
		wanted = slices.DeleteFunc(wanted, func(w evidence.Want) bool { return w.Claim == evidence.ServerWorks })
		wanted = append(wanted, by(evidence.ServerWorks, evidence.SourcePerson))
	}
	return append(wanted, by(evidence.HandedOver, evidence.SourcePush))
}

// reported is what the last run of the script calendar-processing did to
// the chosen rooms. A room that its own calendar processing, as it was read
// back, shows to be right needs no script.
func (f Facts) reported() (evidence.Record, bool) {
	r, ok := f.Result("calendar-processing")
	undo, undone := f.Result("calendar-processing-undo")
	if !ok || r.WhatIf || undone && !undo.WhatIf && !undo.FinishedAt.Before(r.FinishedAt) {
		return evidence.Record{}, false
	}
	right := map[string]bool{}
	for _, o := range r.Results {
		right[strings.ToLower(o.Identity)] = o.Status == exchange.Changed || o.Status == exchange.Same
	}
	for _, state := range f.Settings {
		if state.AsNeeded() {
			right[strings.ToLower(state.Room)] = true
		}
	}
	missing := 0
	for _, address := range f.Chosen() {
		if !right[strings.ToLower(address)] {
			missing++
		}
	}
	record := evidence.Record{Claim: evidence.RoomSettings, Source: r.Script, Outcome: evidence.Doubtful, At: r.FinishedAt, Basis: f.basis().Of(evidence.RoomSettings)}
	switch n := r.Summary[exchange.Failed]; {
	case n > 0:
		record.Outcome = evidence.Disproved
		record.Note = words.N(n, "The script failed for %d mailbox.", "The script failed for %d mailboxes.", n)
	case r.Err != "" || r.Summary[exchange.Skipped] > 0:
		record.Note = words.T("The script did not do everything. Its results say what it skipped, or why it stopped.")
	case missing > 0:
		record.Note = words.N(missing, "%d chosen room is not in the results of the script.", "%d chosen rooms are not in the results of the script.", missing)
	case r.Summary[exchange.Changed]+r.Summary[exchange.Same] == 0:
		return evidence.Record{}, false
	default:
		record.Outcome, record.Reported = evidence.Proven, true
		record.Note = words.T("The result file of the script says so. Anyone can write such a file, and no call has confirmed it.")
	}
	return record, true
}
