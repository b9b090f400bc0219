package evidence

import (
	"maps"
	"slices"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Standing is what all evidence for a claim comes to.
type Standing string

// The standings of a claim.
const (
	Works     Standing = "proven"
	Attention Standing = "attention"
	Failed    Standing = "failed"
	Unknown   Standing = "unknown"
	Void      Standing = "void"
	Untested  Standing = "untested"
	// Lacking is a claim about something that the tenant does not have.
	Lacking Standing = "not-offered"
)

// lasts is how long evidence is good for when nothing that it rests on changes:
// a tenant changes without telling anybody. A person's word does not age.
const lasts = 30 * 24 * time.Hour

// Want is a claim that a connection makes.
type Want struct {
	Claim Claim
	// By are the sources that have to prove it, all of them; none means that any
	// source will do.
	By []string
	// Optional is whether an ordinary run leaves it out, for instance because
	// trying it leaves a trace.
	Optional bool
}

// State is where a claim stands.
type State struct {
	Claim    Claim      `json:"claim"`
	Title    words.Text `json:"title"`
	Standing Standing   `json:"state"`
	// At is when it was proven, or when that was seen which speaks against it;
	// zero for what was never tried.
	At time.Time `json:"at,omitzero"`
	// Source, By and RequestID are of the evidence that decides.
	Source    string           `json:"source,omitempty"`
	By        string           `json:"by,omitempty"`
	RequestID string           `json:"requestId,omitempty"`
	Problem   *problem.Problem `json:"problem,omitempty"`
	// Reported is whether it was only said to be so, by a file that a person
	// brought, and no call has confirmed it.
	Reported bool `json:"reported,omitempty"`
	// Reason says why it is not proven, or only reported.
	Reason words.Text `json:"reason,omitzero"`
	// VoidWhen says what would make the evidence void.
	VoidWhen words.Text `json:"voidWhen,omitzero"`
	Optional bool       `json:"optional,omitempty"`
	// Rechosen is whether it is void for nothing but another choice of rooms or
	// people: what does not depend on the choice was proven.
	Rechosen bool `json:"-"`
	// Empty is whether what speaks against it is a list that was read whole and
	// holds nothing.
	Empty bool `json:"empty,omitempty"`
}

// Assess weighs what is remembered for each claim that is wanted, in the order
// of Claims. now is the present basis; a part that it lacks could not be told
// and makes nothing void.
func Assess(records []Record, wanted []Want, now Basis, at time.Time) []State {
	var all []State
	for _, c := range claims {
		i := slices.IndexFunc(wanted, func(w Want) bool { return w.Claim == c.id })
		if i < 0 {
			continue
		}
		var own []Record
		for _, r := range records {
			if r.Claim == c.id {
				own = append(own, r)
			}
		}
		all = append(all, c.assess(own, wanted[i], now, at))
	}
	return all
}

func (c claim) assess(records []Record, want Want, now Basis, at time.Time) State {
	s := State{Claim: c.id, Title: c.title, Standing: Untested, Reason: words.T("Not tested."), Optional: want.Optional}
	if r, ok := worst(records, Disproved, now, at); ok {
		return s.from(Failed, r)
	}
	if r, ok := worst(records, Doubtful, now, at); ok {
		return s.from(Attention, r)
	}
	if r, ok := worst(records, Unanswered, now, at); ok {
		return s.from(Unknown, r)
	}
	if r, ok := worst(records, NotOffered, now, at); ok {
		return s.from(Lacking, r)
	}
	proof := proofs(records, want.By)
	for _, r := range proof {
		if why := r.spent(now, at); !why.IsZero() {
			s = s.from(Void, r)
			s.Problem, s.Reason = nil, why
			s.Rechosen = !slices.ContainsFunc(proof, func(r Record) bool { return r.Outcome != Proven || !r.outlives(now, at) })
			return s
		}
	}
	if len(proof) == 0 || len(proof) < len(want.By) {
		return s
	}
	s = s.from(Works, proof[0])
	s.Reason = words.Text{}
	for _, r := range proof {
		if !r.Title.IsZero() {
			s.Title = r.Title
		}
	}
	if !slices.ContainsFunc(proof, func(r Record) bool { return !r.Reported }) {
		s.Reported, s.Reason = true, proof[0].Note
	}
	_, s.VoidWhen = Since(s)
	return s
}

// from is the state with the facts of the record that decides.
func (s State) from(standing Standing, r Record) State {
	s.Standing, s.At, s.Source, s.By, s.RequestID, s.Problem = standing, r.At, r.Source, r.By, r.RequestID, r.Problem
	s.Reason, s.Empty = r.Note, r.Empty
	if r.Problem != nil {
		s.Reason = r.Problem.Title
	}
	return s
}

// worst is the latest valid record with this outcome.
func worst(records []Record, outcome Outcome, now Basis, at time.Time) (found Record, ok bool) {
	for _, r := range records {
		if r.Outcome == outcome && r.void(now, at).IsZero() && (!ok || r.At.After(found.At)) {
			found, ok = r, true
		}
	}
	return found, ok
}

// proofs are the records of the sources that have to prove a claim, the oldest
// first: a claim was proven when the last of them was still to come.
func proofs(records []Record, by []string) []Record {
	var own []Record
	for _, r := range records {
		if len(by) == 0 || slices.Contains(by, r.Source) {
			own = append(own, r)
		}
	}
	slices.SortStableFunc(own, func(a, b Record) int { return a.At.Compare(b.At) })
	return own
}

// void says why a record does not count any more, nothing while it does.
func (r Record) void(now Basis, at time.Time) words.Text {
	if r.Basis == nil {
		return words.T("It was tested with an older version of Roomkey.")
	}
	for _, p := range parts {
		digest, recorded := r.Basis[p.id]
		if present, known := now[p.id]; recorded && known && present != digest {
			return p.changed
		}
	}
	if r.Source != SourcePerson && at.Sub(r.At) > lasts {
		return words.T("It was tested more than %d days ago.", int(lasts/(24*time.Hour)))
	}
	return words.Text{}
}

// ahead is how far in the future a proof may be dated: a clock may have been set
// right since.
const ahead = 5 * time.Minute

// spent says why a proof does not count any more. A failure counts whatever its date;
// a proof whose age cannot be told would be green for ever.
func (r Record) spent(now Basis, at time.Time) words.Text {
	if why := r.void(now, at); !why.IsZero() || !r.At.After(at.Add(ahead)) {
		return why
	}
	return words.T("It is dated in the future, so its age is unknown.")
}

// outlives reports whether a record would count with another choice.
func (r Record) outlives(now Basis, at time.Time) bool {
	if r.Basis == nil {
		return false
	}
	r.Basis = maps.Clone(r.Basis)
	delete(r.Basis, ChosenRooms)
	delete(r.Basis, ChosenPeople)
	return r.spent(now, at).IsZero()
}

// voidWhenOf says what would make evidence void that rests on these parts.
func voidWhenOf(rests map[Part]bool, at time.Time, person bool) words.Text {
	var names []words.Text
	for _, p := range parts {
		if rests[p.id] {
			names = append(names, p.name)
		}
	}
	switch {
	case len(names) == 0:
		return words.Text{}
	case person:
		return words.T("Valid until one of these changes: %s.", words.And(names...))
	}
	return words.T("Valid until %s, or until one of these changes: %s.", at.Add(lasts).Format(time.DateOnly), words.And(names...))
}

// Worst is the first claim that failed, else the first that needs attention; ok
// is false when there is none.
func Worst(states []State) (s State, ok bool) {
	for _, standing := range []Standing{Failed, Attention} {
		if i := slices.IndexFunc(states, func(s State) bool { return s.Standing == standing }); i >= 0 {
			return states[i], true
		}
	}
	return State{}, false
}

// Find gives the state of a claim; one that is not wanted is the zero State.
func Find(states []State, c Claim) State {
	if i := slices.IndexFunc(states, func(s State) bool { return s.Claim == c }); i >= 0 {
		return states[i]
	}
	return State{}
}

// Since is when the last of several proven claims was still to be proven, and
// what would make any of them void; zero when one of them is not proven.
func Since(states ...State) (at time.Time, voidWhen words.Text) {
	rests := map[Part]bool{}
	person := true
	for _, s := range states {
		if s.Standing != Works {
			return time.Time{}, words.Text{}
		}
		if at.IsZero() || s.At.Before(at) {
			at = s.At
		}
		person = person && s.Source == SourcePerson
		for _, p := range s.Claim.info().rests {
			rests[p] = true
		}
	}
	return at, voidWhenOf(rests, at, person)
}
