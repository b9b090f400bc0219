package check

import (
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/product"
)

// consents are what was granted, as the administrator's sign-in reads it: the
// ids of the roles and the words of the scopes.
type consents struct {
	roles  map[string]bool
	scopes map[string]bool
}

// layers puts the four truths about every permission side by side. A layer that
// nobody read stays unknown.
func (s *State) layers() []permission.Layers {
	rows := []permission.Layers{}
	for _, p := range s.Needs.Permissions {
		rows = append(rows, s.layersOf(p.Ref, true))
	}
	roles, _ := s.roles()
	for _, r := range roles {
		ref := permission.Ref{Value: r, Kind: permission.Application}
		if !slices.ContainsFunc(rows, func(l permission.Layers) bool { return l.Ref == ref }) {
			rows = append(rows, s.layersOf(ref, false))
		}
	}
	return rows
}

func (s *State) layersOf(ref permission.Ref, isWanted bool) permission.Layers {
	l := permission.Layers{Ref: ref, Wanted: isWanted}
	s.mu.Lock()
	registered, granted := s.application, s.grants
	s.mu.Unlock()
	if id, ok := s.idOf(ref); ok {
		if registered != nil {
			l.Declared = truth(s.declares(id, ref.Kind))
		}
		if granted != nil {
			l.Consented = truth(ref.Kind == permission.Application && granted.roles[strings.ToLower(id)] ||
				ref.Kind == permission.Delegated && granted.scopes[strings.ToLower(ref.Value)])
		}
	}
	if ref.Kind == permission.Delegated {
		// The application's own token never carries what a signed-in user
		// grants, and without a user no call can prove it.
		l.InToken = permission.NotApplicable
		return l
	}
	if _, readable := s.roles(); readable {
		l.InToken = truth(s.has(ref.Value))
	}
	if id, ok := s.proven(ref.Value); ok {
		l.Proven, l.RequestID = permission.Yes, id
	} else if s.wasDenied(ref.Value) {
		l.Proven = permission.No
	}
	if byExchange := s.scopable(ref.Value) && l.InToken == permission.No && (l.Proven == permission.Yes || s.Connection.Scope.Kind == connection.ScopeRBAC); byExchange {
		// Granted by RBAC for Applications there is nothing to declare, to
		// consent or to carry.
		l.InToken = permission.NotApplicable
		if l.Declared == permission.No {
			l.Declared = permission.NotApplicable
		}
		if l.Consented == permission.No {
			l.Consented = permission.NotApplicable
		}
	}
	return l
}

func truth(yes bool) permission.Truth {
	if yes {
		return permission.Yes
	}
	return permission.No
}

// wasDenied is whether a call that needs the permission was refused.
func (s *State) wasDenied(value string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.denials[value]
}

// deny notes a refusal; a proof of the same permission stays a proof.
func (s *State) deny(err error, values ...string) {
	if err == nil || !denied(err) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range values {
		s.denials[v] = true
	}
}

// idOf is a permission's id: the tenant's own Graph is asked first.
func (s *State) idOf(ref permission.Ref) (string, bool) {
	s.mu.Lock()
	id, ok := s.graphIDs[ref]
	s.mu.Unlock()
	if ok {
		return id, true
	}
	e, ok := s.Permissions.Get(ref.Value)
	if !ok {
		return "", false
	}
	id = e.ApplicationID
	if ref.Kind == permission.Delegated {
		id = e.DelegatedID
	}
	return id, id != ""
}

func (s *State) declares(id string, kind permission.Kind) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.application.Required {
		for _, a := range r.Access {
			if sameID(a.ID, id) && strings.EqualFold(a.Type, kind.AccessType()) {
				return true
			}
		}
	}
	return false
}

// needsOf are the needed permissions of a kind.
func (s *State) needsOf(kind permission.Kind) []product.Permission {
	needs := []product.Permission{}
	for _, p := range s.Needs.Permissions {
		if p.Kind == kind {
			needs = append(needs, p)
		}
	}
	return needs
}
