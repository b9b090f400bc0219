package simulator

import (
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/simulator/fault"

	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// strikePerson does to a person what the faults say.
func (s *Simulator) strikePerson(i int, o object) {
	if s.personStruck(fault.PeopleDisabled, i) {
		o["accountEnabled"] = false
	}
	if s.personStruck(fault.PeopleWithoutMail, i) {
		o["mail"], o["proxyAddresses"] = nil, []string{}
	}
	if i == tenant.OrganizerUser+1 && s.Has(fault.SharedCardNumber) {
		o["onPremisesExtensionAttributes"] = s.userObject(tenant.OrganizerUser)["onPremisesExtensionAttributes"]
	}
}

// personStruck reports whether a fault names a person, or a group with the
// person in it.
func (s *Simulator) personStruck(name string, i int) bool {
	arg, on := s.Fault(name)
	return on && (fault.Hits(arg, s.directory.UPN(i), true) || slices.ContainsFunc(strings.Split(arg, ","), func(key string) bool {
		group, made, found := s.findGroup(strings.TrimSpace(key))
		return found && made == nil && s.inGroup(group, i)
	}))
}

// groupStruck reports whether a fault names a seeded group.
func (s *Simulator) groupStruck(name string, i int) bool {
	arg, on := s.Fault(name)
	if !on {
		return false
	}
	if arg == "" {
		return i == groupBookers
	}
	return strings.EqualFold(arg, s.directory.ID(tenant.KindGroup, i)) || strings.EqualFold(arg, groupName(i))
}

// roomSignsIn reports whether the fault lets the account of a room sign in.
func (s *Simulator) roomSignsIn(address string) bool {
	arg, on := s.Fault(fault.RoomSignIn)
	return on && fault.Hits(arg, address, true)
}
