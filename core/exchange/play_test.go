package exchange

import (
	"encoding/json"
	"fmt"
	"time"
)

// play is the colleague who runs a script: do applies one operation and
// says what became of it; what it leaves empty is taken from the operation. It
// gives the result file.
func play(file json.RawMessage, account string, now func() time.Time, do func(Operation) Outcome) ([]byte, error) {
	var in intent
	if err := json.Unmarshal(file, &in); err != nil {
		return nil, err
	}
	r := Result{
		Schema: 1, Script: in.Script, Connection: in.Connection, Tenant: in.Tenant, Account: account,
		StartedAt: now().UTC().Truncate(time.Second), Files: []string{}, Results: []Outcome{},
		Summary: map[string]int{Changed: 0, Same: 0, Failed: 0, Skipped: 0},
	}
	for _, op := range in.Operations {
		o := do(op)
		if o.Identity == "" {
			o.Identity = op.Identity
		}
		if o.Action == "" {
			o.Action = op.Cmdlet
		}
		if op.Cmdlet == testReach {
			o = o.reach(op)
		}
		r.Results = append(r.Results, o)
		r.Summary[o.Status]++
	}
	r.FinishedAt = now().UTC().Truncate(time.Second)
	return resultFile(r)
}

// reach fills an answer about the reach in as the script would: who applies the
// operation says in After["InScope"] what is so, or nothing when it is right.
func (o Outcome) reach(op Operation) Outcome {
	var want reachTest
	if err := json.Unmarshal(op.Parameters, &want); err != nil {
		return Outcome{Identity: op.Identity, Status: Failed, Error: err.Error()}
	}
	o.Action = map[string]string{"True": "in scope", "False": "out of scope"}[want.InScope]
	o.After = map[string]string{"Role": want.Role, "InScope": or(o.After["InScope"], want.InScope)}
	if o.Status != Failed && o.Status != Skipped {
		o.Status = Same
		if o.After["InScope"] != want.InScope {
			o.Status, o.Error = Failed, fmt.Sprintf("InScope is %s for %s.", o.After["InScope"], want.Role)
		}
	}
	return o
}

// resultFile is a result as its script leaves it.
func resultFile(r Result) ([]byte, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, `{"seal":"%s","result":%s}`, checksum(body), body), nil
}
