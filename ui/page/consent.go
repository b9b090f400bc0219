package page

import (
	"cmp"
	"context"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// Consent is the second step where the application is the vendor's: the consent
// link, what was granted, the service account, and what nobody here can prove.
type Consent struct {
	*administration
	frame  *kit.Frame
	form   *form
	client *kit.Field
	// edited is whether the client ID is not saved yet, which comes first.
	edited bool
	// app, link, account and rest are rebuilt; grants are those that were read.
	app, link, account, rest, grants *fyne.Container

	seen    session.Consent
	unknown *problem.Problem
	// opened is whether the consent link was opened; what became of it is not
	// known before the grants are read again.
	opened bool
}

// NewConsent makes the page.
func NewConsent(env *Env) *Consent {
	c := &Consent{app: kit.Column(kit.Gap), link: kit.Column(kit.GapWide), account: kit.Column(kit.GapWide), rest: kit.Column(kit.GapWide), grants: kit.Column(kit.GapWide)}
	c.administration = newAdministration(env, newNotice(env.Host), c)
	c.form = newForm(env, setup.Register)
	c.client = c.form.bind("application.clientId", kit.TextField(label("application.clientId"), "", "00000000-0000-0000-0000-000000000000"), false)
	typed := c.client.OnChanged
	c.client.OnChanged = func(v string) { typed(v); c.showEdited() }
	body := kit.Column(kit.GapWide, c.notice.object,
		section(kit.L("The vendor's application"), c.app, c.client),
		c.link, c.signIn.body, c.grants, c.account, c.rest)
	c.frame = kit.NewFrame(kit.Say(setup.TitleOf(setup.Register, true, false)), kit.Say(env.product().Model.Means()), body)
	c.notice.top = c.frame.ToTop
	c.form.spots(c.frame, nil)
	c.frame.Spot("consent", c.link, nil)
	c.form.fill(env.Connection())
	c.form.restore(c.show)
	return c
}

// Frame is the page.
func (c *Consent) Frame() *kit.Frame { return c.frame }

// Shown looks at who is signed in.
func (c *Consent) Shown() {
	if !c.busy {
		c.look()
		c.ask(nil)
	}
}

// Follow shows what was changed, by whomever.
func (c *Consent) Follow(now *connection.Connection) {
	c.form.fill(now)
	if read := c.seen; !c.busy && read.ClientID != "" && now.Application.ClientID != "" && read.ClientID != now.Application.ClientID {
		c.seen = session.Consent{} // it was read of another application
	}
	c.look()
	c.show()
}

// look asks what is known without Microsoft; what was read stays.
func (c *Consent) look() {
	known, err := c.env.Session.Consent()
	c.unknown = problem.Of(err)
	if !c.seen.Read {
		c.seen = known
	}
	help := kit.L("The vendor's guide names it.")
	if c.seen.Expected.ClientID != "" {
		help = kit.L("Leave it empty unless the vendor names another client ID than the product's file.")
	}
	if ask := c.env.product().Leaves(product.UnknownApplication); ask != "" {
		help = kit.L(ask)
	}
	c.client.SetHelp(help)
}

func (c *Consent) purpose() string {
	return kit.L("Roomkey reads what was granted to the vendor's application and compares it with what %s needs. Nothing is changed.", c.env.product().Name)
}

// scopes read the grants, and list the rooms, which nobody here can do as the
// vendor's application.
func (c *Consent) scopes() []string {
	return append(slices.Clone(entra.ScopesRead), session.ScopesRooms...)
}

// looked reads the grants whenever the page is shown and somebody is signed in:
// what was read before may have changed since, or the reading was stopped.
func (c *Consent) looked(then func()) {
	if c.state.Account == nil {
		c.seen = session.Consent{}
		c.look()
	} else if then == nil && c.unknown == nil {
		then = func() { c.read(false) }
	}
	c.show()
	if then != nil {
		then()
	}
}

func (c *Consent) began() {}
func (c *Consent) ended() {}

func (c *Consent) relayout() {
	if c.frame != nil {
		c.frame.Object.Refresh()
	}
}

func (c *Consent) toTop() { c.frame.ToTop() }

func (c *Consent) showEdited() {
	if edited := len(c.form.edits()) > 0; edited != c.edited {
		c.actions()
		c.relayout()
	}
}

// save keeps the client ID that was typed.
func (c *Consent) save() {
	c.form.save(func(ok bool, p *problem.Problem) {
		c.notice.fail(p)
		c.showEdited()
		if ok {
			c.seen = session.Consent{}
			c.look()
			c.ask(nil)
		}
	})
}

// read compares what was granted with what is needed; with the sign-in log where
// log is wished.
func (c *Consent) read(log bool) {
	var seen session.Consent
	c.work(kit.L("Reading what was granted"), func(ctx context.Context, _ task.Report) (err error) {
		if log {
			if err := c.through(ctx, func(way session.SignIn) error { return c.env.Session.AllowSignInLog(ctx, way) }); err != nil {
				return err
			}
		}
		seen, err = c.env.Session.ReadConsent(ctx)
		return err
	}, func(err error) {
		c.env.Changed()
		if err == nil {
			c.seen = seen
		}
		c.show()
		if err != nil {
			c.fail(problem.Of(err))
		}
	})
}

// open opens the consent link, or plays it on the simulated tenant.
func (c *Consent) open() {
	played := c.env.simulated()
	c.opened = true
	if played == nil {
		c.env.Host.Open(c.seen.Link)
		c.show()
		return
	}
	link := c.seen.Link
	c.work(kit.L("Consenting"), func(ctx context.Context, _ task.Report) error {
		played.Consent(ctx, link)
		return nil
	}, func(error) {
		if c.state.Account != nil {
			c.read(false)
			return
		}
		c.show()
	})
}

// show brings the page up to date.
func (c *Consent) show() {
	c.showApplication()
	c.showLink()
	c.signIn.show()
	hide(c.signIn.body, !c.known || c.unknown != nil)
	c.showGrants()
	c.showAccount()
	c.showRest()
	c.actions()
	c.relayout()
}

func (c *Consent) actions() {
	c.edited = len(c.form.edits()) > 0
	switch {
	case c.edited:
		c.frame.Actions(c.able(kit.PrimaryButton(kit.L("Save the client ID"), theme.DocumentSaveIcon(), c.save)))
	case !c.known || c.unknown != nil:
		c.frame.Actions()
	case c.state.Account == nil:
		c.frame.Actions(c.signIn.button())
	default:
		// The next thing to do stands last.
		button := func(next bool) func(string, fyne.Resource, func()) *kit.Button {
			if next {
				return kit.PrimaryButton
			}
			return kit.NewButtonWithIcon
		}
		wanting := c.seen.Read && (c.seen.Name == "" || len(c.seen.Missing) > 0)
		again := c.able(button(wanting)(kit.L("Read again"), theme.ViewRefreshIcon(), func() { c.read(false) }))
		goOn := c.able(button(!wanting)(kit.L("Continue"), theme.NavigateNextIcon(), func() { c.env.Go(setup.Choose) }))
		switch {
		case wanting && !c.opened:
			c.frame.Actions(goOn, c.able(button(true)(kit.L("Open the consent link"), theme.ComputerIcon(), c.open)))
		case wanting:
			c.frame.Actions(goOn, again)
		default:
			c.frame.Actions(again, goOn)
		}
	}
}

// showApplication compares the application with what the product's file expects.
func (c *Consent) showApplication() {
	notKnown := kit.L("not known")
	expected, is := c.seen.Expected, kit.L("not read yet")
	if c.seen.Read {
		is = kit.L("not in the tenant")
	}
	rows := kit.Column(kit.GapTight)
	add := func(name, file, tenant string) {
		line := kit.Shares([]float32{1, 2, 2})
		line.Add(kit.Muted(name))
		line.Add(kit.NewText(file))
		line.Add(kit.NewText(tenant))
		rows.Add(line)
	}
	add("", kit.L("The product's file expects"), kit.L("The tenant shows"))
	add(kit.L("Name"), cmp.Or(expected.Name, notKnown), cmp.Or(problem.Line(c.seen.Name), is))
	publisher := cmp.Or(problem.Line(c.seen.Publisher), is)
	if c.seen.Name != "" && c.seen.Publisher == "" {
		publisher = kit.L("none that Microsoft has verified")
	}
	add(kit.L("Publisher"), cmp.Or(expected.Publisher, notKnown), publisher)
	add(kit.L("Client ID"), cmp.Or(expected.ClientID, notKnown), "")
	c.app.Objects = []fyne.CanvasObject{rows}
}

// showLink shows the consent link below what to think of before it is opened.
func (c *Consent) showLink() {
	c.link.RemoveAll()
	if ends := c.env.product().EndsOn(c.env.Now()); ends != nil {
		c.link.Add(kit.ProblemAs(c.env.Host, kit.MarkAttention, ends))
	}
	if c.unknown != nil {
		c.link.Add(kit.ProblemAs(c.env.Host, kit.MarkAttention, c.unknown))
		return
	}
	for _, p := range c.seen.Problems {
		c.link.Add(kit.ProblemAs(c.env.Host, kit.MarkAttention, p))
	}
	column := kit.Column(kit.Gap, kit.NewText(kit.L("A Global Administrator or Privileged Role Administrator opens this link and accepts. Nothing secret changes hands.")))
	name, publisher := c.seen.Expected.Name, c.seen.Expected.Publisher
	switch {
	case name != "" && publisher != "":
		column.Add(kit.NewText(kit.L("Microsoft's page must show the name %s and the publisher %s. If it shows others, do not accept.", name, publisher)))
	case name != "":
		column.Add(kit.NewText(kit.L("Microsoft's page must show the name %s. Compare the publisher with the vendor's guide before you accept.", name)))
	default:
		column.Add(kit.NewText(kit.L("Compare the name and the publisher on Microsoft's page with the vendor's guide before you accept.")))
	}
	column.Add(kit.Command(c.env.Host, c.seen.Link))
	column.Add(kit.Row(0, -1, c.able(kit.NewButtonWithIcon(kit.L("Open the consent link"), theme.ComputerIcon(), c.open))))
	c.link.Add(section(kit.L("Consent link"), column))
}

// showGrants lists what was granted, what is missing and what is more.
func (c *Consent) showGrants() {
	c.grants.RemoveAll()
	if !c.seen.Read {
		return
	}
	column := kit.Column(kit.Gap)
	reasons := map[permission.Ref]words.Key{}
	for _, n := range c.env.Session.Needs().Permissions {
		reasons[n.Ref] = n.Reason
	}
	line := func(r permission.Ref, mark kit.Mark, text string) {
		head := kit.Row(kit.Gap, -1, kit.Badge(mark, text), kit.Mono(problem.Line(r.Value)).As(kit.Whole, ""), kit.Muted(kit.Say(r.Kind.Text())).As(kit.Whole, ""))
		if why := reasons[r]; why != "" {
			column.Add(kit.Column(2, head, kit.Small(kit.L(why))))
			return
		}
		column.Add(head)
	}
	for _, r := range c.seen.Missing {
		line(r, kit.MarkFail, kit.L("Missing"))
	}
	for _, r := range c.seen.Limited {
		line(r, kit.MarkDone, kit.L("By Exchange, for its rooms"))
	}
	for _, r := range c.seen.Granted {
		if slices.Contains(c.seen.Excess, r) {
			line(r, kit.MarkAttention, kit.L("More than needed"))
		} else {
			line(r, kit.MarkDone, kit.L("Granted"))
		}
	}
	switch {
	case !c.seen.Used.IsZero():
		column.Add(kit.MarkedText(kit.MarkDone, kit.L("The sign-in log shows the application on %s.", c.seen.Used.Local().Format(time.DateTime))))
	case c.seen.LogRefused != nil:
		column.Add(kit.Small(kit.L("The sign-in log could not be read: %s", c.seen.LogRefused.Title)))
		column.Add(kit.Row(0, -1, c.able(kit.QuietButton(kit.L("Also read the sign-in log"), theme.HistoryIcon(), func() { c.read(true) }))))
	default:
		column.Add(kit.Small(kit.L("The sign-in log does not show the application.")))
	}
	c.grants.Add(section(kit.L("What the tenant granted"), column))
}

// showAccount is what is known of the service account that signs in at the vendor.
func (c *Consent) showAccount() {
	c.account.RemoveAll()
	p := c.env.product()
	wants := p.ServiceAccount
	if wants == nil || p.Model != product.User {
		return
	}
	address := c.env.Connection().ServiceAccount
	column := kit.Column(kit.GapTight)
	if a := c.seen.Account; a != nil && a.Address != "" {
		fact := func(good bool, yes, no string) {
			if good {
				column.Add(kit.MarkedText(kit.MarkDone, yes))
			} else {
				column.Add(kit.MarkedText(kit.MarkAttention, no))
			}
		}
		fact(a.Found && a.Enabled, kit.L("The tenant has the account, and it can sign in."), kit.L("The tenant does not have the account, or it cannot sign in."))
		if wants.Licence != "" {
			fact(a.Licences > 0, kit.Say(words.N(a.Licences, "It has %d license.", "It has %d licenses.", a.Licences)), kit.L("It has no license."))
		}
		if wants.FirstSignIn != "" {
			fact(a.Mailbox, kit.L("It has a mailbox."), kit.L("It has no mailbox yet."))
		}
		if !a.SignedIn.IsZero() {
			fact(true, kit.L("It signed in at the vendor on %s.", a.SignedIn.Local().Format(time.DateTime)), "")
		}
	}
	column.Add(pairs([][2]string{
		{kit.L("Account"), cmp.Or(address, kit.L("not named yet"))},
		{kit.L("Purpose"), kit.L(wants.Purpose)},
		{kit.L("Role"), optional(wants.Role)},
		{kit.L("License"), optional(wants.Licence)},
		{kit.L("First sign-in"), optional(wants.FirstSignIn)},
		{kit.L("In each room"), kit.Say(p.DelegationText())},
	}))
	if wants.SignInDays > 0 {
		column.Add(kit.NewText(kit.L("The account must sign in at the vendor again every %d days. Put the day in your calendar.", wants.SignInDays)))
	}
	line := kit.Row(kit.Gap, -1, kit.NewButton(kit.L("Change the account…"), func() { c.env.Host.Lead(problem.PlaceServiceAccount) }))
	if to := p.DelegationScript(); !to.IsZero() {
		line.Add(kit.NewButton(kit.L("Script that delegates the rooms…"), func() { c.env.Host.Lead(to) }))
	}
	column.Add(line)
	c.account.Add(section(kit.L("The service account"), column))
}

// optional is a sentence of a product's file, "" for none.
func optional(key words.Key) string {
	if key == "" {
		return ""
	}
	return kit.L(key)
}

// showRest says how to limit the application, and what nobody here can prove.
func (c *Consent) showRest() {
	c.rest.RemoveAll()
	p := c.env.product()
	if p.Model == product.Vendor && p.Calendars() {
		limit := section(kit.L("Limit in Exchange"), kit.NewText(kit.Say(p.Advice())))
		if p.Scoping.Way != product.ScopingNone {
			limit = section(kit.L("Limit in Exchange"), kit.NewText(kit.Say(p.Advice())),
				kit.Row(0, -1, kit.NewButton(kit.L("Script that limits it…"), func() { c.env.Host.Lead(p.LimitScript()) })))
		}
		c.rest.Add(limit)
	}
	if len(c.seen.Unprovable) > 0 {
		column := kit.Column(kit.Gap)
		for _, t := range c.seen.Unprovable {
			column.Add(kit.MarkedText(kit.MarkUnknown, kit.Say(t)))
		}
		c.rest.Add(section(kit.L("What cannot be proven here"), column))
	}
}
