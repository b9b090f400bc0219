package page

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// runOptions are what a person may choose for one run, folded away until they
// are wanted. What leaves a trace is chosen for one run only.
type runOptions struct {
	env      *Env
	relayout func()
	object   *kit.Surface
	column   *fyne.Container
	press    *kit.Button
	text     *kit.Text
	form     *fyne.Container
	ready    prepared

	booking, organizer, room *kit.Field
	notification, outOfReach *kit.Field
	trace                    fyne.CanvasObject
}

// bookingTrace and notificationTrace are said before anything is made.
func bookingTrace() string {
	return kit.L("The test booking may leave a trace in mail, on door panels and in holds. Roomkey waits for the room's answer, cancels, and checks both calendars; what could not be removed is listed on this page.")
}

func notificationTrace() string {
	return kit.L("Creates a 45-minute subscription to one room's changes and removes it immediately. Microsoft calls the booking server to confirm it.")
}

func traceOf(o check.Options, plan check.BookingPlan) string {
	var text []string
	if o.Organizer != "" {
		text = append(text, kit.Say(plan.Says()), bookingTrace())
	}
	if !o.NoSubscription {
		text = append(text, notificationTrace())
	}
	return strings.Join(text, " ")
}

func newRunOptions(env *Env, relayout func()) *runOptions {
	o := &runOptions{env: env, relayout: relayout, text: kit.Small("")}
	o.booking = kit.SwitchField(kit.L("Book a room, then cancel the booking"),
		kit.L("An organizer invites one room, like in a real booking. Only this proves that bookings reach the room and what the room keeps of them."))
	o.organizer = kit.TextField(kit.L("Organizer's mailbox"), kit.L("A mailbox that the application can reach and whose owner agrees."), "organizer@contoso.com")
	o.organizer.Clean = connection.Clean
	o.organizer.Check = func(v string) words.Text {
		if !connection.IsAddress(connection.Clean(v)) {
			return words.T("Enter the email address of the mailbox that invites the room.")
		}
		return words.Text{}
	}
	o.room = kit.SelectField(kit.L("Room"), kit.L("One of the chosen rooms that accepts automatically: rooms with delegates or approval are not used."), nil)
	o.trace = kit.Tinted(kit.ColorWarnTint, theme.ColorNameWarning, kit.NewText(bookingTrace()))
	o.booking.OnChanged = func(string) { o.show() }
	o.notification = kit.SwitchField(kit.L("Have Microsoft call the booking server"), notificationTrace())
	o.notification.OnChanged = func(string) { o.show() }
	o.outOfReach = kit.TextField(kit.L("Mailbox that must be out of reach"),
		kit.L("It proves that access is refused: only the ID of its calendar is requested, never any events. Leave it empty to use the one of the connection."), "person@contoso.com")
	o.outOfReach.Clean = connection.Clean
	o.outOfReach.Check = func(v string) words.Text {
		if v != "" && !connection.IsAddress(connection.Clean(v)) {
			return words.T("This is not an email address.")
		}
		return words.Text{}
	}
	o.outOfReach.OnChanged = func(string) { o.tell() }
	o.press = kit.QuietButton(kit.L("Options for the next test"), theme.MenuDropDownIcon(), o.toggle)
	o.form = kit.Column(kit.GapWide)
	o.form.Hide()
	o.column = kit.Column(kit.GapWide, kit.Row(kit.Gap, 1, o.press, o.text), o.form)
	o.object = kit.Card(o.column)
	o.object.Pad = 10
	o.show()
	return o
}

func (o *runOptions) toggle() {
	o.form.Hidden = !o.form.Hidden
	o.show()
	if o.form.Visible() {
		kit.InSight(o.object)
	}
}

// open unfolds the options.
func (o *runOptions) open() { o.form.Show(); o.show() }

// openBooking unfolds them at the test booking.
func (o *runOptions) openBooking() { o.booking.SetValue("true"); o.open() }

