package page

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/reach"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// roomAccess shows what else can read a room: every application of the tenant that
// reaches its calendar. It only reads, for an administrator who is signed in.
type roomAccess struct {
	*administration
	object fyne.CanvasObject
	room   *kit.Field
	// line is the room with what can be done, said when and of whom what is below
	// was read.
	line, said *fyne.Container
	table      *kit.DataTable[reach.Access]
	// script shows the script for what only Exchange can say of a room.
	script func(room string)
}

func newRoomAccess(env *Env, script func(room string)) *roomAccess {
	a := &roomAccess{script: script, line: kit.Column(kit.GapWide), said: kit.Column(kit.Gap)}
	a.administration = newAdministration(env, newNotice(env.Host), a)
	a.room = kit.TextField(kit.L("Room"), "", "room@contoso.com")
	a.room.Clean = connection.Clean
	a.room.Submit(a.read)
	a.table = kit.NewDataTable("room-access", []kit.TableColumn[reach.Access]{
		{Title: kit.L("Application"), Share: 2, Text: func(r reach.Access) string { return r.Name }},
		{Title: kit.L("Reaches the room"), Share: 1.1, Text: func(r reach.Access) string { return kit.Say(reach.Words[r.State]) }},
		{Title: kit.L("May"), Share: 1.2, Text: func(r reach.Access) string { return kit.Say(reach.Levels[r.Level]) }},
		{Title: kit.L("How"), Share: 4, Text: func(r reach.Access) string { return kit.Say(words.Sentences(r.Ways...)) }},
		{Title: kit.L("Owner"), Share: 1.3, Text: func(r reach.Access) string { return kit.Say(r.OwnerText()) }},
		{Title: kit.L("Last used"), Share: 1.1, Text: func(r reach.Access) string { return dayOf(r.LastUsed) }},
	}, func(r reach.Access) string { return r.AppID }, false,
		kit.EmptyState(theme.SearchIcon(), kit.L("Nothing was read yet"), kit.L("Enter a room, then read what reaches it.")))
	a.table.OnSave = func(ending string, write func() ([]byte, error)) {
		env.saveTable("room-access"+ending, write, a.notice)
	}
	a.object = kit.Dock(kit.Pad(0, 0, kit.Gap, 0, kit.Column(kit.Gap, a.notice.object, a.line, a.said)), nil, nil, nil, a.table.Object)
	return a
}

// dayOf is a day, and in words where it is not known.
func dayOf(t time.Time) string {
	if t.IsZero() {
		return kit.L("not known")
	}
	return t.Local().Format(time.DateOnly)
}

// opened begins with the room of the last time, or with the first that is chosen.
func (a *roomAccess) opened() {
	last, read := a.env.Session.LastRoomAccess()
	if a.room.Value() == "" {
		if target, err := a.env.Session.LastScriptTarget(); read {
			a.room.SetValue(last.Address)
		} else if err == nil && len(target.Rooms) > 0 {
			a.room.SetValue(target.Rooms[0].EmailAddress)
		}
	}
	a.tell(last, read)
	a.ask(nil)
}

// tell shows what was read.
func (a *roomAccess) tell(room reach.Room, read bool) {
	a.said.RemoveAll()
	if read {
		a.table.SetRows(room.Applications)
		when := words.T("Exchange was not asked.")
		if !room.ExchangeAt.IsZero() {
			when = words.T("Exchange was asked on %s.", room.ExchangeAt.Local().Format(time.DateTime))
		}
		a.said.Add(kit.Small(kit.Say(words.Sentences(words.T("%s, read on %s.", problem.Line(room.Address), room.At.Local().Format(time.DateTime)), when,
			words.T("Applications that act as a signed-in person see what that person can see, and are not listed.")))))
		if room.Open() {
			a.said.Add(kit.MarkedText(kit.MarkAttention, kit.L("Only Exchange can show whether some of these are limited. Have an Exchange administrator run the script, and drop its result onto this window.")))
		}
	}
	a.object.Refresh()
}

func (a *roomAccess) read() {
	address := a.room.Value()
	if address == "" {
		a.room.Say(words.T("Enter the address of a room."))
		return
	}
	a.room.Say(words.Text{})
	if a.state.Account == nil {
		return // the page asks for the sign-in
	}
	var found reach.Room
	a.work(kit.L("Reading what can reach the room"), func(ctx context.Context, _ task.Report) (err error) {
		if err := a.env.Session.AllowSignInLog(ctx, a.way(ctx)); err != nil {
			return err
		}
		found, err = a.env.Session.RoomAccess(ctx, address)
		return err
	}, func(err error) {
		a.show()
		if err != nil {
			a.fail(problem.Of(err))
			return
		}
		a.tell(found, true)
	})
}

func (a *roomAccess) purpose() string {
	return kit.L("Roomkey lists every application of the tenant that can read or write the calendar of a room, the most powerful first. Nothing is changed.")
}

func (a *roomAccess) scopes() []string { return entra.ScopesRead }

func (a *roomAccess) looked(then func()) {
	a.show()
	if then != nil {
		then()
	}
}

func (a *roomAccess) began()    {}
func (a *roomAccess) ended()    {}
func (a *roomAccess) toTop()    {}
func (a *roomAccess) relayout() { a.object.Refresh() }

// show is the room and its buttons, or the sign-in that it takes.
func (a *roomAccess) show() {
	a.line.RemoveAll()
	if !a.known {
		return
	}
	a.signIn.show()
	script := kit.NewButton(kit.L("Script for Exchange…"), func() { a.script(a.room.Value()) })
	if a.state.Account == nil {
		a.line.Add(kit.Readable(kit.Column(kit.GapWide, a.room, a.signIn.body, kit.Row(kit.Gap, -1, a.signIn.button(), script))))
	} else {
		read := a.able(kit.PrimaryButton(kit.L("Read what reaches it"), theme.SearchIcon(), a.read))
		a.line.Add(kit.Readable(kit.Column(kit.Gap, a.room, kit.Row(kit.Gap, -1, read, script))))
	}
	hide(a.table.Object, a.state.Account == nil && a.table.Rows() == 0)
	a.relayout()
}
