package exchange

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// propagation is how long Exchange Online takes until a changed scope counts
// everywhere (Microsoft Learn, "Role Based Access Control for Applications":
// 30 minutes to 2 hours).
const propagation = 2 * time.Hour

// scoped are the application permissions of the product that Exchange can limit
// to mailboxes, with the roles that stand in for them; wide are the others,
// which stay tenant-wide.
func (b *build) scoped() (permissions, roles, wide []string, err error) {
	catalog, err := permission.Load()
	if err != nil {
		return nil, nil, nil, err
	}
	for _, p := range b.needs().Permissions {
		if p.Kind != permission.Application {
			continue
		}
		if e, ok := catalog.Get(p.Value); ok && e.ExchangeRole != "" {
			permissions, roles = append(permissions, p.Value), append(roles, e.ExchangeRole)
		} else {
			wide = append(wide, p.Value)
		}
	}
	if len(roles) == 0 {
		return nil, nil, nil, problem.New(codeNothingToLimit, words.T("The product %s has no permission that Exchange can limit to mailboxes.", b.Product.Name))
	}
	return permissions, roles, wide, nil
}

func (b *build) needs() product.Needs {
	return b.Product.With(b.Connection.Product.Options, b.Connection.Product.Permissions)
}

// application fills in what the scripts about the limit have in common.
func (b *build) application() error {
	if !isGUID(b.Connection.Application.ClientID) {
		return problem.New(codeNoApplication, words.T("The connection has no application yet.")).
			Lead(words.T("Register the application first, or type its client ID."), problem.PlaceClientID)
	}
	_, roles, _, err := b.scoped()
	if err != nil {
		return err
	}
	name := "Roomkey " + b.Connection.Application.ClientID[:8]
	b.data["Roles"], b.data["Prefix"], b.data["Scope"] = roles, name+" ", name+" rooms"
	return nil
}

// mailboxes fills in the mailboxes inside and those outside.
func (b *build) mailboxes() error {
	inside := append(b.form.addresses("inside"), b.form.addresses("insidePeople")...)
	if len(b.form.addresses("inside")) == 0 {
		inside = append(splitList(or(b.Connection.Scope.Inside, joinLines(sample(b.Rooms)))), inside...)
	}
	outside := b.form.addresses("outside")
	if len(outside) == 0 && b.Connection.Scope.Outside != "" {
		outside = []string{b.Connection.Scope.Outside}
	}
	if len(inside) == 0 || len(outside) == 0 {
		return problem.New(codeNoProof, words.T("The limit is proven with one mailbox inside and one outside, and one of them is not named yet.")).
			Fix(words.T("Name a room that the application must reach and a mailbox of a person or a shared mailbox that it must not reach."))
	}
	for _, o := range outside {
		if slices.ContainsFunc(inside, func(i string) bool { return strings.EqualFold(i, o) }) {
			b.form.fail("outside", words.T("%s is named both inside and outside.", o))
		}
	}
	b.data["Inside"], b.data["Outside"] = inside, outside
	for _, role := range b.data["Roles"].([]string) {
		for _, m := range inside {
			b.will(testReach, m, reachTest{role, "True"})
		}
		for _, m := range outside {
			b.will(testReach, m, reachTest{role, "False"})
		}
	}
	return nil
}

// sample are up to three of the rooms: the first, the middle and the last.
func sample(rooms []tenant.Room) []string {
	var out []string
	for _, i := range []int{0, len(rooms) / 2, len(rooms) - 1} {
		if i >= 0 && i < len(rooms) && !slices.Contains(out, rooms[i].EmailAddress) {
			out = append(out, rooms[i].EmailAddress)
		}
	}
	return out
}

