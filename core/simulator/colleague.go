package simulator

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/microsoft"

	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// Outcome is what became of one operation of a script, in the script's words.
type Outcome struct {
	Identity string            `json:"identity"`
	Action   string            `json:"action"`
	Status   string            `json:"status"` // changed, same, failed or skipped
	Error    string            `json:"error"`
	Before   map[string]string `json:"before"`
	After    map[string]string `json:"after"`
}

// Colleague is the Exchange administrator who runs a script in this tenant. It
// remembers the application that the operations before were about.
type Colleague struct {
	s     *Simulator
	appID string
}

// Colleague gives one who has just opened PowerShell.
func (s *Simulator) Colleague() *Colleague { return &Colleague{s: s} }

// ApplyIntent plays the colleague for a whole script: it applies the intent that
// stands beside the script, and gives the result file that the script would
// have written. An error is an intent that cannot be read or is for another
// tenant; what the tenant refuses is in the result.
func (s *Simulator) ApplyIntent(intent json.RawMessage) (json.RawMessage, error) {
	var in struct {
		Schema     int    `json:"schema"`
		Script     string `json:"script"`
		Connection string `json:"connection"`
		Tenant     string `json:"tenant"`
		Operations []struct {
			Cmdlet     string          `json:"cmdlet"`
			Identity   string          `json:"identity"`
			Parameters json.RawMessage `json:"parameters"`
		} `json:"operations"`
	}
	if err := json.Unmarshal(intent, &in); err != nil {
		return nil, fmt.Errorf("the intent cannot be read: %w", err)
	}
	if in.Schema != 1 {
		return nil, fmt.Errorf("the intent has schema %d, the simulator knows 1", in.Schema)
	}
	if !s.directory.IsTenant(in.Tenant) {
		return nil, fmt.Errorf("the script is for the tenant %s, this is %s", in.Tenant, s.directory.TenantID())
	}
	began := s.now()
	summary := map[string]int{"changed": 0, "same": 0, "failed": 0, "skipped": 0}
	outcomes := make([]Outcome, 0, len(in.Operations))
	colleague := s.Colleague()
	for _, op := range in.Operations {
		o := colleague.Do(op.Cmdlet, op.Identity, op.Parameters)
		outcomes = append(outcomes, o)
		summary[o.Status]++
	}
	body, err := json.Marshal(object{
		"schema": 1, "script": in.Script, "connection": in.Connection, "tenant": in.Tenant, "startedAt": microsoft.Time(began), "finishedAt": microsoft.Time(s.now()),
		"whatIf": false, "account": s.directory.UPN(tenant.AdminUser), "error": "", "files": []string{}, "results": outcomes, "summary": summary,
	})
	if err != nil {
		return nil, err
	}
	return json.RawMessage(fmt.Sprintf(`{"seal":"%s","result":%s}`, sealOf(body), body)), nil
}

