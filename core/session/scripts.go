package session

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// ScriptTarget is what scripts of this connection are written for, with the
// rooms that its choice comes to. Where they are not known yet, because nobody can
// sign in or none were typed, scripts that are about no room are written all the
// same.
func (s *Session) ScriptTarget(ctx context.Context) (exchange.Target, error) {
	rooms, noRooms := s.ResolveRooms(ctx)
	if p := problem.Of(noRooms); p != nil && p.Kind != problem.SignInNeeded && p.Code != codeRoomsNotListable {
		return exchange.Target{}, noRooms
	}
	t, err := s.scriptTarget(rooms)
	t.NoRooms = noRooms
	if err != nil || t.Connection.Application.ServicePrincipalID != "" {
		return t, err
	}
	// The application's own token names its enterprise application, which is the
	// object that Exchange wants.
	if token, err := (tokens{s}).Token(ctx); err == nil && token.Claims != nil {
		t.Connection.Application.ServicePrincipalID = token.Claims.ObjectID
	}
	return t, ctx.Err()
}

// LastScriptTarget is ScriptTarget with the rooms as they are known here,
// without a call: for showing the catalogue.
func (s *Session) LastScriptTarget() (exchange.Target, error) {
	rooms := s.KnownRooms()
	if mode := s.Document().Rooms.Mode; len(rooms) == 0 && (mode == "" || mode == connection.All) {
		s.mu.Lock()
		rooms = slices.Collect(maps.Values(s.listed))
		s.mu.Unlock()
		SortRooms(rooms)
	}
	t, err := s.scriptTarget(rooms)
	if choice := t.Connection.Rooms; err == nil && len(rooms) == 0 && choice.Chosen() && choice.Mode != connection.Selected {
		if _, looked := s.looked(); !looked {
			t.NoRooms = problem.New(codeRoomsNotReadYet, words.T("The chosen rooms have not been read yet.")).
				Lead(words.T("Open them, or test the connection."), problem.PlaceRooms.With("roomkeyctl check"))
		}
	}
	return t, err
}

func (s *Session) scriptTarget(rooms []tenant.Room) (exchange.Target, error) {
	p, err := s.Product()
	if err != nil {
		return exchange.Target{}, err
	}
	row, err := s.Cloud()
	if err != nil {
		return exchange.Target{}, err
	}
	return exchange.Target{Connection: s.Document(), Cloud: row, Product: p, Rooms: rooms, Results: s.ScriptResults(), Now: s.env.Now()}, nil
}

// shownBy are the claims that show what a script was run for.
var shownBy = map[string]evidence.Claim{
	"calendar-processing": evidence.RoomSettings, "service-account": evidence.Account,
	"service-account-reach": evidence.Delegation, "delegate-rooms": evidence.Delegation,
	"limit-application": evidence.Scope, "remove-grant": evidence.Scope, "access-policy": evidence.Scope,
}

// Checklist are the scripts as exchange.Checklist has them, with what was proven
// since. It makes no call.
func (s *Session) Checklist(ctx context.Context) ([]exchange.Task, error) {
	target, err := s.LastScriptTarget()
	if err != nil {
		return nil, err
	}
	claims, err := s.Claims(ctx)
	if err != nil {
		return nil, err
	}
	target.Rooms = s.described(target.Rooms)
	list := exchange.Checklist(target)
	for i := range list {
		task := &list[i]
		claim := evidence.Find(claims, shownBy[task.Script.Name])
		switch own := claim.Source == task.Script.Name; {
		case task.Stage == "" || claim.Claim == "":
		case claim.Standing == evidence.Works && !claim.Reported:
			task.Stage, task.Why, task.At = exchange.Proven, claim.Title, claim.At
		case own && claim.Standing != evidence.Works && task.Stage == exchange.Reported:
			task.Stage, task.Why = exchange.Needed, claim.Reason // of other rooms, or not of all
		}
	}
	return list, nil
}

// described are those of the rooms that were listed since the connection was opened,
// with their data.
func (s *Session) described(rooms []tenant.Room) (known []tenant.Room) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range rooms {
		if listed, ok := s.listed[strings.ToLower(r.EmailAddress)]; ok {
			known = append(known, listed)
		}
	}
	return known
}

// WriteScriptFolder writes everything for this connection into a folder:
// numbered scripts, their intents, a README and a checklist. It gives the paths.
func (s *Session) WriteScriptFolder(ctx context.Context, folder string) ([]string, error) {
	target, err := s.ScriptTarget(ctx)
	if err != nil {
		return nil, err
	}
	docs, err := exchange.Folder(target)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, cannotWrite(folder, err)
	}
	var paths []string
	for _, d := range docs {
		path := filepath.Join(folder, d.File)
		if err := WriteFile(path, d.Text); err != nil {
			return paths, err
		}
		if filepath.Ext(d.File) == ".ps1" {
			if err := s.KeepScript(d); err != nil {
				return paths, err
			}
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// WriteFile writes a file of the administrator's, whole or not at all.
func WriteFile(path string, data []byte) error {
	if err := store.WriteFile(path, data); err != nil {
		return cannotWrite(path, err)
	}
	return nil
}

// cannotWrite is the problem of a file that cannot be written.
func cannotWrite(path string, err error) *problem.Problem {
	return problem.New(codeExportCannotWrite, words.T("%s cannot be written.", path)).With(words.Plain(err.Error())).By(err).
		Fix(words.T("Choose a folder that you can write to and that has enough space."))
}

// resultName is where the last result of a script is kept.
func resultName(script string) string { return "result-" + script + ".json" }

// clockLeeway is how far another computer's clock may be ahead.
const clockLeeway = time.Hour

// ReadScriptResult reads a result file of this connection and keeps it as
// evidence: the newest of each script counts.
func (s *Session) ReadScriptResult(data []byte) (exchange.Result, error) {
	r, err := exchange.ReadResult(data, s.Document())
	if err != nil {
		return r, err
	}
	if now := s.env.Now(); r.FinishedAt.After(now.Add(clockLeeway)) {
		return r, problem.New(codeExchangeResultFuture, words.T("The result file says that the script ended on %s, which is in the future.", r.FinishedAt.UTC().Format(time.DateTime+" MST"))).
			Fix(words.T("Set the clock of the computer that ran the script, and of this one, then run the script again. Roomkey finds the newest result by its time."))
	}
	// What a script would do does not take the place of what it did.
	if last, ok := s.scriptResult(r.Script); ok && (last.FinishedAt.After(r.FinishedAt) || r.WhatIf && !last.WhatIf) {
		return r, nil
	}
	return r, s.env.Store.PutCache(s.ID(), resultName(r.Script), data)
}

// scriptResult is the last result of a script that was read back.
func (s *Session) scriptResult(script string) (exchange.Result, bool) {
	data, _, ok := s.env.Store.Cache(s.ID(), resultName(script))
	if !ok {
		return exchange.Result{}, false
	}
	r, err := exchange.ReadResult(data, s.Document())
	return r, err == nil
}

// ScriptResults are the last results of all scripts, in the catalogue's order.
func (s *Session) ScriptResults() []exchange.Result {
	var out []exchange.Result
	for _, script := range exchange.Catalogue() {
		if r, ok := s.scriptResult(script.Name); ok {
			out = append(out, r)
		}
	}
	return out
}
