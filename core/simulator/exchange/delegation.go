package exchange

import "strings"

// hold gives somebody a right on a room, or takes it away.
func (c *Colleague) hold(o *Outcome, p object, in *map[string]bool, field string, wanted bool) error {
	if !c.x.isRoom(o.Identity) {
		return noRoom(o.Identity)
	}
	user := text(p, "User")
	if _, found := c.x.FindUser(user); !found {
		return noRoom(user)
	}
	key := strings.ToLower(o.Identity + " " + user)
	was := (*in)[key]
	o.Before[field] = shownValue(was)
	if was == wanted {
		return nil
	}
	if *in == nil {
		*in = map[string]bool{}
	}
	(*in)[key], o.Status, o.After[field] = wanted, "changed", shownValue(wanted)
	return nil
}

func (c *Colleague) delegate(o *Outcome, p object) error {
	o.Action = "resource delegate"
	return c.hold(o, p, &c.x.State.Exchange.Delegates, "Delegate", true)
}

func (c *Colleague) undelegate(o *Outcome, p object) error {
	o.Action = "resource delegate"
	return c.hold(o, p, &c.x.State.Exchange.Delegates, "Delegate", false)
}

func (c *Colleague) giveAccess(o *Outcome, p object) error {
	o.Action = "full access"
	return c.hold(o, p, &c.x.State.Exchange.FullAccess, "FullAccess", true)
}

func (c *Colleague) takeAccess(o *Outcome, p object) error {
	o.Action = "full access"
	return c.hold(o, p, &c.x.State.Exchange.FullAccess, "FullAccess", false)
}
