// Package cmdlet is the Exchange side of a tenant as an administrator's
// PowerShell meets it: stand-ins for Microsoft's modules, with the parameters of
// the real ones, and the organization whose state their cmdlets read and change.
//
// The modules speak HTTP to an Organization, one cmdlet a request, as Microsoft's
// own does. What the organization answers has Exchange's form: error texts with
// their identifier, lists of recipients as distinguished names, names cut at 64
// characters. Faults are set by the test.
package cmdlet

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// Object is what a cmdlet gives back or is called with.
type Object = map[string]any

// Organization is one tenant's Exchange. Its zero value has nothing in it.
type Organization struct {
	Tenant string
	// Domain is the accepted domain.
	Domain string
	// Admin signs in; Missing are cmdlets ("Set-Place") and parameters
	// ("Set-CalendarProcessing.BookingType") that the admin's roles lack.
	Admin   string
	Missing []string
	// NamingPrefix is put before the display name of new groups, as a group
	// naming policy does.
	NamingPrefix string
	// Lag is how many calls that name a new object do not find it yet.
	Lag int
	// Changed is told of each change that was made, and of the mailbox or group that
	// it was about; nil for nobody. It may read State.
	Changed func(name, address string)

	mu     sync.Mutex
	State  State
	faults []*Fault
	// stale are the values from before, by object, that are still read.
	stale map[string]int
	old   map[string]Object
	// fresh is how many calls will not find a new object yet, by a name of its.
	fresh map[string]int
	// Calls are the cmdlets that were run, in order.
	calls []Call
}

// State is what the organization holds, by lower-case address or name.
type State struct {
	Recipients  map[string]Object
	Processing  map[string]Object
	Places      map[string]Object
	Folders     map[string]map[string]string // room, user (or Default), right
	Members     map[string][]string          // group address, member addresses
	Principals  []Object
	Scopes      []Object
	Assignments []Object
	Policies    []Object
	// FullAccess is who has Full Access to a mailbox, by address.
	FullAccess map[string][]string
	// Units are the administrative units, by object id, with their members.
	Units    map[string][]string
	Config   Object
	PlacesV3 []Object
	Settings string // EnableBuildings
}

// Call is one cmdlet that was run.
type Call struct {
	Name       string
	Parameters Object
	Changes    bool
}

// Fault is what goes wrong. It meets the calls of a cmdlet ("" for any; a
// trailing * for all that begin so), after the first After of them, Times times
// (0 for all).
type Fault struct {
	Cmdlet string
	// Changing is whether only cmdlets that change something are counted.
	Changing bool
	After    int
	Times    int
	Kind     FaultKind
	// Wait is what a throttled answer asks to wait, in seconds.
	Wait int
}

// FaultKind is a kind of fault.
type FaultKind string

// The kinds of fault.
const (
	Denied    FaultKind = "denied"    // the role does not allow it
	Throttled FaultKind = "throttled" // too many requests
	Busy      FaultKind = "busy"      // the server is busy
	Expired   FaultKind = "expired"   // the token ran out, until the next connection
	Down      FaultKind = "down"      // the service is unavailable
	Lost      FaultKind = "lost"      // the change is made, the answer is lost
	Unkept    FaultKind = "unkept"    // success is reported, nothing is changed
	Stale     FaultKind = "stale"     // the change is made, the next read shows what was before
	Killed    FaultKind = "killed"    // PowerShell ends before the change
	KilledOn  FaultKind = "killed-on" // PowerShell ends after the change, before the answer
	NotFound  FaultKind = "not-found" // not everywhere yet
	Odd       FaultKind = "odd"       // an error that nobody has described, with the object and another number each time
)

// Fail sets the faults, in place of those before.
func (o *Organization) Fail(faults ...Fault) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.faults = nil
	for _, f := range faults {
		o.faults = append(o.faults, &f)
	}
}

// Calls gives the calls since the last time, and forgets them.
func (o *Organization) Calls() []Call {
	o.mu.Lock()
	defer o.mu.Unlock()
	calls := o.calls
	o.calls = nil
	return calls
}

// Snapshot is the state as JSON, for comparing.
func (o *Organization) Snapshot() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	data, err := json.MarshalIndent(o.State, "", " ")
	if err != nil {
		panic(err) // maps of text, numbers and switches
	}
	return string(data)
}

