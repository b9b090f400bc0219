package check

import "github.com/roomkey/roomkey/core/evidence"

// upstreams is the place of each check's link in the chain, the first being 0.
func upstreams() map[string]int {
	places := map[string]int{}
	for _, c := range Catalogue() {
		_, places[c.ID] = c.Claim.Link()
	}
	return places
}

// Linked is what the checks of one link found.
type Linked struct {
	// Open is what did not pass, Passed what did, and Left what this run did not
	// look at because it does not apply or nobody asked for it.
	Open, Passed, Left []Finding
}

// ByLink sorts findings under the links that they belong to. What only an
// administrator's sign-in would show is left out: Fold makes one of it.
func ByLink(findings []Finding) map[evidence.LinkID]Linked {
	linkOf := map[string]evidence.LinkID{}
	for _, c := range Catalogue() {
		linkOf[c.ID], _ = c.Claim.Link()
	}
	all := map[evidence.LinkID]Linked{}
	for _, f := range findings {
		id := linkOf[f.ID]
		l := all[id]
		switch {
		case f.NeedsSignIn:
			continue
		case f.Status == Pass:
			l.Passed = append(l.Passed, f)
		case f.Status == Skipped && f.Because == "" && f.Problem == nil:
			l.Left = append(l.Left, f)
		default:
			l.Open = append(l.Open, f)
		}
		all[id] = l
	}
	return all
}
