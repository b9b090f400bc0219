package evidence

import (
	"slices"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Outcome is what was seen of a claim.
type Outcome string

// What can be seen. Unanswered means that it was tried and that nobody gave an
// answer which can be relied on.
const (
	Proven     Outcome = "proven"
	Doubtful   Outcome = "doubtful"
	Disproved  Outcome = "disproved"
	Unanswered Outcome = "unanswered"
	// NotOffered is that Microsoft does not offer in this tenant what the claim is
	// about: nothing is proven, and nothing is missing.
	NotOffered Outcome = "not-offered"
	// NotTried is that a run had no reason to try: it takes back that an earlier
	// one got no answer, and is never kept.
	NotTried Outcome = "not-tried"
)

// Sources of evidence beside the ids of checks and the names of scripts.
const (
	SourcePush   = "push"
	SourcePerson = "person"
)

// Record is what one source saw of one claim, the last time that it tried.
type Record struct {
	Claim Claim `json:"claim"`
	// Source is the id of a check, the name of a script, SourcePush or
	// SourcePerson.
	Source  string    `json:"source"`
	Outcome Outcome   `json:"outcome"`
	At      time.Time `json:"at"`
	// Title is the claim as far as it was proven, zero for the whole of it.
	Title words.Text `json:"title,omitzero"`
	// By is who said it, of SourcePerson.
	By string `json:"by,omitempty"`
	// RequestID is that of the last call that was made for it, "" for none.
	RequestID string           `json:"requestId,omitempty"`
	Problem   *problem.Problem `json:"problem,omitempty"`
	// Reported is whether a person brought it in a file that can be written by
	// hand, and no call has shown it.
	Reported bool `json:"reported,omitempty"`
	// Note says what was seen where there is no problem.
	Note words.Text `json:"note,omitzero"`
	// Empty is whether a list was read whole and holds nothing.
	Empty bool `json:"empty,omitempty"`
	// Basis is what it was seen on. Evidence without one comes from an older
	// version that did not record it, and is void.
	Basis Basis `json:"basis,omitempty"`
}

// bad is whether it speaks against its claim.
func (r Record) bad() bool { return r.Outcome == Disproved || r.Outcome == Doubtful }

// Merge adds what was seen to what is remembered. Each source keeps its last
// word on a claim; that nobody answered does not replace a warning or a failure
// which was seen on the same basis.
func Merge(have []Record, seen ...Record) []Record {
	merged := append([]Record(nil), have...)
next:
	for _, r := range seen {
		for i, old := range merged {
			if old.Claim != r.Claim || old.Source != r.Source {
				continue
			}
			switch {
			case r.Outcome == NotTried && old.Outcome == Unanswered:
				merged = slices.Delete(merged, i, i+1)
			case r.Outcome == NotTried:
			case r.Outcome != Unanswered || !old.bad() || old.Basis == nil || !same(old.Basis, r.Basis):
				merged[i] = r
			}
			continue next
		}
		if r.Outcome != NotTried {
			merged = append(merged, r)
		}
	}
	return merged
}

// same is whether two bases differ in nothing that both know.
func same(a, b Basis) bool {
	for part, digest := range a {
		if other, known := b[part]; known && other != digest {
			return false
		}
	}
	return true
}