// organizers fills in whose mailboxes are in the limit beside the rooms, because
// the product also writes in the calendars of the people who book.
func (b *build) organizers() (by, organizers string) {
	scope := b.Connection.Scope
	by, organizers = or(scope.OrganizersBy, connection.ByGroup), scope.Organizers
	if b.form.given("organizersBy") {
		said, _ := b.form.value("organizersBy").(string)
		by = or(said, connection.ByGroup)
	}
	if b.form.given("organizers") {
		organizers = b.form.text("organizers")
	}
	b.data["Organizers"], b.data["Property"], b.data["Values"], b.data["Unit"] = "", "", []string{}, ""
	switch {
	case organizers == "":
	case by == connection.ByGroup:
		if !isAddress(organizers) {
			b.form.fail("organizers", words.T("%s is not an email address.", organizers))
		}
		b.data["Organizers"] = organizers
	case by == connection.ByUnit:
		b.data["Unit"] = organizers
		if len(b.form.addresses("insidePeople")) == 0 {
			b.form.fail("insidePeople", words.T("Name one or two mailboxes outside the administrative unit: Exchange does not list them, and the limit is proven with them."))
		}
	default:
		values := []string{}
		for _, v := range strings.Split(organizers, ";") {
			if v = strings.TrimSpace(v); v != "" {
				values = append(values, v)
			}
		}
		b.data["Property"], b.data["Values"] = by, values
	}
	return by, organizers
}

// limitApplication is RBAC for Applications.
func (b *build) limitApplication() error {
	if err := b.application(); err != nil {
		return err
	}
	app := b.Connection.Application
	if !isGUID(app.ServicePrincipalID) {
		return problem.New(codeNoServicePrincipal, words.T("The object ID of the enterprise application is not known.")).
			Fix(words.T("Copy it in the Entra admin center under Enterprise applications > Overview > Object ID. The one under App registrations is different, and Exchange refuses it."))
	}
	if app.ServicePrincipalID == app.ObjectID {
		return problem.New(codeWrongObjectID, words.T("The object ID belongs to the app registration. Exchange needs the one of the enterprise application.")).
			Fix(words.T("Copy it in the Entra admin center under Enterprise applications > Overview > Object ID."))
	}
	scope := b.Connection.Scope
	target := b.form.text("target")
	if !b.form.given("target") && scope.Target != "" {
		target = scope.Target
	}
	group := or(b.form.address("group"), scope.Group)
	by, organizers := b.organizers()
	if b.Product.Writes == product.WritesRoomsAndOrganizers && organizers == "" {
		return problem.New(codeRoomOnlyScope, words.T("%s also writes to the calendars of the people who book, so a limit to rooms would break its bookings.", b.Product.Name)).
			Fix(words.T("Name what the mailboxes of the people who book have in common: a department, an office, a custom attribute or an administrative unit.")).
			Fix(words.T("Or name a mail-enabled group that contains everyone who books (direct members only, no nested groups)."))
	}
	rooms := []string{}
	switch target {
	case "rooms":
	case "group":
		if group == "" {
			b.form.fail("group", words.T("Name the mail-enabled group that contains the rooms."))
		}
	case "chosen":
		list, err := b.rooms()
		if err != nil {
			return err
		}
		rooms, group = list, b.data["Prefix"].(string)+"chosen rooms"
	default:
		b.form.value("target")
	}
	b.data["Alias"] = b.alias("rooms", b.Connection.Application.ClientID)
	b.data["WholeKind"], b.data["Group"], b.data["Rooms"] = target == "rooms", group, rooms
	b.data["DisplayName"] = or(app.DisplayName, b.Product.Name)

	b.will("New-ServicePrincipal", app.ClientID, map[string]any{"AppId": app.ClientID, "ObjectId": app.ServicePrincipalID})
	b.will("New-ManagementScope", b.data["Scope"].(string), map[string]any{"Target": target, "Group": group, "OrganizersBy": by, "Organizers": organizers, "Rooms": rooms})
	permissions, roles, wide, err := b.scoped()
	if err != nil {
		return err
	}
	for _, role := range roles {
		b.will("New-ManagementRoleAssignment", b.data["Prefix"].(string)+strings.TrimPrefix(role, "Application "), map[string]any{"App": app.ServicePrincipalID, "Role": role, "CustomResourceScope": b.data["Scope"]})
	}
	b.intent.Objects = append(b.intent.Objects, rooms...)
	if err := b.mailboxes(); err != nil {
		return err
	}
	b.explain("Registers the enterprise application in Exchange, creates the management scope, and gives the application %s within it.", strings.Join(roles, ", "))
	switch {
	case organizers == "":
	case by == connection.ByUnit:
		b.explain("Includes the mailboxes of the people who book, by the administrative unit %s. Exchange does not count its members, but Roomkey does: roomkeyctl exchange count.", words.Plain(organizers))
	default:
		b.explain("Includes the mailboxes of the people who book, by %s, and reports how many mailboxes match: with -WhatIf before anything is changed.", words.Plain(by+": "+organizers))
	}
	b.explain("Tests the named mailboxes, and some rooms and people that Exchange finds inside and outside. Bring the result file back to Roomkey.")
	b.explain("Then, after two hours, remove the tenant-wide grant of %s with remove-grant. Until then the limit has no effect, because the grants of Entra ID and Exchange add up.", strings.Join(permissions, ", "))
	if len(wide) > 0 {
		b.explain("These permissions cannot be limited to mailboxes and stay tenant-wide: %s.", strings.Join(wide, ", "))
	}
	b.warn("After remove-grant the token no longer carries %s. While the app registration still lists the permission, granting admin consent in the portal brings the tenant-wide grant back.", strings.Join(permissions, ", "))
	if target == "chosen" {
		b.warn("The application cannot reach rooms created later until the script runs for them again.")
	}
	return nil
}

