package page

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/export"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/proof"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// instruction says what is to be done in the vendor's console.
func (h *HandOver) instruction() string {
	p := h.env.product()
	switch {
	case p.Model == product.User && h.env.Connection().ServiceAccount != "":
		return kit.L("Sign in to %s as its administrator, start the connection to Microsoft 365 there, and sign in on Microsoft's page as %s.", p.Name, h.env.Connection().ServiceAccount)
	case p.Model != product.Own:
		return kit.L("Sign in to %s as its administrator and connect Microsoft 365 there.", p.Name)
	}
	return kit.L("%s is set up in the vendor's own console. Below are its fields in the vendor's order; each has a copy button.", p.Name)
}

// fillForm shows the vendor's form.
func (h *HandOver) fillForm() {
	var entries []export.Entry
	var steps []setup.Step
	h.env.Scope.Run(func(ctx context.Context) (err error) {
		if steps, err = h.env.Session.Steps(ctx); err != nil {
			return err
		}
		entries, err = h.env.Session.Form(ctx)
		return err
	}, func(err error) {
		h.form.RemoveAll()
		h.entered.RemoveAll()
		if err != nil {
			h.form.Add(kit.ProblemCard(h.env.Host, problem.Of(err)))
		} else if blocked := limitBlocks(steps, h.env.product()); blocked != nil {
			h.form.Add(kit.ProblemAs(h.env.Host, kit.MarkAttention, blocked))
		} else if len(entries) > 0 || h.theirs() {
			h.showForm(entries)
			h.showEntered(steps)
		}
		h.frame.Object.Refresh()
	})
}

// limitBlocks is why nothing may be handed over before the limit in Exchange was
// proven, nil where it may.
func limitBlocks(steps []setup.Step, p product.Product) *problem.Problem {
	for _, s := range steps {
		if s.ID == setup.HandOver && s.State == setup.Blocked && p.LimitFirst {
			return proof.LimitFirst(p)
		}
	}
	return nil
}

// showEntered asks for the word of the person who filled in the form, or shows
// it: no server says there what it holds.
func (h *HandOver) showEntered(steps []setup.Step) {
	said, cannot := kit.L("I have entered it"), kit.Small(kit.L("Roomkey cannot see the vendor's console. A booking there shows that the values are right."))
	switch {
	case h.theirs():
		said, cannot = kit.L("It works there"), kit.Small(kit.L("Roomkey cannot test it: it has no credential of the vendor's application. Book a room there and look at its calendar before you confirm it."))
	case h.byForm():
	case h.adapter() == booking.AdapterSeatsurfing:
		said, cannot = kit.L("It works there"), kit.Small(kit.L("This booking server cannot say whether it works. Sign in there before you confirm it."))
	default:
		return // the server says it by itself
	}
	for _, s := range steps {
		if s.ID == setup.HandOver && s.State == setup.Done {
			h.entered.Add(kit.MarkedText(kit.MarkDone, kit.Say(s.Reason)))
			if !h.theirs() {
				h.entered.Add(cannot)
			}
			return
		}
		if s.ID == setup.HandOver && (s.State == setup.Blocked || !h.byForm() && s.State == setup.Ready) {
			return // nothing was proven that could be entered, or pushed that could work
		}
	}
	by := kit.TextField(kit.L("Your name"), "", "")
	by.Clean = strings.TrimSpace
	by.Check = func(v string) words.Text {
		if v == "" {
			return words.T("Enter your name: it is kept with the date.")
		}
		return words.Text{}
	}
	h.env.Remember(map[string]*kit.Field{"handover.enteredBy": by}, func() {})
	press := kit.NewButtonWithIcon(said, theme.ConfirmIcon(), func() {
		if !by.Validate() {
			return
		}
		h.env.Scope.Run(func(ctx context.Context) error { return h.env.Session.Entered(ctx, by.Value()) }, func(err error) {
			h.notice.fail(problem.Of(err))
			if err == nil {
				h.env.Forget("handover.enteredBy")
				h.notice.clear()
				h.fillForm()
			}
			h.env.Changed()
		})
	})
	h.entered.Add(kit.Card(kit.Column(kit.GapWide, by, kit.Row(0, -1, press), cannot)))
}

// showForm shows the form at once where it is the only way, else on request.
func (h *HandOver) showForm(entries []export.Entry) {
	if len(entries) == 0 {
		return
	}
	if h.byForm() {
		h.form.Add(h.formCard(entries))
		return
	}
	h.form.Add(kit.Row(0, -1, kit.QuietButton(kit.L("Type it into the vendor's console instead"), theme.MenuExpandIcon(), func() {
		h.form.Objects = []fyne.CanvasObject{h.formCard(entries)}
		h.frame.Object.Refresh()
	})))
}

func (h *HandOver) formCard(entries []export.Entry) fyne.CanvasObject {
	column := kit.Column(14, kit.Heading(kit.L("The vendor's form")))
	for _, e := range entries {
		column.Add(kit.Rule())
		label := kit.Column(2, kit.Strong(e.Label))
		if e.Help != "" {
			label.Add(kit.Small(kit.L(e.Help)))
		}
		line := kit.SharesCentred([]float32{1, 1.4})
		line.Add(kit.Pad(0, 16, 0, 0, label))
		line.Add(h.formValue(e))
		column.Add(line)
	}
	return kit.Card(column)
}

func (h *HandOver) formValue(e export.Entry) fyne.CanvasObject {
	switch {
	case e.Action:
		return kit.Muted(kit.L("Select this button in the vendor's console."))
	case !e.Missing.IsZero():
		missing := kit.Column(kit.GapTight, kit.NewText(kit.Say(e.Missing)))
		if !e.Place.IsZero() {
			missing.Add(kit.Row(0, -1, kit.TakeThere(h.env.Host, e.Place)))
		}
		return kit.TopRow(kit.Gap, 1, kit.MarkIcon(kit.MarkAttention, 16), missing)
	case e.Secret != "":
		text := kit.Muted("••••••••••••").As(kit.Clip, kit.ColorMuted)
		var b *kit.CopyButton
		b = kit.NewCopyButton(nil, kit.L("Copy without showing"), func() string { return "" })
		b.OnTapped = func() {
			copySecret(h.env, e.Secret, func(p *problem.Problem) {
				if p != nil {
					h.notice.fail(p)
					h.frame.ToTop()
					return
				}
				b.Tick()
				text.SetText(kit.L("Copied for one minute."))
			})
		}
		return kit.Row(kit.Gap, 0, text, b)
	}
	return kit.Command(h.env.Host, e.Value)
}
