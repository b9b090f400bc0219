package main

import (
	"fmt"
	"strings"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
)

const people = "people"

// members takes over the people in some of the tenant's groups.
func members(groups ...string) func(*bench, *connection.Connection) {
	return func(b *bench, c *connection.Connection) {
		c.People.Mode = connection.Groups
		for _, name := range groups {
			id, known := b.groups[name]
			if !known {
				id = name
			}
			c.People.Groups = append(c.People.Groups, id)
		}
	}
}

// cards names the attribute with the card numbers.
func cards(_ *bench, c *connection.Connection) { c.People.CardNumberAttribute = "extensionAttribute1" }

// grouped is a scenario of people who are taken over by group, with a fault of
// the simulator or none.
func grouped(name, fault string, verdict check.Verdict, code, remedy string, groups ...string) scenario {
	sc := scenario{area: people, name: name, change: members(groups...), verdict: verdict, check: check.ChosenGroups, code: code, remedy: remedy}
	if fault != "" {
		sc.faults = []string{fault}
	}
	return sc
}

const goneGroup = "6f3a1d34-0000-4000-8000-000000000003"

var brokenPeople = []scenario{
	fault(people, "every account disabled", "people-disabled", check.Failed, check.PeopleList, "people.all-disabled", "right tenant"),
	fault(people, "nobody has a mail address", "people-without-mail", check.Failed, check.PeopleList, "people.no-mail", "right tenant"),
	fault(people, "a department without mail", "people-without-mail=Sales", check.Warned, check.PeopleList, "people.some-unusable", "Choose groups"),
	{area: people, name: "two people with one card number", faults: []string{"shared-card-number"}, change: cards,
		verdict: check.Warned, check: check.PeopleList, code: "people.shared-card-number", remedy: "of their own"},
	fault(people, "two people with one email address", "shared-mail", check.Warned, check.PeopleList, "people.shared-email-address", "of their own"),
	typed(people, "no card number in the attribute", func(_ *bench, c *connection.Connection) { c.People.CardNumberAttribute = "extensionAttribute7" },
		check.Warned, check.PeopleList, "people.no-card-numbers", "attribute"),
	typed(people, "default group deleted", func(_ *bench, c *connection.Connection) { c.People.DefaultGroups = []string{goneGroup} },
		check.Warned, check.GroupList, "groups.default-gone", "default groups"),

	grouped("chosen group deleted", "group-gone", check.Failed, "groups.gone", "Choose the groups again", "Room bookers"),
	grouped("one of two chosen groups deleted", "group-gone", check.Failed, "groups.gone", "Choose the groups again", "Room bookers", "All employees"),
	grouped("id of no group chosen", "", check.Failed, "groups.gone", "Choose the groups again", goneGroup),
	grouped("chosen group empty", "group-empty", check.Failed, "groups.empty", "Add members", "Room bookers"),
	grouped("one of two chosen groups empty", "group-empty", check.Warned, "groups.empty", "Add members", "All employees", "Room bookers"),
	grouped("chosen group holds only groups", "", check.Failed, "groups.nested-only", "inside it", "All departments"),
	grouped("one of two chosen groups holds only groups", "", check.Warned, "groups.nested-only", "inside it", "Room bookers", "All departments"),
	grouped("chosen group holds only disabled people", "people-disabled=Room bookers", check.Failed, "groups.all-disabled", "another group", "Room bookers"),
	grouped("nobody in the chosen group has mail", "people-without-mail=Room bookers", check.Failed, "groups.none-usable", "another group", "Room bookers"),
	grouped("some in the chosen group are disabled", "people-disabled={organizer}", check.Warned, "people.some-unusable", "remove them from the group", "Room bookers"),
	fault(people, "two people with one address", listOfPeople(personOf("1", "ada@contoso.example", "ada@contoso.example"), personOf("2", "adm-ada@contoso.example", "Ada@contoso.example")),
		check.Warned, check.PeopleList, "people.shared-email-address", "of their own"),
	fault(people, "the mail address of one is the user name of another", listOfPeople(personOf("1", "ada@contoso.example", "ada.lovelace@contoso.example"), personOf("2", "ada2@contoso.example", "ada@contoso.example")),
		check.Warned, check.PeopleList, "people.email-is-user-name", "no one else has"),
	fault(people, "a mail address that is none", listOfPeople(personOf("1", "ada@contoso.example", "ada@contoso.example"), personOf("2", "bo@contoso.example", "to follow")),
		check.Warned, check.PeopleList, "people.malformed-email", "correct the email address"),
	{area: people, name: "two members of a group with one address", change: members("Room bookers"), verdict: check.Warned, check: check.ChosenGroups, code: "people.shared-email-address", remedy: "of their own",
		faults: []string{"answer=/members/microsoft.graph.user 200 application/json " + entries(personOf("1", "ada@contoso.example", "ada@contoso.example"), personOf("2", "adm-ada@contoso.example", "ada@contoso.example"))}},
	{area: people, name: "members refused, groups listed", faults: []string{"unavailable=/members"}, change: members("Room bookers"),
		verdict: check.Incomplete, check: check.ChosenGroups, code: "graph.unavailable"},
}

// personOf is a user as Graph shows it, entries a list of them, listOfPeople the whole
// tenant's.
func personOf(id, upn, mail string) string {
	return fmt.Sprintf(`{"@odata.type":"#microsoft.graph.user","id":"6f3a1d34-0000-4000-8000-00000000010%s","displayName":"Ada","userPrincipalName":%q,"mail":%q,"accountEnabled":true,"userType":"Member"}`, id, upn, mail)
}

func entries(all ...string) string { return `{"value":[` + strings.Join(all, ",") + `]}` }

func listOfPeople(all ...string) string {
	return "answer=/users? 200 application/json " + entries(all...)
}

// soundPeople are healthy choices of people that look odd.
var soundPeople = []scenario{
	sound("people of two groups that overlap", members("Room bookers", "All employees")),
	{area: "healthy", name: "rooms whose accounts may sign in", faults: []string{"room-sign-in"}, verdict: check.Passed},
	{area: "healthy", name: "accounts of people who have left, disabled", faults: []string{"people-disabled={organizer}"}, verdict: check.Passed},
	sound("default groups that are the server's own", func(_ *bench, c *connection.Connection) { c.People.DefaultGroups = []string{"Visitors"} }),
	sound("card numbers that some lack", cards),
	{area: "healthy", name: "a group that nobody chose is empty", faults: []string{"group-empty"}, change: members("All employees"), verdict: check.Passed},
}
