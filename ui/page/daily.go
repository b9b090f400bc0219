package page

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// daily is the part of the settings that has the system ask every connection each
// day, and tell a webhook.
type daily struct {
	env               *Env
	object            fyne.CanvasObject
	notice            *notice
	text              *kit.Text
	at, form, address *kit.Field
	save, stop        *kit.Button
	now               session.Scheduled
}

func newDaily(env *Env) *daily {
	d := &daily{env: env, notice: newNotice(env.Host), text: kit.NewText("")}
	d.at = kit.TextField(kit.L("Time of day"), "", "07:00")
	d.at.SetValue("07:00")
	d.form = kit.SelectField(kit.L("Notify a webhook"), kit.L("It is notified every day, even when nothing needs attention. If a message is missing, the check did not run."), []kit.Option{
		{ID: "", Name: kit.L("No")}, {ID: session.WebhookTeams, Name: "Microsoft Teams"}, {ID: session.WebhookSlack, Name: "Slack"},
		{ID: session.WebhookPlain, Name: kit.L("Another program (plain JSON)")}})
	d.form.SetValue("")
	d.form.OnChanged = func(string) { d.refresh() }
	d.address = kit.PasswordField(kit.L("Address of the webhook"), "", "https://")
	d.address.Check = func(v string) words.Text {
		if v == "" && d.form.Value() != "" && !d.now.Webhook {
			return words.T("Paste the address that the receiver shows.")
		}
		return words.Text{}
	}
	d.save = kit.NewButtonWithIcon("", theme.HistoryIcon(), d.schedule)
	d.save.Importance = widget.HighImportance
	d.stop = kit.NewButtonWithIcon(kit.L("Stop checking daily"), theme.MediaStopIcon(), d.unschedule)
	d.object = section(kit.L("Check every connection daily"),
		kit.Muted(kit.L("The system runs roomkeyctl status --all once a day, even when Roomkey is closed. The results are on the start page.")),
		d.notice.object, d.text, d.at, d.form, d.address, kit.Row(kit.Gap, -1, d.save, d.stop))
	d.refresh()
	return d
}

// shown asks the system what it runs.
func (d *daily) shown() {
	d.work(func(context.Context) error { return nil }, "")
}

func (d *daily) refresh() {
	hide(d.address, d.form.Value() == "")
	d.address.SetHelp(kit.L("Anyone who has it can write there, so it is stored in the keychain."))
	if d.now.Webhook {
		d.address.SetHelp(kit.L("One is in the keychain. Leave this empty to keep it."))
	}
	d.save.SetText(kit.L("Check daily"))
	if d.now.On {
		d.save.SetText(kit.L("Change"))
	}
	switch {
	case !d.now.On:
		d.text.SetText(kit.L("Nothing is scheduled."))
	case d.now.At == "":
		d.text.SetText(kit.L("The system has scheduled it."))
	default:
		d.text.SetText(kit.L("Scheduled for every day at %s.", d.now.At))
	}
	hide(d.stop, !d.now.On)
}

func (d *daily) schedule() {
	if !d.address.Validate() {
		return
	}
	at, form, address := d.at.Value(), d.form.Value(), vault.NewSecret(d.address.Value())
	d.work(func(ctx context.Context) error { return d.env.Home.Schedule(ctx, at, form, address) }, kit.L("Every connection is checked each day at %s.", at))
}

func (d *daily) unschedule() {
	d.work(d.env.Home.Unschedule, kit.L("The daily check is off, and the address of the webhook is deleted."))
}

// work does something and shows what the system runs then.
func (d *daily) work(do func(context.Context) error, done string) {
	d.save.Disable()
	d.stop.Disable()
	var now session.Scheduled
	d.env.Scope.Run(func(ctx context.Context) error {
		err := do(ctx)
		said, asked := d.env.Home.Scheduled(ctx)
		if now = said; err == nil {
			err = asked
		}
		return err
	}, func(err error) {
		d.save.Enable()
		d.stop.Enable()
		first := d.now == session.Scheduled{} && now.On
		if d.now = now; first && now.At != "" {
			d.at.SetValue(now.At)
			d.form.SetValue(now.Form)
		}
		p := problem.Of(err)
		if d.notice.fail(p); p != nil {
			d.reject(p)
		} else if done != "" {
			d.address.SetValue("")
			d.notice.good(done)
		}
		d.refresh()
	})
}

// reject shows what is wrong with a value at its field.
func (d *daily) reject(p *problem.Problem) {
	for _, f := range []struct {
		field *kit.Field
		codes []problem.Code
	}{{d.at, []problem.Code{session.CodeScheduleTime}}, {d.address, []problem.Code{session.CodeWebhookAddress, session.CodeWebhookMissing}}} {
		if slices.Contains(f.codes, p.Code) {
			d.notice.clear()
			f.field.Say(sentence(p))
		}
	}
}
