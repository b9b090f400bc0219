package page

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// limit is where a connection says which mailboxes its application can reach: the
// scripts are written for it, the registration leaves out what Exchange grants, and a
// test looks at both sides of it.
type limit struct {
	r      *Restrict
	object *fyne.Container
	card   fyne.CanvasObject
	form   *form
	notice *notice
	// counted is how many accounts match, and what the sign-in for that asks for.
	counted *fyne.Container
	count   *kit.Button

	kind, target, group     *kit.Field
	by, organizers, outside *kit.Field
}

func newLimit(r *Restrict) *limit {
	l := &limit{r: r, object: kit.Column(0), form: newForm(r.env, setup.Restrict), notice: newNotice(r.env.Host), counted: kit.Column(0)}
	l.form.changed = l.show
	l.kind = l.form.bind("scope.kind", kit.SelectField(label("scope.kind"), kit.L("A limit takes effect when its script has run and the tenant-wide consent is gone."), []kit.Option{
		{ID: connection.ScopeNone, Name: kit.L("Every mailbox of the tenant")},
		{ID: connection.ScopeRBAC, Name: kit.L("Only some, with RBAC for Applications")},
		{ID: connection.ScopePolicy, Name: kit.L("Only the chosen rooms, with an Application Access Policy")},
	}), false)
	l.target = l.pick("scope.target", "target")
	l.group = l.form.bind("scope.group", kit.TextField(label("scope.group"), helpOf(limitParam("group")), "rooms@contoso.com"), false)
	l.by = l.pick("scope.organizersBy", "organizersBy")
	l.organizers = l.form.bind("scope.organizers", kit.TextField(label("scope.organizers"), helpOf(limitParam("organizers")), ""), false)
	l.outside = l.form.bind("scope.outside", kit.TextField(label("scope.outside"), kit.L("A mailbox of a person or a shared mailbox, to test the limit with."), "person@contoso.com"), false)
	l.count = kit.NewButtonWithIcon(kit.L("Sign in and count the mailboxes"), theme.LoginIcon(), l.countThem)
	l.card = section(kit.L("Limit of the application"), l.notice.object, l.kind, l.target, l.group, l.by, l.organizers, l.count, l.counted, l.outside,
		kit.Row(kit.Gap, -1, kit.NewButton(kit.L("Save"), l.save), l.form.unsaved))
	return l
}

// limitParam is a field of the script that makes the limit, whose words count here, too.
func limitParam(name string) exchange.Param {
	for _, s := range exchange.Catalogue() {
		if i := slices.IndexFunc(s.Params, func(p exchange.Param) bool { return p.Name == name }); i >= 0 && s.Name == "limit-application" {
			return s.Params[i]
		}
	}
	return exchange.Param{}
}

// pick is a choice of the script's.
func (l *limit) pick(path, param string) *kit.Field {
	p := limitParam(param)
	var options []kit.Option
	for _, c := range p.Choices {
		options = append(options, kit.Option{ID: c, Name: c})
	}
	return l.form.bind(path, kit.SelectField(label(path), helpOf(p), options), false)
}

// shown fills the form in for a product whose mailboxes Exchange can limit.
func (l *limit) shown() {
	l.object.RemoveAll()
	if l.r.env.product().Limitable() {
		l.object.Add(l.card)
	}
	l.follow(l.r.env.Connection())
	l.form.restore(l.show)
}

func (l *limit) follow(c *connection.Connection) {
	l.form.fill(c)
	l.show()
}

// show hides what the chosen limit has no use for.
func (l *limit) show() {
	rbac := l.kind.Value() == connection.ScopeRBAC
	hide(l.target, !rbac)
	hide(l.group, !rbac || l.target.Value() != "group")
	hide(l.by, !rbac)
	hide(l.organizers, !rbac)
	hide(l.count, !rbac || l.organizers.Value() == "")
	hide(l.outside, !rbac && l.kind.Value() != connection.ScopePolicy)
	l.tell()
}

// tell shows objects below the button that counts.
func (l *limit) tell(objects ...fyne.CanvasObject) {
	l.counted.Objects = objects
	hide(l.counted, len(objects) == 0)
	l.counted.Refresh()
	l.object.Refresh()
	l.r.side.Refresh()
}

func (l *limit) save() {
	l.form.save(func(_ bool, p *problem.Problem) {
		l.notice.fail(p)
		l.follow(l.r.env.Connection())
		if p == nil {
			l.r.env.Changed()
			l.r.reload(func() error { return nil })
		}
	})
}

// countThem signs in to count alone, what is typed and may not be saved.
func (l *limit) countThem() {
	by, organizers := l.by.Value(), l.organizers.Value()
	var text words.Text
	l.r.env.Scope.Show(kit.L("Counting the mailboxes"), func(ctx context.Context, _ task.Report) (err error) {
		way := l.r.env.way(ctx, func(o fyne.CanvasObject) { l.tell(o) })
		if _, err = l.r.env.Session.SignIn(ctx, way, session.ScopesToCount(by)); err == nil {
			text, err = l.r.env.Session.CountOrganizers(ctx, by, organizers)
		}
		return err
	}, func(err error) {
		l.notice.fail(problem.Of(err))
		l.tell()
		if err == nil && by == l.by.Value() && organizers == l.organizers.Value() {
			l.tell(marked(kit.MarkDone, kit.Say(text), ""))
		}
	})
}
