package page

import (
	"cmp"
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/ui/kit"
)

// Start is the page without a connection: new, open a file, or try it out; and
// the connections that there are.
type Start struct {
	env    *Env
	frame  *kit.Frame
	notice *notice
	list   *fyne.Container
	busy   []*widget.Button
}

// NewStart makes the page.
func NewStart(env *Env) *Start {
	s := &Start{env: env, notice: newNotice(env.Host), list: kit.Column(kit.Gap)}
	choice := func(icon fyne.Resource, title, text, press string, primary bool, f func()) fyne.CanvasObject {
		b := widget.NewButton(press, f)
		if primary {
			b.Importance = widget.HighImportance
		}
		s.busy = append(s.busy, b)
		return kit.Card(kit.Row(kit.GapWide, 1, kit.AtLeast(28, 28, widget.NewIcon(theme.NewPrimaryThemedResource(icon))),
			kit.Column(kit.GapTight, kit.Strong(title), kit.Muted(text)), kit.AtLeast(150, 0, b)))
	}
	body := kit.Column(kit.GapWide,
		s.notice.object,
		choice(theme.ContentAddIcon(), kit.L("New connection"),
			kit.L("Join a Microsoft 365 tenant to a booking server. You need the tenant's domain; everything else is found or asked for."),
			kit.L("New"), true, s.create),
		choice(theme.FolderOpenIcon(), kit.L("Open a file"),
			kit.L("A connection that somebody exported. Secrets are never in the file and are entered again."),
			kit.L("Open…"), false, s.open),
		choice(theme.ComputerIcon(), kit.L("Try with a simulated tenant"),
			kit.L("Everything works as with a real tenant, on this computer only. Nothing is sent to Microsoft."),
			kit.L("Try it"), false, s.simulate),
		s.list)
	s.frame = kit.NewFrame(kit.L("Connect meeting rooms"),
		kit.L("Roomkey takes the connection between a Microsoft 365 tenant and a meeting-room booking server from nothing to proven."), body)
	s.notice.top = s.frame.ToTop
	return s
}

// Frame is the page.
func (s *Start) Frame() *kit.Frame { return s.frame }

// Shown lists the stored connections.
func (s *Start) Shown() {
	var entries []store.Entry
	var broken []*problem.Problem
	s.env.Scope.Run(func(context.Context) error {
		entries, broken = s.env.Home.List()
		return nil
	}, func(error) { s.show(entries, broken) })
}

func (s *Start) show(entries []store.Entry, broken []*problem.Problem) {
	s.list.RemoveAll()
	if len(entries)+len(broken) > 0 {
		s.list.Add(kit.Pad(kit.Gap, 0, 0, 0, kit.Heading(kit.L("Your connections"))))
	}
	products := map[string]string{}
	for _, p := range s.env.Home.Products() {
		products[p.ID] = p.Name
	}
	for _, e := range entries {
		product := cmp.Or(products[e.Product], e.Product)
		about := e.Tenant
		if about != "" && product != "" {
			about += "  ·  "
		}
		open := widget.NewButton(kit.L("Open"), func() { s.env.Load(e.ID) })
		s.list.Add(kit.Card(kit.Row(kit.GapWide, 0,
			kit.Column(2, kit.Strong(e.Name).As(kit.Clip, ""), kit.Line(about+product).As(kit.Clip, kit.ColorMuted)), open)))
	}
	for _, p := range broken {
		s.list.Add(kit.ProblemCard(s.env.Host, p))
	}
	s.frame.Object.Refresh()
}

// working switches the choices off while one of them works.
func (s *Start) working(on bool) {
	for _, b := range s.busy {
		if on {
			b.Disable()
		} else {
			b.Enable()
		}
	}
}

func (s *Start) made(load func() string) func(error) {
	return func(err error) {
		s.working(false)
		s.notice.fail(problem.Of(err))
		s.frame.ToTop()
		if err == nil {
			s.env.Load(load())
		}
	}
}

func (s *Start) create() { s.make(s.env.Home.Create) }

func (s *Start) open() { s.env.Files.Open([]string{".json"}, s.Take) }

// Take opens a connection's file that was chosen, or dropped onto the window.
func (s *Start) Take(name string, data []byte) {
	s.make(func(ctx context.Context) (string, error) { return s.env.Home.Import(ctx, data, name) })
}

// make makes a connection and opens it.
func (s *Start) make(work func(context.Context) (string, error)) {
	s.working(true)
	var id string
	s.env.Scope.Run(func(ctx context.Context) (err error) {
		id, err = work(ctx)
		return err
	}, s.made(func() string { return id }))
}

func (s *Start) simulate() {
	s.working(true)
	var id string
	s.env.Scope.Show(kit.L("Simulated tenant"), func(ctx context.Context, report task.Report) (err error) {
		id, err = s.env.Home.Simulate(ctx, report)
		return err
	}, s.made(func() string { return id }))
}

// FirstRoute is the page to begin with: the first step that is not done.
func FirstRoute(steps []setup.Step) string {
	for _, s := range steps {
		if s.State != setup.Done && s.State != setup.Blocked {
			return s.ID
		}
	}
	return setup.Describe
}
