package page

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// applicationCard looks after an application that there is: its credential is renewed
// and forgotten here, what Roomkey made is removed and restored.
type applicationCard struct {
	p *planner
	// ask is a question that stands above everything, nil for none.
	ask fyne.CanvasObject
	// actions are the buttons that look after the application.
	actions *fyne.Container
	// Typed is the field in which the application's name confirms Undo.
	typed *kit.Field
}

func newApplicationCard(p *planner) *applicationCard {
	return &applicationCard{p: p, actions: kit.Row(kit.GapTight, -1)}
}

func (c *applicationCard) document() connection.Application { return c.p.env.Connection().Application }

// registered is whether the connection has an application.
func (c *applicationCard) registered() bool { return c.document().ClientID != "" }

// show is the card as it is now, nil for a connection without an application.
func (c *applicationCard) show() fyne.CanvasObject {
	p, a := c.p, c.document()
	if !c.registered() {
		if p.state.Restorable {
			return c.restoreCard()
		}
		return nil
	}
	column := kit.Column(kit.Gap, kit.Heading(kit.L("The application that the booking server uses")))
	facts := [][2]string{{kit.L("Client ID"), a.ClientID}}
	if a.DisplayName != "" {
		facts = append([][2]string{{kit.L("Name"), a.DisplayName}}, facts...)
	}
	column.Add(kit.Facts(p.env.Host, facts))
	column.Add(pairs([][2]string{{kit.L("Credential"), credentialText(a.Credential)}}))
	if a.Credential.Kind == connection.CredentialCertificate {
		column.Add(kit.Row(0, -1, kit.QuietButton(kit.L("Save the public part…"), theme.DocumentSaveIcon(), func() {
			c.save("-certificate.pem", p.env.Session.PublicCertificate, func(path string) string {
				return kit.L("The certificate without its private key is in %s. Use it for a booking server that requires an upload.", path)
			})
		})))
	}
	if p.state.Expiring {
		column.Add(kit.Tinted(kit.ColorWarnTint, theme.ColorNameWarning, kit.NewText(kit.L("The credential expires on %s. Renew it before then, and nothing stops.", a.Credential.Expires.Format("2006-01-02")))))
	}
	signedIn := p.state.Account != nil
	line := c.actions
	line.RemoveAll()
	for _, b := range []*kit.Button{
		kit.QuietButton(kit.L("Renew the credential…"), theme.ViewRefreshIcon(), c.askRotate),
		kit.QuietButton(kit.L("Undo…"), theme.ContentUndoIcon(), c.askUndo),
	} {
		p.able(b)
		if !signedIn {
			b.Disable()
		}
		line.Add(b)
	}
	if !a.Credential.Expires.IsZero() {
		line.Add(kit.QuietButton(kit.L("Reminder…"), theme.HistoryIcon(), c.reminder))
	}
	column.Add(line)
	column.Add(kit.Row(0, -1, p.able(kit.QuietButton(kit.L("Delete from this computer…"), theme.DeleteIcon(), c.askForget))))
	if !signedIn {
		column.Add(kit.Small(kit.L("Sign in to see and repair what has changed, to renew the credential, or to undo.")))
	}
	whole := kit.Column(kit.GapWide)
	if r := p.state.Rotation; r != nil {
		whole.Add(c.rotationCard(*r))
	}
	whole.Add(kit.Card(column))
	return whole
}

func credentialText(k connection.Credential) string {
	text := kit.L("Client secret")
	if k.Kind == connection.CredentialCertificate {
		text = kit.L("Certificate %s", k.Thumbprint)
	}
	if k.Hint != "" {
		text += " " + k.Hint + "…"
	}
	if !k.Expires.IsZero() {
		text = kit.L("%s, expires on %s", text, k.Expires.Format("2006-01-02"))
	}
	return text
}

// question puts a question above everything until it is answered.
func (c *applicationCard) question(o fyne.CanvasObject) {
	c.ask = o
	c.p.notice.clear()
	c.p.show()
	c.p.page.frame.ToTop()
}

func (c *applicationCard) askRotate() {
	months := kit.TextField(kit.L("Lifetime of the new credential in months"), kit.Say(c.p.choices.life()), "")
	months.Check = monthsOrNothing
	kind := credentialKind(kit.L("Kind of the new credential"), kit.L("The same as now"))
	name := credentialName()
	name.SetHelp(c.p.choices.nameHelp())
	c.question(kit.NewConfirmCard(kit.L("Create a new credential beside the old one?"),
		kit.L("The new credential goes into the keychain and is proven with a new token. The old one keeps working at the booking server until you finish. If anything fails, the old one still works."),
		kit.L("Create a credential"), kit.L("Not now"), false, func(yes bool) {
			if yes && (!months.Validate() || !name.Validate()) {
				return
			}
			c.ask = nil
			if !yes {
				c.p.show()
				return
			}
			o := c.p.notes.into(register.Options{CredentialName: name.Value(), Months: monthsOf(months)})
			o.Credential, o.Bits = kindOf(kind)
			var made session.Rotated
			c.p.work(kit.L("Renewing the credential"), func(ctx context.Context, report task.Report) (err error) {
				if err = c.p.toChange(ctx); err == nil {
					made, err = c.p.env.Session.Rotate(ctx, o, report)
				}
				return err
			}, func(err error) {
				if err != nil || made.Check == nil || made.Proven() {
					c.done(kit.Say(words.Sentences(words.T("The new credential is in the keychain and proven. The old one still works."), made.Why)))(err)
					return
				}
				c.p.plan, c.p.result = nil, nil
				c.p.env.Changed()
				c.p.ask(func() { c.p.proof.show(made.Check) })
			})
		}, kind, twoFields(name, months), c.p.notes.object))
}

