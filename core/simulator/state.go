package simulator

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/roomkey/roomkey/core/simulator/fault"

	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// state is what can change in the tenant. It is kept in the folder after each
// change, so that a connection to the simulated tenant outlives a restart.
type state struct {
	Version           int                         `json:"version"`
	Seed              uint64                      `json:"seed"`
	Applications      []*tenant.Application       `json:"applications"`
	Deleted           []*tenant.Application       `json:"deleted,omitempty"`
	Principals        []*tenant.ServicePrincipal  `json:"servicePrincipals"`
	DeletedPrincipals []*tenant.ServicePrincipal  `json:"deletedServicePrincipals,omitempty"`
	Assignments       []*tenant.AppRoleAssignment `json:"appRoleAssignments"`
	Grants            []*tenant.PermissionGrant   `json:"oauth2PermissionGrants"`
	Secrets           map[string]string           `json:"secrets"` // by key id
	Born              map[string]time.Time        `json:"born"`    // when an object was made, by id
	Sequence          int                         `json:"sequence"`
	Users             []*madeUser                 `json:"users,omitempty"`
	Groups            []*madeGroup                `json:"groups,omitempty"`
	Mailboxes         map[string]*mailbox         `json:"mailboxes,omitempty"` // by address
	Subscribed        []*subscription             `json:"subscriptions,omitempty"`
	Exchange          exchangeState               `json:"exchange"`
	// LastSignIn is when a client last got a token for itself, LastUserSignIn
	// with a person's sign-in; by client id.
	LastSignIn     map[string]time.Time `json:"lastSignIn,omitempty"`
	LastUserSignIn map[string]time.Time `json:"lastUserSignIn,omitempty"`
	SignIns        []signInRecord       `json:"signIns,omitempty"`
}

const stateFile = "tenant.json"

// openState takes up the tenant that the folder holds, if it is of the same
// seed, or makes a new one.
func (s *Simulator) openState() (*state, error) {
	var st state
	data, err := os.ReadFile(filepath.Join(s.dir, stateFile))
	if err == nil {
		err = json.Unmarshal(data, &st)
	}
	switch {
	case errors.Is(err, os.ErrNotExist), err == nil && (st.Seed != s.o.Seed || st.Version != 1):
		made, err := s.newState()
		if err != nil {
			return nil, err
		}
		s.state = made
		return made, s.saveState()
	case err != nil:
		return nil, err
	}
	for _, m := range []*map[string]time.Time{&st.Born, &st.LastSignIn, &st.LastUserSignIn} {
		if *m == nil {
			*m = map[string]time.Time{}
		}
	}
	if st.Mailboxes == nil {
		st.Mailboxes = map[string]*mailbox{}
	}
	return &st, nil
}

// saveState writes the tenant's changes; a temporary tenant is not kept.
func (s *Simulator) saveState() error {
	if s.temporary {
		return nil
	}
	data, err := json.Marshal(s.state)
	if err != nil {
		return err
	}
	name := filepath.Join(s.dir, stateFile)
	if err := os.WriteFile(name+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// born notes that an object was made now.
func (s *Simulator) born(id string) {
	s.state.Born[id] = s.now()
	s.state.Sequence++
}

// replicated reports whether an object is visible already.
func (s *Simulator) replicated(id string) bool {
	if s.deletedReady(id) || s.strayNamesake(id) {
		return false
	}
	arg, on := s.Fault(fault.ReplicationDelay)
	at, made := s.state.Born[id]
	return !on || !made || !s.now().Before(at.Add(fault.Duration(arg, 2*time.Second)))
}