// Restore goes back to a snapshot and has no faults.
func (o *Organization) Restore(snapshot string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.State, o.faults, o.calls, o.old, o.stale, o.fresh = State{}, nil, nil, nil, nil, nil
	if err := json.Unmarshal([]byte(snapshot), &o.State); err != nil {
		panic(err)
	}
}

// AddRecipient adds a mailbox or group of a RecipientTypeDetails such as
// RoomMailbox, UserMailbox or MailUniversalSecurityGroup.
func (o *Organization) AddRecipient(kind, address, name string, more ...Object) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.add(kind, address, name)
	for _, m := range more {
		for k, v := range m {
			r[k] = v
		}
	}
}

func (o *Organization) add(kind, address, name string) Object {
	if o.State.Recipients == nil {
		o.State.Recipients = map[string]Object{}
	}
	broad := map[string]string{"RoomList": "MailUniversalDistributionGroup", "MailUniversalSecurityGroup": "MailUniversalSecurityGroup", "MailUniversalDistributionGroup": "MailUniversalDistributionGroup"}[kind]
	if broad == "" {
		broad = "UserMailbox"
	}
	local, _, _ := strings.Cut(address, "@")
	r := Object{
		"RecipientTypeDetails": kind, "RecipientType": broad, "PrimarySmtpAddress": address, "DisplayName": name, "Name": short(name), "Alias": local,
		"DistinguishedName": "CN=" + escapeDN(short(name)) + ",OU=" + o.Domain + ",OU=Microsoft Exchange Hosted Organizations,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM",
		"UserPrincipalName": address, "HiddenFromAddressListsEnabled": false, "IsDirSynced": false, "EmailAddresses": []any{"SMTP:" + address},
		"Identity": short(name),
	}
	for i := range 15 {
		r[fmt.Sprintf("CustomAttribute%d", i+1)] = ""
	}
	o.State.Recipients[strings.ToLower(address)] = r
	if o.State.Folders == nil {
		o.State.Folders = map[string]map[string]string{}
	}
	if broad == "UserMailbox" {
		o.State.Folders[strings.ToLower(address)] = map[string]string{"Default": "AvailabilityOnly", "Anonymous": "None"}
	}
	return r
}

func short(name string) string {
	if r := []rune(name); len(r) > 64 {
		return string(r[:64])
	}
	return name
}

func escapeDN(s string) string {
	return strings.NewReplacer(`\`, `\\`, ",", `\,`, "+", `\+`, `"`, `\"`, "<", `\<`, ">", `\>`, ";", `\;`, "=", `\=`).Replace(s)
}

// failure is an error of Exchange with its exception and HTTP status.
type failure struct {
	exception, text string
	status, wait    int
}

func (f failure) Error() string {
	if f.exception == "" {
		return f.text
	}
	return "Ex6F9304|Microsoft.Exchange." + f.exception + "|" + f.text
}

func notFound(what string) error {
	return failure{exception: "Configuration.Tasks.ManagementObjectNotFoundException", text: fmt.Sprintf("The operation couldn't be performed because object '%s' couldn't be found on 'DB9PR01A001.EURPR01A001.PROD.OUTLOOK.COM'.", what)}
}

func refused(exception, format string, args ...any) error {
	return failure{exception: exception, text: fmt.Sprintf(format, args...)}
}

var errKilled = errors.New("killed")

// meets finds the fault for a call; the caller holds the lock.
func (o *Organization) meets(name string, changes bool) *Fault {
	for _, f := range o.faults {
		prefix, any := strings.CutSuffix(f.Cmdlet, "*")
		if f.Cmdlet != "" && f.Cmdlet != name && !(any && strings.HasPrefix(name, prefix)) || f.Changing && !changes {
			continue
		}
		if f.After > 0 {
			f.After--
			continue
		}
		if f.Times < 0 {
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				f.Times = -1
			}
		}
		return f
	}
	return nil
}

