package proof

import (
	"context"
	"strings"

	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/words"
)

// LimitFirst is that a product's credential may be handed over only after the
// limit in Exchange was proven.
func LimitFirst(p product.Product) *problem.Problem {
	return problem.New(codeLimitFirst, words.T("%s is limited in Exchange before anything is handed over.", p.Name)).
		With(words.T("The vendor's guide says so. Anyone who has the credential before then can see every calendar of the tenant.")).
		Lead(words.T("Have an Exchange administrator run the script that limits the application, then import its result."), p.LimitScript())
}

// LimitFirst is why nothing may be handed over yet, nil when it may.
func (l *Ledger) LimitFirst(ctx context.Context) error {
	f := l.facts(ctx)
	if !f.Product.LimitFirst {
		return nil
	}
	claims, err := l.Claims(ctx)
	if err != nil || evidence.Find(claims, evidence.Scope).Standing == evidence.Works {
		return err
	}
	return LimitFirst(f.Product)
}

// Scripts whose results prove what only an administrator can see.
const (
	scriptLimit      = "limit-application"
	scriptLimitTest  = "limit-application-test"
	scriptLimitUndo  = "limit-application-undo"
	scriptPolicy     = "access-policy"
	scriptPolicyShow = "access-policy-show"
)

// limitedBy is the script whose results prove the limit of a product: the one
// that its vendor's software survives.
func limitedBy(p product.Product) string {
	if p.Scoping.Way == product.ScopingPolicy {
		return scriptPolicy
	}
	return scriptLimit
}

// LimitedByRBAC is whether the limit was proven that counts only without the
// tenant-wide grant, and for which roles.
func (f Facts) LimitedByRBAC() (roles []string, proven bool) {
	if limitedBy(f.Product) != scriptLimit {
		return nil, false
	}
	r, _ := f.newest(scriptLimitUndo, scriptLimit, scriptLimitTest)
	reach := r.Reach()
	return reach.Roles, reach.Proven()
}

// LimitedBy is the script whose result says that it limits the application, "" where
// none does or a later one undid it.
func (f Facts) LimitedBy() string {
	script := limitedBy(f.Product)
	r, ok := f.newest(scriptLimitUndo, scriptLimit, scriptLimitTest)
	if script == scriptPolicy {
		r, ok = f.newest("", scriptPolicy)
	}
	if ok && r.Passed() && (r.Script == script || r.Reach().Proven()) {
		return script
	}
	return ""
}

// newest is the latest result of several scripts, which are in the order in which
// they are run within a second, none where a later one undid it.
func (f Facts) newest(undo string, scripts ...string) (r exchange.Result, ok bool) {
	for _, script := range scripts {
		if other, read := f.Result(script); read && !other.WhatIf && !other.FinishedAt.Before(r.FinishedAt) {
			r, ok = other, true
		}
	}
	if back, read := f.Result(undo); read && back.Summary[exchange.Changed] > 0 && !back.FinishedAt.Before(r.FinishedAt) {
		return exchange.Result{}, false
	}
	return r, ok
}

// limit is what an administrator's results say of the limit, for a
// connection that no check tests it of.
func (f Facts) limit() (evidence.Record, bool) {
	record := evidence.Record{Claim: evidence.Scope, Source: limitedBy(f.Product), Outcome: evidence.Proven, Reported: true, Basis: f.basis().Of(evidence.Scope)}
	var r exchange.Result
	var ok, proven bool
	if record.Source == scriptPolicy {
		if r, ok = f.newest("", scriptPolicy, scriptPolicyShow); ok {
			proven, record.Note = f.policyHolds(r)
		}
	} else if r, ok = f.newest(scriptLimitUndo, scriptLimit, scriptLimitTest); ok {
		proven, record.Note = r.Reach().Proven(), r.Reach().Text()
	}
	if record.At = r.FinishedAt; !proven {
		record.Outcome, record.Reported = evidence.Disproved, false
	}
	return record, ok
}

// policyHolds is whether the tests of a result let the application into chosen
// rooms and keep it out of another mailbox.
func (f Facts) policyHolds(r exchange.Result) (bool, words.Text) {
	chosen := map[string]bool{}
	for _, room := range f.Chosen() {
		chosen[strings.ToLower(room)] = true
	}
	var inside, outside []string
	for _, o := range r.Results {
		if o.Action != "policy test" {
			continue
		}
		granted := o.After["AccessCheckResult"] == "Granted"
		switch {
		case granted != chosen[strings.ToLower(o.Identity)]:
			return false, words.T("The response for %s is %s.", o.Identity, words.Plain(o.After["AccessCheckResult"]))
		case granted:
			inside = append(inside, o.Identity)
		default:
			outside = append(outside, o.Identity)
		}
	}
	if len(inside) == 0 || len(outside) == 0 {
		return false, words.T("No mailboxes inside and outside the limit were tested.")
	}
	return true, words.T("In scope: %s. Not in scope: %s.", strings.Join(inside, ", "), strings.Join(outside, ", "))
}

// administrators is what the results of scripts say of what is not tested here:
// the limit of the application, and the rooms that are delegated to the service
// account.
func (f Facts) administrators() (records []evidence.Record) {
	if f.Product.Model == product.Vendor || f.Product.Model == product.Own && f.Product.LimitFirst {
		if r, ok := f.limit(); ok {
			records = append(records, r)
		}
	}
	if to := f.Product.DelegationScript(); !to.IsZero() {
		if r, ok := f.Result(to.Field); ok && !r.WhatIf {
			records = append(records, f.delegated(r))
		}
	}
	return records
}

// delegated is what a run of the script that delegates the rooms came to.
func (f Facts) delegated(r exchange.Result) evidence.Record {
	done := map[string]bool{}
	for _, o := range r.Results {
		room := strings.ToLower(o.Identity)
		right := o.Status == exchange.Changed || o.Status == exchange.Same
		if _, known := done[room]; !known || !right {
			done[room] = right
		}
	}
	missing := 0
	for _, room := range f.Chosen() {
		if !done[strings.ToLower(room)] {
			missing++
		}
	}
	record := evidence.Record{Claim: evidence.Delegation, Source: r.Script, Outcome: evidence.Proven, Reported: true, At: r.FinishedAt, Basis: f.basis().Of(evidence.Delegation),
		Note: words.T("The result file of the script says so. Anyone can write such a file, and no call has confirmed it.")}
	switch n := r.Summary[exchange.Failed]; {
	case r.Undo:
		record.Outcome, record.Note = evidence.Disproved, words.T("The last run took back what it had done.")
	case n > 0:
		record.Outcome, record.Note = evidence.Disproved, words.N(n, "The script failed for %d mailbox.", "The script failed for %d mailboxes.", n)
	case missing > 0:
		record.Outcome, record.Note = evidence.Doubtful, words.N(missing, "%d chosen room is not in the results of the script.", "%d chosen rooms are not in the results of the script.", missing)
	}
	record.Reported = record.Outcome == evidence.Proven
	return record
}
