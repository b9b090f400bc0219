package page

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/ui/kit"
)

// Register is the second step: the application that the booking server uses.
// Roomkey registers it, or somebody has and enters it.
type Register struct {
	env      *Env
	frame    *kit.Frame
	notice   *notice
	ways     []*kit.Button
	planner  *planner
	existing *existing
	open     *fyne.Container
	way      int
}

// The two ways of the page.
const (
	WayRoomkey = iota
	WayExisting
)

// NewRegister makes the page.
func NewRegister(env *Env) *Register {
	r := &Register{env: env, notice: newNotice(env.Host), open: kit.Column(kit.Gap)}
	line := kit.Row(kit.GapTight, -1)
	for i, title := range []string{kit.L("Let Roomkey register it (recommended)"), kit.L("Enter an existing application")} {
		b := kit.NewButton(title, func() { r.Open(i) })
		r.ways = append(r.ways, b)
		line.Add(b)
	}
	r.existing = newExisting(env, r.notice, r.relayout)
	r.planner = newPlanner(env, r.notice, r)
	body := kit.Column(kit.GapWide, line, r.open, r.notice.object, r.planner.object, r.existing.object)
	r.frame = kit.NewFrame(kit.L("Register the application"),
		kit.L("The booking server signs in to Microsoft 365 as an application. Its credential goes into the keychain of this computer."), body)
	r.notice.top = r.frame.ToTop
	if c := env.Connection().Application; c.ClientID != "" && c.ObjectID == "" {
		r.way = WayExisting // somebody entered it
	}
	r.spots()
	r.Open(r.way)
	return r
}

// Frame is the page.
func (r *Register) Frame() *kit.Frame { return r.frame }

// Shown looks at the keychain, at who is signed in and at what the product
// asks for.
func (r *Register) Shown() {
	r.env.asks(r.open, setup.Register)
	r.existing.shown(func() { r.Open(WayExisting) })
	r.planner.shown()
}

// spots names what remedies lead to.
func (r *Register) spots() {
	existing := func() { r.Open(WayExisting) }
	r.existing.form.spots(r.frame, existing)
	for kind, credential := range map[vault.Kind]struct {
		box  *secretBox
		kind string
	}{
		vault.ClientSecret: {r.existing.secret, connection.CredentialSecret}, vault.Certificate: {r.existing.cert.secret, connection.CredentialCertificate},
	} {
		r.frame.Spot(string(kind), credential.box.field, func() {
			existing()
			if r.existing.kind.Value() != credential.kind {
				r.existing.kind.SetValue(credential.kind)
				r.existing.kind.OnChanged(credential.kind)
			}
		})
	}
	r.frame.Spot("sign-in", r.planner.signIn.body, func() { r.Open(WayRoomkey) })
	r.frame.Spot("undo", r.planner.application.actions, func() { r.Open(WayRoomkey) })
}

// Open shows one of the ways.
func (r *Register) Open(way int) {
	r.way = way
	for i, b := range r.ways {
		b.Press(i == way)
	}
	r.planner.object.Hidden = way != WayRoomkey
	r.existing.object.Hidden = way != WayExisting
	r.actions()
}

// actions sets the buttons at the foot for the way that is open.
func (r *Register) actions() {
	if r.way == WayExisting {
		r.frame.Aside(r.existing.form.unsaved)
		r.frame.Actions(r.existing.next)
		return
	}
	r.frame.Aside(nil)
	r.frame.Actions(r.planner.actions()...)
}

// Follow shows what was changed, by whomever.
func (r *Register) Follow(c *connection.Connection) {
	r.existing.fill(c)
	r.planner.show()
}

// relayout lays the page out anew.
func (r *Register) relayout() {
	if r.frame != nil {
		r.frame.Object.Refresh()
	}
}

// forward is the button to the next step.
func (r *Register) forward() *kit.Button {
	return kit.PrimaryButton(kit.L("Continue"), theme.NavigateNextIcon(), func() { r.env.Go(setup.Choose) })
}

// pairs are names and wrapping texts in two columns.
func pairs(list [][2]string) fyne.CanvasObject {
	column := kit.Column(kit.GapTight)
	for _, p := range list {
		if p[1] != "" {
			column.Add(kit.TopRow(kit.GapWide, 1, kit.AtLeast(150, 0, kit.Muted(p[0])), kit.NewText(p[1])))
		}
	}
	return column
}
