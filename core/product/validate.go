package product

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/strictyaml"
	"github.com/roomkey/roomkey/core/words"
)

// Lists that a product may want of the tenant.
const (
	listRooms  = "rooms"
	listPeople = "people"
	listGroups = "groups"
)

// Ways of a configuration to the server.
const (
	// AdapterContract is Roomkey's booking-server contract.
	AdapterContract = "contract"
	// AdapterSeatsurfing is the REST API of Seatsurfing.
	AdapterSeatsurfing = "seatsurfing"
	// AdapterForm is the vendor's own console, typed into by hand.
	AdapterForm = "form"
)

// directoryExtension stands in CardNumber.Graph for any directory extension
// (extension_<application id without hyphens>_<name>).
const directoryExtension = "directoryExtension"

// values are what a field of a vendor's form can hold: a path into the
// connection, or a secret of the vault.
var values = []string{"name", "cloud", "tenant.id", "tenant.domain", "tenant.displayName",
	"application.clientId", "application.objectId", "application.servicePrincipalId", "application.displayName",
	"application.credential.expires", "application.credential.thumbprint",
	"rooms", "people", "people.cardNumberAttribute", "people.defaultGroups",
	"singleSignOn.redirectUris", "singleSignOn.loginButton",
	"notifications.url", "notifications.lifecycleUrl", "serviceAccount", "server.url",
	"scope.group", "scope.groupId", "scope.organizers", "scope.organizersId",
	"secret:client-secret", "secret:certificate"}

var (
	guidForm = regexp.MustCompile(`(?i)^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	idForm   = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$`)
	extName  = regexp.MustCompile(`^(extensionAttribute([1-9]|1[0-5])|extension_[0-9a-f]{32}_[A-Za-z0-9_]+|` + directoryExtension + `)$`)
)

// permissions is the catalogue, without which no product can be read.
var permissions = sync.OnceValue(func() *permission.Catalog {
	c, err := permission.Load()
	if err != nil {
		panic(err)
	}
	return c
})

// secretKinds are the kinds of credential that a form's field hands over.
var secretKinds = map[string]string{"secret:client-secret": "secret", "secret:certificate": "certificate"}

// maxText is how long a text of a file can be: longer than any sentence.
const maxText = 1000

// validate notes everything that is wrong with a product file.
func (p Product) validate(d *strictyaml.Document, others []Product) {
	identity(d, "id", p.ID)
	if i := slices.IndexFunc(others, func(o Product) bool { return o.ID == p.ID }); i >= 0 && p.ID != "" {
		if others[i].Own {
			d.Wrong("id", words.T("Another file has a product with the id %q already.", p.ID))
		} else {
			d.Wrong("id", words.T("%q is a product that comes with Roomkey and cannot be replaced. Give yours another ID.", p.ID))
		}
	}
	text(d, "name", p.Name)
	text(d, "about", p.About)
	address(d, "guide", p.Guide)
	if p.Place < 0 {
		d.Wrong("place", words.T("Write a whole number from 1, or leave it out. Lists show small numbers first."))
	}
	p.facts(d)
	p.model(d)
	p.Needs.validate(d, "needs")
	if len(p.Needs.Permissions) == 0 && !p.Choose {
		d.Wrong("needs.permissions", words.T("Name at least one permission, or write \"choose: true\" to have them chosen for each connection."))
	}
	p.options(d)
	p.presets(d)
	oneOf(d, "adapter", p.Adapter, AdapterContract, AdapterSeatsurfing, AdapterForm)
	p.writes(d)
	for i, id := range p.Operators {
		identity(d, strictyaml.Item("operators", i), id)
	}
	p.SingleSignOn.validate(d)
	if p.ServiceAccount != nil {
		p.ServiceAccount.validate(d)
	}
	policy(d, p.Policy)
	if p.CardNumber != nil {
		text(d, "cardNumber.attribute", p.CardNumber.Attribute)
		for i, name := range p.CardNumber.Graph {
			if !extName.MatchString(name) {
				d.Wrong(strictyaml.Item("cardNumber.graph", i), words.T("%q cannot be read through Microsoft Graph. You can use extensionAttribute1 to extensionAttribute15, a directory extension (extension_…), or %s for any of these.", name, directoryExtension))
			}
		}
	}
	p.form(d)
	eachOf(d, "notUpdatable", p.NotUpdatable, "ews")
}

