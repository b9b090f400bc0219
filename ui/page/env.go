package page

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// The routes beside the ids of the six steps.
const (
	RouteStart    = "start"
	RouteSettings = "settings"
)

// Page is one page. It is made once for an opened connection and keeps what was
// typed; Shown is called each time that it comes to the front.
type Page interface {
	Frame() *kit.Frame
	Shown()
}

// Files asks the person for files.
type Files interface {
	// Open gives the chosen file; extensions like ".csv" filter the choice.
	Open(extensions []string, got func(name string, data []byte))
	// Save asks where to put a file and says where it went; a problem is shown
	// by the caller.
	Save(file File, saved func(path string, p *problem.Problem))
	// Folder gives the chosen folder.
	Folder(got func(path string))
}

// Env is what a page works with.
type Env struct {
	Backend Backend
	Host    *kit.Host
	// Scope is the background work of the open connection.
	Scope *kit.Scope
	Files Files
	// ID is the open connection, "" on the pages that need none.
	ID string
	// Opened is the connection as it was opened; the document in it is the
	// stored one and is replaced by Save.
	Opened Opened
	// Go shows another page, Load another connection, Changed asks the shell to
	// look at the steps again.
	Go      func(route string)
	Load    func(id string)
	Changed func()
	Now     func() time.Time
	// SetVariant chooses light or dark: "light", "dark" or "" for the system's.
	SetVariant func(string)
	// Variant is the choice as it is: "light", "dark" or "" for the system's.
	Variant string
}

// Connection is a copy of the stored document to change.
func (e *Env) Connection() *connection.Connection { return e.Opened.Connection.Clone() }

// ReadOnly reports whether the connection may only be looked at.
func (e *Env) ReadOnly() bool { return e.Opened.ReadOnly != nil }

// Save stores a changed document, then calls done on the UI thread.
func (e *Env) Save(c *connection.Connection, done func(*problem.Problem)) {
	e.Scope.Run(func(ctx context.Context) error { return e.Backend.Save(ctx, c) }, func(err error) {
		if err == nil {
			e.Opened.Connection = c
			e.Changed()
		}
		done(problem.Of(err))
	})
}

// Reload reads the document again after the core has changed it.
func (e *Env) Reload(done func()) {
	var opened Opened
	e.Scope.Run(func(ctx context.Context) (err error) {
		opened, err = e.Backend.Open(ctx, e.ID)
		return err
	}, func(err error) {
		if err == nil && opened.Connection != nil {
			e.Opened.Connection = opened.Connection
		}
		e.Changed()
		if done != nil {
			done()
		}
	})
}

// StepMark is the mark of a step's state.
func StepMark(s setup.State) kit.Mark {
	switch s {
	case setup.Ready:
		return kit.MarkReady
	case setup.Running:
		return kit.MarkRunning
	case setup.Done:
		return kit.MarkDone
	case setup.Attention:
		return kit.MarkAttention
	case setup.Blocked:
		return kit.MarkBlocked
	}
	return kit.MarkTodo
}

// notice is a place on a page for a problem or a word of success; it stays
// until it is replaced.
type notice struct {
	host   *kit.Host
	object *fyne.Container
}

func newNotice(host *kit.Host) *notice {
	n := &notice{host: host, object: kit.Column(kit.Gap)}
	n.object.Hide()
	return n
}

func (n *notice) clear() { n.put() }

func (n *notice) put(objects ...fyne.CanvasObject) {
	n.object.Objects = objects
	n.object.Hidden = len(objects) == 0
	n.object.Refresh()
}

// fail shows a problem, nil clears. What the person cancelled is no failure.
func (n *notice) fail(p *problem.Problem) {
	switch {
	case p == nil:
		n.clear()
	case p.Code == problem.CodeCancelled:
		n.put(kit.ProblemAs(n.host, kit.MarkSkipped, p))
	default:
		n.put(kit.ProblemCard(n.host, p))
	}
}

// also adds an object below what is shown.
func (n *notice) also(o fyne.CanvasObject) { n.put(append(n.object.Objects, o)...) }

func (n *notice) warn(p *problem.Problem) { n.put(kit.ProblemAs(n.host, kit.MarkAttention, p)) }

// good says that something worked.
func (n *notice) good(text string) {
	n.put(kit.Tinted(kit.ColorGoodTint, theme.ColorNameSuccess, kit.NewText(text)))
}

// section is a card with a heading.
func section(title string, objects ...fyne.CanvasObject) fyne.CanvasObject {
	body := kit.Column(kit.GapWide)
	if title != "" {
		body.Add(kit.Heading(title))
	}
	for _, o := range objects {
		body.Add(o)
	}
	return kit.Card(body)
}

// sentence is what is wrong and what to do, at a field.
func sentence(p *problem.Problem) words.Text {
	switch {
	case p == nil:
		return words.Text{}
	case len(p.Remedies) > 0:
		return words.T("%s %s", p.Title, p.Remedies[0].Text)
	}
	return p.Title
}
