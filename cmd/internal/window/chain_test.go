package window

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/ui"
	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/page"
)

// atProve is somebody at the page Prove of a simulated tenant, on the real core.
type atProve struct {
	t     *testing.T
	home  *Home
	shell *ui.Shell
	queue *kit.Queue
}

func sitAtProve(t *testing.T) *atProve {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(kit.ForcedTheme(theme.VariantLight))
	p := &atProve{t: t, home: home(t, simulator.Options{Rooms: 3, Users: 6}), queue: kit.NewQueue()}
	id, err := p.home.Simulate(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	p.shell = ui.NewShell(t.Context(), ui.Options{Home: p.home, Files: noFiles{}, Host: &kit.Host{Dispatch: p.queue.Dispatch, Clipboard: test.NewClipboard, OpenURL: func(string) {},
		After: func(time.Duration, func()) func() { return func() {} }}})
	w := test.NewTempWindow(t, p.shell.Object())
	w.Resize(fyne.NewSize(1024, 700))
	t.Cleanup(func() { p.shell.Close(5 * time.Second); p.queue.Drain() })
	p.shell.Start()
	p.shell.Load(id)
	p.rest()
	p.shell.Go(setup.Prove)
	p.rest()
	return p
}

func (p *atProve) rest() {
	p.t.Helper()
	if err := p.queue.Until(quickly(p.t), func() bool { return !p.shell.Busy() }); err != nil {
		p.t.Fatal(err)
	}
}

func (p *atProve) tests() {
	p.t.Helper()
	p.shell.Page().(*page.Prove).Start()
	p.rest()
}

// changes edits the document and comes back to the page.
func (p *atProve) changes(edit func(*connection.Connection)) {
	p.t.Helper()
	if err := p.shell.Session().Change(p.t.Context(), connection.Edit(edit)); err != nil {
		p.t.Fatal(err)
	}
	p.rest()
	p.shell.Go(setup.Describe)
	p.rest()
	p.shell.Go(setup.Prove)
	p.rest()
}

// breaks gives the simulated tenant these faults and no others.
func (p *atProve) breaks(faults ...string) {
	p.t.Helper()
	if err := p.home.sim.Load().SetFaults(faults...); err != nil {
		p.t.Fatal(err)
	}
}

// hands the configuration over, so that the server has a view of its own.
func (p *atProve) handsOver() {
	p.t.Helper()
	s, ctx := p.shell.Session(), quickly(p.t)
	plan, err := s.PlanWith(ctx, true, booking.Choices{})
	if err == nil {
		err = s.Confirm(ctx, plan.Confirmations)
	}
	if err == nil {
		plan, err = s.PlanWith(ctx, true, booking.Choices{})
	}
	if err == nil {
		_, err = s.Push(ctx, plan, true, nil)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// draws is the picture in one line, held to what is remembered: the page shows
// each link with how it stands, and proves none of which a claim is not proven.
func (p *atProve) draws() (line string) {
	p.t.Helper()
	s, ctx, reads := p.shell.Session(), quickly(p.t), p.reads()
	chain, err := s.Chain(ctx)
	if err != nil {
		p.t.Fatal(err)
	}
	last, _, err := s.LastCheck(ctx)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, l := range chain {
		shown := l.Says().String() + "\n" + l.Title.String() + "\n"
		if !strings.Contains(reads, shown) {
			p.t.Errorf("%q is not drawn:\n%s", shown, reads)
		}
		_, reads, _ = strings.Cut(reads, shown)
		line += l.Standing.Sign()
		if l.RootCause {
			line += "*"
		}
		for _, c := range l.Claims {
			if last != nil && l.Standing == evidence.Works && evidence.Find(last.Claims, c).Standing != evidence.Works {
				p.t.Errorf("%s is drawn as proven, and %s is not", l.ID, c)
			}
		}
	}
	return line
}

// reads is what is written on the page, a text a line.
func (p *atProve) reads() string {
	var b strings.Builder
	var visit func(o fyne.CanvasObject)
	visit = func(o fyne.CanvasObject) {
		if o == nil || !o.Visible() {
			return
		}
		switch o := o.(type) {
		case *kit.Text:
			b.WriteString(o.Text() + "\n")
		case *kit.Button:
			b.WriteString("[" + o.Text + "]\n")
		case *fyne.Container:
			for _, child := range o.Objects {
				visit(child)
			}
			return
		}
		if w, ok := o.(fyne.Widget); ok {
			for _, child := range test.WidgetRenderer(w).Objects() {
				visit(child)
			}
		}
	}
	visit(p.shell.Page().Frame().Object)
	return b.String()
}

// TestThePictureFollowsTheEvidence walks through what can become of a chain:
// this computer, sign-in, application, lists, calendars, test booking, server and
// the server's own view.
func TestThePictureFollowsTheEvidence(t *testing.T) {
	p := sitAtProve(t)
	p.changes(func(c *connection.Connection) { c.Server.Adapter = booking.AdapterContract })
	client := p.shell.Session().Document().Application.ClientID
	see := func(what, picture string, texts ...string) {
		t.Helper()
		if got := p.draws(); got != picture {
			t.Errorf("%s: the picture is %q, want %q", what, got, picture)
		}
		reads := p.reads()
		for _, text := range texts {
			if text, absent := strings.CutPrefix(text, "no "); strings.Contains(reads, text) == absent {
				t.Errorf("%s: %q:\n%s", what, text, reads)
			}
		}
	}
	see("nothing run yet", "········", "no Proven\nThis computer", "no Root cause", "[Test the connection]")
	p.tests()
	see("before it is handed over", "✓✓·✓✓·✓·", "no Root cause", "Partly tested", "[Sign in]", "Choose the rooms first.", "no [Hand over]")
	p.changes(func(c *connection.Connection) { c.Rooms.Mode = connection.All })
	p.tests()
	p.handsOver()
	p.tests()
	see("everything that an ordinary test proves", "✓✓·✓✓·✓✓", "no Root cause", "no Not reached")

	p.breaks("server-cannot-reach-microsoft")
	p.tests()
	see("the server's own view is broken", "✓✓·✓✓·✓✗*", "Root cause\nThe server's own view", "[Repeat this test until it passes]")
	p.breaks()
	p.tests()
	see("the server reaches Microsoft again", "✓✓·✓✓·✓✓")
	p.breaks("missing-role=Place.Read.All,User.Read.All,Group.Read.All")
	p.tests()
	see("the middle is broken", "✓✓✗*✗?–✓?", "Root cause\nApplication and permissions", "Not reached\nTest booking")
	p.breaks()
	p.tests()
	p.breaks("expired-secret")
	p.tests()
	see("the sign-in is broken", "✓✗*––––✓!", "Root cause\nMicrosoft sign-in", "Not reached\nApplication and permissions", "[Repeat this test until it passes]")
	p.breaks()
	p.changes(func(c *connection.Connection) { c.Application.ClientID = "no client id" })
	p.tests()
	see("the first link is broken", "✗*–––––––", "Root cause\nThis computer", "no Proven\nBooking server", "is not a GUID")
	p.changes(func(c *connection.Connection) { c.Application.ClientID = client })
	p.tests()
	see("mended", "✓✓·✓✓·✓✓", "no Root cause")
	p.changes(func(c *connection.Connection) {
		c.Rooms.Mode, c.Rooms.Items = connection.Selected, []string{p.shell.Session().KnownRooms()[0].EmailAddress}
	})
	see("another choice of rooms makes it void", "↻✓·↻↻·✓↻", "Test again\nCalendars", "The chosen rooms have changed since.", "no Root cause")
}