// sealOf is what a script computes: SHA-256 over UTF-16LE with its mark.
func sealOf(text []byte) string {
	raw := []byte{0xFF, 0xFE}
	for _, u := range utf16.Encode([]rune(string(text))) {
		raw = binary.LittleEndian.AppendUint16(raw, u)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Do runs one operation.
func (c *Colleague) Do(cmdlet, identity string, parameters json.RawMessage) Outcome {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	o := &Outcome{Identity: identity, Action: cmdlet, Status: "same", Before: map[string]string{}, After: map[string]string{}}
	run, known := cmdlets[cmdlet]
	err := fmt.Errorf("the term '%s' is not recognized as a name of a cmdlet", cmdlet)
	if known {
		p := object{}
		if err = json.Unmarshal(orEmpty(parameters), &p); err == nil {
			err = run(c, o, p)
		}
	}
	if err == nil {
		err = c.s.saveState()
	}
	if err != nil {
		o.Status, o.Error = "failed", err.Error()
	}
	return *o
}

func orEmpty(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("{}")
	}
	return raw
}

// cmdlets are those that Roomkey's scripts use, by the names that their intents
// have.
var cmdlets map[string]func(*Colleague, *Outcome, object) error

func init() {
	cmdlets = map[string]func(*Colleague, *Outcome, object) error{
		"Get-CalendarProcessing": (*Colleague).getProcessing,
		"Set-CalendarProcessing": (*Colleague).setProcessing,
		"Get-EXOMailbox":         looked, "Get-OrganizationConfig": looked,
		"Set-OrganizationConfig":             (*Colleague).setOrganization,
		"New-Mailbox":                        (*Colleague).newMailbox,
		"New-DistributionGroup":              (*Colleague).newGroup,
		"Add-DistributionGroupMember":        (*Colleague).addMember,
		"Set-Place":                          (*Colleague).setPlace,
		"Set-PlaceV3":                        (*Colleague).setPlace,
		"Set-PlacesSettings":                 changedThat,
		"Set-MailboxFolderPermission":        (*Colleague).setFolder,
		"New-ServicePrincipal":               (*Colleague).newExchangePrincipal,
		"New-ManagementScope":                (*Colleague).newScope,
		"Remove-ManagementScope":             (*Colleague).removeScope,
		"New-ManagementRoleAssignment":       (*Colleague).newAssignment,
		"Remove-ManagementRoleAssignment":    (*Colleague).removeAssignment,
		"Test-ServicePrincipalAuthorization": (*Colleague).testReach,
		"New-ApplicationAccessPolicy":        (*Colleague).newPolicy,
		"Test-ApplicationAccessPolicy":       (*Colleague).testPolicy,
		"Remove-ApplicationAccessPolicy":     (*Colleague).removePolicy,
		"remove appRoleAssignment":           (*Colleague).removeGrant,
		"restore appRoleAssignment":          (*Colleague).restoreGrant,
		"POST /users":                        (*Colleague).makeUser,
		"PATCH /users":                       (*Colleague).setSignIn,
		"PATCH /applications":                (*Colleague).upsertApplication,
		"POST /servicePrincipals":            (*Colleague).makePrincipal,
		"POST /appRoleAssignedTo":            (*Colleague).restoreGrant,
	}
}

func looked(_ *Colleague, o *Outcome, _ object) error {
	o.Action = "read"
	return nil
}

func changedThat(_ *Colleague, o *Outcome, _ object) error {
	o.Status = "changed"
	return nil
}

// text, list and yes read a parameter.
func text(p object, name string) string { s, _ := p[name].(string); return s }

func list(p object, name string) (out []string) {
	values, _ := p[name].([]any)
	for _, v := range values {
		out = append(out, fmt.Sprint(v))
	}
	return out
}

// shownValue is a value as PowerShell prints it, lists joined by |.
func shownValue(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		return map[bool]string{true: "True", false: "False"}[v]
	case float64:
		return fmt.Sprintf("%g", v)
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = shownValue(v[i])
		}
		return strings.Join(parts, "|")
	}
	return fmt.Sprint(v)
}

func (c *Colleague) getProcessing(o *Outcome, _ object) error {
	o.Action = "read"
	if c.s.processingOf(o.Identity) == nil {
		return noRoom(o.Identity)
	}
	return nil
}

func noRoom(address string) error {
	return fmt.Errorf("the operation couldn't be performed because object '%s' couldn't be found", address)
}

