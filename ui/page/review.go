package page

import (
	"cmp"
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// notes are who reviewed and which change ticket it belongs to: kept with the
// record of whatever is done to the tenant.
type notes struct {
	object           fyne.CanvasObject
	reviewer, ticket *kit.Field
}

func newNotes() *notes {
	n := &notes{reviewer: kit.TextField(kit.L("Reviewed by"), "", ""), ticket: kit.TextField(kit.L("Change ticket"), "", "")}
	n.object = kit.Column(kit.GapTight, twoFields(n.reviewer, n.ticket), kit.Small(kit.L("Both are optional. They are stored with the record of changes.")))
	return n
}

// twoFields stand side by side.
func twoFields(a, b *kit.Field) fyne.CanvasObject {
	line := kit.Shares([]float32{1, 1})
	line.Add(kit.Pad(0, kit.Gap, 0, 0, a))
	line.Add(kit.Pad(0, 0, 0, kit.Gap, b))
	return line
}

// into gives options with the notes.
func (n *notes) into(o register.Options) register.Options {
	o.Reviewer, o.Ticket = n.reviewer.Value(), n.ticket.Value()
	return o
}

// from fills what is empty with what a plan's file says.
func (n *notes) from(o register.Options) {
	n.reviewer.SetValue(cmp.Or(n.reviewer.Value(), o.Reviewer))
	n.ticket.SetValue(cmp.Or(n.ticket.Value(), o.Ticket))
}

// review lets a second person see a plan before it is applied: it is saved, and
// opened again to apply exactly what was reviewed.
type review struct {
	p    *planner
	fold *fold
	body *fyne.Container
}

func newReview(p *planner) *review {
	r := &review{p: p, body: kit.Column(kit.GapWide)}
	r.fold = newFold(kit.L("Have the plan reviewed, or apply a reviewed one…"), kit.Card(r.body), func() {}, p.page.relayout)
	return r
}

// show is the part as it is now.
func (r *review) show() fyne.CanvasObject {
	p := r.p
	save := p.able(kit.NewButtonWithIcon(kit.L("Save the plan for review…"), theme.DocumentSaveIcon(), r.save))
	if p.plan.Blocked != nil {
		save.Disable()
	}
	open := p.able(kit.NewButtonWithIcon(kit.L("Apply a reviewed plan…"), theme.FolderOpenIcon(), r.choose))
	r.body.Objects = []fyne.CanvasObject{
		kit.NewText(kit.L("A second person reviews the saved plan, here or in any editor. When you open it again, Roomkey applies exactly what was reviewed. If the tenant has changed since, Roomkey refuses the plan and shows the differences.")),
		p.notes.object, kit.Row(kit.Gap, -1, save, open),
	}
	return r.fold.object
}

func (r *review) save() {
	p := r.p
	data, err := applied(p.plan, p.notes).File()
	p.saved(p.env.file("-plan.json", data), err, func(path string) string {
		return kit.L("The plan is in %s. Reviewers find everything in it that Apply would do. It contains no secret.", path)
	})
}

func (r *review) choose() {
	r.p.env.Files.Open([]string{".json"}, r.open)
}

// open makes the plan of now beside the reviewed one.
func (r *review) open(name string, data []byte) {
	p := r.p
	var plan session.RegistrationPlan
	p.work(kit.L("Comparing the reviewed plan with the tenant"), func(ctx context.Context, report task.Report) error {
		reviewed, err := register.ReadPlan(data, name)
		if err == nil {
			plan, err = p.env.Session.ReviewedPlan(ctx, reviewed, report)
		}
		return err
	}, func(err error) {
		if err != nil {
			p.show()
			p.fail(problem.Of(err))
			return
		}
		p.plan, p.result, p.choices.dirty = &plan, nil, false
		p.notes.from(plan.Reviewed.Options)
		r.fold.show(false)
		p.show()
		p.page.frame.ToTop()
	})
}

// banner says that what stands below is a reviewed plan.
func (r *review) banner(reviewed register.Plan) fyne.CanvasObject {
	made := words.T("Created on %s.", reviewed.MadeAt.Local().Format(time.DateTime))
	if reviewed.MadeBy != "" {
		made = words.T("Created by %s on %s.", reviewed.MadeBy, reviewed.MadeAt.Local().Format(time.DateTime))
	}
	own := r.p.able(kit.QuietButton(kit.L("Create a plan of my own instead"), theme.ViewRefreshIcon(), r.p.makePlan))
	return kit.Tinted(kit.ColorInfoTint, theme.ColorNamePrimary, kit.Column(kit.Gap, kit.Strong(kit.L("This is the reviewed plan")),
		kit.NewText(kit.Say(words.Sentences(made, words.T("It still matches the tenant. Apply carries out exactly this plan, or nothing.")))),
		r.p.notes.object, kit.Row(0, -1, own)))
}

// applied is the plan that Apply carries out, with the notes.
func applied(plan *session.RegistrationPlan, n *notes) register.Plan {
	apply := plan.Plan
	if plan.Reviewed != nil {
		apply = *plan.Reviewed
	}
	apply.Options = n.into(apply.Options)
	return apply
}