func (b *build) limitTest() error {
	if err := b.application(); err != nil {
		return err
	}
	b.explain("Asks Exchange, for each role of the application, about the named mailboxes and about some rooms and people inside and outside the limit.")
	return b.mailboxes()
}

func (b *build) limitUndo() error {
	if err := b.application(); err != nil {
		return err
	}
	roles := b.data["Roles"].([]string)
	for _, role := range roles {
		b.will("Remove-ManagementRoleAssignment", b.data["Prefix"].(string)+strings.TrimPrefix(role, "Application "), nil)
	}
	b.will("Remove-ManagementScope", b.data["Scope"].(string), nil)
	b.explain("Removes the role assignments and the management scope that Roomkey's script created.")
	b.warn("If the tenant-wide grant was taken away, run restore-grant first: without both the booking server reaches no calendar.")
	return nil
}

// removeGrant takes the tenant-wide grant away, on evidence only.
func (b *build) removeGrant() error {
	if err := b.grants(); err != nil {
		return err
	}
	r, err := b.evidence("limit-application-undo", "limit-application", "limit-application-test")
	if err != nil {
		return err
	}
	reach := r.Reach()
	if !reach.Proven() {
		return problem.New(codeScopeNotProven, words.T("The result file does not prove the limit.")).With(reach.Text()).
			Fix(words.T("Run limit-application-test again. Remove the grant only when the application is in scope inside and not in scope outside, for every role."))
	}
	if unnamed := missing(b.data["Roles"].([]string), reach.Roles); len(unnamed) > 0 {
		return problem.New(codeScopeNotProven, words.T("The result file says nothing about %s.", strings.Join(unnamed, ", "))).
			Fix(words.T("Run limit-application again, then its test."))
	}
	ready := r.FinishedAt.Add(propagation)
	if b.Now.Before(ready) {
		return problem.New(codeTooEarly, words.T("The limit was tested at %s; it is in effect everywhere from %s.", r.FinishedAt.UTC().Format("15:04 UTC"), ready.UTC().Format("15:04 UTC on 2 January"))).
			Fix(words.T("Generate the script after that."))
	}
	proof := fmt.Sprintf("Tested at %s: in scope for %s; not in scope for %s", r.FinishedAt.UTC().Format(time.RFC3339), strings.Join(reach.Inside, ", "), strings.Join(reach.Outside, ", "))
	if reach.Mailboxes != "" {
		proof += "; mailboxes of people who book: " + reach.Mailboxes
	}
	b.data["Proof"] = proof + "."
	b.data["NotBefore"] = ready.UTC().Format(time.RFC3339)
	b.explain("Removes the consent to %s for the application; other permissions are left alone.", strings.Join(b.data["Permissions"].([]string), ", "))
	b.explain("Check the connection afterwards. It gets a new token and proves that one calendar inside the limit works and one outside is refused.")
	b.explain("Keep restore-grant at hand: it gives the consent again at once.")
	b.warn("Also remove the permissions from the app registration (API permissions). Otherwise the next Grant admin consent brings them back.")
	return nil
}

