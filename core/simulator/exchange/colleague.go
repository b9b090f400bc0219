package exchange

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf16"

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
	x     *Exchange
	appID string
}

// Colleague gives one who has just opened PowerShell.
func (x *Exchange) Colleague() *Colleague { return &Colleague{x: x} }

// ApplyIntent plays the colleague for a whole script: it applies the intent that
// stands beside the script, and gives the result file that the script would
// have written. An error is an intent that cannot be read or is for another
// tenant; what the tenant refuses is in the result.
func (x *Exchange) ApplyIntent(intent json.RawMessage) (json.RawMessage, error) {
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
	if !x.Directory.IsTenant(in.Tenant) {
		return nil, fmt.Errorf("the script is for the tenant %s, this is %s", in.Tenant, x.Directory.TenantID())
	}
	began := x.Now()
	summary := map[string]int{"changed": 0, "same": 0, "failed": 0, "skipped": 0}
	outcomes := make([]Outcome, 0, len(in.Operations))
	colleague := x.Colleague()
	for _, op := range in.Operations {
		if in.Script == "room-access" { // one question, and an answer for each application
			outcomes = append(outcomes, x.roomAccess(op.Identity)...)
			continue
		}
		outcomes = append(outcomes, colleague.Do(op.Cmdlet, op.Identity, op.Parameters))
	}
	for _, o := range outcomes {
		summary[o.Status]++
	}
	body, err := json.Marshal(object{
		"schema": 1, "script": in.Script, "connection": in.Connection, "tenant": in.Tenant, "startedAt": microsoft.Time(began), "finishedAt": microsoft.Time(x.Now()),
		"whatIf": false, "account": x.Directory.UPN(tenant.AdminUser), "error": "", "files": []string{}, "results": outcomes, "summary": summary,
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
	c.x.Lock()
	defer c.x.Unlock()
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
		err = c.x.Save()
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
		"Set-PlaceV3":                        (*Colleague).setFloor,
		"New-Place":                          (*Colleague).newSpace,
		"Set-PlacesSettings":                 (*Colleague).showBuildings,
		"Set-MailboxFolderPermission":        (*Colleague).setFolder,
		"Add-ResourceDelegate":               (*Colleague).delegate,
		"Remove-ResourceDelegate":            (*Colleague).undelegate,
		"Add-MailboxPermission":              (*Colleague).giveAccess,
		"Remove-MailboxPermission":           (*Colleague).takeAccess,
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
	if c.x.processingOf(o.Identity) == nil {
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
	now := c.x.processingOf(o.Identity)
	if now == nil {
		return noRoom(o.Identity)
	}
	was := microsoft.AsObject(now)
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
	next := &tenant.Processing{}
	if err := json.Unmarshal(data, next); err != nil {
		return fmt.Errorf("cannot process argument transformation: %w", err)
	}
	if next.BookingWindowInDays < 0 || next.BookingWindowInDays > 1080 || next.ConflictPercentageAllowed < 0 || next.ConflictPercentageAllowed > 100 {
		return fmt.Errorf("a value is outside the range that the parameter allows")
	}
	if c.x.State.Exchange.Processing == nil {
		c.x.State.Exchange.Processing = map[string]*tenant.Processing{}
	}
	c.x.State.Exchange.Processing[strings.ToLower(o.Identity)] = next
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

// maxIntent is the largest intent that the colleague reads: one for the largest
// tenant is about 10 MiB.
const maxIntent = 32 << 20

// ServeIntent plays the colleague who runs a script: POST /simulator/intent
// takes the intent that stands beside the script and gives the result file, GET
// /simulator/calendar-processing.csv the table that a script writes beside it.
func (x *Exchange) ServeIntent(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/simulator/calendar-processing.csv" && r.Method == http.MethodGet {
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		_, _ = w.Write(x.ProcessingTable())
		return
	}
	if r.URL.Path != "/simulator/intent" || r.Method != http.MethodPost {
		http.Error(w, "the colleague takes POST /simulator/intent and GET /simulator/calendar-processing.csv", http.StatusNotFound)
		return
	}
	intent, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxIntent))
	if err == nil {
		var result []byte
		if result, err = x.ApplyIntent(intent); err == nil {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(result)
			return
		}
	}
	http.Error(w, err.Error(), http.StatusBadRequest)
}
