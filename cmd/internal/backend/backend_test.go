package backend

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/ui/page"
)

// simulatedTenant is a Backend with an open connection to a simulated tenant.
func simulatedTenant(t *testing.T) (*Backend, string) {
	t.Helper()
	dir := t.TempDir()
	env, err := wire.New(wire.Options{ConfigDir: dir, Vault: "memory"})
	if err != nil {
		t.Fatal(err)
	}
	paths, err := wire.PathsOf(dir)
	if err != nil {
		t.Fatal(err)
	}
	b := New(Options{Environment: env, Paths: paths, Life: t.Context(), Simulated: simulator.Options{Rooms: 4, Users: 12}})
	t.Cleanup(b.CloseAll)
	id, err := b.Simulate(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return b, id
}

// TestDiagnosis tests, with a booking, and saves each form of the report.
func TestDiagnosis(t *testing.T) {
	b, id := simulatedTenant(t)
	first, err := b.Check(t.Context(), id, page.CheckOptions{}, nil, nil)
	if err != nil || first.Verdict != page.VerdictPass {
		t.Fatalf("%s, %v", first.Verdict, err)
	}
	if says := first.Says.String(); !strings.HasPrefix(says, "Proven from this computer") || !strings.Contains(says, "unproven") {
		t.Errorf("says %q", says)
	}
	if !first.Before.IsZero() || len(first.Endpoints) == 0 || len(first.Features) == 0 || len(first.Unproven) == 0 {
		t.Errorf("before %v, %d endpoints, %d features, %d unproven", first.Before, len(first.Endpoints), len(first.Features), len(first.Unproven))
	}
	prepared, err := b.Prepare(t.Context(), id)
	if err != nil || len(prepared.Rooms) != 4 || !prepared.Books || len(prepared.Leftovers) != 0 || prepared.SignedIn != "" {
		t.Fatalf("%+v, %v", prepared, err)
	}
	s, err := b.session(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	organizer := b.simulates(s).Account().OrganizerUPN
	books := page.CheckOptions{Booking: true, Organizer: organizer, Room: prepared.Rooms[0]}
	plan, err := b.PlanBooking(t.Context(), id, books)
	if err != nil || !strings.Contains(plan.Says.String(), "(Europe/Berlin, UTC+0") || plan.At.Before(time.Now()) {
		t.Fatalf("%+v, %v", plan, err)
	}
	books.At = plan.At
	second, err := b.Check(t.Context(), id, books, nil, nil)
	if err != nil || second.Before.IsZero() {
		t.Fatalf("%v, compared with %v", err, second.Before)
	}
	for _, f := range second.Findings {
		switch {
		case f.ID == "booking.test" && f.Status == page.StatusSkipped:
			t.Errorf("the room was not booked: %s", f.Because)
		case f.ID == "notifications" && !f.Unwanted:
			t.Errorf("a yes to the booking subscribed: %+v", f)
		}
	}
	one, err := b.Check(t.Context(), id, page.CheckOptions{Only: []string{"token"}}, nil, nil)
	if err != nil || len(one.Findings) == 0 || len(one.Findings) >= len(second.Findings) {
		t.Fatalf("%d findings, %v", len(one.Findings), err)
	}
	if last, err := b.LastCheck(t.Context(), id); err != nil || !last.Finished.Equal(second.Finished) {
		t.Errorf("one check took the whole run's place: %v, %v", last.Finished, err)
	}
	for form, begins := range map[string]string{page.ReportPage: "<!doctype html>", page.ReportJSON: "{", page.ReportBundle: "PK"} {
		file, err := b.Report(t.Context(), id, form)
		if err != nil || !strings.HasPrefix(strings.ToLower(string(file.Data[:min(15, len(file.Data))])), strings.ToLower(begins)) || !strings.HasSuffix(file.Name, "."+form) {
			t.Errorf("%s: %s, %v", form, file.Name, err)
		}
	}
}

// TestAScriptIsComparedWithTheOneGeneratedLast: the one that stood there when
// the page or the program was left, whatever was typed in between.
func TestAScriptIsComparedWithTheOneGeneratedLast(t *testing.T) {
	b, id := simulatedTenant(t)
	script := func(values map[string]string) page.Document {
		t.Helper()
		doc, err := b.Script(t.Context(), id, "calendar-processing", values)
		if err != nil {
			t.Fatal(err)
		}
		return doc
	}
	back := func() {
		t.Helper()
		if _, err := b.Scripts(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	back()
	script(nil)
	if doc := script(map[string]string{"keepSubject": "none"}); !doc.Last.IsZero() {
		t.Errorf("typing counts as generated at %v", doc.Last)
	}
	back()
	if doc := script(map[string]string{"keepSubject": "none"}); doc.Last.IsZero() || doc.Diff != "" {
		t.Errorf("generated last %v, %q", doc.Last, doc.Diff)
	}
	if doc := script(nil); doc.Diff == "" {
		t.Error("no difference from the script that was left")
	}
	b.Close(id)
	if doc := script(nil); doc.Diff != "" {
		t.Errorf("after the connection was closed: %q", doc.Diff)
	}
	if _, err := b.SaveScripts(t.Context(), id, t.TempDir(), nil); err != nil {
		t.Fatal(err)
	}
	if doc := script(nil); doc.Diff != "" {
		t.Errorf("the number of a file in a folder is a difference: %q", doc.Diff)
	}
}

// TestReadback has the simulated colleague run a script whose result is read
// back, and reads a CSV of today's calendar processing.
func TestReadback(t *testing.T) {
	b, id := simulatedTenant(t)
	doc, err := b.Script(t.Context(), id, "calendar-processing", nil)
	if err != nil || !doc.Last.IsZero() || doc.Diff != "" {
		t.Fatalf("generated last %v, %q, %v", doc.Last, doc.Diff, err)
	}
	if !bytes.Contains(doc.Data, []byte("\r\n")) {
		t.Error("the file to save does not end its lines as Windows wants them")
	}
	r, err := b.Colleague(t.Context(), id, "calendar-processing", nil)
	if err != nil || r.Done != 4 || r.Failed != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	back, err := b.Readback(t.Context(), id)
	if err != nil || !back.Simulated || len(back.Results) != 1 || back.Results[0].Script != "calendar-processing" || time.Since(back.Results[0].At) > time.Minute {
		t.Fatalf("%+v, %v", back, err)
	}
	// The colleague ran exactly this script; one for a single room differs.
	if doc, err = b.Script(t.Context(), id, "calendar-processing", nil); err != nil || doc.Last.IsZero() || doc.Diff != "" {
		t.Errorf("generated last %v, %q, %v", doc.Last, doc.Diff, err)
	}
	if _, err := b.Check(t.Context(), id, page.CheckOptions{}, nil, nil); err != nil { // from then on the rooms are known
		t.Fatal(err)
	}
	prepared, err := b.Prepare(t.Context(), id)
	if err != nil || len(prepared.Rooms) != 4 {
		t.Fatalf("%+v, %v", prepared, err)
	}
	if doc, err = b.Script(t.Context(), id, "calendar-processing", map[string]string{"only": prepared.Rooms[1]}); err != nil || !strings.Contains(doc.Diff, prepared.Rooms[1]) {
		t.Errorf("%q, %v", doc.Diff, err)
	}
	if err := b.KeepScript(t.Context(), id, "calendar-processing", doc.Data); err != nil {
		t.Fatal(err)
	}
	if doc, err = b.Script(t.Context(), id, "calendar-processing", map[string]string{"only": prepared.Rooms[1]}); err != nil || doc.Diff != "" {
		t.Errorf("after it was saved: %q, %v", doc.Diff, err)
	}

	opened, err := b.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	tenant := opened.Connection.Tenant.ID
	csv := "Tenant,Room,DeleteSubject\n" + tenant + "," + prepared.Rooms[0] + ",True\n" + tenant + "," + prepared.Rooms[1] + ",False\n" + tenant + "," + prepared.Rooms[2] + ",perhaps\n"
	p, err := b.ImportProcessing(t.Context(), id, []byte(csv), "today.csv")
	if err != nil || len(p.Rooms) != 3 || len(p.Differing()) != 1 || p.Differing()[0] != prepared.Rooms[0] || p.Rooms[2].Wrong.IsZero() {
		t.Fatalf("%+v, %v", p, err)
	}
	if _, err := b.ImportProcessing(t.Context(), id, []byte(strings.ReplaceAll(csv, tenant, "5f6d7c1e-2a4b-4c3d-9e8f-0123456789ab")), "today.csv"); err == nil {
		t.Error("a CSV of another tenant was read")
	}
	old := strings.ReplaceAll(csv, "Room,", "Room,Read,")
	for _, room := range prepared.Rooms[:3] {
		old = strings.ReplaceAll(old, room+",", room+",2026-11-01T08:00:00Z,")
	}
	if _, err := b.ImportProcessing(t.Context(), id, []byte(old), "old.csv"); err != nil {
		t.Fatal(err)
	}
	if back, err = b.Readback(t.Context(), id); err != nil || !back.Processing.At.Equal(time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)) {
		t.Errorf("an old CSV is called as new as its reading: %v, %v", back.Processing.At, err)
	}
	if back, err = b.Readback(t.Context(), id); err != nil || len(back.Processing.Rooms) != 3 {
		t.Errorf("%d rooms are kept, %v", len(back.Processing.Rooms), err)
	}
	paths, err := b.SaveScripts(t.Context(), id, t.TempDir(), nil)
	if err != nil || len(paths) < 3 {
		t.Errorf("%d files, %v", len(paths), err)
	}
}

// TestSettles says when a change of the application's reach counts, and that a
// run with -WhatIf changed nothing.
func TestSettles(t *testing.T) {
	ended := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	r := exchange.Result{Script: "limit-application", FinishedAt: ended, Summary: map[string]int{exchange.Changed: 1}}
	if got := shownResult(r); !got.Settles.Equal(ended.Add(exchange.Propagation)) || len(got.Problems) != 0 {
		t.Errorf("%+v", got)
	}
	r.WhatIf = true
	if got := shownResult(r); !got.Settles.IsZero() || len(got.Problems) != 1 {
		t.Errorf("%+v", got)
	}
}