// setProcessing sets what differs. A value of another type than the parameter
// has is refused, as PowerShell's binder does.
func (c *Colleague) setProcessing(o *Outcome, p object) error {
	o.Action = "calendar processing"
	now := c.s.processingOf(o.Identity)
	if now == nil {
		return noRoom(o.Identity)
	}
	was := asObject(now)
	for name, value := range p {
		old, known := was[name]
		if !known {
			return fmt.Errorf("a parameter cannot be found that matches parameter name '%s'", name)
		}
		if shownValue(old) == shownValue(value) {
			continue
		}
		o.Before[name], o.After[name] = shownValue(old), shownValue(value)
		was[name] = typed(value, old)
	}
	if len(o.After) == 0 {
		return nil
	}
	data, err := json.Marshal(was)
	if err != nil {
		return err
	}
	next := &processing{}
	if err := json.Unmarshal(data, next); err != nil {
		return fmt.Errorf("cannot process argument transformation: %w", err)
	}
	if next.BookingWindowInDays < 0 || next.BookingWindowInDays > 1080 || next.ConflictPercentageAllowed < 0 || next.ConflictPercentageAllowed > 100 {
		return fmt.Errorf("a value is outside the range that the parameter allows")
	}
	if c.s.state.Exchange.Processing == nil {
		c.s.state.Exchange.Processing = map[string]*processing{}
	}
	c.s.state.Exchange.Processing[strings.ToLower(o.Identity)] = next
	o.Status = "changed"
	return nil
}

// typed turns the texts of a CSV into what the parameter is.
func typed(value, like any) any {
	t, isText := value.(string)
	switch like.(type) {
	case bool:
		if isText && (strings.EqualFold(t, "true") || strings.EqualFold(t, "false")) {
			return strings.EqualFold(t, "true")
		}
	case float64:
		var n float64
		if _, err := fmt.Sscan(t, &n); isText && err == nil {
			return n
		}
	case []any, nil:
		if isText && t == "" {
			return []any{}
		} else if isText {
			return strings.Split(t, "|")
		}
	}
	return value
}

func (c *Colleague) setFolder(o *Outcome, p object) error {
	o.Action = "calendar for " + text(p, "User")
	if !c.s.isRoom(o.Identity) {
		return noRoom(o.Identity)
	}
	key := strings.ToLower(o.Identity) + " " + strings.ToLower(text(p, "User"))
	e := &c.s.state.Exchange
	was := orDefault(e.Folders[key], map[bool]string{true: "AvailabilityOnly", false: "none"}[text(p, "User") == "Default"])
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
	e := &c.s.state.Exchange
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

func (c *Colleague) newMailbox(o *Outcome, p object) error {
	o.Action = "room mailbox"
	if c.s.isRoom(o.Identity) {
		return nil
	}
	if _, taken := c.s.findUser(o.Identity); taken {
		return fmt.Errorf("the address belongs to a UserMailbox")
	}
	if _, domain, _ := strings.Cut(o.Identity, "@"); !strings.EqualFold(domain, c.s.directory.Domain) && !strings.EqualFold(domain, c.s.directory.InitialDomain()) {
		return fmt.Errorf("the domain %s is not an accepted domain of the organization", domain)
	}
	m := madeRoom{ID: uuid.NewString(), Name: orDefault(text(p, "DisplayName"), text(p, "Name")), Email: strings.ToLower(o.Identity)}
	if n, ok := p["ResourceCapacity"].(float64); ok {
		seats := int(n)
		m.Capacity = &seats
	}
	c.s.state.Exchange.MadeRooms = append(c.s.state.Exchange.MadeRooms, m)
	c.s.born(m.ID)
	o.Status, o.After["Name"] = "changed", m.Name
	return nil
}

func (c *Colleague) newGroup(o *Outcome, p object) error {
	o.Action = "room list"
	roomList, _ := p["RoomList"].(bool)
	into := &c.s.state.Groups
	g := &madeGroup{ID: uuid.NewString(), Name: o.Identity, Email: tenant.Slug(o.Identity) + "@" + c.s.directory.Domain, Kind: "security"}
	if roomList {
		into, g.Kind = &c.s.state.Exchange.Lists, "roomList"
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
	for _, have := range append(append([]*madeGroup{}, c.s.state.Exchange.Lists...), c.s.state.Groups...) {
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
	if !c.s.isRoom(o.Identity) {
		return noRoom(o.Identity)
	}
	was := object{}
	if i, ok := c.s.directory.FindRoom(o.Identity); ok {
		was = asObject(c.s.roomObject(i))
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
	c.s.state.Exchange.setPlace(o.Identity, change)
	return nil
}
