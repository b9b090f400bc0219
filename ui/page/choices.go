package page

import (
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// choices are what a person may choose about a plan. They stand folded, save
// for the one without which there is no plan: which of several applications.
type choices struct {
	p      *planner
	object *fyne.Container
	rest   *fyne.Container
	open   *widget.Button

	use, kind, months             *kit.Field
	leave                         *kit.Field
	home, support, privacy, terms *kit.Field
	reviewer, ticket              *kit.Field
	// dirty is whether the plan that is shown is older than a choice.
	dirty bool
}

func newChoices(p *planner) *choices {
	c := &choices{p: p}
	c.use = kit.SelectField(kit.L("Which application?"), "", nil)
	c.kind = kit.SelectField(kit.L("Credential"), "", []kit.Option{
		{ID: "", Name: kit.L("As the product and the tenant's policy want it")},
		{ID: "secret", Name: kit.L("Client secret")}, {ID: "certificate", Name: kit.L("Certificate, made on this computer")}})
	c.months = kit.TextField(kit.L("Life of the credential in months"), "", "")
	c.months.Check = func(v string) words.Text {
		if n, err := strconv.Atoi(strings.TrimSpace(v)); v != "" && (err != nil || n < 1 || n > 120) {
			return words.T("Enter a number of months between 1 and 120, or nothing.")
		}
		return words.Text{}
	}
	c.leave = kit.SwitchField(kit.L("Leave the consent to a colleague"), kit.L("Everything else is done now; the hand-off tells the colleague what to press."))
	c.home = kit.TextField(kit.L("Home page shown to people who sign in"), "", "https://rooms.contoso.com")
	c.support = kit.TextField(kit.L("Address of support"), "", "")
	c.privacy = kit.TextField(kit.L("Address of the privacy statement"), "", "")
	c.terms = kit.TextField(kit.L("Address of the terms of service"), "", "")
	c.reviewer = kit.TextField(kit.L("Reviewed by"), kit.L("Kept with the record of what was done."), "")
	c.ticket = kit.TextField(kit.L("Change ticket"), "", "")
	for _, f := range []*kit.Field{c.use, c.kind, c.months, c.leave, c.home, c.support, c.privacy, c.terms, c.reviewer, c.ticket} {
		f.OnChanged = func(string) { c.changed() }
	}
	for _, f := range []*kit.Field{c.home, c.support, c.privacy, c.terms} {
		f.Check = webAddress
	}
	again := widget.NewButtonWithIcon(kit.L("Make the plan with this"), theme.ViewRefreshIcon(), p.makePlan)
	c.rest = kit.Column(0, section(kit.L("Choices"), c.kind, c.months, c.leave, c.home, c.support, c.privacy, c.terms, c.reviewer, c.ticket, kit.Row(0, -1, again)))
	c.rest.Hide()
	c.open = kit.QuietButton(kit.L("Choose credential, consent, branding or reviewer…"), theme.MenuExpandIcon(), c.unfold)
	c.use.Hide()
	c.object = kit.Column(kit.GapWide, kit.Row(0, -1, c.open), c.rest)
	c.advise()
	return c
}

func (c *choices) unfold() {
	c.rest.Show()
	c.open.Hide()
	c.p.page.relayout()
}

func webAddress(v string) words.Text {
	if v != "" && !strings.HasPrefix(v, "https://") && !strings.HasPrefix(v, "http://") {
		return words.T("Enter a whole address that begins with https://.")
	}
	return words.Text{}
}

// advise shows what the product's vendor says about the credential.
func (c *choices) advise() {
	p := c.product()
	if p.Credential.Months > 0 {
		c.months.SetHelp(strings.TrimSpace(kit.L("Empty for the product's %d months. A shorter life is safer, and renewed with one press.", p.Credential.Months) + " " + p.Credential.Advice))
	}
	if len(p.Credential.Kinds) == 1 {
		c.kind.SetHelp(kit.L("%s takes only this kind: %s.", p.Name, p.Credential.Kinds[0]))
	}
}

func (c *choices) product() product.Product {
	for _, p := range c.p.env.Backend.Products() {
		if p.ID == c.p.env.Opened.Connection.Product.ID {
			return p
		}
	}
	return product.Product{}
}

// offer shows the applications to choose among.
func (c *choices) offer(plan register.Plan) {
	if len(plan.Choices) == 0 {
		return
	}
	var options []kit.Option
	for _, a := range plan.Choices {
		options = append(options, kit.Option{ID: a.ClientID, Name: a.DisplayName + "  ·  " + a.ClientID + "  ·  " + a.CreatedAt.Format(time.DateOnly)})
	}
	options = append(options, kit.Option{ID: register.New, Name: kit.L("Register a new one")})
	c.use.SetOptions(options)
	c.use.Show()
}

// leaveConsent chooses who consents, and plans anew.
func (c *choices) leaveConsent(on bool) {
	c.leave.SetValue(strconv.FormatBool(on))
	c.p.makePlan()
}

// anew plans a new application.
func (c *choices) anew() {
	c.use.SetOptions([]kit.Option{{ID: register.New, Name: kit.L("Register a new one")}})
	c.use.SetValue(register.New)
	c.use.Show()
	c.p.makePlan()
}

// changed makes the plan anew when the application was chosen, and asks for it
// after any other choice.
func (c *choices) changed() {
	c.dirty = true
	if c.p.plan != nil && c.p.plan.Blocked != nil && c.use.Value() != c.p.plan.Options.Use {
		c.p.makePlan()
		return
	}
	c.p.page.actions()
}

// read gives the choices, nil when a field is wrong.
func (c *choices) read() *register.Options {
	good := true
	for _, f := range []*kit.Field{c.months, c.home, c.support, c.privacy, c.terms} {
		good = f.Validate() && good
	}
	if !good {
		c.unfold()
		return nil
	}
	months, _ := strconv.Atoi(strings.TrimSpace(c.months.Value()))
	return &register.Options{
		Use: c.use.Value(), Credential: c.kind.Value(), Months: months, LeaveConsent: c.leave.Value() == "true", HomePage: c.home.Value(),
		Branding: tenant.Branding{Support: c.support.Value(), Privacy: c.privacy.Value(), TermsOfService: c.terms.Value()},
		Reviewer: c.reviewer.Value(), Ticket: c.ticket.Value(),
	}
}
