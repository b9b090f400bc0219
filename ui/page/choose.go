package page

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// Choose is the fourth step: the lists that the booking server will see, and
// which rooms and people it handles.
type Choose struct {
	env    *Env
	frame  *kit.Frame
	tabs   *kit.Tabs
	rooms  *preview[tenant.Room]
	lists  *preview[tenant.RoomList]
	people *preview[tenant.Person]
	groups *preview[tenant.Group]
	mode   *widget.RadioGroup
	reach  *widget.RadioGroup
	notice *notice
	form   *form
	next   *kit.Button
	// fromFile imports rooms.
	fromFile *kit.Button
	plan     *floorPlan
	bars     *peopleBars
	rule     *roomRule
	// moved are the chosen rooms that have another address now.
	moved []check.MovedRoom
	// flaws are what is to check about the rooms that have come.
	flaws roomFlaws
}

// The views of the page, in the order of its tabs.
const (
	ViewRooms = iota
	ViewLists
	ViewPeople
	ViewGroups
)

// NewChoose makes the page.
func NewChoose(env *Env) *Choose {
	c := &Choose{env: env, notice: newNotice(env.Host), form: newForm(env, setup.Choose)}
	doc := env.Connection()
	c.makeRooms()
	c.makeLists()
	c.plan = newFloorPlan(env, c.rooms.table, c.rooms.notice, c.handles)
	c.rule = newRoomRule(c)
	c.rooms.whole = func(rooms []tenant.Room) {
		c.plan.check.take(rooms, c.flaws)
		c.rule.take(rooms)
		c.follow()
	}
	c.makePeople()
	c.reach = widget.NewRadioGroup([]string{kit.L("All people of the tenant"), kit.L("Only members of the chosen groups")}, nil)
	c.reach.Horizontal, c.reach.Required = true, true
	c.reach.SetSelected(c.reach.Options[0])
	c.makeGroups()
	c.tabs = kit.NewTabs([]string{kit.L("Rooms"), kit.L("Room lists"), kit.L("People"), kit.L("Groups")},
		[]fyne.CanvasObject{c.withChoice(kit.Column(kit.Gap, kit.Radios(c.mode), c.rule.object), c.plan.above(c.rooms.object)), c.lists.object, c.withChoice(kit.Radios(c.reach), c.bars.above(c.people.object)), c.groups.object})
	c.tabs.OnOpen = func(int) { c.load() }
	c.bind()
	body := kit.Dock(kit.Pad(0, 0, kit.Gap, 0, c.notice.object), nil, nil, nil, c.tabs.Object)
	c.frame = kit.NewWideFrame(kit.L("Choose rooms and people"),
		kit.L("This is what the booking server will see with the application's permissions."), body)
	save := kit.NewButtonWithIcon(kit.L("Save the choice"), theme.DocumentSaveIcon(), func() {
		c.store(func() { c.notice.good(kit.L("Saved. The next test proves exactly this choice.")) })
	})
	c.next = kit.PrimaryButton(kit.L("Continue"), theme.NavigateNextIcon(), func() { c.store(func() { env.Go(setup.Restrict) }) })
	c.frame.Aside(c.form.unsaved)
	c.frame.Actions(save, c.next)
	rooms := func() { c.Open(ViewRooms) }
	c.frame.Spot("rooms", c.mode, rooms)
	c.frame.Spot("rooms.lists", c.lists.object, func() { c.Open(ViewLists) })
	c.frame.Spot("rooms.rule.name", c.rule.name, func() {
		c.Open(ViewRooms)
		c.ByRule()
	})
	c.frame.Spot("rooms-file", c.fromFile, rooms)
	c.frame.Spot("people.groups", c.reach, func() { c.Open(ViewPeople) })
	c.form.changed = c.notice.clear // it was about the choice before
	c.form.fill(doc)
	return c
}

// some is a choice of less than all: its mode, and the field and the table in which
// is chosen.
type some struct {
	mode, path string
	keys       func() []string
	choose     func([]string)
	selectable func(bool)
	onSelect   *func()
}

