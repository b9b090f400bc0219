package window

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/ui/page"
)

// home is a Home in a folder of its own.
func home(t *testing.T, o simulator.Options) *Home {
	t.Helper()
	h, err := Open(t.Context(), wire.Options{ConfigDir: t.TempDir(), Vault: "memory"})
	if err != nil {
		t.Fatal(err)
	}
	h.Options = o
	t.Cleanup(h.Close)
	return h
}

// simulatedTenant is an open connection to a simulated tenant.
func simulatedTenant(t *testing.T) (*Home, page.Session) {
	t.Helper()
	h := home(t, simulator.Options{Rooms: 4, Users: 12})
	id, err := h.Simulate(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return h, opened(t, h, id)
}

func opened(t *testing.T, h *Home, id string) page.Session {
	t.Helper()
	o, err := h.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.Session.Close)
	return o.Session
}

func quickly(t *testing.T) context.Context {
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(stop)
	return ctx
}

// TestDiagnosis tests, with a booking, and makes each form of the report.
func TestDiagnosis(t *testing.T) {
	h, s := simulatedTenant(t)
	ctx := quickly(t)
	first, err := s.Check(ctx, check.Options{NoSubscription: true}, nil, nil)
	if err != nil || first.Verdict != check.Passed || len(first.Endpoints) == 0 || len(first.Features) == 0 || len(first.Unproven) == 0 || s.PreviousCheck() != nil {
		t.Fatalf("%+v, %v", first, err)
	}
	rooms := s.KnownRooms()
	if left, err := s.Leftovers(); err != nil || len(left) != 0 || len(rooms) != 4 || s.Administrator() != nil {
		t.Fatalf("%v, %v, %v", rooms, left, err)
	}
	books := check.Options{AllowWrites: true, NoSubscription: true, Organizer: h.sim.Load().Account().OrganizerUPN, TestRoom: rooms[0].EmailAddress}
	plan, err := s.PlanBooking(ctx, books)
	if err != nil || !strings.Contains(plan.Says().String(), "(Europe/Berlin, UTC+0") || plan.Start.Before(time.Now()) {
		t.Fatalf("%+v, %v", plan, err)
	}
	books.BookingAt = plan.Start
	second, err := s.Check(ctx, books, nil, nil)
	if err != nil || s.PreviousCheck() == nil {
		t.Fatalf("%v, compared with %v", err, s.PreviousCheck())
	}
	for _, f := range second.Findings {
		switch {
		case f.ID == "booking.test" && f.Status == check.Skipped:
			t.Errorf("the room was not booked: %s", f.Note)
		case f.ID == "notifications" && (f.Status != check.Skipped || f.Problem != nil):
			t.Errorf("a yes to the booking subscribed: %+v", f)
		}
	}
	one, err := s.Check(ctx, check.Options{Only: []string{check.Token}}, nil, nil)
	if err != nil || len(one.Findings) == 0 || len(one.Findings) >= len(second.Findings) {
		t.Fatalf("%d findings, %v", len(one.Findings), err)
	}
	last, current, err := s.LastCheck(ctx)
	if err != nil || !last.Finished.Equal(second.Finished) || !current {
		t.Errorf("one check took the whole run's place: %v, %v", last.Finished, err)
	}
	if data, err := s.Report(*last); err != nil || !strings.HasPrefix(strings.ToLower(string(data)), "<!doctype html>") {
		t.Errorf("the report: %v", err)
	}
	if data, err := s.Bundle(ctx, h.About().LogFile, "test"); err != nil || !strings.HasPrefix(string(data), "PK") {
		t.Errorf("the bundle: %v", err)
	}
}

