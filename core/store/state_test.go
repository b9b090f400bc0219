package store

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roomkey/roomkey/core/problem"
)

func TestStateIsBesideTheDocument(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	c := saved(t, s, "x")
	if check, err := s.LastCheck(c.ID); check != nil || err != nil {
		t.Error(check, err)
	}
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	want := LastCheck{At: at, Digest: "sha256:x", Verdict: "pass", Report: json.RawMessage(`{"checks":[]}`)}
	if err := s.SaveCheck(c.ID, want); err != nil {
		t.Fatal(err)
	}
	got, err := open(t, dir).LastCheck(c.ID)
	if err != nil || got.Digest != want.Digest || !got.At.Equal(at) || got.Verdict != "pass" || !strings.Contains(string(got.Report), "checks") {
		t.Error(got, err)
	}
	if strings.Contains(content(t, s.file(c.ID)), "pass") {
		t.Error("the document carries what was proven")
	}
	put(t, filepath.Join(s.dir(c.ID), checkFile), `{"verdict":`)
	if _, err := s.LastCheck(c.ID); problem.CodeOf(err).String() != "store.state-damaged" {
		t.Error(err)
	}
	if err := s.SaveCheck("nobody", want); problem.CodeOf(err).String() != "store.deleted" {
		t.Error(err)
	}

	for _, p := range []Push{{State: PushStarted, IdempotencyKey: "1"}, {State: PushStarted, IdempotencyKey: "2"}, {State: PushDone, IdempotencyKey: "1", ETag: `"e"`}} {
		if err := s.AppendPush(c.ID, p); err != nil {
			t.Fatal(err)
		}
	}
	pushes, err := open(t, dir).Pushes(c.ID)
	if d := cmp.Diff([]Push{{State: PushDone, IdempotencyKey: "1", ETag: `"e"`}, {State: PushStarted, IdempotencyKey: "2"}}, pushes); d != "" || err != nil {
		t.Error(d, err)
	}

	if _, _, ok := s.Cache(c.ID, "rooms.json"); ok {
		t.Error("there is no cache yet")
	}
	if err := s.PutCache(c.ID, "rooms.json", []byte("[1]")); err != nil {
		t.Fatal(err)
	}
	if data, when, ok := s.Cache(c.ID, "rooms.json"); !ok || string(data) != "[1]" || time.Since(when) > time.Minute {
		t.Error(string(data), when, ok)
	}
	for _, name := range []string{"../x", "", ".x", "a/b"} {
		if err := s.PutCache(c.ID, name, nil); problem.CodeOf(err).String() != "store.cannot-write" {
			t.Error(name, err)
		}
		if _, _, ok := s.Cache(c.ID, name); ok {
			t.Error(name)
		}
	}
}

func TestTheJournalSurvivesATornLine(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	c := saved(t, s, "x")
	journal := s.Journal(c.ID)
	type entry struct{ Done string }
	texts := func() string {
		entries, err := open(t, dir).Journal(c.ID).Entries()
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, raw := range entries {
			var e entry
			if err := json.Unmarshal(raw, &e); err != nil {
				t.Fatal(err)
			}
			all = append(all, e.Done)
		}
		return strings.Join(all, ",")
	}
	if got := texts(); got != "" {
		t.Error(got)
	}
	for _, done := range []string{"one", "two\nlines"} {
		if err := journal.Append(entry{done}); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(s.dir(c.ID), journalFile)
	before := content(t, file)
	put(t, file, before+`{"Done":"thr`)
	if got := texts(); got != "one,two\nlines" {
		t.Error(got)
	}
	if err := journal.Append(entry{"four"}); err != nil {
		t.Fatal(err)
	}
	if got := texts(); got != "one,two\nlines,four" {
		t.Error(got)
	}
	if !strings.HasPrefix(content(t, file), before) {
		t.Error("what stood there was changed")
	}
	var done sync.WaitGroup
	for range 4 {
		done.Go(func() {
			other := open(t, dir).Journal(c.ID)
			for range 25 {
				if err := other.Append(entry{strings.Repeat("x", 5000)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done.Wait()
	if entries, err := journal.Entries(); err != nil || len(entries) != 103 {
		t.Error(len(entries), err)
	}
	if err := journal.Append(func() {}); err == nil {
		t.Error("what is no JSON cannot be kept")
	}
}
