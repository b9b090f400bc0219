// Package ui is the window: the shell that holds the connection, its six steps
// and the page in front. It decides nothing and makes no call on the UI thread.
package ui

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/page"
)

// Options are what the shell needs from outside.
type Options struct {
	Home page.Home
	Host *kit.Host
	// Files asks for files; see Dialogs.
	Files page.Files
	// SetVariant chooses light or dark.
	SetVariant func(string) `optional:"it cannot be chosen"`
	// Variant is the choice as it is: "light", "dark" or "" for the system's.
	Variant string           `optional:"the system's"`
	Now     func() time.Time `optional:"the real time"`
	// Help shows a page of help, which is Markdown.
	Help func(markdown string) `optional:"none is shown"`
}

// Shell is the content of the window.
type Shell struct {
	o      Options
	bar    *kit.TaskBar
	scope  *kit.Scope
	ctx    context.Context
	object fyne.CanvasObject
	canvas fyne.Canvas
	menu   *fyne.MainMenu

	switcher *kit.Field
	steps    *kit.StepList
	others   *kit.StepList
	nav      *fyne.Container
	stack    *fyne.Container
	notice   *fyne.Container

	env *page.Env
	// model is the product's when the pages were made.
	model product.Model
	// unwatch ends the news about the document.
	unwatch func()
	pages   map[string]page.Page
	route   string
	loading bool
	// asked and shown number the looks at the steps, so that a late answer does
	// not overwrite a newer one.
	asked, shown int
	// known are the steps as they were last looked at.
	known []setup.Step
}