// bind joins the choices to the document.
func (c *Choose) bind() {
	c.join("rooms.mode", c.mode,
		some{connection.Selected, "rooms.items", c.rooms.table.Chosen, func(list []string) { c.rooms.table.Choose(lowered(list)) }, c.rooms.table.SetSelectable, &c.rooms.table.OnSelect},
		some{connection.Lists, "rooms.lists", c.lists.table.Chosen, func(list []string) { c.lists.table.Choose(lowered(list)) }, c.lists.table.SetSelectable, &c.lists.table.OnSelect},
		some{mode: connection.ByRule, selectable: c.rule.show})
	c.join("people.mode", c.reach,
		some{connection.Groups, "people.groups", c.groups.table.Chosen, c.groups.table.Choose, c.groups.table.SetSelectable, &c.groups.table.OnSelect})
}

// join binds a choice between all and some ways of choosing, which are its options
// in this order.
func (c *Choose) join(path string, choice *widget.RadioGroup, ways ...some) {
	is := func(i int) bool { return choice.Selected == choice.Options[i+1] }
	show := func() {
		for i, w := range ways {
			w.selectable(is(i))
		}
		c.plan.show()
	}
	edited := []func(){c.form.choice(path, func() string {
		for i, w := range ways {
			if is(i) {
				return w.mode
			}
		}
		return connection.All
	}, func(mode string) {
		choice.SetSelected(choice.Options[1+slices.IndexFunc(ways, func(w some) bool { return w.mode == mode })])
		show()
	}, never, c.say)}
	for i, w := range ways {
		if w.path == "" {
			continue // its fields are bound by themselves
		}
		*w.onSelect = c.form.choice(w.path, func() string {
			if !is(i) {
				return ""
			}
			return strings.Join(w.keys(), ",")
		}, func(v string) { w.choose(connection.List(v)) }, func() bool { return is(i) }, c.say)
		edited = append(edited, *w.onSelect)
	}
	choice.OnChanged = func(string) {
		show()
		for _, tell := range edited {
			tell()
		}
	}
}

// say shows what is wrong with a choice.
func (c *Choose) say(text words.Text) {
	if !text.IsZero() {
		c.notice.put(kit.Tinted(kit.ColorWarnTint, theme.ColorNameWarning, kit.NewText(kit.Say(text))))
	}
}

// Frame is the page.
func (c *Choose) Frame() *kit.Frame { return c.frame }

// Shown loads the list in front, once.
func (c *Choose) Shown() {
	c.form.restore(func() {})
	c.load()
}

// Follow shows what somebody else has changed.
func (c *Choose) Follow(doc *connection.Connection) { c.form.fill(doc) }

// ByRule shows the rule for the rooms.
func (c *Choose) ByRule() { c.mode.SetSelected(c.mode.Options[3]) }

// BySeats chooses the rooms by the rule that they have at least so many seats.
func (c *Choose) BySeats(number string) {
	c.ByRule()
	c.rule.from.SetValue(number)
	c.rule.from.OnChanged(number)
}

// Day shows when the rooms in sight are free and busy.
func (c *Choose) Day() { c.plan.open(c.plan.day.object) }

// Issues shows what is to check about the rooms.
func (c *Choose) Issues() { c.plan.open(c.plan.check.object) }

// Open shows one of the views.
func (c *Choose) Open(view int) { c.tabs.Open(view) }

func (c *Choose) withChoice(choice fyne.CanvasObject, table fyne.CanvasObject) fyne.CanvasObject {
	return kit.Dock(kit.Pad(0, 0, kit.Gap, -4, choice), nil, nil, nil, table)
}

func (c *Choose) load() {
	if c.tabs == nil {
		return
	}
	switch c.tabs.Current() {
	case ViewRooms:
		c.rooms.load()
	case ViewLists:
		c.lists.load()
	case ViewPeople:
		c.people.load()
	case ViewGroups:
		c.groups.load()
	}
}