// Run runs one cmdlet.
func (o *Organization) Run(name string, p Object) (any, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	run, known := cmdlets[name]
	if !known {
		return nil, fmt.Errorf("the organization has no cmdlet %s", name)
	}
	changes := !strings.HasPrefix(name, "Get-") && !strings.HasPrefix(name, "Test-")
	o.calls = append(o.calls, Call{name, p, changes})
	f := o.meets(name, changes)
	if f == nil {
		return o.act(run, name, p, changes)
	}
	switch f.Kind {
	case Denied:
		return nil, refused("Configuration.Authorization.AccessDeniedException", "Access Denied. The role assigned to the current user doesn't allow the cmdlet '%s'.", name)
	case Throttled:
		return nil, failure{text: fmt.Sprintf("Response status code does not indicate success: 429 (Too Many Requests). Retry-After: %d", f.Wait), status: 429, wait: f.Wait}
	case Busy:
		return nil, failure{exception: "Data.Directory.ADServerBusyException", text: fmt.Sprintf("The server is busy. The suggested micro delay is %d milliseconds. Please try again later.", f.Wait*1000), status: 503}
	case Expired:
		return nil, failure{text: "Response status code does not indicate success: 401 (Unauthorized). UnAuthorized", status: 401}
	case Down:
		return nil, failure{text: "Response status code does not indicate success: 503 (Service Unavailable).", status: 503}
	case Odd:
		return nil, failure{text: fmt.Sprintf("The mailbox of %s is in an odd state (event %d, server AB%dEF).", str(p, "Identity"), 4711+len(o.calls), len(o.calls)), status: 500}
	case Killed:
		return nil, errKilled
	case NotFound:
		return nil, notFound(str(p, "Identity"))
	case Unkept:
		return nil, nil
	case Stale:
		o.remember(p)
		return o.act(run, name, p, changes)
	}
	if _, err := o.act(run, name, p, changes); err != nil {
		return nil, err
	}
	if f.Kind == KilledOn {
		return nil, errKilled
	}
	return nil, failure{text: "The underlying connection was closed: A connection that was expected to be kept alive was closed by the server.", status: 502}
}

// act runs a cmdlet and tells of its change.
func (o *Organization) act(run func(*Organization, Object) (any, error), name string, p Object, changes bool) (any, error) {
	if what := o.tooNew(p); what != "" {
		return nil, notFound(what)
	}
	value, err := run(o, p)
	if made, is := value.(Object); is && err == nil && o.Lag > 0 && strings.HasPrefix(name, "New-") {
		if o.fresh == nil {
			o.fresh = map[string]int{}
		}
		for _, by := range []string{"PrimarySmtpAddress", "Name", "PlaceId", "AppId", "ObjectId"} {
			if v := str(made, by); v != "" {
				o.fresh[v] = o.Lag
			}
		}
	}
	if err != nil || !changes || o.Changed == nil {
		return value, err
	}
	identity := str(p, "Identity")
	if made, is := value.(Object); is && identity == "" {
		identity = str(made, "PrimarySmtpAddress")
	}
	at, _, _ := strings.Cut(identity, `:\`)
	o.Changed(name, o.AddressOf(at))
	return value, nil
}

// tooNew is an object that a call names and that is not everywhere yet, "" for none.
func (o *Organization) tooNew(p Object) string {
	for _, by := range []string{"Identity", "Member", "PolicyScopeGroupID", "App", "CustomResourceScope", "ParentId"} {
		if v := str(p, by); o.fresh[v] > 0 {
			o.fresh[v]--
			return v
		}
	}
	return ""
}

// AddressOf is the address, in small letters, of whom an identity names, "" for
// nobody.
func (o *Organization) AddressOf(identity string) string {
	r, err := o.find(identity)
	if err != nil {
		return ""
	}
	return strings.ToLower(str(r, "PrimarySmtpAddress"))
}

// DistinguishedName is how lists of Exchange name somebody with an address.
func (o *Organization) DistinguishedName(address string) string {
	if r := o.State.Recipients[strings.ToLower(address)]; r != nil {
		return str(r, "DistinguishedName")
	}
	return address
}

// remember keeps the calendar processing of a room for one more read.
func (o *Organization) remember(p Object) {
	key := strings.ToLower(str(p, "Identity"))
	if o.stale == nil {
		o.stale, o.old = map[string]int{}, map[string]Object{}
	}
	was := Object{}
	for k, v := range o.processing(key) {
		was[k] = v
	}
	o.stale[key], o.old[key] = 1, was
}

func str(p Object, name string) string {
	if p[name] == nil {
		return ""
	}
	return fmt.Sprint(p[name])
}

func texts(p Object, name string) []string {
	var out []string
	switch v := p[name].(type) {
	case nil:
	case []any:
		for _, x := range v {
			out = append(out, fmt.Sprint(x))
		}
	default:
		out = append(out, fmt.Sprint(v))
	}
	return out
}