func (p Product) options(d *strictyaml.Document) {
	seen := map[string]bool{}
	for i, o := range p.Options {
		at := strictyaml.Item("options", i)
		identity(d, at+".id", o.ID)
		if seen[o.ID] {
			d.Wrong(at+".id", words.T("The option %q appears twice.", o.ID))
		}
		seen[o.ID] = true
		text(d, at+".name", o.Name)
		o.Needs.validate(d, at+".needs")
		if len(o.Needs.Permissions) == 0 && len(o.Needs.Lists) == 0 && !o.MultiTenant {
			d.Wrong(at+".needs", words.T("The option changes nothing: name permissions, lists, or \"multiTenant: true\"."))
		}
	}
}

func (p Product) presets(d *strictyaml.Document) {
	if len(p.Presets) > 0 && !p.Choose {
		d.Wrong("presets", words.T("Presets are starting points for a choice of permissions. Write \"choose: true\", or leave them out."))
	}
	for i, preset := range p.Presets {
		at := strictyaml.Item("presets", i)
		text(d, at+".name", preset.Name)
		if len(preset.Permissions) == 0 {
			d.Wrong(at+".permissions", words.T("The preset is empty: name its permissions."))
		}
		for j, choice := range preset.Permissions {
			ref := refOf(choice)
			if e, known := permissions().Get(ref.Value); !known || e.ID(ref.Kind) == "" {
				d.Wrong(strictyaml.Item(at+".permissions", j), unknownPermission(choice))
			}
		}
	}
}

// UnknownPermission says that a permission, written as the choice of a connection
// is, does not exist, and which was probably meant; nil for one that does.
func UnknownPermission(choice string) *words.Text {
	ref := refOf(strings.TrimSpace(choice))
	e, known := permissions().Get(ref.Value)
	text := unknownPermission(ref.Value)
	switch {
	case known && e.ID(ref.Kind) != "":
		return nil
	case known:
		text = words.T("%s does not exist as a permission of kind %s.", ref.Value, ref.Kind)
	}
	return &text
}

// unknownPermission says that a permission is none, and which was probably meant.
func unknownPermission(value string) words.Text {
	var known []string
	for _, e := range permissions().All() {
		known = append(known, e.Value)
	}
	if near := strictyaml.Nearest(value, known); near != "" {
		return words.T("%q is not in Roomkey's permission catalog. Permission names are case-sensitive. Did you mean %s?", value, near)
	}
	return words.T("%q is not in Roomkey's permission catalog. Permission names are case-sensitive.", value)
}

// writes compares what the file says about calendars with what it asks for.
func (p Product) writes(d *strictyaml.Document) {
	if !oneOf(d, "writes", string(p.Writes), string(WritesNothing), string(WritesRooms), string(WritesPeople), string(WritesRoomsAndOrganizers)) || p.Choose || !d.Sound("needs") {
		return
	}
	i := slices.IndexFunc(p.Needs.Permissions, func(n Permission) bool {
		e, _ := permissions().Get(n.Value)
		return e.Calendar == permission.CalendarWrite
	})
	switch {
	case i >= 0 && p.Writes == WritesNothing:
		d.Wrong("writes", words.T("It says that no calendar is written, but %s is asked for.", p.Needs.Permissions[i].Value))
	case i < 0 && p.Writes != WritesNothing:
		d.Wrong("writes", words.T("It says that calendars are written, but nothing that writes calendars is asked for: Calendars.ReadWrite is not, nor Calendars.ReadWrite.Shared."))
	}
}

func (n Needs) validate(d *strictyaml.Document, at string) {
	seen := map[permission.Ref]bool{}
	for i, p := range n.Permissions {
		item := strictyaml.Item(at+".permissions", i)
		text(d, item+".reason", p.Reason)
		e, known := permissions().Get(p.Value)
		switch {
		case p.Value == "":
			d.Wrong(item+".value", words.T("The permission needs its value, such as Calendars.Read."))
		case !known:
			d.Wrong(item+".value", unknownPermission(p.Value))
		case e.Instead != "":
			d.Wrong(item+".value", words.T("%s means something else: %s You probably want %s.", p.Value, e.Means, e.Instead))
		case p.Kind != permission.Application && p.Kind != permission.Delegated:
			d.Wrong(item+".kind", words.T("Write \"application\" or \"delegated\", not %q.", p.Kind))
		case e.ID(p.Kind) == "":
			d.Wrong(item+".kind", words.T("%s does not exist as a permission of kind %s.", p.Value, p.Kind))
		case seen[p.Ref]:
			d.Wrong(item+".value", words.T("%s is requested twice.", p.Value))
		}
		seen[p.Ref] = true
	}
	eachOf(d, at+".lists", n.Lists, listRooms, listPeople, listGroups)
}

