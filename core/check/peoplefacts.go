package check

import (
	"cmp"
	"strings"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// hiddenMembers is what else can keep the members of a group from the application.
var hiddenMembers = words.T("If the membership of the group is hidden, the application needs Member.Read.Hidden as well.")

// headcount is what was seen of some people.
type headcount struct {
	people, noMail, disabled, guests, noCard, usable int
	// offWithMail are disabled and have a mail address, as shared mailboxes have.
	offWithMail int
	// hidden are those of whom Microsoft shows nothing but the id.
	hidden int
	// chosen is whether they were chosen by group. Among all accounts of a tenant
	// disabled ones are normal: shared mailboxes, equipment, people who have left.
	chosen bool
	// shown is of how many it was seen whether the account is enabled.
	shown int
	// unusable counts who has no mail address and should have one, and of chosen
	// people who is disabled; the first of them are named.
	unusable     int
	first        []words.Text
	cards, mails once
	// addresses are those that people get mail at and those that they sign in with.
	addresses once
	// malformed is the first person whose mail address is none, and what it is.
	malformed []string
}

// once finds what should be one person's alone and is that of several.
type once struct {
	// whose has who showed each value first.
	whose map[string]string
	// shared are the first two who have the same, sharing is how many have one
	// that another had before.
	shared  []string
	sharing int
}

// add notes whose value it is. Case and white space around it do not count.
func (o *once) add(value, name string) {
	value = strings.ToLower(strings.TrimSpace(value))
	if value == "" {
		return
	}
	first, taken := o.whose[value]
	switch {
	case o.whose == nil:
		o.whose = map[string]string{value: name}
	case !taken:
		o.whose[value] = name
	default:
		o.sharing++
		if o.shared == nil {
			o.shared = []string{first, name}
		}
	}
}

// named is how many people a sentence names.
const named = 3

func (c *headcount) add(p tenant.Person) {
	c.people++
	if p.UserPrincipalName == "" && p.DisplayName == "" && p.Mail == "" {
		c.hidden++
		return
	}
	if p.Enabled != nil {
		c.shown++
	}
	p.Mail = strings.TrimSpace(p.Mail)
	off := p.Enabled != nil && !*p.Enabled
	if off {
		c.disabled++
	}
	if off && p.Mail != "" {
		c.offWithMail++
	}
	if p.Mail == "" {
		c.noMail++
	}
	if strings.EqualFold(p.UserType, "Guest") {
		c.guests++
	}
	name := cmp.Or(p.UserPrincipalName, p.DisplayName, p.ID)
	address := p.Mail != "" && connection.IsAddress(p.Mail)
	switch {
	case !off && p.Mail != "":
		if address {
			c.usable++
		}
	case off && !c.chosen:
	default:
		c.unusable++
		if len(c.first) < named {
			c.first = append(c.first, words.Plain(name))
		}
	}
	if strings.TrimSpace(p.CardNumber) == "" {
		c.noCard++
	}
	c.cards.add(p.CardNumber, name)
	c.mails.add(p.Mail, name)
	if c.addresses.add(p.Mail, name); !strings.EqualFold(p.Mail, p.UserPrincipalName) {
		c.addresses.add(p.UserPrincipalName, name)
	}
	if p.Mail != "" && !address && c.malformed == nil {
		c.malformed = []string{name, p.Mail}
	}
}

// facts are the counts in a line.
func (c headcount) facts(cards bool) words.Text {
	if n := c.people - c.hidden - c.shown; c.shown > 0 && n > 0 {
		return words.Sentences(c.counts(cards), words.N(n, "Of %d account, Microsoft did not show whether it is disabled.", "Of %d accounts, Microsoft did not show whether they are disabled.", n))
	}
	return c.counts(cards)
}

func (c headcount) counts(cards bool) words.Text {
	switch {
	case cards && c.shown == 0 && c.people > 0:
		return words.T("Without an email address: %d. Guests: %d. Without a card number: %d. Microsoft did not show which accounts are disabled.", c.noMail, c.guests, c.noCard)
	case c.shown == 0 && c.people > 0:
		return words.T("Without an email address: %d. Guests: %d. Microsoft did not show which accounts are disabled.", c.noMail, c.guests)
	case cards && c.offWithMail > 0:
		return words.T("Disabled: %d. Disabled with an email address: %d; these can be shared mailboxes, workspaces and equipment or people who have left, which Microsoft Graph does not distinguish. Without an email address: %d. Guests: %d. Without a card number: %d.", c.disabled, c.offWithMail, c.noMail, c.guests, c.noCard)
	case c.offWithMail > 0:
		return words.T("Disabled: %d. Disabled with an email address: %d; these can be shared mailboxes, workspaces and equipment or people who have left, which Microsoft Graph does not distinguish. Without an email address: %d. Guests: %d.", c.disabled, c.offWithMail, c.noMail, c.guests)
	case cards:
		return words.T("Disabled: %d. Without an email address: %d. Guests: %d. Without a card number: %d.", c.disabled, c.noMail, c.guests, c.noCard)
	}
	return words.T("Disabled: %d. Without an email address: %d. Guests: %d.", c.disabled, c.noMail, c.guests)
}

// Facts say in a line what people these are: what the check counts, for those who
// show a list of them.
func (t Taken) Facts(choice connection.People) words.Text {
	return t.heads.facts(choice.CardNumberAttribute != "")
}

// show adds the counts to the evidence.
func (c headcount) show(f Finding) Finding {
	return f.with("people", c.people).with("disabled", c.disabled).with("disabledWithMail", c.offWithMail).with("withoutMail", c.noMail).with("guests", c.guests).
		with("withCardNumber", c.people-c.hidden-c.noCard).with("sharingCardNumber", c.cards.sharing).with("sharingMail", c.mails.sharing)
}

// judge says whether the booking server can use the people whom a choice takes
// over; note is said when it can.
func (c headcount) judge(choice connection.People, note words.Text) Finding {
	counts := c.facts(choice.CardNumberAttribute != "")
	nobody := func(code problem.Code, all, some words.Text) Finding {
		if c.chosen {
			return fail(problem.New(code, some).With(counts).Lead(words.T("Choose groups that contain the people who book."), problem.PlaceGroups))
		}
		return fail(problem.New(code, all).With(counts).Fix(words.T("In the Microsoft Entra admin center, under Users, check that this is the right tenant.")))
	}
	switch {
	case c.hidden > 0:
		return unknown(problem.New(codePeopleHidden, words.N(c.hidden, "Of %d person, Microsoft shows the application only the ID.", "Of %d people, Microsoft shows the application only the IDs.", c.hidden)).
			Fix(words.T("Microsoft Entra admin center, App registrations, this application, API permissions: add User.Read.All as application permission of Microsoft Graph, then select \"Grant admin consent\".")).
			Fix(hiddenMembers))
	case c.people == 0:
		return nobody(codePeopleNoneFound, words.T("The application sees no people in the tenant."), words.T("The chosen groups have no members."))
	case c.disabled == c.people:
		return nobody(codePeopleAllDisabled, words.T("Every account of the tenant is disabled."), words.T("Every account in the chosen groups is disabled."))
	case c.noMail == c.people:
		return nobody(codePeopleNoMail, words.T("No one in the tenant has an email address."), words.T("No one in the chosen groups has an email address."))
	case c.usable == 0 && c.malformed != nil:
		return nobody(codePeopleNoneUsable, words.T("Every account is disabled or has no valid email address. The first is %s: %q.", c.malformed[0], c.malformed[1]),
			words.T("Every account in the chosen groups is disabled or has no valid email address. The first is %s: %q.", c.malformed[0], c.malformed[1]))
	case c.usable == 0:
		return nobody(codePeopleNoneUsable, words.T("Every account is disabled or has no email address."), words.T("Every account in the chosen groups is disabled or has no email address."))
	case choice.CardNumberAttribute != "" && c.noCard == c.people:
		return warn(problem.New(codePeopleNoCardNumbers, words.T("No one has a card number in %s.", choice.CardNumberAttribute)).With(counts).
			Lead(words.T("Choose the attribute that contains your card numbers."), problem.PlaceCardNumber))
	case c.cards.shared != nil:
		return warn(problem.New(codePeopleSharedCard, words.T("%s and %s have the same card number.", c.cards.shared[0], c.cards.shared[1])).With(counts).
			Fix(words.T("Give each of them a card number of their own.")))
	case c.mails.shared != nil:
		return warn(problem.New(codePeopleSharedMail, words.T("%s and %s have the same email address.", c.mails.shared[0], c.mails.shared[1])).With(counts).
			Fix(words.T("Microsoft Entra admin center, Users: give each of them an email address of their own, or delete the account that is no longer needed.")))
	case c.addresses.shared != nil: // and no two have one email address
		return warn(problem.New(codePeopleUserName, words.T("%s and %s: the email address of one is the user name of the other.", c.addresses.shared[0], c.addresses.shared[1])).
			With(words.Sentences(words.T("A booking server that identifies people by either may give the one what belongs to the other."), counts)).
			Fix(words.T("Microsoft Entra admin center, Users: give each of them an email address and a user name that no one else has.")))
	case c.malformed != nil:
		return warn(problem.New(codePeopleMalformedMail, words.T("The email address of %s is not valid: %q.", c.malformed[0], c.malformed[1])).With(counts).
			Fix(words.T("Microsoft Entra admin center, Users: correct the email address. If the account comes from a local Active Directory, correct its attribute mail there.")))
	case c.unusable > 0 && c.chosen:
		title := words.N(c.unusable, "%d of %d people has no email address or is disabled: %s.", "%d of %d people have no email address or are disabled: %s.", c.unusable, c.people, words.And(c.first...))
		if c.unusable > named {
			title = words.T("%d of %d people have no email address or are disabled. The first are %s.", c.unusable, c.people, words.And(c.first...))
		}
		return warn(problem.New(codePeopleSomeUnusable, title).With(counts).
			Fix(words.T("Microsoft Entra admin center, Groups: remove them from the group, or give them an email address and enable their accounts.")))
	case c.unusable > 0:
		title := words.N(c.unusable, "%d of %d people has no email address: %s.", "%d of %d people have no email address: %s.", c.unusable, c.people, words.And(c.first...))
		if c.unusable > named {
			title = words.T("%d of %d people have no email address. The first are %s.", c.unusable, c.people, words.And(c.first...))
		}
		return warn(problem.New(codePeopleSomeUnusable, title).With(counts).
			Lead(words.T("Choose groups that contain only the people who book."), problem.PlaceGroups).
			Fix(words.T("Or give them an email address: Microsoft Entra admin center, Users.")))
	case c.shown < c.people, c.disabled > 0, c.guests > 0, choice.CardNumberAttribute != "" && c.noCard > 0:
		return pass(words.Sentences(note, counts))
	}
	return pass(note)
}