func (c *Choose) makeRooms() {
	columns := []kit.TableColumn[tenant.Room]{
		{Title: kit.L("Room"), Share: 3, Text: func(r tenant.Room) string { return r.DisplayName }},
		{Title: kit.L("Address"), Share: 3.4, Text: func(r tenant.Room) string { return r.EmailAddress }},
		{Title: kit.L("Building"), Share: 2, Text: func(r tenant.Room) string { return r.Building }},
		{Title: kit.L("Floor"), Share: 1.2, Text: floor},
		{Title: kit.L("Seats"), Share: 1.2, Number: func(r tenant.Room) *int { return r.Capacity }},
		{Title: kit.L("To check"), Share: 2, Text: func(r tenant.Room) string { return c.plan.flaw(r) }},
	}
	c.rooms = newPreview(c.env, "rooms", columns, func(r tenant.Room) string { return strings.ToLower(r.EmailAddress) }, true,
		kit.L("Reading the rooms"), kit.L("No rooms"), kit.L("The tenant has no room mailboxes that the application can see. Import rooms from a CSV file or an Exchange result file."),
		func(ctx context.Context, page func([]tenant.Room)) tenant.Listing[tenant.Room] {
			l := sorted(c.env.Session.Rooms(ctx, page))
			c.moved, c.rule.proven = c.env.Session.Moved(l.Items), c.env.Session.ProvenRooms()
			c.flaws = c.env.flaws(l.Items)
			return l
		})
	c.rooms.came = c.nowhere
	c.fromFile = kit.NewButtonWithIcon(kit.L("From a file…"), theme.FolderOpenIcon(), c.importRooms)
	c.rooms.table.AddTool(c.fromFile)
	c.mode = widget.NewRadioGroup([]string{kit.L("All rooms"), kit.L("Chosen rooms"), kit.L("In room lists"), kit.L("By rule")}, nil)
	c.mode.Horizontal, c.mode.Required = true, true
	c.mode.SetSelected(c.mode.Options[0])
}

// nowhere says how rooms get a building when none of them has one.
func (c *Choose) nowhere(rooms []tenant.Room, whole bool) {
	if !whole || c.rooms.loading || len(rooms) == 0 || slices.ContainsFunc(rooms, func(r tenant.Room) bool { return r.Building != "" }) {
		return
	}
	scripts := kit.QuietButton(kit.L("Open the scripts"), theme.NavigateNextIcon(), func() { c.env.Go(setup.Restrict) })
	c.rooms.notice.also(kit.Row(kit.Gap, 0, kit.Muted(kit.L("No room has a building. The script “Describe the rooms” gives them buildings and floors.")), scripts))
}

func (c *Choose) makeLists() {
	columns := []kit.TableColumn[tenant.RoomList]{
		{Title: kit.L("Room list"), Share: 3, Text: func(l tenant.RoomList) string { return l.DisplayName }},
		{Title: kit.L("Address"), Share: 3, Text: func(l tenant.RoomList) string { return l.EmailAddress }},
	}
	c.lists = newPreview(c.env, "room-lists", columns, func(l tenant.RoomList) string { return strings.ToLower(l.EmailAddress) }, true,
		kit.L("Reading the room lists"), kit.L("No room lists"), kit.L("A room list groups the rooms of a building. The tenant has none, and none is needed."),
		func(ctx context.Context, _ func([]tenant.RoomList)) tenant.Listing[tenant.RoomList] {
			return c.env.Session.RoomLists(ctx)
		})
	c.lists.table.OnOpen = c.roomsOf
}

// roomsOf chooses the rooms of a list.
func (c *Choose) roomsOf(list tenant.RoomList) {
	var rooms tenant.Listing[tenant.Room]
	c.env.Scope.Show(kit.L("Reading %s", list.DisplayName), func(ctx context.Context, _ task.Report) error {
		rooms = c.env.Session.RoomsOf(ctx, list.EmailAddress)
		return nil
	}, func(error) {
		if rooms.Problem != nil {
			c.notice.fail(rooms.Problem)
			return
		}
		var addresses []string
		for _, r := range rooms.Items {
			addresses = append(addresses, strings.ToLower(r.EmailAddress))
		}
		c.notice.put(kit.NewConfirmCard(kit.Say(words.N(len(addresses), "%s has %d room", "%s has %d rooms", list.DisplayName, len(addresses))), strings.Join(addresses, ", "),
			kit.L("Choose these too"), kit.L("Cancel"), false, func(yes bool) {
				c.notice.clear()
				if yes {
					c.mode.SetSelected(c.mode.Options[1])
					c.rooms.table.Choose(append(c.rooms.table.Chosen(), addresses...))
					c.rooms.table.OnSelect()
					c.tabs.Open(ViewRooms)
				}
			}))
		c.frame.Object.Refresh()
	})
}

