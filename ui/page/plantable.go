package page

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/ui/kit"
)

// planObjects are the plan with its advice, its choices and what to know before
// Apply.
func (p *planner) planObjects() []fyne.CanvasObject {
	plan := p.plan
	var list []fyne.CanvasObject
	if plan.Reviewed != nil {
		list = append(list, p.review.banner(*plan.Reviewed))
	}
	for _, a := range plan.Advice {
		list = append(list, kit.Tinted(kit.ColorWarnTint, theme.ColorNameWarning, kit.Column(kit.Gap, kit.NewText(kit.Say(a)),
			kit.Small(kit.L("This is advice. Custom roles, roles through groups and partners' delegated administration are not shown here, so you can still try.")))))
	}
	if plan.Blocked != nil {
		list = append(list, kit.ProblemAs(p.env.Host, kit.MarkAttention, plan.Blocked))
	}
	if plan.Blocked != nil {
		list = append(list, p.choices.use)
		list = append(list, p.waysOut(plan.Blocked.Code)...)
	}
	todo := len(plan.Todo())
	switch {
	case plan.Blocked != nil:
	case todo == 0 && slices.ContainsFunc(plan.Items, func(i change.Item) bool { return i.Action == change.ByHand || i.Action == change.Attention }):
		list = append(list, kit.Tinted(kit.ColorInfoTint, theme.ColorNamePrimary, kit.NewText(kit.L("There is nothing left for Roomkey to apply. Review what is marked “by hand” or “to read” below."))))
	case todo == 0 && p.state.Unfinished:
		list = append(list, kit.Tinted(kit.ColorInfoTint, theme.ColorNamePrimary, kit.NewText(kit.L("The tenant is as it should be. Apply completes the interrupted run and changes nothing."))))
	case todo == 0:
		list = append(list, kit.Tinted(kit.ColorGoodTint, theme.ColorNameSuccess, kit.NewText(kit.L("The tenant is as it should be: there is nothing to apply."))))
	case p.state.Unfinished:
		list = append(list, kit.Strong(kit.L("Apply makes the changes that are left.")))
	default:
		list = append(list, kit.Strong(kit.L("Apply makes the changes below. Nothing has been changed yet.")))
	}
	if len(plan.Items) > 0 {
		list = append(list, planTable(p.env.Host, kit.L("The plan"), plan.Items, p.page.relayout))
	}
	if plan.Blocked == nil && todo > 0 {
		list = append(list, p.todoCard())
	}
	return list
}

// todoCard says what Apply will ask for before it does. It stands under the plan,
// whose rows are seen beside Apply in a small window too.
func (p *planner) todoCard() fyne.CanvasObject {
	plan := p.plan.Plan
	text := kit.Column(kit.Gap)
	if !p.plan.Asks.IsZero() {
		text.Add(kit.NewText(kit.L("Apply may open one more Microsoft page. %s", kit.Say(p.plan.Asks))))
	}
	consent := kit.QuietButton(kit.L("Leave the consent to a colleague"), theme.AccountIcon(), func() { p.choices.leaveConsent(true) })
	if plan.Options.LeaveConsent {
		text.Add(kit.NewText(kit.L("A colleague grants the consent. The hand-off follows when everything else is done.")))
		consent = kit.QuietButton(kit.L("Consent here after all"), theme.AccountIcon(), func() { p.choices.leaveConsent(false) })
	}
	whole := kit.QuietButton(kit.L("Hand all of it to a colleague…"), theme.MailForwardIcon(), func() { p.openHandOff(plan) })
	line := kit.Row(kit.GapTight, -1)
	if p.plan.Reviewed == nil { // what was reviewed stays as it is
		line.Add(p.able(consent))
	}
	line.Add(whole)
	text.Add(line)
	return kit.Tinted(kit.ColorInfoTint, theme.ColorNamePrimary, text)
}

// waysOut are the buttons for what a blocked plan's remedies say.
func (p *planner) waysOut(code problem.Code) []fyne.CanvasObject {
	anew := p.able(kit.NewButtonWithIcon(kit.L("Plan a new application"), theme.ContentAddIcon(), p.choices.anew))
	switch code {
	case register.CodeDeleted:
		return []fyne.CanvasObject{kit.Row(kit.Gap, -1, p.able(kit.NewButtonWithIcon(kit.L("Restore it"), theme.ContentUndoIcon(), p.application.restore)), anew)}
	case register.CodeForeign, register.CodeUnknown:
		return []fyne.CanvasObject{kit.Row(0, -1, anew)}
	}
	return nil
}

// planLine is one line of the table: an item, or for a permission the item that
// declares it together with the one that consents to it.
type planLine struct {
	title         string
	today, wanted []string
	actions       []change.Action
	why           string
	problems      []*problem.Problem
}

