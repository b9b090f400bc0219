package main

import (
	"context"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui"
	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/page"
	"github.com/roomkey/roomkey/ui/uitest"
)

// variants are light and dark by the names that the files bear.
var variants = []struct {
	name    string
	variant fyne.ThemeVariant
}{{"light", theme.VariantLight}, {"dark", theme.VariantDark}}

// stepTime is how long one stop of the tour may take before it is an error.
const stepTime = 5 * time.Minute

// walk goes through the main job on a simulated tenant as a person would, and
// writes a PNG of each page into folder.
func walk(ctx context.Context, home page.Home, o options, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return problem.New(codeTourFolder, words.T("The folder for the pictures cannot be created.")).With(words.Plain(err.Error())).By(err)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	g := newGuide(ctx, home, o, folder)
	defer g.shell.Close(time.Second)
	return g.walk()
}

type guide struct {
	options
	ctx    context.Context
	home   page.Home
	folder string
	app    fyne.App
	queue  *kit.Queue
	shell  *ui.Shell
	window fyne.Window
	number int
	tray   tray
	// look is what is done at each stop: draw the page, which may still be busy.
	look func(name string) error
	// atEnd is whether the next picture is of the end of the page.
	atEnd bool
}

func newGuide(ctx context.Context, home page.Home, o options, folder string) *guide {
	g := &guide{ctx: ctx, home: home, options: o, folder: folder, app: test.NewApp(), queue: kit.NewQueue()}
	g.app.Settings().SetTheme(kit.ForcedTheme(theme.VariantLight))
	g.shell = ui.NewShell(ctx, ui.Options{
		Home: home,
		Host: &kit.Host{Dispatch: g.queue.Dispatch, Clipboard: g.app.Clipboard, OpenURL: func(string) {},
			After: func(time.Duration, func()) func() { return func() {} }},
		Files: &g.tray,
	})
	g.window = test.NewWindow(g.shell.Object())
	g.window.SetPadded(false)
	g.look = g.draw
	return g
}

// idle waits until nothing runs any more.
func (g *guide) idle() error {
	ctx, stop := context.WithTimeout(g.ctx, stepTime)
	defer stop()
	err := g.queue.Until(ctx, func() bool { return !g.shell.Busy() })
	if err != nil {
		return fmt.Errorf("the page %q did not come to rest: %w", g.shell.Route(), err)
	}
	return nil
}

// picture looks at the page in front when it has come to rest.
func (g *guide) picture(name string) error {
	if err := g.idle(); err != nil {
		return err
	}
	return g.look(name)
}

// draw draws the page in every variant and size.
func (g *guide) draw(name string) error {
	g.number++
	if !strings.HasPrefix(name, g.only) {
		g.atEnd = false
		return nil
	}
	for _, v := range variants {
		for _, size := range g.sizes {
			file := fmt.Sprintf("%02d-%s-%s-%s.png", g.number, name, v.name, size)
			if err := write(filepath.Join(g.folder, file), g.capture(v.variant, size)); err != nil {
				return err
			}
		}
	}
	g.atEnd = false
	return nil
}

// capture lets the layout settle first: text learns its width in one pass and
// answers with its height in the next, which a window does between frames.
func (g *guide) capture(v fyne.ThemeVariant, s size) image.Image {
	if c, ok := g.window.Canvas().(software.WindowlessCanvas); ok {
		c.SetScale(s.scale)
	}
	g.window.Resize(fyne.NewSize(s.width/s.scale, s.height/s.scale))
	for range 3 {
		g.app.Settings().SetTheme(kit.ForcedTheme(v)) // lays everything out anew
		if p := g.shell.Page(); g.atEnd {
			p.Frame().ToEnd()
		} else {
			p.Frame().ToTop()
		}
	}
	g.queue.Drain()
	return g.window.Canvas().Capture()
}

func write(path string, img image.Image) error {
	f, err := os.Create(path)
	if err == nil {
		err = png.Encode(f, img)
		if closed := f.Close(); err == nil {
			err = closed
		}
	}
	if err != nil {
		return problem.New(codeTourPicture, words.T("A picture cannot be written.")).With(words.Plain(err.Error())).By(err)
	}
	return nil
}

// tray is a window's file dialogs: what was saved last, or laid there, is what
// is opened next.
type tray struct{ file page.File }

func (t *tray) Open(_ []string, got func(string, []byte)) {
	if t.file.Name != "" {
		got(t.file.Name, t.file.Data)
	}
}

func (t *tray) Save(f page.File, saved func(string, *problem.Problem)) {
	t.file = f
	saved("Documents/"+f.Name, nil)
}

func (*tray) Folder(func(string)) {}

// stop is one picture: what to do before it is drawn.
type stop struct {
	name string
	do   func() error
}