// done shows how something ended and looks at everything anew.
func (c *applicationCard) done(good string) func(error) {
	return func(err error) {
		c.p.plan, c.p.result = nil, nil
		failed := problem.Of(err)
		c.p.env.Changed()
		say := func() {
			if failed != nil {
				c.p.fail(failed)
				return
			}
			c.p.notice.good(good)
			c.p.page.frame.ToTop()
			c.p.page.relayout()
		}
		c.p.ask(func() {
			say()
			if c.p.state.Account != nil && failed == nil {
				c.p.makePlanThen(say)
			}
		})
	}
}

// rotationCard is a rotation whose old credential still works.
func (c *applicationCard) rotationCard(r register.Rotation) fyne.CanvasObject {
	text := kit.L("Test the connection and push it, so that the booking server gets the new credential. Then finish: the old one (%s) is removed at Microsoft.", r.OldKeyID)
	if r.OldKeyID == "" {
		text = kit.L("Test the connection and push it, so that the booking server gets the new credential. Then finish.")
	}
	test := kit.NewButton(kit.L("Test and push"), func() { c.p.env.Go(setup.Prove) })
	finish := c.p.able(kit.NewButton(kit.L("Finish: remove the old one"), func() { c.finish(false) }))
	column := kit.Column(kit.Gap, kit.Strong(kit.L("The credential is being renewed")), kit.NewText(text), kit.Row(kit.Gap, -1, test, finish))
	if c.p.state.Account == nil {
		finish.Disable()
		column.Add(kit.Small(kit.L("Sign in to finish.")))
	}
	return kit.Tinted(kit.ColorWarnTint, theme.ColorNameWarning, column)
}

// finish removes the old credential; a server that cannot prove the new one
// needs a person's word.
func (c *applicationCard) finish(confirmed bool) {
	c.ask = nil
	ended := c.done(kit.L("The old credential was removed. Only the new one works now."))
	c.p.work(kit.L("Removing the old credential"), func(ctx context.Context, _ task.Report) error {
		if err := c.p.toChange(ctx); err != nil {
			return err
		}
		_, err := c.p.env.Session.FinishRotation(ctx, confirmed)
		return err
	}, func(err error) {
		if failed := problem.Of(err); failed != nil && failed.Code == register.CodeRotationUnproven && !confirmed {
			c.ask = kit.NewConfirmCard(kit.Say(failed.Title),
				kit.L("Test and push first. If you have seen yourself that the booking server works with the new credential, you can confirm that."),
				kit.L("I have seen it: remove the old one"), kit.L("Keep the old one"), true, func(yes bool) {
					c.ask = nil
					if yes {
						c.finish(true)
						return
					}
					c.p.show()
				})
			c.p.show()
			c.p.page.frame.ToTop()
			return
		}
		ended(err)
	})
}

func (c *applicationCard) restoreCard() fyne.CanvasObject {
	b := c.p.able(kit.NewButtonWithIcon(kit.L("Restore it"), theme.ContentUndoIcon(), c.restore))
	column := kit.Column(kit.Gap, kit.Strong(kit.L("What Roomkey registered for this connection was removed")),
		kit.NewText(kit.L("Microsoft keeps a deleted application for 30 days. Restored, it has its permissions again; it gets a new credential with the next Apply.")), kit.Row(0, -1, b))
	if c.p.state.Account == nil {
		b.Disable()
		column.Add(kit.Small(kit.L("Sign in to restore it.")))
	}
	return kit.Tinted(kit.ColorInfoTint, theme.ColorNamePrimary, column)
}

func (c *applicationCard) restore() {
	c.p.work(kit.L("Restoring the application"), func(ctx context.Context, _ task.Report) error {
		if err := c.p.toChange(ctx); err != nil {
			return err
		}
		_, err := c.p.env.Session.RegisterRestore(ctx)
		return err
	}, c.done(kit.L("The application is back. The plan below shows what it needs now.")))
}

func (c *applicationCard) askForget() {
	done := c.done(kit.L("The credential was deleted from this computer."))
	c.question(forgetOffer(c.p.env, func() {
		c.ask = nil
		c.p.show()
	}, func(err error) {
		c.ask = nil
		done(err)
	}))
}

func (c *applicationCard) reminder() {
	c.save("-credential.ics", func(ctx context.Context) ([]byte, error) { return c.p.env.Session.Export(ctx, "ics") }, func(path string) string {
		return kit.L("Saved to %s. Opened in a calendar, it reminds 30 and 7 days before the end.", path)
	})
}

// save saves a file that the core makes.
func (c *applicationCard) save(ending string, file func(context.Context) ([]byte, error), text func(path string) string) {
	var made []byte
	c.p.env.Scope.Run(func(ctx context.Context) (err error) {
		made, err = file(ctx)
		return err
	}, func(err error) { c.p.saved(c.p.env.file(ending, made), err, text) })
}

// toChange makes the sign-in able to change applications.
func (p *planner) toChange(ctx context.Context) error {
	return p.grow(ctx, entra.ScopesRead, entra.ScopesApply)
}
