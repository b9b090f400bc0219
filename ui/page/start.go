package page

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// Start is the page without an open connection: those that there are, with what
// was last found of them, then new, open a file, or try it out.
type Start struct {
	env    *Env
	frame  *kit.Frame
	notice *notice
	list   *fyne.Container
	busy   []*kit.Button
	// seen is what list shows.
	seen inventory
}

// NewStart makes the page.
func NewStart(env *Env) *Start {
	s := &Start{env: env, notice: newNotice(env.Host), list: kit.Column(kit.Gap)}
	choice := func(icon fyne.Resource, title, text, press string, primary bool, f func()) fyne.CanvasObject {
		b := kit.NewButton(press, f)
		if primary {
			b.Importance = widget.HighImportance
		}
		s.busy = append(s.busy, b)
		return kit.Card(kit.Row(kit.GapWide, 1, kit.AtLeast(28, 28, widget.NewIcon(theme.NewPrimaryThemedResource(icon))),
			kit.Column(kit.GapTight, kit.Strong(title), kit.Muted(text)), kit.AtLeast(150, 0, b)))
	}
	body := kit.Column(kit.GapWide,
		s.notice.object,
		s.list,
		choice(theme.ContentAddIcon(), kit.L("New connection"),
			kit.L("Join a Microsoft 365 tenant to a booking server. You need the tenant's domain; everything else is found or asked for."),
			kit.L("New"), true, s.Create),
		choice(theme.FolderOpenIcon(), kit.L("Open a file"),
			kit.L("A connection that someone exported. Secrets are never in the file and are entered again."),
			kit.L("Open…"), false, s.Open),
		choice(theme.ComputerIcon(), kit.L("Try with a simulated tenant"),
			kit.L("Everything works as with a real tenant, on this computer only. Nothing is sent to Microsoft."),
			kit.L("Try it"), false, s.simulate))
	s.frame = kit.NewFrame(kit.L("Connect meeting rooms"),
		kit.L("Connect a Microsoft 365 tenant to a meeting-room booking server, and prove that it works."), body)
	s.notice.top = s.frame.ToTop
	return s
}

// Frame is the page.
func (s *Start) Frame() *kit.Frame { return s.frame }

// Shown lists the stored connections.
func (s *Start) Shown() {
	var now inventory
	s.env.Scope.Run(func(context.Context) error {
		var stored []store.Entry
		stored, now.broken = s.env.Home.List()
		for _, e := range stored {
			health, known := s.env.Home.LastHealth(e.ID)
			now.entries = append(now.entries, kept{e, health, known})
		}
		slices.SortStableFunc(now.entries, newestTroubleFirst)
		now.found, now.trouble = s.env.Home.LastSurvey()
		return nil
	}, func(error) {
		// What stays the same stays as it is: a press may be on its way to it.
		if !reflect.DeepEqual(s.seen, now) {
			s.seen = now
			s.show(now)
		}
	})
}

// inventory is what the page says of the stored connections.
type inventory struct {
	entries []kept
	broken  []*problem.Problem
	found   words.Text
	trouble []words.Text
}

// kept is a stored connection with what was last found of it.
type kept struct {
	store.Entry
	health session.Health
	known  bool
}

// troubled is whether somebody has to look at it.
func (l kept) troubled() bool { return l.known && !l.health.Well() }

// newestTroubleFirst puts what wants attention on top, the newest first; the rest
// keeps the order of names.
func newestTroubleFirst(a, b kept) int {
	switch {
	case a.troubled() && b.troubled():
		return b.health.Since.Compare(a.health.Since)
	case a.troubled():
		return -1
	case b.troubled():
		return 1
	}
	return 0
}

func (s *Start) show(l inventory) {
	s.list.RemoveAll()
	if len(l.entries)+len(l.broken) > 0 {
		s.list.Add(kit.Heading(kit.L("Your connections")))
	}
	for _, t := range l.trouble {
		s.list.Add(kit.Row(kit.Gap, 1, kit.Badge(kit.MarkAttention, kit.Say(t)), kit.NewText("")))
	}
	if !l.found.IsZero() {
		s.list.Add(kit.Muted(kit.Say(l.found)))
	}
	for _, p := range l.broken {
		s.list.Add(kit.ProblemCard(s.env.Host, p))
	}
	if len(l.entries) > 0 {
		rows := kit.NewStepList(s.env.Load)
		rows.Set(s.rows(l.entries))
		s.list.Add(kit.Card(rows))
	}
	s.frame.Object.Refresh()
}

func (s *Start) rows(entries []kept) (rows []kit.Item) {
	products := map[string]string{}
	for _, p := range s.env.Home.Products() {
		products[p.ID] = p.Name
	}
	for _, e := range entries {
		row := kit.Item{ID: e.ID, Title: problem.Line(e.Name), Mark: kit.MarkTodo}
		for _, part := range []string{e.Tenant, cmp.Or(products[e.Product], e.Product)} {
			if part != "" && row.Detail != "" {
				row.Detail += "  ·  "
			}
			row.Detail += part
		}
		switch {
		case e.troubled():
			row.Mark = kit.MarkAttention
			row.Detail += "\n" + kit.L("%s (since %s)", problem.Line(kit.Say(e.health.Wants[0])), day(e.health.Since))
		case e.known && e.health.ConfirmedBy != "":
			row.Mark = kit.MarkReady
			row.Detail += "\n" + kit.L("Confirmed by %s on %s.", problem.Line(e.health.ConfirmedBy), day(e.health.At))
		case e.known && e.health.Tested:
			row.Mark = kit.MarkReady
			row.Detail += "\n" + kit.L("The last test passed on %s.", day(e.health.At))
		case e.known:
			row.Mark = kit.MarkDone
			row.Detail += "\n" + kit.L("Everything worked on %s.", day(e.health.At))
		default:
			row.Detail += "\n" + kit.L("Not tested.")
		}
		rows = append(rows, row)
	}
	return rows
}

func day(t time.Time) string { return t.Local().Format(time.DateOnly) }

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

// Create makes a new connection and opens it.
func (s *Start) Create() { s.make(s.env.Home.Create) }

// Open asks for the file of a connection.
func (s *Start) Open() { s.env.Files.Open([]string{".roomkey", ".json"}, s.Take) }

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

// FirstRoute is the page to begin with: the first on which something was typed
// and not saved, or else the first step that is not done.
func FirstRoute(steps []setup.Step, unsaved map[string]bool) string {
	for _, s := range steps {
		if unsaved[s.ID] {
			return s.ID
		}
	}
	for _, s := range steps {
		if s.State != setup.Done && s.State != setup.Blocked {
			return s.ID
		}
	}
	return setup.Describe
}
