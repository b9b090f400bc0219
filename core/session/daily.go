package session

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/schedule"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// Daily is how this computer asks every connection once a day: its system runs
// roomkeyctl status --all.
type Daily struct {
	System schedule.System
	// Program is the path of roomkeyctl, "" where it is not beside this program.
	Program string
	// Folder is the configuration folder that it works on.
	Folder string
	// Forgets is whether secrets are in memory only, so that it would find none.
	Forgets bool
}

// Scheduled is what the system runs each day.
type Scheduled struct {
	// On is whether it runs anything; System is what it says of that itself.
	On     bool   `json:"scheduled"`
	System string `json:"system"`
	// At and Form are what it was told: the time, and the form of the message to a
	// webhook, "" for none.
	At   string `json:"at,omitempty"`
	Form string `json:"form,omitempty"`
	// Webhook is whether the address of one is in the keychain.
	Webhook bool `json:"webhook"`
}

// Schedule has the system ask every connection each day at a time such as 07:00.
// form says in which form a webhook is told, "" that none is; address is the
// webhook's, the zero secret for the one that is kept already.
func (e *Environment) Schedule(ctx context.Context, at, form string, address vault.Secret) (schedule.Job, error) {
	when, err := time.Parse("15:04", at)
	j := schedule.Job{Program: e.Daily.Program, Args: []string{"status", "--all", "--config-dir", e.Daily.Folder}, Hour: when.Hour(), Minute: when.Minute()}
	switch {
	case err != nil:
		return j, problem.New(CodeScheduleTime, words.T("“%s” is not a time of day.", problem.Line(at))).Fix(words.T("Enter a time such as 07:00."))
	case form != "" && !slices.Contains(WebhookForms(), form):
		return j, problem.New(codeScheduleForm, words.T("The format of the webhook must be %s, not “%s”.", strings.Join(WebhookForms(), ", "), problem.Line(form)))
	case e.Daily.Forgets:
		return j, problem.New(codeScheduleMemory, words.T("A scheduled run needs the keychain: secrets in memory are gone by then."))
	case e.Daily.Program == "":
		return j, problem.New(codeScheduleProgram, words.T("The system would run roomkeyctl, which is neither beside this program nor on the search path.")).
			Fix(words.T("Put roomkeyctl into the folder of this program, then schedule again."))
	}
	switch {
	case form == "":
		err = e.Vault.Delete(ctx, webhookOwner, Webhook)
	case !address.IsZero():
		err = e.setWebhook(ctx, address)
	default:
		_, err = e.Vault.Get(ctx, webhookOwner, Webhook)
		if problem.CodeOf(err) == vault.CodeAbsent {
			err = noWebhook()
		}
	}
	if err != nil {
		return j, err
	}
	if form != "" {
		j.Args = append(j.Args, "--tell", form)
	}
	if err := e.Daily.System.Install(ctx, j); err != nil {
		return j, err
	}
	return j, e.Store.SaveDaily(&store.Daily{At: at, Webhook: form, Since: e.Now()})
}

// Scheduled asks the system what it runs.
func (e *Environment) Scheduled(ctx context.Context) (Scheduled, error) {
	var s Scheduled
	var err error
	if s.System, err = e.Daily.System.Show(ctx); err != nil {
		return s, err
	}
	if s.On = s.System != ""; s.On {
		told, _ := e.Store.Daily()
		s.At, s.Form = told.At, told.Webhook
	}
	s.Webhook, err = e.hasWebhook(ctx)
	return s, err
}

// Unschedule has the system run nothing any more and forgets the webhook.
func (e *Environment) Unschedule(ctx context.Context) error {
	if err := e.Daily.System.Remove(ctx); err != nil {
		return err
	}
	if err := e.Store.SaveDaily(nil); err != nil {
		return err
	}
	return e.Vault.Delete(ctx, webhookOwner, Webhook)
}

// LastSurvey is what asking every connection last came to, for the start page:
// what was found, and what is wrong with the asking. Both are zero where nobody
// was ever asked and nothing is scheduled.
func (e *Environment) LastSurvey() (found words.Text, trouble []words.Text) {
	last, asked := e.Store.LastSurvey()
	daily, scheduled := e.Store.Daily()
	at := last.At.Local().Format("2006-01-02 15:04")
	switch {
	case asked && last.Wanting > 0:
		found = words.N(last.Wanting, "Checked on %[2]s: %[1]d of %[3]d needs attention.", "Checked on %[2]s: %[1]d of %[3]d need attention.", last.Wanting, at, last.Connections)
	case asked:
		found = words.N(last.Connections, "Checked on %[2]s: %[1]d connection works.", "Checked on %[2]s: all %[1]d connections work.", last.Connections, at)
	}
	// A run that is missed while the computer is off is made up for at its start.
	if late := e.Now().Add(-36 * time.Hour); scheduled && daily.Since.Before(late) && last.At.Before(late) {
		trouble = append(trouble, words.T("They should be checked every day at %s, but have not been checked for more than a day.", daily.At))
	}
	return found, append(trouble, last.Trouble...)
}
