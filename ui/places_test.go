package ui

import (
	"testing"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// TestPlacesAreShown: whoever presses "Take me there" comes to a page that shows
// the field, whatever page was in front. A field that only some products have is
// shown for those.
func TestPlacesAreShown(t *testing.T) {
	b := newFake(t)
	p := simulated(t, b)
	shown := map[problem.Place]bool{}
	for _, product := range b.Products() {
		if err := p.shell.Session().Change(t.Context(), connection.Put("product.id", product.ID)); err != nil {
			t.Fatal(err)
		}
		p.rest()
		for _, place := range problem.Places() {
			p.shell.Lead(place)
			p.rest()
			if p.shell.Route() != place.Page {
				t.Errorf("%v leads to %s", place, p.shell.Route())
			}
			if place.Field == "" || p.shell.Page().Frame().Reveal(place.Field) {
				shown[place] = true
			}
		}
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
