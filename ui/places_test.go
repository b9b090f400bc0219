package ui

import (
	"fmt"
	"slices"
	"testing"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/page"
)

// stage is how far a connection has come; not are the places that it does not
// have yet.
type stage struct {
	name  string
	reach func(p *person, b *fakeCore)
	not   []problem.Place
}

func stages() []stage {
	document := func(p *person, edit func(*connection.Connection)) {
		if err := p.shell.Session().(*fakeSession).Edit(p.t.Context(), edit); err != nil {
			p.t.Fatal(err)
		}
	}
	// What waits for an answer of the server is there when it was asked for.
	asks := []problem.Place{problem.PlaceConfirm, problem.PlaceWarnings}
	chosen := append([]problem.Place{problem.PlaceEntered, problem.PlaceRemove}, asks...)
	described := append([]problem.Place{problem.PlaceUndo}, chosen...)
	return []stage{
		{"tested and pushed", func(p *person, b *fakeCore) {
			p.goes(setup.Prove)
			p.press("Test the connection")
			b.pushed = true
		}, append([]problem.Place{problem.PlaceEntered}, asks...)},
		{"tested", func(p *person, b *fakeCore) { b.pushed = false }, append([]problem.Place{problem.PlaceEntered, problem.PlaceRemove}, asks...)},
		{"failed", func(_ *person, b *fakeCore) { b.run.Verdict = check.Failed }, chosen},
		{"chosen", func(_ *person, b *fakeCore) { b.run = nil }, chosen},
		{"described", func(p *person, _ *fakeCore) {
			document(p, func(c *connection.Connection) { c.Application, c.Rooms = connection.Application{}, connection.Rooms{} })
		}, described},
		{"new", func(p *person, _ *fakeCore) {
			document(p, func(c *connection.Connection) { c.Tenant = connection.Tenant{} })
		}, described},
	}
}

// shape is what of a product decides which places its pages have. Where a
// connection stands changes only what the adapter decides.
func shape(p product.Product, adapter string, first bool) string {
	has := []string{fmt.Sprint(p.Model == product.Own, p.AdapterOf(adapter))}
	if !first {
		return has[0]
	}
	for _, place := range problem.Places() {
		has = append(has, fmt.Sprint(p.Shows(place, p.AdapterOf(adapter))))
	}
	return fmt.Sprint(has)
}

// TestPlacesAreShown: in each state of a connection of each product, whatever its
// server speaks, its pages show the places that core says they have, and no
// others: so whoever presses "Take me there" gets there. Of
// products that have the same places one is played.
func TestPlacesAreShown(t *testing.T) {
	b := newFake(t)
	p := simulated(t, b)
	pages := map[string][]problem.Place{}
	for _, place := range problem.Places() {
		pages[place.Page] = append(pages[place.Page], place)
	}
	shown := map[problem.Place]bool{}
	for i, st := range stages() {
		st.reach(p, b)
		played := map[string]bool{}
		for _, product := range b.Products() {
			for _, adapter := range []string{"", booking.AdapterContract, booking.AdapterSeatsurfing, booking.AdapterForm} {
				like := shape(product, adapter, i == 0)
				if played[like] {
					continue
				}
				played[like] = true
				if err := p.shell.Session().(*fakeSession).Edit(t.Context(), func(c *connection.Connection) {
					c.Product.ID, c.Server.Adapter = product.ID, adapter
				}); err != nil {
					t.Fatal(err)
				}
				if b.run != nil {
					b.ranOn = p.shell.Session().Document().Revision
				}
				p.rest()
				steps, err := p.shell.Session().Steps(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, route := range setup.Order() {
					if !slices.ContainsFunc(steps, func(s setup.Step) bool { return s.ID == route }) {
						continue // Shows says so of its places
					}
					p.goes(route)
					for _, place := range pages[route] {
						has := product.Shows(place, product.AdapterOf(adapter))
						shows := place.Field == "" || p.shell.Page().Frame().Shows(place.Field)
						if shows && !has || has && !shows && !slices.Contains(st.not, place) {
							t.Errorf("%s, %s by %q: %s shows %s: %t", st.name, product.ID, adapter, route, place.Field, shows)
						}
						shown[place] = shown[place] || shows
					}
				}
			}
		}
	}
	p.goes(page.RouteSettings) // it is the same for every product
	for _, place := range pages[page.RouteSettings] {
		shown[place] = p.shell.Page().Frame().Shows(place.Field)
	}
	for _, place := range problem.Places() {
		if !shown[place] {
			t.Errorf("no product's page %s shows %s", place.Page, place.Field)
		}
	}
}

// TestRemedyTakesThere presses the button that a problem shows, and types.
func TestRemedyTakesThere(t *testing.T) {
	p := simulated(t, newFake(t))
	wrong := problem.New(problem.CodeUnexpected, words.T("Nothing answers.")).
		Lead(words.T("Check the address of the booking server."), problem.PlaceServerURL)
	p.shell.show(wrong, kit.MarkFail)
	p.press("Take me there")
	p.rest()
	if p.window.Canvas().Focused() != p.field("Address of the booking server").Input() {
		t.Errorf("the keyboard is at %T on %s", p.window.Canvas().Focused(), p.shell.Route())
	}
}
