package main

import (
	"context"
	"fmt"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/page"
	"github.com/roomkey/roomkey/ui/uitest"
)

// proving is a test with all that one may choose for it.
func (g *guide) proving() []stop {
	return []stop{
		{"prove-options", g.tap("Options for the next test")},
		{"prove-options-booking", g.booking},
		{"prove-asks", g.proveAgain},
		{"prove-booked", g.tap("Test, and remove it again")},
		{"prove-booked-end", g.end},
		{"prove-report", g.tap("Save report…")},
	}
}

// scripting reads back what scripts wrote, and has the simulated colleague run
// one where there is a colleague.
func (g *guide) scripting() []stop {
	return []stop{
		{"restrict", g.page(setup.Restrict)},
		{"restrict-nothing-back", g.results(page.ViewResults)},
		{"restrict-no-rooms", g.results(page.ViewProcessing)},
		{"restrict-processing", g.processing},
		{"restrict-only-differing", g.tap("Write the script for these rooms only")},
		{"restrict-colleague", g.colleague},
		{"restrict-changed", g.changed},
		{"restrict-refused", func() error { g.shell.Take("result.json", []byte(`{"seal":"","result":{}}`)); return nil }},
		{"restrict-by-graph", g.byGraph},
		{"restrict-by-graph-plan", g.tap("Sign in and plan")},
	}
}

// byGraph opens what Graph can do in place of a script.
func (g *guide) byGraph() error {
	if err := g.results(page.ViewScripts)(); err != nil {
		return err
	}
	g.shell.Page().(*page.Restrict).Open("block-room-sign-in")
	return nil
}

// booking chooses a test booking.
func (g *guide) booking() error {
	if err := g.fill("Book a room, then cancel the booking", "true"); err != nil {
		return err
	}
	organizer := "organizer@contoso.com"
	people := g.shell.Session().People(g.ctx, func([]tenant.Person) {})
	if len(people.Items) > 0 {
		organizer = people.Items[0].UserPrincipalName
	}
	rooms := g.shell.Session().KnownRooms()
	if len(rooms) == 0 {
		return fmt.Errorf("no room can be booked")
	}
	if err := g.fill("Organizer's mailbox", organizer); err != nil {
		return err
	}
	return g.fill("Room", rooms[0].EmailAddress)
}

// proveAgain opens the page of the test and tests.
func (g *guide) proveAgain() error {
	if err := g.page(setup.Prove)(); err != nil {
		return err
	}
	if err := g.idle(); err != nil {
		return err
	}
	p, ok := g.shell.Page().(*page.Prove)
	if !ok {
		return fmt.Errorf("this is not the page of the test")
	}
	p.Start()
	return nil
}

func (g *guide) results(view int) func() error {
	return func() error {
		p, ok := g.shell.Page().(*page.Restrict)
		if !ok {
			return fmt.Errorf("this is not the page of the scripts")
		}
		p.View(view)
		return nil
	}
}

// processing drops a CSV in which the first of three rooms differs.
func (g *guide) processing() error {
	s := g.shell.Session()
	rooms := s.KnownRooms()
	csv := "Tenant,Room,AutomateProcessing,DeleteSubject,DeleteComments,BookingWindowInDays\n"
	for i, room := range rooms[:min(3, len(rooms))] {
		csv += s.Document().Tenant.ID + "," + room.EmailAddress + ",AutoAccept," + []string{"True,True,180", "False,False,180", "False,False,soon"}[i] + "\n"
	}
	g.shell.Take("calendar-processing.csv", []byte(csv))
	return nil
}

// colleague has the script run where there is somebody to run it.
func (g *guide) colleague() error {
	if g.button("Let the simulated colleague run it") == nil {
		g.shell.Take("result.json", nil)
		return nil
	}
	return g.tap("Let the simulated colleague run it")()
}

// changed shows what is new against the script that was run.
func (g *guide) changed() error {
	if err := g.results(page.ViewScripts)(); err != nil {
		return err
	}
	if b := g.button("Show what changed"); b != nil {
		b.OnTapped()
	}
	return nil
}

// watch draws one check while it is tried again and again, and cancels it.
func (g *guide) watch() error {
	if err := g.tap("Repeat this test until it passes")(); err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(g.ctx, stepTime)
	defer stop()
	waiting, _, _ := strings.Cut(kit.L("Not yet (try %d). The next try is in %d seconds."), "%")
	waits := false
	if err := g.queue.Until(ctx, func() bool {
		uitest.Each(g.shell.Object(), func(o fyne.CanvasObject) {
			if t, ok := o.(*kit.Text); ok && strings.HasPrefix(t.Text(), waiting) {
				waits = true
			}
		})
		return waits || !g.shell.Busy()
	}); err != nil {
		return err
	}
	if err := g.look("prove-watching"); err != nil {
		return err
	}
	uitest.Each(g.shell.Object(), func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && waits && b.Text == kit.L("Cancel") {
			b.OnTapped()
		}
	})
	return nil
}

// fill puts a value into a field that can be seen, as a person would.
func (g *guide) fill(label words.Key, value string) error {
	var found *kit.Field
	uitest.Each(g.shell.Page().Frame().Object, func(o fyne.CanvasObject) {
		if f, ok := o.(*kit.Field); ok && f.Label == kit.L(label) {
			found = f
		}
	})
	if found == nil {
		return fmt.Errorf("there is no field %q", label)
	}
	found.SetValue(value)
	if found.OnChanged != nil {
		found.OnChanged(value)
	}
	return nil
}
