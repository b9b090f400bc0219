package check

import (
	"slices"

	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
)

// quickProof are the checks that prove a registration at once: sign-in,
// permissions and the lists that the product asks for.
func quickProof(in Input) []string {
	var ids []string
	for _, c := range Catalogue() {
		if c.Applies != nil {
			if applies, _ := c.Applies(in); !applies {
				continue
			}
		}
		switch c.Claim {
		case evidence.SignIn, evidence.Permissions, evidence.Rooms, evidence.People, evidence.Groups:
			if c.Proves {
				ids = append(ids, c.ID)
			}
		}
	}
	return ids
}

// NotYet is what did not pass and may by itself, right after something was made
// or granted at Microsoft; nil for nothing.
func (r Run) NotYet() *problem.Problem {
	for _, f := range r.Findings {
		if p := f.Problem; p != nil && (f.Status == Fail || f.Status == Unknown) && !f.Optional && (p.Kind == problem.Denied || p.Kind.Passing() || entra.Settles(p)) {
			return p
		}
	}
	return nil
}

// Claims are what a connection claims, with the checks that prove each.
func Claims(in Input) []evidence.Want {
	var wanted []evidence.Want
	for _, c := range Catalogue() {
		if !c.Proves {
			continue
		}
		if c.Applies != nil {
			if applies, _ := c.Applies(in); !applies {
				continue
			}
		}
		i := slices.IndexFunc(wanted, func(w evidence.Want) bool { return w.Claim == c.Claim })
		if i < 0 {
			i = len(wanted)
			wanted = append(wanted, evidence.Want{Claim: c.Claim})
		}
		wanted[i].By = append(wanted[i].By, c.ID)
		wanted[i].Optional = wanted[i].Optional || c.Optional || c.Wanted != nil || c.SignIn
	}
	return wanted
}

// Evidence is what a run saw, on a basis. A check that did not run says only that
// nobody had to try, unless it could not because of another's failure.
func (r Run) Evidence(basis evidence.Basis) []evidence.Record {
	var records []evidence.Record
	for _, f := range r.Findings {
		if record, saw := f.evidence(r, basis); saw {
			records = append(records, record)
		}
	}
	return records
}

var outcomes = map[Status]evidence.Outcome{
	Pass: evidence.Proven, Warn: evidence.Doubtful, Fail: evidence.Disproved, Unknown: evidence.Unanswered, Skipped: evidence.NotTried,
}

func (f Finding) evidence(r Run, basis evidence.Basis) (evidence.Record, bool) {
	i := slices.IndexFunc(Catalogue(), func(c Check) bool { return c.ID == f.ID })
	if i < 0 || f.Problem != nil && f.Problem.Kind == problem.Cancelled {
		return evidence.Record{}, false
	}
	c := Catalogue()[i]
	outcome, tried := outcomes[f.Status]
	if f.NotOffered {
		outcome, tried = evidence.NotOffered, true
	}
	if f.Status == Skipped && f.Because != "" {
		outcome, tried = evidence.Unanswered, true
	}
	if !tried || outcome == evidence.Unanswered && !c.Proves {
		return evidence.Record{}, false
	}
	record := evidence.Record{Claim: c.Claim, Source: c.ID, Outcome: outcome, At: r.Finished, Problem: f.Problem, Note: f.Note, Empty: f.Empty, Basis: basis.Of(c.Claim)}
	if f.Status == Pass && f.Title.Key != c.Title.Key { // it proved less than it is called
		record.Title = f.Title
	}
	for _, e := range f.Exchanges {
		if e.RequestID != "" {
			record.RequestID = e.RequestID
		}
	}
	return record, true
}
