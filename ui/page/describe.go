package page

import (
	"cmp"
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// Describe is the first step: which tenant, which product, which server.
type Describe struct {
	env    *Env
	frame  *kit.Frame
	notice *notice
	form   *form

	cloud, tenant, product *kit.Field
	url, adapterCA         *kit.Field
	testLasts              *kit.Field
	redirect, button       *kit.Field
	notifyURL, lifecycle   *kit.Field
	account, card, groups  *kit.Field
	about                  *kit.Text
	found                  *fyne.Container
	options                *fyne.Container
	choice                 *permissionChoice
	open                   *fyne.Container
	blanks                 *blanks
	server, more           fyne.CanvasObject
	token                  *secretBox
	tokenPart              *fyne.Container
	chosen                 map[string]bool
	optionsEdited          func()
	next                   *kit.Button
	save                   *kit.Button
}

// NewDescribe makes the page.
func NewDescribe(env *Env) *Describe {
	d := &Describe{env: env, notice: newNotice(env.Host), found: kit.Column(0), options: kit.Column(kit.Gap), open: kit.Column(kit.Gap),
		chosen: map[string]bool{}, about: kit.Muted("")}
	d.form = newForm(env, setup.Describe)
	d.optionsEdited = d.form.choice("product.options", func() string { return strings.Join(d.chosenOptions(), ",") }, func(v string) { d.chosen = set(v); d.showProduct() }, never, func(words.Text) {})
	d.choice = newPermissionChoice(env.Home.Permissions())
	d.choice.edited = d.form.choice("product.permissions", func() string { return strings.Join(d.chosenPermissions(), ",") }, d.choice.take, never, func(words.Text) {})
	name := d.form.bind("name", kit.TextField(label("name"), kit.L("What this connection is called in Roomkey."), kit.L("Contoso")), true)
	d.cloud = d.form.bind("cloud", kit.SelectField(label("cloud"), kit.L("Global, unless the tenant is in a national cloud. GCC is in Global."), d.clouds()), true)
	d.tenant = d.form.bind("tenant.domain", kit.TextField(label("tenant.domain"), kit.L("The company's domain, its tenant ID, or an address pasted from the portal."), "contoso.com"), true)
	d.tenant.Submit(d.proceed)
	d.product = d.form.bind("product.id", kit.SelectField(label("product.id"), "", d.products(env.Connection().Cloud, env.Connection().Product.ID)), true)
	cloudEdited := d.cloud.OnChanged
	d.cloud.OnChanged = func(v string) {
		d.product.SetOptions(d.products(v, d.product.Value()))
		cloudEdited(v)
	}
	d.url = d.form.bind("server.url", kit.TextField(label("server.url"), kit.L("As in the browser's address bar; it begins with https://."), "https://rooms.contoso.com"), false)
	d.adapterCA = d.form.bind("server.caFile", kit.TextField(label("server.caFile"), kit.L("Only for a server whose certificate comes from your own authority: the path of its PEM file."), ""), false)
	d.testLasts = d.form.bind("server.testLasts", kit.SelectField(label("server.testLasts"), kit.L("An older test is not enough for a push. Test again."), testLives()), false)
	d.redirect = d.form.bind("singleSignOn.redirectUris", kit.LinesField(label("singleSignOn.redirectUris"), kit.L("Where Microsoft sends people back after sign-in, one per line, exactly as the booking server names them."), "", 2), false)
	d.blanks = newBlanks(d.redirect)
	d.button = d.form.bind("singleSignOn.loginButton", kit.TextField(label("singleSignOn.loginButton"), "", kit.L("Sign in with Microsoft")), false)
	d.notifyURL = d.form.bind("notifications.url", kit.TextField(label("notifications.url"), kit.L("Microsoft calls it from the internet when a booking changes."), ""), false)
	d.lifecycle = d.form.bind("notifications.lifecycleUrl", kit.TextField(label("notifications.lifecycleUrl"), "", ""), false)
	d.account = d.form.bind("serviceAccount", kit.TextField(label("serviceAccount"), "", "booking@contoso.com"), false)
	d.card = d.form.bind("people.cardNumberAttribute", kit.SelectField(label("people.cardNumberAttribute"), "", nil), false)
	productEdited := d.product.OnChanged
	d.product.OnChanged = func(v string) {
		d.chosen = map[string]bool{}
		d.showProduct()
		productEdited(v)
		d.optionsEdited()
	}
	d.groups = d.form.bind("people.defaultGroups", kit.LinesField(label("people.defaultGroups"), kit.L("The booking server's groups for new people, one per line."), "", 2), false)
	d.token = newSecretBox(env, vault.ServerToken, kit.L("Token of the booking server"),
		kit.L("The bearer token with which the server accepts Roomkey. Its administrator finds it in the server's console."), "")
	d.tokenPart = kit.Column(0, d.token.field)

	d.more = section(kit.L("What the product needs to know"), d.blanks.object, d.redirect, d.button, d.notifyURL, d.lifecycle, d.account, d.card, d.groups)
	d.server = section(kit.L("Booking server"), d.url, d.tokenPart, d.adapterCA, d.testLasts)
	body := kit.Column(kit.GapWide,
		d.notice.object,
		section(kit.L("Microsoft 365"), name, d.cloud, d.tenant, d.found),
		section(kit.L("Booking product"), d.product, d.about, d.open, d.options, d.choice.object),
		d.server,
		d.more)
	d.frame = kit.NewFrame(kit.L("Describe the connection"),
		kit.L("Choose the tenant and its booking server. Roomkey looks up the tenant and changes nothing there."), body)
	d.notice.top = d.frame.ToTop
	d.form.spots(d.frame, nil)
	d.frame.Spot("product.permissions", d.choice.find, nil)
	d.frame.Spot(string(vault.ServerToken), d.token.field, nil)
	d.save = kit.NewButton(kit.L("Save"), d.store)
	d.next = kit.PrimaryButton(kit.L("Find the tenant"), theme.SearchIcon(), d.proceed)
	d.frame.Aside(d.form.unsaved)
	d.frame.Actions(d.save, d.next)
	d.fill()
	return d
}

// testLives are the choices of how long a test counts; the first is the default.
func testLives() []kit.Option {
	options := []kit.Option{{ID: "", Name: kit.L("24 hours")}}
	for _, life := range connection.TestLives {
		hours := int(connection.Server{TestLasts: life}.TestLife().Hours())
		if hours != 24 {
			options = append(options, kit.Option{ID: life, Name: kit.Say(words.N(hours, "%d hour", "%d hours", hours))})
		}
	}
	return options
}

// Frame is the page.
func (d *Describe) Frame() *kit.Frame { return d.frame }

// Shown looks at the secrets again.
func (d *Describe) Shown() {
	d.token.look()
	d.form.restore(d.showProduct)
}

// Follow shows what somebody else has changed.
func (d *Describe) Follow(c *connection.Connection) {
	d.product.SetOptions(d.products(c.Cloud, c.Product.ID))
	d.form.fill(c)
	d.showTenant(c)
	d.showProduct()
}

func (d *Describe) clouds() []kit.Option {
	var options []kit.Option
	for _, c := range d.env.Home.Clouds() {
		options = append(options, kit.Option{ID: c.ID, Name: c.Name})
	}
	return options
}

// products are those that the vendor offers for a cloud, and the one that is
// chosen already.
func (d *Describe) products(cloudID, chosen string) []kit.Option {
	var options []kit.Option
	own := d.env.Home.Simulated(cloudID) != nil
	for _, c := range d.env.Home.Clouds() {
		own = own || c.ID == cloudID && c.Own
	}
	for _, p := range d.env.Home.Products() {
		if p.ID != chosen && !p.Supports(cloudID, own) {
			continue
		}
		options = append(options, kit.Option{ID: p.ID, Name: p.Name})
	}
	return options
}

// fill shows the stored document.
func (d *Describe) fill() {
	c := d.env.Connection()
	d.form.fill(c)
	d.showProduct()
	d.form.fill(c) // a choice of the product's has its options now
	d.showTenant(c)
}

func (d *Describe) showTenant(c *connection.Connection) {
	t := c.Tenant
	d.found.RemoveAll()
	d.next.SetText(kit.L("Find the tenant"))
	d.next.SetIcon(theme.SearchIcon())
	if t.ID != "" {
		name := cmp.Or(t.DisplayName, t.Domain)
		d.found.Add(kit.Row(kit.Gap, 1, kit.Badge(kit.MarkDone, kit.L("Found")), kit.Line(name+"  ·  "+t.ID).As(kit.Clip, kit.ColorMuted),
			kit.NewCopyButton(d.env.Host, "", func() string { return t.ID })))
		d.next.SetText(kit.L("Continue"))
		d.next.SetIcon(theme.NavigateNextIcon())
	}
	d.found.Refresh()
}

// current is the chosen product.
func (d *Describe) current() product.Product {
	for _, p := range d.env.Home.Products() {
		if p.ID == d.product.Value() {
			return p
		}
	}
	return product.Product{}
}

// showProduct shows what the chosen product wants to know.
func (d *Describe) showProduct() {
	p := d.current()
	d.about.SetText(kit.L(p.About))
	d.about.Hidden = p.About == ""
	d.options.RemoveAll()
	for _, o := range p.Options {
		check := kit.NewCheck(kit.L(o.Name), func(on bool) { d.chosen[o.ID] = on; d.optionsEdited() })
		check.Checked = d.chosen[o.ID]
		d.options.Add(check)
		if text := words.Sentences(words.T(o.About), words.T(o.Note)); !text.IsZero() {
			d.options.Add(kit.Pad(-6, 0, 0, 34, kit.Small(kit.Say(text))))
		}
	}
	d.choice.object.Hidden = !p.Choose
	d.choice.offer(p)
	d.blanks.offer(p.SingleSignOn)
	d.env.asks(d.open, setup.Describe)
	if d.env.Connection().Product.ID != p.ID {
		d.open.Hide() // of the product that is stored
	}
	adapter := p.AdapterOf(d.env.Connection().Server.Adapter)
	for part, place := range map[fyne.CanvasObject]problem.Place{
		d.redirect: problem.PlaceRedirectURIs, d.button: problem.PlaceLoginButton,
		d.notifyURL: problem.PlaceNotifications, d.lifecycle: problem.PlaceLifecycle,
		d.account: problem.PlaceServiceAccount, d.card: problem.PlaceCardNumber,
		d.groups: problem.PlaceDefaultGroups, d.server: problem.PlaceServerURL, d.tokenPart: problem.PlaceServerToken,
		d.adapterCA: problem.PlaceServerCA,
	} {
		hide(part, !p.Shows(place, adapter))
	}
	hide(d.testLasts, !p.Shows(problem.PlaceCheck, adapter))
	if p.ServiceAccount != nil {
		d.account.SetHelp(kit.L(p.ServiceAccount.Purpose))
	}
	if n := p.CardNumber; n != nil {
		d.card.SetHelp(kit.L(n.Note))
		options := []kit.Option{{ID: "", Name: kit.L("Not imported")}}
		for _, a := range n.Graph {
			options = append(options, kit.Option{ID: a, Name: a})
		}
		d.card.SetOptions(options)
	}
	hide(d.more, d.groups.Hidden && d.redirect.Hidden && d.button.Hidden && d.notifyURL.Hidden && d.lifecycle.Hidden && d.account.Hidden && d.card.Hidden)
	d.frame.Object.Refresh()
}

// chosenOptions and chosenPermissions are what is chosen, in one order.
func (d *Describe) chosenOptions() (list []string) {
	for _, o := range d.current().Options {
		if d.chosen[o.ID] {
			list = append(list, o.ID)
		}
	}
	return list
}

func (d *Describe) chosenPermissions() []string {
	if !d.current().Choose {
		return nil
	}
	return d.choice.keys()
}

func set(list string) map[string]bool {
	all := map[string]bool{}
	for _, item := range connection.List(list) {
		all[item] = true
	}
	return all
}

// store saves what was typed.
func (d *Describe) store() {
	d.saveAll(func(ok bool) {
		if ok {
			d.notice.good(kit.L("Saved."))
		}
	})
}

// saveAll puts the token into the keychain and the rest into the document, and says
// what could not be saved.
func (d *Describe) saveAll(then func(ok bool), paths ...string) {
	d.notice.clear()
	d.token.settle(func(stored bool) {
		before := d.env.Connection().Server
		d.form.save(func(ok bool, p *problem.Problem) {
			d.notice.fail(p)
			if p != nil {
				d.frame.ToTop()
			}
			if now := d.env.Connection().Server; now.URL != before.URL || now.CAFile != before.CAFile {
				d.findAdapter()
			}
			then(ok && stored)
		}, paths...)
	})
}

// findAdapter asks a server whose address is new what it speaks; what is found
// arrives as a change.
func (d *Describe) findAdapter() {
	d.env.Scope.Run(d.env.Session.FindAdapter, func(err error) {
		if p := problem.Of(err); p != nil {
			d.notice.fail(p)
			d.frame.ToTop()
		}
	})
}

// proceed saves, finds the tenant, for which nothing else need be known, and goes
// on when nothing is left to mend.
func (d *Describe) proceed() {
	d.saveAll(func(ok bool) {
		tenant := d.env.Connection().Tenant
		switch {
		case tenant.ID == "" && tenant.Domain != "" && d.tenant.Wrong() == "" && d.cloud.Wrong() == "":
			d.discover(ok)
		case ok:
			d.goOn()
		}
	})
}

// goOn leaves a page on which nothing is left to mend.
func (d *Describe) goOn() {
	d.env.Scope.Run(d.env.Session.NameAfter, func(err error) {
		d.notice.fail(problem.Of(err))
		if err == nil {
			d.env.Go(setup.Register)
		}
	})
}

// discover finds the tenant; it arrives as a change. goOn is whether the page is
// done then.
func (d *Describe) discover(goOn bool) {
	d.next.Disable()
	d.env.Scope.Show(kit.L("Finding the tenant"), func(ctx context.Context, _ task.Report) error {
		return d.env.Session.Discover(ctx)
	}, func(err error) {
		d.next.Enable()
		p := problem.Of(err)
		switch {
		case p == nil:
			d.Follow(d.env.Connection())
			if goOn {
				d.goOn()
			}
			return
		case p.Code == cloud.CodeTenantUnknown || p.Code == cloud.CodeWrongCloud:
			d.tenant.Say(p.Title)
			d.notice.put(kit.ProblemCard(d.env.Host, p), d.askElsewhere())
		default:
			d.notice.fail(p)
		}
		d.frame.ToTop()
	})
}

// askElsewhere asks before other clouds learn the tenant's name.
func (d *Describe) askElsewhere() fyne.CanvasObject {
	c := d.env.Connection()
	return kit.NewConfirmCard(kit.L("Look in the other Microsoft clouds?"),
		kit.L("The name %s is then sent to the sign-in services of the other clouds, including national clouds.", c.Tenant.Domain),
		kit.L("Ask the other clouds"), kit.L("No"), false, func(yes bool) {
			d.notice.clear()
			if !yes {
				return
			}
			d.env.Scope.Show(kit.L("Asking the other clouds"), d.env.Session.DiscoverElsewhere, func(err error) {
				d.notice.fail(problem.Of(err))
				if err == nil { // to be read first: it is another cloud
					d.tenant.Say(words.Text{})
					d.Follow(d.env.Connection())
				}
			})
		})
}
