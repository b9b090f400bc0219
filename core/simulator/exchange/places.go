package exchange

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/microsoft"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

func (c *Colleague) newMailbox(o *Outcome, p object) error {
	o.Action = "room mailbox"
	if c.x.isRoom(o.Identity) {
		return nil
	}
	if _, taken := c.x.FindUser(o.Identity); taken {
		return fmt.Errorf("the address belongs to a UserMailbox")
	}
	if _, domain, _ := strings.Cut(o.Identity, "@"); !strings.EqualFold(domain, c.x.Directory.Domain) && !strings.EqualFold(domain, c.x.Directory.InitialDomain()) {
		return fmt.Errorf("the domain %s is not an accepted domain of the organization", domain)
	}
	m := tenant.MadeRoom{ID: uuid.NewString(), Name: cmp.Or(text(p, "DisplayName"), text(p, "Name")), Email: strings.ToLower(o.Identity)}
	if n, ok := p["ResourceCapacity"].(float64); ok {
		seats := int(n)
		m.Capacity = &seats
	}
	c.x.State.Exchange.MadeRooms = append(c.x.State.Exchange.MadeRooms, m)
	c.x.Born(m.ID)
	o.Status, o.After["Name"] = "changed", m.Name
	return nil
}

func (c *Colleague) newGroup(o *Outcome, p object) error {
	o.Action = "room list"
	roomList, _ := p["RoomList"].(bool)
	into := &c.x.State.Groups
	g := &tenant.Group{ID: uuid.NewString(), Name: o.Identity, Email: tenant.Slug(o.Identity) + "@" + c.x.Directory.Domain, Kind: "security"}
	if roomList {
		into, g.Kind = &c.x.State.Exchange.Lists, "roomList"
	}
	for _, have := range *into {
		if strings.EqualFold(have.Name, o.Identity) {
			return nil
		}
	}
	*into = append(*into, g)
	o.Status, o.After["Address"] = "changed", g.Email
	return nil
}

func (c *Colleague) addMember(o *Outcome, p object) error {
	group, member := o.Identity, strings.ToLower(text(p, "Member"))
	o.Action, o.Identity = "member of "+group, member
	for _, have := range append(append([]*tenant.Group{}, c.x.State.Exchange.Lists...), c.x.State.Groups...) {
		if !strings.EqualFold(have.Name, group) && !strings.EqualFold(have.Email, group) {
			continue
		}
		if strings.Contains(strings.Join(have.Members, "\n")+"\n", member+"\n") {
			return nil
		}
		have.Members = append(have.Members, member)
		o.Status = "changed"
		return nil
	}
	return noRoom(group)
}

// placeNames are Set-Place's parameters in Graph's words.
var placeNames = map[string]string{
	"Building": "building", "Floor": "floorNumber", "FloorLabel": "floorLabel", "Label": "label", "Phone": "phone", "Capacity": "capacity", "Tags": "tags",
	"AudioDeviceName": "audioDeviceName", "VideoDeviceName": "videoDeviceName", "DisplayDeviceName": "displayDeviceName", "IsWheelChairAccessible": "isWheelChairAccessible",
}

func (c *Colleague) setPlace(o *Outcome, p object) error {
	o.Action = "place"
	if !c.x.isRoom(o.Identity) {
		return noRoom(o.Identity)
	}
	was := object{}
	if i, ok := c.x.Directory.FindRoom(o.Identity); ok {
		was = microsoft.AsObject(c.x.RoomObject(i))
	}
	change := object{}
	for name, value := range p {
		key, known := placeNames[name]
		if !known {
			return fmt.Errorf("a parameter cannot be found that matches parameter name '%s'", name)
		}
		if key == "floorNumber" {
			if label, isText := value.(string); isText {
				key = "floorLabel"
				value = label
			}
		}
		if shownValue(was[key]) != shownValue(value) {
			change[key], o.Status = value, "changed"
			o.Before[name], o.After[name] = shownValue(was[key]), shownValue(value)
		}
	}
	c.x.State.Exchange.SetPlace(o.Identity, change)
	return nil
}

