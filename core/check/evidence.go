package check

import (
	"slices"

	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
)

// QuickProof are the checks that prove a registration at once: sign-in,
// permissions and lists.
func QuickProof() []string {
	var ids []string
	for _, c := range Catalogue() {
		switch c.Claim {
		case evidence.SignIn, evidence.Permissions, evidence.Rooms, evidence.People, evidence.Groups:
			if c.Proves {
				ids = append(ids, c.ID)
			}
		}
	}
	return ids
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
		wanted[i].Optional = wanted[i].Optional || c.Optional || c.Wanted != nil
	}
	return wanted
}

// Evidence is what a run saw, on a basis. A check that did not run says nothing,
// unless it could not because of another's failure.
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
	Pass: evidence.Proven, Warn: evidence.Doubtful, Fail: evidence.Disproved, Unknown: evidence.Unanswered,
}

func (f Finding) evidence(r Run, basis evidence.Basis) (evidence.Record, bool) {
	i := slices.IndexFunc(Catalogue(), func(c Check) bool { return c.ID == f.ID })
	if i < 0 || f.Problem != nil && f.Problem.Kind == problem.Cancelled {
		return evidence.Record{}, false
	}
	c := Catalogue()[i]
	outcome, tried := outcomes[f.Status]
	if f.Status == Skipped && f.Because != "" {
		outcome, tried = evidence.Unanswered, true
	}
	if !tried || outcome == evidence.Unanswered && !c.Proves {
		return evidence.Record{}, false
	}
	record := evidence.Record{Claim: c.Claim, Source: c.ID, Outcome: outcome, At: r.Finished, Problem: f.Problem, Note: f.Note, Basis: basis.Of(c.Claim)}
	for _, e := range f.Exchanges {
		if e.RequestID != "" {
			record.RequestID = e.RequestID
		}
	}
	return record, true
}
