package page

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// choices are what a person may choose about a plan. They stand folded, save
// for the one without which there is no plan: which of several applications.
type choices struct {
	p    *planner
	fold *fold

	use, app, kind, name, months  *kit.Field
	leave                         *kit.Field
	home, support, privacy, terms *kit.Field
	logo                          *kit.Field
	// dirty is whether the plan that is shown is older than a choice.
	dirty bool
}

func newChoices(p *planner) *choices {
	c := &choices{p: p}
	c.use = kit.SelectField(kit.L("Which application?"), "", nil)
	c.kind = credentialKind(kit.L("Credential"), kit.L("As the product and the tenant's policy want it"))
	c.name = credentialName()
	c.app = kit.TextField(kit.L("Name of the application"), "", "")
	c.app.Clean = strings.TrimSpace
	c.months = kit.TextField(kit.L("Lifetime of the credential in months"), "", "")
	c.months.Check = monthsOrNothing
	c.leave = kit.SwitchField(kit.L("Leave the consent to a colleague"), kit.L("Everything else is done now. The handoff tells your colleague what to do."))
	c.home = kit.TextField(kit.L("Home page"), "", "https://")
	c.support = kit.TextField(kit.L("Address of support"), "", "https://")
	c.privacy = kit.TextField(kit.L("Address of the privacy statement"), "", "https://")
	c.terms = kit.TextField(kit.L("Address of the terms of service"), "", "https://")
	c.logo = kit.FileField(kit.L("Logo"), kit.L("A PNG, JPEG or GIF of at most 100 KB, for an application that has no logo yet."), c.chooseLogo, func() { c.takeLogo("", nil) })
	for _, f := range []*kit.Field{c.use, c.app, c.kind, c.name, c.months, c.leave, c.home, c.support, c.privacy, c.terms, c.logo} {
		f.OnChanged = func(string) { c.changed() }
	}
	for _, f := range []*kit.Field{c.home, c.support, c.privacy, c.terms} {
		f.Check = webAddress
	}
	again := kit.NewButtonWithIcon(kit.L("Create the plan with this"), theme.ViewRefreshIcon(), p.makePlan)
	c.fold = newFold(kit.L("Choose name, credential, consent or branding…"), kit.Card(kit.Column(kit.GapWide, c.app, c.kind, c.name, c.months, c.leave,
		kit.Rule(), kit.Heading(kit.L("What people see when they sign in")), twoFields(c.home, c.support), twoFields(c.privacy, c.terms), c.logo,
		kit.Row(0, -1, again))), func() {}, p.page.relayout)
	c.use.Hide()
	c.advise()
	return c
}

// credentialKind is a field for the kind of a new credential; none is what no
// choice means.
func credentialKind(label, none string) *kit.Field {
	return kit.SelectField(label, "", []kit.Option{{ID: "", Name: none},
		{ID: connection.CredentialSecret, Name: kit.L("Client secret")},
		{ID: connection.CredentialCertificate, Name: kit.L("Certificate (RSA 3072), created on this computer")},
		{ID: largeKey, Name: kit.L("Certificate (RSA 4096), created on this computer")}})
}

// kindOf reads a credentialKind field: the kind, and the bits of a key that is
// not of the usual size.
func kindOf(f *kit.Field) (kind string, bits int) {
	if f.Value() == largeKey {
		return connection.CredentialCertificate, 4096
	}
	return f.Value(), 0
}

// largeKey is the choice of a certificate with the larger key.
const largeKey = "certificate-4096"

func monthsOrNothing(v string) words.Text {
	if n, err := strconv.Atoi(strings.TrimSpace(v)); v != "" && (err != nil || n < 1 || n > 120) {
		return words.T("Enter a number of months between 1 and 120, or leave it empty.")
	}
	return words.Text{}
}

// monthsOf reads what monthsOrNothing found good, 0 for nothing.
func monthsOf(f *kit.Field) int {
	n, _ := strconv.Atoi(strings.TrimSpace(f.Value()))
	return n
}

func (c *choices) chooseLogo() {
	c.p.env.Files.Open([]string{".png", ".jpg", ".jpeg", ".gif"}, c.takeLogo)
}

// takeLogo takes a picture that Microsoft takes, too; no name is for none.
func (c *choices) takeLogo(name string, picture []byte) {
	if wrong := register.CheckLogo(picture); name != "" && wrong != nil {
		c.logo.Say(sentence(wrong))
		c.p.page.relayout()
		return
	}
	c.logo.Say(words.Text{})
	c.logo.SetFile(name, picture)
	c.logo.OnChanged(name)
	c.p.page.relayout()
}

func webAddress(v string) words.Text {
	if v != "" && !strings.HasPrefix(v, "https://") && !strings.HasPrefix(v, "http://") {
		return words.T("Enter a whole address that begins with https://.")
	}
	return words.Text{}
}

// credentialName is a field for what a new credential is called.
func credentialName() *kit.Field {
	f := kit.TextField(kit.L("Name of the credential"), "", "")
	f.Clean = strings.TrimSpace
	f.Check = func(v string) words.Text { return sentence(register.CheckCredentialName(v)) }
	return f
}

// nameHelp says what an empty field for a credential's name means.
func (c *choices) nameHelp() string {
	p := c.product()
	return kit.L("Leave empty for “%s”. Roomkey adds a suffix to the name of a client secret, so that it can find the secret again if a response is lost.", cmp.Or(p.Credential.Name, p.Name))
}

// life says what an empty field for a credential's life means.
func (c *choices) life() words.Text {
	credential := c.product().Credential
	if months := credential.Months; months > 0 {
		return words.N(months, "Leave empty for the guide's %d month.", "Leave empty for the guide's %d months.", months)
	}
	return words.N(credential.Life(), "Leave empty for %d month. The guide suggests no lifetime.", "Leave empty for %d months. The guide suggests no lifetime.", credential.Life())
}

// advise shows what the product's vendor says about the credential.
func (c *choices) advise() {
	p := c.product()
	c.name.SetHelp(c.nameHelp())
	c.app.SetHelp(kit.L("Leave empty for “%s”. An existing application keeps its name.", p.ApplicationName()))
	c.months.SetHelp(kit.Say(words.Sentences(c.life(), words.T("A shorter lifetime is safer, and renewal takes one click."), words.T(p.Credential.Advice))))
	if len(p.Credential.Kinds) == 1 {
		c.kind.SetHelp(kit.L("%s takes only this kind: %s.", p.Name, p.Credential.Kinds[0]))
	}
}

func (c *choices) product() product.Product { return c.p.env.product() }

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

// registered forgets which application was chosen: the connection has one now.
func (c *choices) registered() {
	c.use.SetOptions(nil)
	c.use.SetValue("")
	c.use.Hide()
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
	for _, f := range []*kit.Field{c.name, c.months, c.home, c.support, c.privacy, c.terms} {
		good = f.Validate() && good
	}
	if !good {
		c.fold.show(true)
		c.p.page.frame.ToWrong()
		return nil
	}
	kind, bits := kindOf(c.kind)
	return &register.Options{
		Use: c.use.Value(), Name: c.app.Value(), Credential: kind, Bits: bits, CredentialName: c.name.Value(), Months: monthsOf(c.months), LeaveConsent: c.leave.Value() == "true", HomePage: c.home.Value(),
		Branding: tenant.Branding{Support: c.support.Value(), Privacy: c.privacy.Value(), TermsOfService: c.terms.Value()},
		Logo:     c.logo.File(),
	}
}