// space is a building by its name, or a floor by its building's and its own with a
// bar between them; nil for none.
func (c *Colleague) space(path string) *tenant.Space {
	e := &c.x.State.Exchange
	for _, s := range e.Spaces {
		if in := e.Space(s.ParentID); s.Type == "building" && s.Name == path || s.Type == "floor" && in != nil && in.Name+"|"+s.Name == path {
			return s
		}
	}
	return nil
}

// newSpace makes a building or a floor that is missing.
func (c *Colleague) newSpace(o *Outcome, p object) error {
	o.Action = strings.ToLower(text(p, "Type"))
	if c.space(o.Identity) != nil {
		return nil
	}
	s := &tenant.Space{ID: uuid.NewString(), Type: o.Action, Name: cmp.Or(text(p, "Name"), o.Identity)}
	if building := text(p, "Building"); building != "" {
		in := c.space(building)
		if in == nil {
			return noRoom(building)
		}
		s.ParentID = in.ID
	}
	c.x.State.Exchange.Spaces = append(c.x.State.Exchange.Spaces, s)
	c.x.Born(s.ID)
	o.Status = "changed"
	return nil
}

// setFloor puts a room on a floor; one in a section stays there.
func (c *Colleague) setFloor(o *Outcome, p object) error {
	o.Action = "floor of the room"
	e := &c.x.State.Exchange
	floor := c.space(text(p, "ParentId"))
	switch {
	case !c.x.isRoom(o.Identity):
		return noRoom(o.Identity)
	case floor == nil:
		return noRoom(text(p, "ParentId"))
	}
	now, _ := e.Places[strings.ToLower(o.Identity)]["parentId"].(string)
	in := e.Space(now)
	switch {
	case now == floor.ID || in != nil && in.ParentID == floor.ID:
		return nil
	case in != nil && in.Type == "section":
		o.Status, o.Error = "skipped", fmt.Sprintf("It is in the section %s. Move it in Microsoft Places if that is wrong.", in.Name)
		return nil
	}
	o.Before["ParentId"], o.After["ParentId"] = now, floor.ID
	e.SetPlace(o.Identity, object{"parentId": floor.ID})
	o.Status = "changed"
	return nil
}

// showBuildings switches buildings on.
func (c *Colleague) showBuildings(o *Outcome, _ object) error {
	o.Action = "buildings enabled"
	if e := &c.x.State.Exchange; !e.BuildingsOn {
		e.BuildingsOn, o.Status = true, "changed"
	}
	return nil
}

func (c *Colleague) setFolder(o *Outcome, p object) error {
	o.Action = "calendar for " + text(p, "User")
	if !c.x.isRoom(o.Identity) {
		return noRoom(o.Identity)
	}
	key := strings.ToLower(o.Identity) + " " + strings.ToLower(text(p, "User"))
	e := &c.x.State.Exchange
	was := cmp.Or(e.Folders[key], map[bool]string{true: "AvailabilityOnly", false: "none"}[text(p, "User") == "Default"])
	o.Before["AccessRights"] = was
	if was == text(p, "AccessRights") {
		return nil
	}
	if e.Folders == nil {
		e.Folders = map[string]string{}
	}
	e.Folders[key] = text(p, "AccessRights")
	o.Status, o.After["AccessRights"] = "changed", text(p, "AccessRights")
	return nil
}

func (c *Colleague) setOrganization(o *Outcome, p object) error {
	o.Action = "EWS"
	e := &c.x.State.Exchange
	o.Before["EwsAllowedAppIDs"] = strings.Join(e.EWSAllowed, ",")
	for _, id := range list(p, "EwsAllowedAppIDs") {
		if !strings.Contains(strings.Join(e.EWSAllowed, ","), id) {
			e.EWSAllowed = append(e.EWSAllowed, id)
			o.Status = "changed"
		}
	}
	if on, _ := p["EwsEnabled"].(bool); on && (e.EWSEnabled == nil || !*e.EWSEnabled) {
		e.EWSEnabled, o.Status = &on, "changed"
	}
	o.After["EwsAllowedAppIDs"] = strings.Join(e.EWSAllowed, ",")
	return nil
}