// NewShell builds the shell; everything that it starts ends with ctx. Start
// shows its first page.
func NewShell(ctx context.Context, o Options) *Shell {
	for _, parts := range []any{o, o.Host} {
		if err := problem.Complete(parts); err != nil {
			panic(err)
		}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Shell{o: o, ctx: ctx, bar: kit.NewTaskBar(), pages: map[string]page.Page{}}
	s.scope = kit.NewScope(ctx, o.Host.Dispatch, s.bar)
	s.bar.OnLong, s.bar.OnChange = o.Host.Notify, o.Host.Runs
	o.Host.Lead = s.Lead
	s.env = s.newEnv(page.Opened{}, s.scope)
	s.stack = container.NewStack()
	s.notice = kit.Column(kit.Gap)
	s.object = kit.Ground(theme.ColorNameBackground,
		kit.Dock(nil, s.bar.Object, s.navigation(), nil, kit.Dock(s.notice, nil, nil, nil, s.stack)))
	return s
}

// Object is what to put into the window.
func (s *Shell) Object() fyne.CanvasObject { return s.object }

// Start shows the start page.
func (s *Shell) Start() {
	s.showNavigation(nil)
	s.Go(page.RouteStart)
	s.list()
}

func (s *Shell) newEnv(opened page.Opened, scope *kit.Scope) *page.Env {
	return &page.Env{Home: s.o.Home, Host: s.o.Host, Scope: scope, Files: s.o.Files, Session: opened.Session,
		Go: s.Go, Load: s.Load, Changed: s.changed, Settle: s.settle, Tell: s.tell, Unsaved: map[string]bool{}, Now: s.o.Now, SetVariant: s.o.SetVariant, Variant: s.o.Variant}
}

// Page is the page in front, Route its name.
func (s *Shell) Page() page.Page { return s.pages[s.route] }

// Route is the name of the page in front.
func (s *Shell) Route() string { return s.route }

// Connection is the id of the open connection, "" for none.
func (s *Shell) Connection() string { return s.env.ID() }

// Session is the open connection, nil for none.
func (s *Shell) Session() page.Session { return s.env.Session }

// Busy reports whether work is going on that the window waits for.
func (s *Shell) Busy() bool { return s.loading || s.scope.Busy() || s.env.Scope.Busy() || s.bar.Busy() }

// Go brings a page to the front: the id of a step, or one of page's routes.
func (s *Shell) Go(route string) {
	if s.env.Session == nil && route != page.RouteSettings {
		route = page.RouteStart
	}
	if route == setup.Prove && modelOf(s.env) != product.Own {
		route = setup.HandOver // nothing here could sign in as the vendor's application
	}
	p, ok := s.pages[route]
	if !ok {
		if p = s.newPage(route); p == nil {
			return
		}
		s.pages[route] = p
	}
	turned := s.route != route
	if s.canvas != nil && turned {
		s.canvas.Unfocus() // keys would go on to a field that is no longer seen
	}
	s.route = route
	s.stack.Objects = []fyne.CanvasObject{p.Frame().Object}
	s.stack.Refresh()
	s.steps.Select(route)
	s.others.Select(route)
	p.Shown()
	if first := kit.FirstInput(p.Frame().Object); s.canvas != nil && turned && first != nil {
		s.canvas.Focus(first)
	}
}

// Return looks at the stored connections again: while other windows were in front,
// roomkeyctl may have made or deleted some.
func (s *Shell) Return() {
	s.list()
	if s.route == page.RouteStart {
		s.Page().Shown()
	}
}

// Lead opens the page of a place and shows its field.
func (s *Shell) Lead(to problem.Place) {
	s.Go(to.Page)
	if to.Field != "" {
		s.reveal(s.Page(), to.Field, 20)
	}
}

// reveal shows a field as soon as its page has been drawn.
func (s *Shell) reveal(p page.Page, field string, tries int) {
	if p == nil || p != s.Page() || p.Frame().Reveal(field) || tries == 0 {
		return
	}
	s.o.Host.After(50*time.Millisecond, func() { s.reveal(p, field, tries-1) })
}

// taker is a page that reads files that are dropped onto the window.
type taker interface {
	Take(name string, data []byte)
}

// Take hands a file that was dropped onto the window to the page in front, or
// to the page Restrict, which knows what scripts write; without a connection to
// the start page.
func (s *Shell) Take(name string, data []byte) {
	if _, ok := s.Page().(taker); !ok {
		s.Go(setup.Restrict) // the start page when no connection is open
	}
	s.Page().(taker).Take(name, data)
}

// Refuse says that a dropped file cannot be read.
func (s *Shell) Refuse(p *problem.Problem) { s.show(p, kit.MarkFail) }

func (s *Shell) newPage(route string) page.Page {
	switch route {
	case page.RouteStart:
		return page.NewStart(s.env)
	case page.RouteSettings:
		return page.NewSettings(s.env)
	case setup.Describe:
		return page.NewDescribe(s.env)
	case setup.Register:
		if modelOf(s.env) != product.Own {
			return page.NewConsent(s.env)
		}
		return page.NewRegister(s.env)
	case setup.Prove:
		return page.NewProve(s.env)
	case setup.Choose:
		return page.NewChoose(s.env)
	case setup.Restrict:
		return page.NewRestrict(s.env)
	case setup.HandOver:
		return page.NewHandOver(s.env)
	}
	return nil
}

// remake forgets the pages that another model has others in place of.
func (s *Shell) remake(model product.Model) {
	if s.model == model {
		return
	}
	s.model = model
	for _, route := range []string{setup.Register, setup.HandOver} {
		delete(s.pages, route)
		if s.route == route {
			s.Go(route)
		}
	}
}

// modelOf is how the vendor gets in, product.Own while no product is chosen.
func modelOf(env *page.Env) product.Model {
	if p, err := env.Session.Product(); err == nil {
		return p.Model
	}
	return product.Own
}

// Load opens another connection, or the same anew; "" goes to the start page.
// What ran for the one before is cancelled before the new one is opened.
func (s *Shell) Load(id string) {
	if s.loading {
		return
	}
	old := s.env
	if id == "" {
		s.leave()
		s.scope.Run(func(context.Context) error { s.closeOld(old); return nil }, func(error) { s.Start() })
		return
	}
	s.loading = true
	var opened page.Opened
	s.scope.Run(func(ctx context.Context) (err error) {
		s.closeOld(old)
		opened, err = s.o.Home.Open(ctx, id)
		return err
	}, func(err error) {
		s.loading = false
		s.leave()
		if err != nil {
			s.Start()
			s.show(problem.Of(err), kit.MarkFail)
			return
		}
		s.enter(opened)
	})
}

func (s *Shell) closeOld(old *page.Env) {
	if old.Session != nil {
		old.Scope.Close()
		old.Scope.Wait()
		old.Leave()
		old.Session.Close()
	}
}

// leave forgets the pages of the connection that was open.
func (s *Shell) leave() {
	if s.env.Session != nil {
		s.env.Scope.Close()
		s.unwatch()
	}
	s.env = s.newEnv(page.Opened{}, s.scope)
	s.pages = map[string]page.Page{}
	s.settle()
}

func (s *Shell) settle() {
	s.notice.RemoveAll()
	s.notice.Refresh()
	s.object.Refresh()
}

func (s *Shell) enter(opened page.Opened) {
	s.env = s.newEnv(opened, kit.NewScope(s.ctx, s.o.Host.Dispatch, s.bar))
	s.model = modelOf(s.env)
	s.watch(s.env)
	if opened.Notice != nil {
		s.show(opened.Notice, kit.MarkAttention)
	}
	s.list()
	var steps []setup.Step
	var drafts map[string]store.Draft
	s.env.Scope.Run(func(ctx context.Context) (err error) {
		drafts = opened.Session.Drafts()
		steps, err = opened.Session.Steps(ctx)
		return err
	}, func(err error) {
		if err != nil {
			s.show(problem.Of(err), kit.MarkFail)
		}
		c := s.env.Connection()
		for path, d := range drafts {
			if stored, err := c.Get(path); err != nil || stored != d.Value {
				s.env.Unsaved[d.Page] = true
			}
		}
		s.showNavigation(steps)
		s.Go(page.FirstRoute(steps, s.env.Unsaved))
	})
}

// follower is a page that shows the document.
type follower interface {
	Follow(c *connection.Connection)
}

// watch shows every change of the document on the pages that there are.
func (s *Shell) watch(env *page.Env) {
	changed := env.Scope.Coalesced(func() {
		if env != s.env {
			return
		}
		c := env.Connection()
		s.remake(modelOf(env))
		for _, p := range s.pages {
			if f, ok := p.(follower); ok {
				f.Follow(c)
			}
		}
		s.changed()
	})
	s.unwatch = env.Session.Watch(func(*connection.Connection) { changed() })
}

// show puts a problem above every page until the connection changes.
func (s *Shell) show(p *problem.Problem, mark kit.Mark) {
	s.notice.Objects = []fyne.CanvasObject{kit.Pad(16, 36, 0, 36, kit.Readable(kit.ProblemAs(s.o.Host, mark, p)))}
	s.notice.Refresh()
	s.object.Refresh()
}

// changed looks at the steps again.
func (s *Shell) changed() {
	env := s.env
	if env.Session == nil {
		return
	}
	s.asked++
	serial := s.asked
	var steps []setup.Step
	env.Scope.Run(func(ctx context.Context) (err error) {
		steps, err = env.Session.Steps(ctx)
		return err
	}, func(err error) {
		if err == nil && env == s.env && serial > s.shown {
			s.shown = serial
			s.showNavigation(steps)
		}
	})
	s.list()
}

func hide(o fyne.CanvasObject, hidden bool) {
	if hidden {
		o.Hide()
	} else {
		o.Show()
	}
}

// list fills the switcher.
func (s *Shell) list() {
	env := s.env
	var entries []store.Entry
	s.scope.Run(func(context.Context) error {
		entries, _ = s.o.Home.List()
		return nil
	}, func(error) {
		if env != s.env {
			return
		}
		all := kit.L("All connections…")
		names := map[string]int{all: 1}
		for _, e := range entries {
			names[short(e.Name)]++
		}
		var options []kit.Option
		for _, e := range entries {
			name := short(e.Name)
			if names[name] > 1 {
				name += " (" + short(e.Tenant) + ", " + e.ID[:min(6, len(e.ID))] + ")"
			}
			options = append(options, kit.Option{ID: e.ID, Name: name})
		}
		options = append(options, kit.Option{ID: "", Name: all})
		s.switcher.SetOptions(options)
		s.switcher.SetValue(env.ID())
	})
}

// short is a name as the switcher's menu has room for it: the menu is as wide as
// its longest entry, and tells its entries apart by what is shown.
func short(name string) string {
	line := []rune(problem.Line(name))
	if len(line) > 48 {
		return string(line[:47]) + "…"
	}
	return string(line)
}

// Keys lets the shell hear the keys of a canvas that nothing else has a use for.
func (s *Shell) Keys(c fyne.Canvas) {
	s.canvas = c
	c.SetOnTypedKey(s.key)
}

// pressPrimary does the page's main action as if its button was pressed: the
// keyboard's focus is given up, so that the next key does not do it again.
func (s *Shell) pressPrimary() {
	if p := s.Page(); p != nil && p.Frame().Primary() != nil {
		p.Frame().Primary().Tapped(nil) // which does nothing while it is disabled
	}
}

// Close cancels everything that runs and waits until it has stopped, at most
// for patience.
func (s *Shell) Close(patience time.Duration) {
	s.scope.Close()
	s.env.Scope.Close()
	stopped := make(chan struct{})
	go func() {
		s.scope.Wait()
		s.env.Scope.Wait()
		if s.env.Session != nil {
			s.env.Leave()
			s.unwatch()
			s.env.Session.Close()
		}
		close(stopped)
	}()
	select {
	case <-stopped:
	case <-time.After(patience):
	}
}
