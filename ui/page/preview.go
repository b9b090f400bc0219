package page

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// preview is a table that fills itself from a listing, shows where the listing
// came from and, when it ended early, says so above what came.
type preview[T any] struct {
	env    *Env
	object fyne.CanvasObject
	table  *kit.DataTable[T]
	source *kit.Text
	notice *notice
	reload *kit.Button
	title  string
	empty  fyne.CanvasObject
	fetch  func(context.Context, func([]T)) tenant.Listing[T]
	// facts says in a line what came, nil for nothing.
	facts func() words.Text
	// whole gets a listing before its rows are shown, nil for nothing.
	whole func([]T)
	// came gets rows that are in the table now, fresh when there are no others; nil
	// for nothing.
	came    func(rows []T, fresh bool)
	loaded  bool
	loading bool
}

// newPreview is an empty one; name is what its columns are remembered and its files
// are called by.
func newPreview[T any](env *Env, name string, columns []kit.TableColumn[T], key func(T) string, selectable bool,
	title, emptyTitle, emptyText string, fetch func(context.Context, func([]T)) tenant.Listing[T]) *preview[T] {
	p := &preview[T]{env: env, title: title, fetch: fetch, notice: newNotice(env.Host), source: kit.Small("")}
	p.empty = kit.EmptyState(theme.ListIcon(), emptyTitle, emptyText)
	p.table = kit.NewDataTable(name, columns, key, selectable, nil)
	p.reload = kit.NewButtonWithIcon("", theme.ViewRefreshIcon(), func() { p.loaded = false; p.load() })
	p.table.AddTool(p.reload)
	p.table.OnSave = func(ending string, write func() ([]byte, error)) {
		env.saveTable(name+ending, write, p.notice)
	}
	p.object = kit.Dock(p.notice.object, kit.Pad(6, 0, 0, 0, p.source), nil, nil, p.table.Object)
	return p
}

// load fetches the list unless it is here already.
func (p *preview[T]) load() {
	if p.loaded || p.loading {
		return
	}
	p.loading = true
	p.reload.Disable()
	p.notice.clear()
	p.table.SetRows(nil)
	p.table.SetEmpty(kit.EmptyState(theme.ViewRefreshIcon(), p.title, kit.L("Rows appear as they are read.")))
	p.source.SetText("")
	rows := newStream[T](p.env.Scope, func(items []T) {
		if p.loading {
			p.table.Append(items)
			p.tell(items, p.table.Rows() == len(items))
		}
	})
	var listing tenant.Listing[T]
	p.env.Scope.Show(p.title, func(ctx context.Context, report task.Report) error {
		n := 0
		listing = p.fetch(ctx, func(items []T) {
			n += len(items)
			report.Say(0, 0, words.T("%d so far", n))
			rows.addAll(items)
		})
		return nil
	}, func(err error) {
		p.loading = false
		p.reload.Enable()
		p.take(listing)
	})
}

// take shows a whole listing.
func (p *preview[T]) take(l tenant.Listing[T]) {
	p.loaded = l.Complete
	p.notice.clear()
	if l.Problem != nil {
		p.notice.fail(l.Problem)
		if len(l.Items) > 0 {
			p.notice.object.Add(kit.Muted(kit.Say(words.N(len(l.Items), "The list ended early: %d entry was received, and there may be more.", "The list ended early: %d entries were received, and there may be more.", len(l.Items)))))
		}
		p.notice.object.Add(kit.Pad(0, 0, kit.Gap, 0, kit.Column(0)))
	}
	if l.Problem == nil {
		p.table.SetEmpty(p.empty)
	} else {
		p.table.SetEmpty(kit.EmptyState(theme.ListIcon(), kit.L("Nothing was received"), kit.L("That does not prove that there is nothing.")))
	}
	if p.whole != nil {
		p.whole(l.Items)
	}
	p.table.SetRows(l.Items)
	p.tell(l.Items, true)
	source := sourceOf(l.Source, l.At)
	if p.facts != nil && len(l.Items) > 0 {
		source = words.Sentences(source, p.facts())
	}
	p.source.SetText(kit.Say(source))
	p.object.Refresh()
}

func (p *preview[T]) tell(rows []T, fresh bool) {
	if p.came != nil {
		p.came(rows, fresh)
	}
}

// saveTable writes a table aside, then asks where to put it.
func (e *Env) saveTable(name string, write func() ([]byte, error), text *notice) {
	var data []byte
	e.Scope.Run(func(context.Context) (err error) {
		data, err = write()
		return err
	}, func(err error) {
		if err != nil {
			text.fail(problem.Of(err))
			return
		}
		e.Files.Save(e.file("-"+name, data), func(path string, p *problem.Problem) {
			text.fail(p)
			if p == nil {
				text.good(kit.L("Saved to %s.", path))
			}
		})
	})
}

// sourceOf says where a list came from.
func sourceOf(s tenant.Source, at time.Time) words.Text {
	var text words.Text
	switch s {
	case tenant.SourceApplication:
		text = words.T("Read with the application's own credential: what the booking server will see.")
	case tenant.SourceAdministrator:
		text = words.T("Read with the administrator's sign-in: the booking server may see less.")
	case tenant.SourceExchange:
		text = words.T("From the result file of an Exchange script.")
	case tenant.SourceFile:
		text = words.T("From a file.")
	case tenant.SourceTyped:
		text = words.T("Typed in.")
	}
	if !at.IsZero() && !text.IsZero() {
		text = words.Sentences(text, words.T("As of %s.", at.Local().Format(time.TimeOnly)))
	}
	return text
}
