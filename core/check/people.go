package check

import (
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// crowd is what was seen of the people whom the booking server takes over.
type crowd struct {
	people, noMail, disabled, usable int
	// cards has who showed each card number first.
	cards map[string]string
	// shared are the first two people with one card number.
	shared []string
}

func (c *crowd) add(p tenant.Person) {
	c.people++
	off := p.Enabled != nil && !*p.Enabled
	if off {
		c.disabled++
	}
	if p.Mail == "" {
		c.noMail++
	}
	if !off && p.Mail != "" {
		c.usable++
	}
	if p.CardNumber == "" {
		return
	}
	if c.cards == nil {
		c.cards = map[string]string{}
	}
	if first, taken := c.cards[p.CardNumber]; !taken {
		c.cards[p.CardNumber] = p.UserPrincipalName
	} else if c.shared == nil {
		c.shared = []string{first, p.UserPrincipalName}
	}
}

// judge says what is wrong with them, and whether it is a failure; nil when
// nothing is.
func (c *crowd) judge() (p *problem.Problem, failure bool) {
	users := words.T("Look in the Microsoft Entra admin center under Users whether this is the right tenant.")
	switch {
	case c.people > 0 && c.disabled == c.people:
		return problem.New(codePeopleAllDisabled, words.T("Every account of the tenant is disabled.")).Fix(users), true
	case c.people > 0 && c.noMail == c.people:
		return problem.New(codePeopleNoMail, words.T("Nobody in the tenant has a mail address.")).Fix(users), true
	case c.people > 0 && c.usable == 0:
		return problem.New(codePeopleNoneUsable, words.T("Every account is disabled or has no mail address.")).Fix(users), true
	case c.shared != nil:
		return problem.New(codePeopleSharedCard, words.T("%s and %s have the same card number.", c.shared[0], c.shared[1])).
			Fix(words.T("Give each of them a card number of their own.")), false
	}
	return nil, false
}
