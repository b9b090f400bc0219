package ui

import (
	"testing"

	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/ui/page"
)

// TestVendorsFormIsFinished: the step of a vendor's form is done by the word of
// the person who filled it in, with name and date, and the page says what it does
// not prove.
func TestVendorsFormIsFinished(t *testing.T) {
	b := newFake(t)
	p := simulated(t, b)
	if err := p.shell.Session().Change(t.Context(), connection.Put("product.id", "gfacility"), connection.Put("server.adapter", "")); err != nil {
		t.Fatal(err)
	}
	p.rest()
	p.goes(setup.Prove)
	p.press("Test the connection")
	p.goes(setup.HandOver)
	p.sees("cannot see the vendor's console")
	p.press("I have entered it")
	p.sees("Enter your name")
	if b.Asked["Entered"] != 0 {
		t.Fatal("nobody said who entered it")
	}
	p.types("Your name", "Anna Virtanen")
	p.press("I have entered it")
	p.rest()
	p.sees("Anna Virtanen entered it on")
}

// TestCredentialIsDeletedOnTheSecondYes, and never by the button that stands
// first.
func TestCredentialIsDeletedOnTheSecondYes(t *testing.T) {
	b := newFake(t)
	p := simulated(t, b)
	p.goes(setup.Prove)
	p.press("Test the connection")
	p.goes(setup.HandOver)
	for _, c := range p.shell.Page().(*page.HandOver).Confirmations() {
		c.SetChecked(true)
	}
	p.press("Push")
	if p.button("Delete from this computer…").Importance == widget.HighImportance {
		t.Error("deleting is the primary button")
	}
	p.press("Delete from this computer…")
	p.sees("Permanently delete")
	if b.Asked["ForgetSecret"] != 0 {
		t.Fatal("one press deleted it")
	}
	p.press("Delete from this computer")
	p.rest()
	if b.Asked["ForgetSecret"] != 1 {
		t.Error("it was not deleted after the second yes")
	}
}