func (l *planLine) add(i change.Item) {
	l.today, l.wanted = append(l.today, kit.Say(i.Today)), append(l.wanted, kit.Say(i.Wanted))
	if !slices.Contains(l.actions, i.Action) {
		l.actions = append(l.actions, i.Action)
	}
	if why := kit.Say(i.Why); !strings.Contains(l.why, why) {
		l.why = strings.TrimSpace(l.why + "\n" + why)
	}
	if i.Problem != nil {
		l.problems = append(l.problems, i.Problem)
	}
}

// quiet is whether nothing happens and nothing has to be read.
func (l planLine) quiet() bool {
	return len(l.actions) == 1 && l.actions[0] == change.Keep && len(l.problems) == 0
}

// foreign is whether the line is about what belongs to others.
func foreign(i change.Item) bool { return strings.HasPrefix(i.ID, "other-") }

// planLines puts the two items of a permission into one line.
func planLines(items []change.Item) (lines []*planLine) {
	at := map[string]*planLine{}
	for _, i := range items {
		key, title := i.ID, kit.Say(i.Title)
		for _, verb := range []string{"declare:", "consent:"} {
			if rest, ok := strings.CutPrefix(i.ID, verb); ok {
				kind, value, _ := strings.Cut(rest, ":")
				key, title = rest, kit.L("%s (%s)", value, permission.Kind(kind).Text())
			}
		}
		if at[key] == nil {
			at[key] = &planLine{title: title}
			lines = append(lines, at[key])
		}
		at[key].add(i)
	}
	return lines
}

// planShares are the widths of the table's columns.
var planShares = []float32{1.5, 1.35, 1.55, 0.75}

// actionWide is how wide a mark with an action is, such as "by hand".
const actionWide float32 = 88

func planRow() *fyne.Container { return kit.SharesWithEnd(planShares, actionWide) }

// planTable shows today, wanted and action of each item. What stays as it is
// comes on request; what belongs to others stands below, pointed out.
func planTable(host *kit.Host, title string, items []change.Item, relayout func()) fyne.CanvasObject {
	var own, others []change.Item
	for _, i := range items {
		if foreign(i) {
			others = append(others, i)
		} else {
			own = append(own, i)
		}
	}
	lines := planLines(own)
	loud := slices.DeleteFunc(slices.Clone(lines), func(l *planLine) bool { return l.quiet() })
	table := kit.Column(kit.Gap)
	fillPlan(table, host, loud)
	column := kit.Column(kit.Gap, kit.Heading(title), table)
	if hidden := len(lines) - len(loud); hidden > 0 {
		var all *kit.Button
		all = kit.QuietButton(kit.L("Show what stays as it is (%d)", hidden), theme.MenuExpandIcon(), func() {
			fillPlan(table, host, lines)
			all.Hide()
			relayout()
		})
		column.Add(kit.Row(0, -1, all))
	}
	if len(others) > 0 {
		column.Add(kit.Pad(kit.Gap, 0, 0, 0, kit.Strong(kit.L("Not Roomkey's: left alone"))))
		for _, i := range others {
			column.Add(kit.Rule())
			column.Add(kit.TopRow(kit.Gap, 1, kit.MarkIcon(kit.MarkAttention, 18), kit.Column(2,
				kit.NewText(kit.L("%s: %s", i.Title, i.Today)), kit.Small(kit.Say(i.Why)))))
		}
	}
	return kit.Card(column)
}

func fillPlan(table *fyne.Container, host *kit.Host, lines []*planLine) {
	head := planRow()
	for _, t := range []string{kit.L("What"), kit.L("Today"), kit.L("Wanted"), kit.L("Action")} {
		head.Add(kit.Small(t))
	}
	table.Objects = []fyne.CanvasObject{head}
	if len(lines) == 0 {
		table.Objects = []fyne.CanvasObject{kit.Muted(kit.L("Nothing would change."))}
	}
	for _, l := range lines {
		row := planRow()
		what := kit.Column(2, kit.NewText(l.title))
		row.Add(kit.Pad(0, 12, 0, 0, what))
		row.Add(kit.Pad(0, 12, 0, 0, kit.Muted(strings.Join(distinct(l.today), ",\n"))))
		row.Add(kit.Pad(0, 12, 0, 0, kit.NewText(strings.Join(distinct(l.wanted), ",\n"))))
		marks := kit.Column(kit.GapTight)
		for _, a := range l.actions {
			marks.Add(kit.MarkedText(actionMark(a), kit.Say(a.Text())))
		}
		row.Add(marks)
		table.Add(kit.Rule())
		table.Add(row)
		if l.why != "" {
			table.Add(kit.Pad(-4, 0, 0, 0, kit.Small(l.why)))
		}
		for _, p := range l.problems {
			table.Add(kit.ProblemAs(host, kit.MarkAttention, p))
		}
	}
	table.Refresh()
}

func distinct(list []string) (out []string) {
	for _, s := range list {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func actionMark(a change.Action) kit.Mark {
	switch a {
	case change.Keep:
		return kit.MarkDone
	case change.Create, change.Change, change.Grant:
		return kit.MarkReady
	case change.Remove, change.ByHand, change.Attention:
		return kit.MarkAttention
	}
	return kit.MarkUnknown
}