func generate(t *testing.T, s page.Session, values map[string]any) exchange.Document {
	t.Helper()
	target, err := s.ScriptTarget(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	doc, err := exchange.Generate("calendar-processing", target, values)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestAScriptIsComparedWithTheOneGeneratedLast: the one that stood there when
// the page or the program was left, whatever was typed in between.
func TestAScriptIsComparedWithTheOneGeneratedLast(t *testing.T) {
	h, s := simulatedTenant(t)
	keep := func() {
		t.Helper()
		if err := s.KeepShown(); err != nil {
			t.Fatal(err)
		}
	}
	none := map[string]any{"keepSubject": "none"}
	s.ShowScript(generate(t, s, nil))
	if _, last := s.ShowScript(generate(t, s, none)); !last.IsZero() {
		t.Errorf("typing counts as generated at %v", last)
	}
	keep()
	if diff, last := s.ShowScript(generate(t, s, none)); last.IsZero() || diff != "" {
		t.Errorf("generated last %v, %q", last, diff)
	}
	if diff, _ := s.ShowScript(generate(t, s, nil)); diff == "" {
		t.Error("no difference from the script that was left")
	}
	s.Close()
	s = opened(t, h, s.ID())
	if diff, _ := s.ShowScript(generate(t, s, nil)); diff != "" {
		t.Errorf("after the connection was closed: %q", diff)
	}
	if paths, err := s.WriteScriptFolder(t.Context(), t.TempDir()); err != nil || len(paths) < 3 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	if diff, _ := s.ShowScript(generate(t, s, nil)); diff != "" {
		t.Errorf("the number of a file in a folder is a difference: %q", diff)
	}
}

// TestReadback has the simulated colleague run a script whose result is read
// back, and reads a CSV of today's calendar processing.
func TestReadback(t *testing.T) {
	h, s := simulatedTenant(t)
	doc := generate(t, s, nil)
	result, err := h.Simulated(s.Document().Cloud).Run(doc)
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.ReadScriptResult(result)
	if err != nil || r.Summary[exchange.Changed]+r.Summary[exchange.Same] != 4 || r.Summary[exchange.Failed] != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	if kept := s.ScriptResults(); len(kept) != 1 || kept[0].Script != "calendar-processing" || time.Since(kept[0].FinishedAt) > time.Minute {
		t.Fatalf("%+v", kept)
	}
	if _, err := s.Check(t.Context(), check.Options{}, nil, nil); err != nil { // from then on the rooms are known
		t.Fatal(err)
	}
	rooms, tenant := s.KnownRooms(), s.Document().Tenant.ID
	csv := "Tenant,Room,DeleteSubject\n" + tenant + "," + rooms[0].EmailAddress + ",True\n" + tenant + "," + rooms[1].EmailAddress + ",False\n" + tenant + "," + rooms[2].EmailAddress + ",perhaps\n"
	states, err := s.ReadProcessing([]byte(csv))
	if err != nil || len(states) != 4 || len(states[0].Differences) == 0 || len(states[1].Differences) != 0 || states[2].Problem == nil || states[1].AsNeeded() || states[3].Problem == nil {
		t.Fatalf("%+v, %v", states, err)
	}
	if _, err := s.ReadProcessing([]byte(strings.ReplaceAll(csv, tenant, "5f6d7c1e-2a4b-4c3d-9e8f-0123456789ab"))); err == nil {
		t.Error("a CSV of another tenant was read")
	}
	old := strings.ReplaceAll(csv, "Room,", "Room,Read,")
	for _, room := range rooms[:3] {
		old = strings.ReplaceAll(old, room.EmailAddress+",", room.EmailAddress+",2026-11-01T08:00:00Z,")
	}
	if _, err := s.ReadProcessing([]byte(old)); err != nil {
		t.Fatal(err)
	}
	if at := s.ProcessingAt(); !at.Equal(time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)) || len(s.Processing()) != 4 {
		t.Errorf("an old CSV is called as new as its reading: %v, %d rooms", at, len(s.Processing()))
	}
}

// TestAnImportSaysWhatItLeftOut: above the first page, and once.
func TestAnImportSaysWhatItLeftOut(t *testing.T) {
	h := home(t, simulator.Options{})
	from := connection.New("Contoso")
	from.Server.URL, from.Server.CAFile = "https://ada:pw@rooms.contoso.example", "/etc/ca.pem"
	raw, err := from.Encode()
	if err != nil {
		t.Fatal(err)
	}
	file := strings.Replace(string(raw), "{", `{"clientSecret": "abc", "theirs": {"apiKey": "x", "colour": "blue"},`, 1)
	id, err := h.Import(t.Context(), []byte(file), "contoso.roomkey")
	if err != nil {
		t.Fatal(err)
	}
	s := sitDown(t, h, id)
	s.sees("The connection was imported.", "2 fields looked like secrets, or contained passwords, so they were not kept: clientSecret, theirs.",
		"1 address was kept without the user name, password or parameters in it: server.url.",
		"Secrets do not travel in a file", "own certificate authority on this computer.")
	if got := s.shell.Session().Document().Server.URL; got != "https://rooms.contoso.example" {
		t.Errorf("the address is %s", got)
	}
	s.shell.Load(id)
	s.rest()
	s.missesOut("The connection was imported.")
}
