package page

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// peopleBars shows the people of a table as bars, which filter it when they are
// pressed.
type peopleBars struct {
	table  *kit.DataTable[tenant.Person]
	bars   *kit.Bars
	hint   *kit.Text
	object fyne.CanvasObject
	facets []*facet
}

// facet parts the people by a word that each of them has.
type facet struct {
	title string
	of    func(tenant.Person) string
	count map[string]int
	// parts are the words that have a part of their own; most is how many.
	parts  []string
	most   int
	chosen string
}

// departments is how many departments have a part of their own.
const departments = 7

func newPeopleBars(table *kit.DataTable[tenant.Person], cards bool) *peopleBars {
	c := &peopleBars{table: table, bars: kit.NewBars(), hint: kit.Small("").As(kit.Clip, kit.ColorMuted)}
	either := func(title, with, without string, value func(tenant.Person) string) *facet {
		return &facet{title: title, most: 2, of: func(p tenant.Person) string {
			if value(p) != "" {
				return with
			}
			return without
		}}
	}
	c.facets = []*facet{
		{title: kit.L("Department"), most: departments, of: func(p tenant.Person) string { return cmp.Or(problem.Line(p.Department), kit.L("No department")) }},
		{title: kit.L("Sign-in"), most: 4, of: signInOf},
		either(kit.L("Mail"), kit.L("With an email address"), kit.L("Without"), func(p tenant.Person) string { return p.Mail }),
	}
	if cards {
		c.facets = append(c.facets, either(kit.L("Card number"), kit.L("With a card number"), kit.L("Without"), func(p tenant.Person) string { return p.CardNumber }))
	}
	frame := kit.Ground(kit.ColorCard, kit.Column(kit.GapTight, c.bars, c.hint))
	frame.Border, frame.Radius, frame.Pad = kit.ColorLine, 8, 10
	c.object = kit.Pad(0, 0, kit.Gap, 0, frame)
	c.object.Hide()
	c.bars.OnPress, c.bars.Hovered = c.press, c.hovered
	c.hovered(nil)
	return c
}

// above puts the bars above the table.
func (c *peopleBars) above(table fyne.CanvasObject) fyne.CanvasObject {
	return kit.Overview(c.object, table, func() kit.Wants { return kit.Wants{High: c.object.MinSize().Height} })
}

// signInOf says whether a person can sign in.
func signInOf(p tenant.Person) string {
	switch {
	case p.Enabled != nil && !*p.Enabled:
		return kit.L("Blocked")
	case strings.EqualFold(p.UserType, "Guest"):
		return kit.L("Guest")
	}
	return kit.L("Can sign in")
}

// add counts people who have come; fresh forgets those before.
func (c *peopleBars) add(people []tenant.Person, fresh bool) {
	var bars []kit.Bar
	for _, f := range c.facets {
		if fresh || f.count == nil {
			f.count = map[string]int{}
		}
		for _, p := range people {
			f.count[f.of(p)]++
		}
		bars = append(bars, f.bar())
	}
	c.object.Hide()
	if c.table.Rows() > 0 {
		c.object.Show()
	}
	c.bars.Set(bars)
	for i, f := range c.facets {
		c.bars.Choose(i, slices.Index(f.parts, f.chosen))
	}
}

// others is the part for all that have none of their own.
const others = "\x00"

// bar has the words that most people have, the rest as one part.
func (f *facet) bar() kit.Bar {
	f.parts = f.parts[:0]
	for word := range f.count {
		f.parts = append(f.parts, word)
	}
	slices.SortFunc(f.parts, func(a, b string) int { return cmp.Or(f.count[b]-f.count[a], strings.Compare(a, b)) })
	bar, rest := kit.Bar{Title: f.title}, 0
	for i, word := range f.parts {
		if i < f.most {
			bar.Parts = append(bar.Parts, kit.BarPart{Name: word, Count: f.count[word]})
		} else {
			rest += f.count[word]
		}
	}
	if rest > 0 {
		n := len(f.parts) - f.most
		f.parts = append(f.parts[:f.most], others)
		bar.Parts = append(bar.Parts, kit.BarPart{Name: kit.Say(words.N(n, "%d other", "%d others", n)), Count: rest})
	}
	return bar
}

// has is whether a person is in the chosen part.
func (f *facet) has(p tenant.Person) bool {
	switch word := f.of(p); f.chosen {
	case "", word:
		return true
	case others:
		return !slices.Contains(f.parts, word)
	}
	return false
}

func (c *peopleBars) press(bar, part int) {
	f := c.facets[bar]
	f.chosen = ""
	if part >= 0 {
		f.chosen = f.parts[part]
	}
	c.table.Only(func(p tenant.Person) bool {
		return !slices.ContainsFunc(c.facets, func(f *facet) bool { return !f.has(p) })
	})
}

func (c *peopleBars) hovered(part *kit.BarPart) {
	if part == nil {
		c.hint.SetText(kit.L("Select a part of a bar to see only these people. Select it again to see all."))
		return
	}
	c.hint.SetText(part.Name + "  ·  " + kit.Say(words.N(part.Count, "%d person", "%d people", part.Count)))
}

func (c *Choose) makePeople() {
	doc := c.env.Connection()
	cards := doc.People.CardNumberAttribute != ""
	columns := []kit.TableColumn[tenant.Person]{
		{Title: kit.L("Name"), Share: 2.4, Text: func(p tenant.Person) string { return p.DisplayName }},
		{Title: kit.L("Sign-in name"), Share: 3.4, Text: func(p tenant.Person) string { return p.UserPrincipalName }},
		{Title: kit.L("Department"), Share: 2.2, Text: func(p tenant.Person) string { return p.Department }},
		{Title: kit.L("State"), Share: 1, Text: personState},
	}
	if cards {
		columns = append(columns, kit.TableColumn[tenant.Person]{Title: kit.L("Card number"), Share: 1.6, Text: func(p tenant.Person) string { return p.CardNumber }})
	}
	var taken check.Taken
	c.people = newPreview(c.env, "people", columns, func(p tenant.Person) string { return p.ID }, false,
		kit.L("Reading the people"), kit.L("No people"), kit.L("The application sees no users."),
		func(ctx context.Context, page func([]tenant.Person)) tenant.Listing[tenant.Person] {
			taken = c.env.Session.People(ctx, page)
			return taken.Listing
		})
	c.bars = newPeopleBars(c.people.table, cards)
	c.people.came = c.bars.add
	c.people.facts = func() words.Text {
		facts := taken.Facts(c.env.Connection().People)
		if taken.Rooms == 0 {
			return facts
		}
		return words.Sentences(facts, words.N(taken.Rooms, "%d account of a room is left out.", "%d accounts of rooms are left out.", taken.Rooms))
	}
}
