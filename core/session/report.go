package session

import (
	"bytes"
	"context"
	"os"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/file"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/report"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// Report is a run as one self-contained HTML page, with what became better and
// worse since the run before it, and what was last read of who reaches a room.
func (s *Session) Report(run check.Run) ([]byte, error) {
	var page bytes.Buffer
	o := report.Options{Previous: s.PreviousCheck(), Speak: s.env.Language, Language: s.env.LanguageCode}
	if room, read := s.LastRoomAccess(); read {
		o.Access = &room
	}
	err := report.HTML(&page, run, o)
	return page.Bytes(), err
}

// Bundle is a redacted zip file for whoever gives support. log is the log
// file's path.
func (s *Session) Bundle(ctx context.Context, log, version string) ([]byte, error) {
	b := report.Bundle{Connection: s.Document(), Previous: s.PreviousCheck(), Version: version, At: s.env.Now()}
	run, _, err := s.LastCheck(ctx)
	if err != nil {
		return nil, err
	}
	b.Run = run
	for _, kind := range vault.Kinds() {
		secret, err := s.env.Vault.Get(ctx, s.ID(), kind)
		switch {
		case err == nil:
			b.Secrets = append(b.Secrets, secret)
		case problem.CodeOf(err) != vault.CodeAbsent:
			// Without knowing the secrets nobody can promise that none is in it.
			return nil, err
		}
	}
	if file.Regular(log) == nil {
		if f, err := os.Open(log); err == nil {
			defer f.Close()
			b.Log = f
		}
	}
	var out bytes.Buffer
	err = b.Write(&out)
	return out.Bytes(), err
}

// Leftovers are what an interrupted check made in the tenant and may not have
// removed.
func (s *Session) Leftovers() ([]check.Trace, error) {
	entries, err := s.env.Store.Journal(s.ID()).Entries()
	if err != nil {
		return nil, err
	}
	return check.Leftovers(entries, s.env.Now()), nil
}

// CleanUp removes leftovers by the ids in the journal and nothing else. It goes
// on after one that could not be removed, and gives the first problem.
func (s *Session) CleanUp(ctx context.Context) (removed int, err error) {
	left, err := s.Leftovers()
	if err != nil || len(left) == 0 {
		return 0, err
	}
	done, err := s.work("", true)
	if err != nil {
		return 0, err
	}
	defer done()
	reader, err := s.tenant()
	if err != nil {
		return 0, err
	}
	var first error
	for _, trace := range left {
		if err := remove(ctx, reader, trace); err != nil {
			if first == nil {
				first = err
			}
			continue
		}
		trace.State, trace.At = check.TraceRemoved, s.env.Now()
		if err := s.env.Store.Journal(s.ID()).Append(trace); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, first
}

func remove(ctx context.Context, t Tenant, trace check.Trace) error {
	switch {
	case trace.Kind == "event":
		return check.Remove(ctx, t, trace)
	case trace.ID == "":
		return problem.New(codeCheckTraceWithoutID, words.T("A test subscription may exist, and its ID is unknown.")).
			Fix(words.T("It expires within 45 minutes."))
	}
	return t.Unsubscribe(ctx, trace.ID)
}
