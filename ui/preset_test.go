package ui

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/uitest"
)

// check is the check with a label, nil for none.
func (p *person) check(text string) (check *kit.Check) {
	uitest.Each(p.shell.Object(), func(o fyne.CanvasObject) {
		if c, ok := o.(*kit.Check); ok && c.Text == text && c.Visible() {
			check = c
		}
	})
	return check
}

// toggles presses a check.
func (p *person) toggles(text string) {
	p.t.Helper()
	check := p.check(text)
	if check == nil {
		p.t.Fatalf("there is no check %q", text)
	}
	check.SetChecked(!check.Checked)
	p.rest()
}

// TestAnotherServerStartsFromAPreset chooses a preset, finds one more permission
// and takes one away, and stores the result.
func TestAnotherServerStartsFromAPreset(t *testing.T) {
	p := simulated(t, newFake(t))
	p.goes(setup.Describe)
	p.puts("Booking product", "custom")
	p.puts("Start from", "Rooms and people")
	if p.check("Calendars.ReadWrite") == nil || p.check("Directory.Read.All") != nil {
		t.Fatal("the preset shows other permissions than its own")
	}
	p.puts("Permissions", "directory.read")
	p.toggles("Directory.Read.All")
	p.toggles("GroupMember.Read.All")
	if got := p.field("Start from").Value(); got != "" {
		t.Errorf("another choice is called %q", got)
	}
	p.press("Save")
	got := p.shell.Session().Document().Product.Permissions
	want := []string{"Calendars.ReadWrite", "Directory.Read.All", "Place.Read.All", "User.Read.All"}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("stored %v", got)
	}
}