func (b *build) restoreGrant() error {
	b.explain("Gives the consent again that remove-grant took away. The application then reaches every mailbox of the tenant.")
	return b.grants()
}

func (b *build) grants() error {
	if err := b.application(); err != nil {
		return err
	}
	permissions, _, _, err := b.scoped()
	if err != nil {
		return err
	}
	b.data["Permissions"] = permissions
	cmdlet := "restore appRoleAssignment"
	if b.script.Name == "remove-grant" {
		cmdlet = "remove appRoleAssignment"
	}
	for _, p := range permissions {
		b.will(cmdlet, p, map[string]any{"appId": b.Connection.Application.ClientID})
	}
	return nil
}

// evidence is the result of one of the named scripts, in the order in which they
// are run: the file in the form, or else the newest that was read back. A later result of the script that undoes
// them spoils it; "" for none.
func (b *build) evidence(undo string, scripts ...string) (Result, error) {
	var r Result
	text, ok := b.form.raw("evidence")
	if ok {
		var err error
		if r, err = ReadResult([]byte(text), b.Connection); err != nil {
			return r, err
		}
	}
	for _, script := range scripts {
		for _, back := range b.Results {
			if !ok && back.Script == script && !back.WhatIf && !back.Undo && !back.FinishedAt.Before(r.FinishedAt) && back.fits(b.Connection) == nil {
				r = back
			}
		}
	}
	switch {
	case r.Script == "":
		return r, problem.New(codeNoEvidence, words.T("This needs the result file of %s.", strings.Join(scripts, " or "))).
			Fix(words.T("Run that script, and bring its result file back to Roomkey."))
	case !slices.Contains(scripts, r.Script) || r.WhatIf:
		return r, problem.New(codeWrongEvidence, words.T("This is the result of %s. The result of %s is needed, from a run without -WhatIf.", problem.Line(r.Script), strings.Join(scripts, " or "))).
			Fix(words.T("Choose the other result file."))
	}
	for _, back := range b.Results {
		if back.Script == undo && back.Summary[Changed] > 0 && !back.FinishedAt.Before(r.FinishedAt) {
			return r, problem.New(codeUndone, words.T("What %s did was undone by %s at %s.", r.Script, undo, back.FinishedAt.UTC().Format("15:04 UTC on 2 January"))).
				Fix(words.T("Run %s again, and bring its result file back.", scripts[0]))
		}
	}
	return r, nil
}

// accessPolicyShow shows and tests the legacy Application Access Policies.
func (b *build) accessPolicyShow() error {
	if !isGUID(b.Connection.Application.ClientID) {
		return b.application()
	}
	list := []string{}
	for _, m := range []string{or(b.form.address("inside"), b.Connection.Scope.Inside, firstRoom(b)), or(b.form.address("outside"), b.Connection.Scope.Outside)} {
		if m != "" {
			list = append(list, m)
			b.will("Test-ApplicationAccessPolicy", m, nil)
		}
	}
	b.data["Mailboxes"] = list
	b.explainN(len(list), "Shows the policies that name the application, and what they say about %d mailbox.", "Shows the policies that name the application, and what they say about %d mailboxes.", len(list))
	b.explain("A test answers immediately, but a policy change takes more than an hour to take effect.")
	return nil
}

