package proof

import (
	"context"
	"encoding/json"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/words"
)

// cachePrevious is the run before the last one.
const cachePrevious = "check-previous.json"

// Keep remembers what a run of this document saw, which began on a basis, keeps
// the run itself if it was of all checks, and gives it with what is remembered of
// others; NotKept says why it could not be kept.
func (l *Ledger) Keep(ctx context.Context, run check.Run, c *connection.Connection, basis evidence.Basis) check.Run {
	basis[evidence.ChosenRooms] = l.of(ctx, c).rooms() // all rooms are looked up by the run
	seen := run.Evidence(basis)
	if f, ran := run.Finding(check.ServerToken); ran && f.Evidence["stored"] == false {
		if last, err := l.LastHandover(); err == nil && last.State == store.PushDone {
			seen = append(seen, Lost(run.Finished, basis)...)
		}
	}
	run.NotKept = problem.Of(l.Remember(ctx, seen...))
	if len(run.Only) == 0 && run.NotKept == nil {
		run.NotKept = problem.Of(l.keep(run))
	}
	return l.whole(ctx, run)
}

// keep keeps a run, and the one before it.
func (l *Ledger) keep(run check.Run) error {
	data, err := json.Marshal(run)
	if err != nil {
		return err
	}
	last, err := l.store.LastCheck(l.id)
	switch {
	case problem.CodeOf(err) == store.CodeStateDamaged: // this run takes its place
	case err != nil:
		return err
	case last != nil && len(last.Report) > 0:
		if err := l.store.PutCache(l.id, cachePrevious, last.Report); err != nil {
			return err
		}
	}
	return l.store.SaveCheck(l.id, store.LastCheck{At: run.Finished, Digest: run.Digest, Verdict: string(run.Verdict), Report: data, Texts: words.Keep(run)})
}

// LastCheck is the run that was kept, nil when there is none, and whether it
// ran on the configuration as it is now, as far as this computer can tell
// without asking the tenant for its rooms.
func (l *Ledger) LastCheck(ctx context.Context) (run *check.Run, current bool, err error) {
	last, err := l.store.LastCheck(l.id)
	if err != nil || last == nil {
		return nil, false, err
	}
	run = new(check.Run)
	if err := json.Unmarshal(last.Report, run); err != nil {
		return nil, false, err
	}
	last.Texts.Restore(run)
	*run = l.whole(ctx, *run)
	digest := l.facts(ctx).digest()
	return run, digest != "" && digest == last.Digest, nil
}

// PreviousCheck is the run before the last one, nil when there is none.
func (l *Ledger) PreviousCheck() *check.Run {
	data, _, ok := l.store.Cache(l.id, cachePrevious)
	run := new(check.Run)
	if !ok || json.Unmarshal(data, run) != nil {
		return nil
	}
	return run
}
