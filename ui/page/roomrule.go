package page

import (
	"strconv"

	"fyne.io/fyne/v2"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// roomRule is the rule by which rooms are chosen, and what it matches while it is
// typed.
type roomRule struct {
	page                              *Choose
	object                            *fyne.Container
	buildings, name, from, to, inList *kit.Field
	result                            *kit.Text
	// matches is the matcher of what is typed.
	matches func(tenant.Room) bool
	rooms   []tenant.Room
	// proven are the rooms of the last whole test.
	proven []string
	on     bool
}

func newRoomRule(c *Choose) *roomRule {
	r := &roomRule{page: c, result: kit.Small("").As(kit.Wrap, kit.ColorMuted), matches: func(tenant.Room) bool { return false }}
	field := func(path, text, placeholder string) *kit.Field {
		f := c.form.bind("rooms.rule."+path, kit.TextField(text, "", placeholder), false)
		kept := f.OnChanged
		f.OnChanged = func(v string) {
			kept(v)
			r.tell()
			c.plan.show()
		}
		return f
	}
	r.buildings = field("buildings", label("rooms.rule.buildings"), kit.L("any"))
	r.name = field("name", kit.L("Name"), kit.L("Meeting *"))
	named := c.form.bound[len(c.form.bound)-1]
	named.needed, named.say = func() bool { return r.on }, c.say // a rule without any part is wrong as a whole
	r.from = field("seatsFrom", label("rooms.rule.seatsFrom"), kit.L("any"))
	r.to = field("seatsTo", label("rooms.rule.seatsTo"), kit.L("any"))
	r.inList = field("lists", label("rooms.rule.lists"), kit.L("any"))
	row := kit.Shares([]float32{3, 3, 1.8, 1.8, 3})
	for _, f := range r.fields() {
		row.Add(kit.Pad(0, kit.Gap, 0, 0, f))
	}
	r.object = kit.Column(4, kit.Pad(0, 0, 0, 4, row), kit.Pad(0, 0, 0, 4, r.result)) // where the choices above begin
	r.show(false)
	return r
}

func (r *roomRule) fields() []*kit.Field {
	return []*kit.Field{r.buildings, r.name, r.from, r.to, r.inList}
}

// show shows the rule while rooms are chosen by it.
func (r *roomRule) show(on bool) {
	r.on = on
	for _, f := range r.fields() {
		hide(f, !on)
	}
	hide(r.object, !on)
	r.tell()
}

// take gets all rooms.
func (r *roomRule) take(rooms []tenant.Room) {
	r.rooms = rooms
	r.tell()
}

// typed is the rule as it is typed.
func (r *roomRule) typed() connection.Rule {
	number := func(f *kit.Field) int {
		n, _ := strconv.Atoi(connection.Clean(f.Value())) // what is no number is said at the field
		return n
	}
	return connection.Rule{
		Buildings: connection.List(r.buildings.Value()), Name: connection.Clean(r.name.Value()),
		SeatsFrom: number(r.from), SeatsTo: number(r.to), Lists: connection.List(r.inList.Value()),
	}
}

// tell says what the rule matches and what that changes.
func (r *roomRule) tell() {
	rule := r.typed()
	r.matches = rule.Matcher()
	if !rule.Given() {
		r.matches = func(tenant.Room) bool { return false }
	}
	if !r.on {
		return
	}
	r.result.SetText(kit.Say(r.text(rule)))
}

func (r *roomRule) text(rule connection.Rule) words.Text {
	switch {
	case !rule.Given():
		return words.T("Rooms that match everything you enter here, including rooms created later.")
	case len(r.rooms) == 0:
		return words.Text{}
	}
	now := tenant.Addresses(check.Matching(rule, r.rooms))
	text := words.N(len(now), "%d room matches.", "%d rooms match.", len(now))
	if len(rule.Lists) > 0 {
		return words.Sentences(text, words.T("The test finds out which of them the room lists contain."))
	}
	if r.proven == nil {
		return text
	}
	if since := check.SinceText(check.Since(r.proven, now)); !since.IsZero() {
		return words.Sentences(text, since)
	}
	return words.Sentences(text, words.T("They are those of the last test."))
}