func (c Credential) validate(d *strictyaml.Document) {
	if len(c.Kinds) == 0 {
		d.Wrong("credential.kinds", words.T("Name what the server accepts: secret, certificate or both; vendor-certificate if the vendor has the key, federated, or none."))
	}
	lives := false
	eachOf(d, "credential.kinds", c.Kinds, "secret", "certificate", "vendor-certificate", "federated", "none")
	for i, k := range c.Kinds {
		if k == "none" && len(c.Kinds) > 1 {
			d.Wrong(strictyaml.Item("credential.kinds", i), words.T("\"none\" is that the product takes no credential. Leave out the other kinds, or this one."))
		}
		lives = lives || k == "secret" || k == "certificate"
	}
	switch {
	case (lives || len(c.Kinds) == 0) && (c.Months < 0 || c.Months > 24):
		d.Wrong("credential.months", words.T("Write the lifetime that the guide suggests in months, from 1 to 24, or leave it out. Microsoft Entra ID offers no longer one."))
	case !lives && c.Months != 0 && d.Sound("credential.kinds"):
		d.Wrong("credential.months", words.T("This is the lifetime of a secret or a certificate that you create, and credential.kinds has neither. Leave it out."))
	}
}

func (p Product) form(d *strictyaml.Document) {
	for i, f := range p.Form {
		at := strictyaml.Item("form", i)
		text(d, at+".label", f.Label)
		for j, w := range f.Words {
			text(d, strictyaml.Item(at+".words", j)+".value", w.Value)
			text(d, strictyaml.Item(at+".words", j)+".says", w.Says)
		}
		switch {
		case f.Action && f.Value != "":
			d.Wrong(at+".value", words.T("A button has no value."))
		case f.Action:
		case secretKinds[f.Value] != "" && !slices.Contains(p.Credential.Kinds, secretKinds[f.Value]):
			if d.Sound("credential") {
				d.Wrong(at+".value", words.T("The product gets no %s: credential.kinds does not have it. Leave the field out, or add the kind.", secretKinds[f.Value]))
			}
		case !slices.Contains(values, f.Value):
			d.Wrong(at+".value", words.T("%q is not a field of a connection. %s", f.Value, strictyaml.OneOf(f.Value, values...)))
		}
	}
}

func identity(d *strictyaml.Document, field, id string) {
	if id == "" {
		d.Wrong(field, words.T("This is missing or empty. Write an ID in lowercase letters, digits and hyphens."))
	} else if !idForm.MatchString(id) {
		d.Wrong(field, words.T("%q is not an ID. Use lowercase letters, digits and hyphens.", id))
	}
}

func text[S ~string](d *strictyaml.Document, field string, s S) {
	switch v := strings.TrimSpace(string(s)); {
	case v == "":
		d.Wrong(field, words.T("This is missing or empty. Write a text."))
	case len(v) > maxText:
		d.Wrong(field, words.T("The text is too long. Write at most %d characters.", maxText))
	case v != problem.Clean(v):
		d.Wrong(field, words.T("The text contains control characters or others that cannot be seen. Type it again."))
	}
}

func oneOf(d *strictyaml.Document, field, value string, known ...string) bool {
	if slices.Contains(known, value) {
		return true
	}
	if value == "" {
		d.Wrong(field, words.T("This is missing or empty. %s", strictyaml.OneOf(value, known...)))
	} else {
		d.Wrong(field, words.T("%q is not known. %s", value, strictyaml.OneOf(value, known...)))
	}
	return false
}

// eachOf notes the values that are not known, and those that appear twice.
func eachOf(d *strictyaml.Document, field string, all []string, known ...string) {
	for i, value := range all {
		at := strictyaml.Item(field, i)
		if oneOf(d, at, value, known...) && slices.Contains(all[:i], value) {
			d.Wrong(at, words.T("%q appears twice.", value))
		}
	}
}
