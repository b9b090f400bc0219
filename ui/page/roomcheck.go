package page

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// roomCheck parts the rooms of a table by what is to check about them, shows those
// with one thing, and what repairs it.
type roomCheck struct {
	env    *Env
	notice *notice
	table  *kit.DataTable[tenant.Room]
	object *fyne.Container
	scroll *kit.Scroll
	bars   *kit.Bars
	hint   *kit.Text
	// repair is about the kind that is chosen.
	repair *fyne.Container
	flaws  roomFlaws
	rooms  []tenant.Room
	kinds  []tenant.FlawKind
	// chosen is one of the kinds, -1 for none.
	chosen int
	// relayout is called when there is more or less to see.
	relayout func()
}

// roomFlaws are what is to check about listed rooms, by address in lower case, and
// the rooms that are hidden and therefore not listed.
type roomFlaws struct {
	of       map[string][]tenant.Flaw
	unlisted []string
}

// flaws looks at rooms; it may read files.
func (e *Env) flaws(rooms []tenant.Room) roomFlaws {
	return roomFlaws{e.Session.Flaws(rooms), e.Session.Unlisted(rooms)}
}

func newRoomCheck(env *Env, table *kit.DataTable[tenant.Room], text *notice, relayout func()) *roomCheck {
	c := &roomCheck{env: env, notice: text, table: table, bars: kit.NewBars(), hint: kit.Small("").As(kit.Wrap, kit.ColorMuted), repair: kit.Column(kit.Gap), chosen: -1, relayout: relayout}
	c.bars.OnPress = func(_, part int) { c.choose(part) }
	c.bars.Hovered = c.hovered
	lists := kit.QuietButton(kit.L("Read the room lists"), theme.ListIcon(), c.readLists)
	c.scroll = kit.NewVScroll(kit.Column(kit.Gap, c.bars, kit.Row(kit.Gap, 0, c.hint, lists), c.repair))
	frame := kit.Ground(kit.ColorCard, c.scroll)
	frame.Border, frame.Radius, frame.Pad = kit.ColorLine, 8, 10
	c.object = kit.Pad(0, 0, kit.Gap, 0, frame)
	c.hovered(nil)
	return c
}

// needs is how high all of it would be.
func (c *roomCheck) needs() float32 { return c.scroll.Content.MinSize().Height }

// take gets all rooms and what is to check about them.
func (c *roomCheck) take(rooms []tenant.Room, flaws roomFlaws) {
	c.rooms, c.flaws, c.kinds = rooms, flaws, tenant.FlawKinds(rooms, flaws.of)
	bar := kit.Bar{Title: kit.L("Issues")}
	for _, f := range c.kinds {
		bar.Parts = append(bar.Parts, kit.BarPart{Name: kit.Say(f.Short), Count: len(f.Rooms)})
	}
	c.bars.Set([]kit.Bar{bar})
	c.choose(-1)
	c.hovered(nil)
}

// says is what is to check about a room, "" for nothing.
func (c *roomCheck) toCheck(r tenant.Room) string {
	var text []string
	for _, f := range c.flaws.of[strings.ToLower(r.EmailAddress)] {
		text = append(text, kit.Say(f.Short))
	}
	return strings.Join(text, ", ")
}

// choose shows the rooms of one kind, -1 for all.
func (c *roomCheck) choose(kind int) {
	c.chosen = kind
	c.bars.Choose(0, kind)
	c.repair.RemoveAll()
	if kind < 0 {
		c.table.Only(nil)
		c.showUnlisted()
		return
	}
	short := c.kinds[kind].Short.String()
	c.table.Only(func(r tenant.Room) bool {
		return slices.ContainsFunc(c.flaws.of[strings.ToLower(r.EmailAddress)], func(f tenant.Flaw) bool { return f.Short.String() == short })
	})
	c.repair.Add(kit.ProblemRows(c.env.Host, c.kinds[kind].Problem))
	c.relayout()
}

// showUnlisted names the rooms that only Exchange knows.
func (c *roomCheck) showUnlisted() {
	if len(c.flaws.unlisted) == 0 {
		return
	}
	c.repair.Add(kit.ProblemRows(c.env.Host, tenant.Unlisted(c.flaws.unlisted)))
}

func (c *roomCheck) hovered(part *kit.BarPart) {
	switch {
	case part != nil:
		c.hint.SetText(part.Name + "  ·  " + kit.Say(words.N(part.Count, "%d room", "%d rooms", part.Count)))
	case len(c.kinds) == 0:
		c.hint.SetText(kit.L("No issue is known. What the rooms' settings do to bookings is known when an Exchange administrator has shown calendar processing."))
	default:
		c.hint.SetText(kit.L("Select a part of the bar to see only these rooms and what repairs them. Select it again to see all."))
	}
}

// readLists finds out which rooms are in no room list.
func (c *roomCheck) readLists() {
	var rooms []tenant.Room
	var flaws roomFlaws
	c.env.Scope.Show(kit.L("Reading the room lists"), func(ctx context.Context, report task.Report) (err error) {
		if rooms, err = c.env.Session.InLists(ctx, c.rooms, report); err == nil {
			flaws = c.env.flaws(rooms)
		}
		return err
	}, func(err error) {
		if c.notice.fail(problem.Of(err)); err != nil {
			return
		}
		c.take(rooms, flaws)
		c.table.SetRows(rooms)
	})
}