// openNotification unfolds them at the test subscription.
func (o *runOptions) openNotification() { o.notification.SetValue("true"); o.open() }

// close folds the options and forgets every yes: it was for one run.
func (o *runOptions) close() {
	o.booking.SetValue("false")
	o.notification.SetValue("false")
	o.form.Hide()
	o.show()
}

func (o *runOptions) prepare(p prepared) {
	o.ready = p
	var rooms []kit.Option
	for _, r := range p.rooms {
		rooms = append(rooms, kit.Option{ID: r, Name: r})
	}
	chosen := o.room.Value()
	o.room.SetOptions(rooms)
	o.room.SetValue(chosen)
	if o.outOfReach.Value() == "" {
		o.outOfReach.SetValue(p.outside)
	}
	o.show()
}

// show draws the form for what the product does and what was chosen.
func (o *runOptions) show() {
	o.press.SetIcon(theme.MenuExpandIcon())
	if o.form.Visible() {
		o.press.SetIcon(theme.MenuDropDownIcon())
	}
	o.form.RemoveAll()
	if o.ready.books {
		o.form.Add(o.booking)
		if o.booking.Value() == "true" {
			booking := kit.Column(14, o.trace, o.organizer)
			if len(o.ready.rooms) > 0 {
				booking.Add(o.room)
			} else {
				booking.Add(marked(kit.MarkUnknown, kit.L("The rooms are known after a first test without a booking."), ""))
			}
			o.form.Add(kit.Pad(0, 0, 0, 26, booking))
		}
	}
	if o.ready.notified {
		o.form.Add(o.notification)
	}
	o.form.Add(o.outOfReach)
	o.form.Add(o.signedIn())
	o.tell()
	o.column.Refresh()
	o.object.Refresh()
	o.relayout()
}

// tell is the line beside the button: what the next test will do besides.
func (o *runOptions) tell() {
	var text []string
	if o.booking.Value() == "true" {
		text = append(text, kit.L("a test booking"))
	}
	if o.notification.Value() == "true" {
		text = append(text, kit.L("a test subscription"))
	}
	if v := o.outside(); v != "" {
		text = append(text, kit.L("%s must be refused", v))
	}
	if len(text) == 0 {
		o.text.SetText(kit.L("Nothing that leaves a trace."))
		return
	}
	o.text.SetText(kit.L("With: %s.", strings.Join(text, ", ")))
}

// signedIn says whether the registration can be looked at.
func (o *runOptions) signedIn() fyne.CanvasObject {
	if o.ready.signedIn != "" {
		return marked(kit.MarkDone, kit.L("Signed in as %s. What is declared and consented is also read.", o.ready.signedIn), "")
	}
	return kit.Column(kit.GapTight, kit.Strong(kit.L("What is declared and consented")),
		kit.Row(0, -1, kit.NewButtonWithIcon(kit.L("Sign in on the page Register"), theme.LoginIcon(), func() { o.env.Go(setup.Register) })),
		kit.Small(kit.L("The application cannot read its own registration. A signed-in administrator can; without one, these layers remain unknown.")))
}

func (o *runOptions) outside() string { return connection.Clean(o.outOfReach.Value()) }

// chosen are the options; ok is false when something is wrong in a field, which
// then says so.
func (o *runOptions) chosen() (chosen check.Options, ok bool) {
	ok = o.outOfReach.Validate()
	chosen = check.Options{OutOfReach: o.outside(), NoSubscription: !o.ready.notified || o.notification.Value() != "true"}
	chosen.AllowWrites = !chosen.NoSubscription
	if o.ready.books && o.booking.Value() == "true" {
		chosen.AllowWrites, chosen.Organizer, chosen.TestRoom = true, connection.Clean(o.organizer.Value()), o.room.Value()
		ok = o.organizer.Validate() && ok
		o.room.Say(words.Text{})
		if chosen.TestRoom == "" {
			o.room.Say(words.T("Choose the room that is invited."))
			ok = false
		}
	}
	if !ok {
		o.open()
	}
	return chosen, ok
}