// walk is the way through the pages.
func (g *guide) walk() error {
	g.shell.Start()
	if err := g.picture("start"); err != nil {
		return err
	}
	id, err := g.home.Simulate(g.ctx, nil)
	if err != nil {
		return err
	}
	g.shell.Load(id)
	stops := []stop{
		{"describe", g.page(setup.Describe)},
		{"describe-end", g.end},
		{"register", g.page(setup.Register)},
		{"register-end", g.end},
		{"prove-before", g.page(setup.Prove)},
		{"prove", g.press},
		{"prove-end", g.end},
	}
	stops = append(stops, g.proving()...)
	stops = append(stops, []stop{
		{"choose-rooms", g.page(setup.Choose)},
		{"choose-rule", g.onChoose(func(p *page.Choose) { p.BySeats("6") })},
		{"choose-day", g.onChoose((*page.Choose).Day)},
		{"choose-issues", g.issues},
		{"choose-lists", g.view(page.ViewLists)},
		{"choose-people", g.view(page.ViewPeople)},
		{"choose-groups", g.view(page.ViewGroups)},
	}...)
	stops = append(stops, g.scripting()...)
	stops = append(stops, []stop{
		{"prove-again", g.proveChosen},
		{"hand-over", g.page(setup.HandOver)},
		{"hand-over-pushed", g.push},
		{"hand-over-end", g.end},
		{"settings", g.page(page.RouteSettings)},
		{"prove-failed", g.breakSecret},
		{"prove-failed-end", g.end},
		{"prove-watch-cancelled", g.watch},
		{"start-again", func() error { g.shell.Load(""); return nil }},
		{"describe-form-product", g.formProduct(id)},
		{"describe-form-product-end", g.end},
		{"register-form-product", g.page(setup.Register)},
		{"hand-over-form-product", g.page(setup.HandOver)},
	}...)
	stops = append(stops, g.registering(id)...)
	stops = append(stops, g.models(id)...)
	for _, s := range stops {
		if err := g.idle(); err != nil {
			return err
		}
		if err := s.do(); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if err := g.picture(s.name); err != nil {
			return err
		}
	}
	return nil
}

// end scrolls to the end of a long page; each size has its own.
func (g *guide) end() error { g.atEnd = true; return nil }

func (g *guide) page(route string) func() error {
	return func() error {
		g.shell.Go(route)
		if g.shell.Route() != route {
			return fmt.Errorf("the page did not open")
		}
		return nil
	}
}

// press presses the page's main action.
func (g *guide) press() error {
	b := g.shell.Page().Frame().Primary()
	if b == nil || b.Disabled() {
		return fmt.Errorf("the main action of the page cannot be pressed")
	}
	b.OnTapped()
	return nil
}

// issues shows those of the rooms, and what repairs one of them.
func (g *guide) issues() error {
	if err := g.onChoose((*page.Choose).Issues)(); err != nil {
		return err
	}
	if bars, ok := uitest.Find(g.shell.Page().Frame().Object, func(*kit.Bars) bool { return true }); ok {
		bars.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	}
	return nil
}

func (g *guide) view(view int) func() error {
	return g.onChoose(func(p *page.Choose) { p.Open(view) })
}

func (g *guide) onChoose(do func(*page.Choose)) func() error {
	return func() error {
		p, ok := g.shell.Page().(*page.Choose)
		if !ok {
			return fmt.Errorf("this is not the page with the lists")
		}
		do(p)
		return nil
	}
}

// proveChosen chooses all rooms, without which nothing is pushed, and tests.
func (g *guide) proveChosen() error {
	if err := g.shell.Session().Change(g.ctx, connection.Edit(func(c *connection.Connection) {
		c.Rooms = connection.Rooms{Mode: connection.All}
	})); err != nil {
		return err
	}
	return g.proveAgain()
}

// push says yes to what the plan asks and presses Push.
func (g *guide) push() error {
	p, ok := g.shell.Page().(*page.HandOver)
	if !ok {
		return fmt.Errorf("this is not the page of the hand-over")
	}
	for _, c := range slices.Clone(p.Confirmations()) {
		c.SetChecked(true)
	}
	return g.press()
}

// breakSecret shows what a failure looks like: the secret is replaced by one
// that the tenant does not know.
func (g *guide) breakSecret() error {
	wrong := vault.NewSecret("wrong~Wr0ng.secret-0f-the-right-length--")
	if _, err := g.shell.Session().SetSecret(g.ctx, vault.ClientSecret, wrong, vault.Secret{}); err != nil {
		return err
	}
	return g.proveAgain()
}

// formProduct makes the connection one of a product whose console is typed
// into.
func (g *guide) formProduct(id string) func() error {
	return func() error {
		g.shell.Load(id)
		if err := g.idle(); err != nil {
			return err
		}
		err := g.shell.Session().Change(g.ctx, connection.Edit(func(c *connection.Connection) {
			c.Product = connection.Product{ID: "flexo", Options: []string{"teams"}}
			c.Server.Adapter = booking.AdapterForm
		}))
		if err != nil {
			return err
		}
		return g.page(setup.Describe)()
	}
}