func (c *Choose) makeGroups() {
	columns := []kit.TableColumn[tenant.Group]{
		{Title: kit.L("Group"), Share: 2.4, Text: func(g tenant.Group) string { return g.DisplayName }},
		{Title: kit.L("Address"), Share: 2.6, Text: func(g tenant.Group) string { return g.Mail }},
		{Title: kit.L("Kind"), Share: 1.8, Text: groupKind},
		{Title: kit.L("Description"), Share: 2.6, Text: func(g tenant.Group) string { return g.Description }},
	}
	c.groups = newPreview(c.env, "groups", columns, func(g tenant.Group) string { return g.ID }, true,
		kit.L("Reading the groups"), kit.L("No groups"), kit.L("The application sees no groups."),
		func(ctx context.Context, page func([]tenant.Group)) tenant.Listing[tenant.Group] {
			return c.env.Session.Groups(ctx, page)
		})
}

func (c *Choose) importRooms() {
	c.env.Files.Open([]string{".csv", ".json"}, func(_ string, data []byte) {
		var rooms tenant.Listing[tenant.Room]
		var wrong []*problem.Problem
		c.env.Scope.Run(func(context.Context) error {
			rooms, wrong = c.env.Session.ImportRooms(data)
			if len(rooms.Items) > 0 {
				c.flaws = c.env.flaws(rooms.Items)
			}
			return nil
		}, func(error) {
			if rooms.Problem != nil && len(rooms.Items) == 0 { // what is on the page remains
				c.notice.put(append([]fyne.CanvasObject{kit.ProblemCard(c.env.Host, rooms.Problem)}, unusable(c.env, wrong)...)...)
				return
			}
			c.rooms.take(rooms)
			c.notice.put(unusable(c.env, wrong)...)
		})
	})
}

// unusable are the first lines of a file that need attention.
func unusable(env *Env, wrong []*problem.Problem) (cards []fyne.CanvasObject) {
	for i, p := range wrong {
		if i == 3 {
			return append(cards, kit.Muted(kit.L("and %d more lines that need attention", len(wrong)-i)))
		}
		cards = append(cards, kit.ProblemAs(env.Host, kit.MarkAttention, p))
	}
	return cards
}

// handles is whether the booking server would handle a room under the choice on
// the page.
func (c *Choose) handles(r tenant.Room) bool {
	switch c.mode.Selected {
	case c.mode.Options[0]:
		return true
	case c.mode.Options[1]:
		return c.rooms.table.IsChosen(strings.ToLower(r.EmailAddress))
	case c.mode.Options[3]:
		return c.rule.matches(r)
	}
	return slices.ContainsFunc(r.Lists, func(list string) bool { return c.lists.table.IsChosen(strings.ToLower(list)) })
}

// follow puts the present addresses of rooms that have moved into the choice.
func (c *Choose) follow() {
	if len(c.moved) == 0 || c.mode.Selected != c.mode.Options[1] {
		return
	}
	c.rooms.table.Choose(lowered(check.Follow(c.rooms.table.Chosen(), c.moved)))
	c.rooms.table.OnSelect()
	c.notice.put(kit.Tinted(kit.ColorWarnTint, theme.ColorNameWarning,
		kit.NewText(kit.L("%s Save the choice to keep this.", kit.Say(check.MovedText(c.moved))))))
}

// store saves the choice of rooms and people, then goes on.
func (c *Choose) store(then func()) {
	c.notice.clear()
	c.form.mean("rooms.mode") // whoever goes on with all rooms has chosen them
	c.form.save(func(ok bool, p *problem.Problem) {
		if p != nil {
			c.notice.fail(p)
		}
		if ok {
			then()
		}
		c.frame.Object.Refresh()
	})
}

// sorted orders rooms by name as people read it.
func sorted(l tenant.Listing[tenant.Room]) tenant.Listing[tenant.Room] {
	session.SortRooms(l.Items)
	return l
}

func floor(r tenant.Room) string {
	if r.FloorLabel != "" {
		return r.FloorLabel
	}
	return number(r.FloorNumber)
}

func number(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func value(n *int) int {
	if n == nil {
		return -1
	}
	return *n
}

func personState(p tenant.Person) string {
	switch {
	case p.Enabled != nil && !*p.Enabled:
		return kit.L("blocked")
	case strings.EqualFold(p.UserType, "Guest"):
		return kit.L("guest")
	}
	return ""
}

func groupKind(g tenant.Group) string {
	switch g.Kind {
	case "microsoft365":
		return "Microsoft 365"
	case "security":
		return kit.L("Security")
	case "mailSecurity":
		return kit.L("Mail security")
	case "distribution":
		return kit.L("Distribution")
	}
	return ""
}

func lowered(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strings.ToLower(s)
	}
	return out
}
