package simulator

import (
	"slices"
	"strings"
)

// strikePerson does to a person what the faults say.
func (s *Simulator) strikePerson(i int, o object) {
	if s.personStruck(FaultPeopleDisabled, i) {
		o["accountEnabled"] = false
	}
	if s.personStruck(FaultPeopleWithoutMail, i) {
		o["mail"], o["proxyAddresses"] = nil, []string{}
	}
	if i == organizerUser+1 && s.has(FaultSharedCardNumber) {
		o["onPremisesExtensionAttributes"] = s.userObject(organizerUser)["onPremisesExtensionAttributes"]
	}
}

// personStruck reports whether a fault names a person, or a group with the
// person in it.
func (s *Simulator) personStruck(fault string, i int) bool {
	arg, on := s.fault(fault)
	return on && (hits(arg, s.directory.upn(i), true) || slices.ContainsFunc(strings.Split(arg, ","), func(name string) bool {
		group, made, found := s.findGroup(strings.TrimSpace(name))
		return found && made == nil && s.inGroup(group, i)
	}))
}

// groupStruck reports whether a fault names a seeded group.
func (s *Simulator) groupStruck(fault string, i int) bool {
	arg, on := s.fault(fault)
	if !on {
		return false
	}
	if arg == "" {
		return i == groupBookers
	}
	return strings.EqualFold(arg, s.directory.id(kindGroup, i)) || strings.EqualFold(arg, groupName(i))
}

// roomSignsIn reports whether the fault lets the account of a room sign in.
func (s *Simulator) roomSignsIn(address string) bool {
	arg, on := s.fault(FaultRoomSignIn)
	return on && hits(arg, address, true)
}