// accessPolicy limits an application by the older means, for software that looks
// for its permission in the token.
func (b *build) accessPolicy() error {
	if !isGUID(b.Connection.Application.ClientID) {
		return b.application()
	}
	rooms, err := b.rooms()
	if err != nil {
		return err
	}
	appID := b.Connection.Application.ClientID
	name := "Roomkey " + appID[:8] + " chosen rooms"
	inside := b.form.addresses("inside")
	if len(inside) == 0 {
		inside = sample(b.Rooms)
	}
	outside := b.form.addresses("outside")
	if len(outside) == 0 && b.Connection.Scope.Outside != "" {
		outside = []string{b.Connection.Scope.Outside}
	}
	if len(outside) == 0 {
		return problem.New(codeNoProof, words.T("The limit is proven with one mailbox inside and one outside, and one of them is not named yet.")).
			Fix(words.T("Name a room that the application must reach and a mailbox of a person or a shared mailbox that it must not reach."))
	}
	b.data["Group"], b.data["Alias"], b.data["Rooms"] = name, b.alias("rooms", appID), rooms
	b.data["Description"], b.data["Inside"], b.data["Outside"] = "Roomkey "+appID[:8], inside, outside
	b.intent.Objects = rooms
	b.will("New-DistributionGroup", name, map[string]any{"Type": "Security"})
	for _, r := range rooms {
		b.will("Add-DistributionGroupMember", name, map[string]any{"Member": r})
	}
	b.will("New-ApplicationAccessPolicy", appID, map[string]any{"AppId": appID, "PolicyScopeGroupId": name, "AccessRight": "RestrictAccess"})
	for _, m := range append(slices.Clone(inside), outside...) {
		b.will("Test-ApplicationAccessPolicy", m, map[string]any{"AppId": appID})
	}
	b.explainN(len(rooms), "Creates a mail-enabled security group of %d chosen room, and a policy that keeps the application to it.", "Creates a mail-enabled security group of the %d chosen rooms, and a policy that keeps the application to it.", len(rooms))
	b.explain("Tests the named mailboxes inside and outside. Bring the result file back to Roomkey.")
	b.warn("A policy takes more than an hour to take effect. Hand nothing over before then.")
	b.warn("The application cannot reach rooms created later until the script runs for them again.")
	return nil
}

// roomAccess asks Exchange which applications may open the calendar of a room.
func (b *build) roomAccess() error {
	room := or(b.form.address("room"), firstRoom(b))
	if room == "" {
		_, err := b.rooms()
		return err
	}
	b.data["Room"] = room
	b.intent.Objects = []string{room}
	b.will("Test-ServicePrincipalAuthorization", room, nil)
	b.explain("Asks Exchange for each application that it knows which roles of RBAC for Applications have the room in scope.")
	b.explain("Asks for each application that a policy names what its Application Access Policies come to in the room.")
	b.explain("Import the result into Roomkey, which combines it with the grants in Microsoft Entra ID.")
	return nil
}

func (b *build) accessPolicyMigrate() error {
	if err := b.application(); err != nil {
		return err
	}
	r, err := b.evidence("restore-grant", "remove-grant")
	if err != nil {
		return err
	}
	if r.Err != "" || r.Summary["failed"]+r.Summary["skipped"] > 0 || r.Summary["changed"]+r.Summary["same"] == 0 {
		return problem.New(codeGrantRemains, words.T("The result file does not say that the tenant-wide grant is removed everywhere.")).
			Fix(words.T("Run remove-grant again. Without the policy the remaining grant would reach every mailbox."))
	}
	b.will("Remove-ApplicationAccessPolicy", b.Connection.Application.ClientID, nil)
	b.explain("Tests the new scope again, then removes the policies of this application. Policies of other applications are left alone.")
	return b.mailboxes()
}

func firstRoom(b *build) string {
	if len(b.Rooms) == 0 {
		return ""
	}
	return b.Rooms[0].EmailAddress
}

func or(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

func missing(want, have []string) []string {
	var out []string
	for _, w := range want {
		if !slices.Contains(have, w) {
			out = append(out, w)
		}
	}
	return out
}
