package tenant

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/roomkey/roomkey/core/simulator/fault"
)

// SignInRecord is one interactive sign-in of a person, for the sign-in log.
type SignInRecord struct {
	ID       string    `json:"id"`
	At       time.Time `json:"at"`
	ClientID string    `json:"clientId"`
	User     int       `json:"user"`
}

// State is what can change in the tenant. It is kept in the folder after each
// change, so that a connection to the simulated tenant outlives a restart.
type State struct {
	Version           int                  `json:"version"`
	Seed              uint64               `json:"seed"`
	Applications      []*Application       `json:"applications"`
	Deleted           []*Application       `json:"deleted,omitempty"`
	Principals        []*ServicePrincipal  `json:"servicePrincipals"`
	DeletedPrincipals []*ServicePrincipal  `json:"deletedServicePrincipals,omitempty"`
	Assignments       []*AppRoleAssignment `json:"appRoleAssignments"`
	Grants            []*PermissionGrant   `json:"oauth2PermissionGrants"`
	Secrets           map[string]string    `json:"secrets"` // by key id
	Born              map[string]time.Time `json:"born"`    // when an object was made, by id
	Sequence          int                  `json:"sequence"`
	// ReadyRestored is the sequence at which the application that a fault deleted
	// was restored, 0 for never.
	ReadyRestored int                 `json:"readyRestored,omitempty"`
	Users         []*User             `json:"users,omitempty"`
	Groups        []*Group            `json:"groups,omitempty"`
	Mailboxes     map[string]*Mailbox `json:"mailboxes,omitempty"` // by address
	Subscribed    []*Subscription     `json:"subscriptions,omitempty"`
	Exchange      ExchangeState       `json:"exchange"`
	// LastSignIn is when a client last got a token for itself, LastUserSignIn
	// with a person's sign-in; by client id.
	LastSignIn     map[string]time.Time `json:"lastSignIn,omitempty"`
	LastUserSignIn map[string]time.Time `json:"lastUserSignIn,omitempty"`
	SignIns        []SignInRecord       `json:"signIns,omitempty"`
}

const stateFile = "tenant.json"

// open takes up the tenant that the folder holds, if it is of the same seed, or
// makes a new one.
func (t *Tenant) open() error {
	st := &State{}
	data, err := os.ReadFile(filepath.Join(t.o.Dir, stateFile))
	if err == nil {
		err = json.Unmarshal(data, st)
	}
	switch {
	case errors.Is(err, os.ErrNotExist), err == nil && (st.Seed != t.Directory.Seed || st.Version != 1):
		if t.State, err = t.newState(); err != nil {
			return err
		}
		return t.Save()
	case err != nil:
		return err
	}
	for _, m := range []*map[string]time.Time{&st.Born, &st.LastSignIn, &st.LastUserSignIn} {
		if *m == nil {
			*m = map[string]time.Time{}
		}
	}
	if st.Mailboxes == nil {
		st.Mailboxes = map[string]*Mailbox{}
	}
	t.State = st
	return nil
}

// Save writes the tenant's changes; a temporary tenant is not kept.
func (t *Tenant) Save() error {
	if t.o.Temporary {
		return nil
	}
	data, err := json.Marshal(t.State)
	if err != nil {
		return err
	}
	name := filepath.Join(t.o.Dir, stateFile)
	if err := os.WriteFile(name+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// Born notes that an object was made now.
func (t *Tenant) Born(id string) {
	t.State.Born[id] = t.Now()
	t.State.Sequence++
}

// Replicated reports whether an object is visible already.
func (t *Tenant) Replicated(id string) bool {
	if t.ReadyDeleted(id) || t.strayNamesake(id) {
		return false
	}
	arg, on := t.Fault(fault.ReplicationDelay)
	at, made := t.State.Born[id]
	return !on || !made || !t.Now().Before(at.Add(fault.Duration(arg, 2*time.Second)))
}
