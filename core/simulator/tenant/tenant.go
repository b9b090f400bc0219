package tenant

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/roomkey/roomkey/core/simulator/fault"
)

// The largest tenant that is supported.
const (
	MaxRooms = 20_000
	MaxUsers = 200_000
)

// Tenant is the simulated tenant itself. Microsoft Entra ID, Exchange and
// Microsoft Graph are what different callers see of it.
type Tenant struct {
	sync.Mutex // guards State and what hangs on it
	*fault.Switches
	Directory Directory
	State     *State
	// Root is the address of Entra and Graph, once they listen.
	Root string

	o      Options
	offset atomic.Int64 // nanoseconds that Advance added to the clock
}

// Options say which tenant it is.
type Options struct {
	Seed         uint64
	Rooms, Users int
	// Dir is the folder that it is kept in; Temporary is whether it goes with
	// the folder, so that changes need not be written.
	Dir       string
	Temporary bool
	Now       func() time.Time
}

// object is one entity as it goes over the wire.
type object = map[string]any

// New takes up the tenant of a folder or makes one, with no fault on.
func New(o Options) (*Tenant, error) {
	if o.Rooms < 0 || o.Rooms > MaxRooms || o.Users < MinUsers || o.Users > MaxUsers {
		return nil, fmt.Errorf("the simulated tenant has up to %d rooms and between %d and %d users", MaxRooms, MinUsers, MaxUsers)
	}
	t := &Tenant{Switches: &fault.Switches{}, Directory: NewDirectory(o.Seed, o.Rooms, o.Users), o: o}
	return t, t.open()
}

// Now is the tenant's time, clock-skew included.
func (t *Tenant) Now() time.Time {
	at := t.o.Now().Add(time.Duration(t.offset.Load()))
	if arg, on := t.Fault(fault.ClockSkew); on {
		at = at.Add(fault.Duration(arg, 10*time.Minute))
	}
	return at
}

// Advance moves the tenant's clock.
func (t *Tenant) Advance(d time.Duration) { t.offset.Add(int64(d)) }

// SetFaults replaces what is switched on and does what some faults leave behind
// in the tenant. An unknown name is an error and changes nothing.
func (t *Tenant) SetFaults(names ...string) error {
	t.Lock()
	defer t.Unlock()
	if err := t.Set(t.State.Sequence, names...); err != nil {
		return err
	}
	t.seedDuplicates()
	t.seedForeign()
	t.seedExtraRoles()
	t.seedNamesake()
	return nil
}
