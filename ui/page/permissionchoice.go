package page

import (
	"cmp"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// permissionChoice is where the permissions of a product are chosen that no file
// names: it begins with a preset, shows what is chosen, and finds the rest.
type permissionChoice struct {
	object  *fyne.Container
	edited  func()
	preset  *kit.Field
	find    *kit.Field
	list    *fyne.Container
	presets []product.Preset
	on      map[string]bool
	all     []offered
}

// offered is a permission that can be chosen, and what a search looks through.
type offered struct {
	key, label, means, folded string
}

func newPermissionChoice(catalog *permission.Catalog) *permissionChoice {
	c := &permissionChoice{on: map[string]bool{}, list: kit.Column(kit.Gap), edited: func() {}}
	for _, e := range catalog.All() {
		means := kit.Say(words.Sentences(words.T(e.Means), words.T(e.Dangerous)))
		add := func(key, label string) {
			c.all = append(c.all, offered{key, label, means, kit.Fold(label + " " + means)})
		}
		if e.ApplicationID != "" {
			add(e.Value, e.Value)
		}
		if e.DelegatedID != "" {
			add("delegated:"+e.Value, kit.L("%s (as a signed-in user)", e.Value))
		}
	}
	c.preset = kit.SelectField(kit.L("Start from"), kit.L("A preset replaces the choices below."), nil)
	c.preset.OnChanged = c.begin
	c.find = kit.TextField(kit.L("Permissions"), kit.L("Search to add others by name or by what they do."), kit.L("Search all permissions"))
	c.find.OnChanged = func(string) { c.show() }
	c.object = kit.Column(kit.GapWide, c.preset, c.find, c.list)
	return c
}

// offer shows the presets of a product, and what its file says of the choice.
func (c *permissionChoice) offer(p product.Product) {
	c.presets = p.Presets
	options := make([]kit.Option, len(p.Presets))
	for i, preset := range p.Presets {
		options[i] = kit.Option{ID: string(preset.Name), Name: kit.L(preset.Name)}
	}
	c.preset.SetOptions(options)
	c.preset.Hidden = len(p.Presets) == 0
	c.find.SetHelp(kit.L(cmp.Or(p.Leaves(product.UnknownPermissions), words.Key("Search to add others by name or by what they do."))))
	c.named()
	c.show()
}

// take shows another choice.
func (c *permissionChoice) take(list string) {
	c.on = set(list)
	c.named()
	c.show()
}

// begin replaces the choice with a preset.
func (c *permissionChoice) begin(name string) {
	for _, p := range c.presets {
		if string(p.Name) == name {
			c.on = set(strings.Join(p.Permissions, ","))
			c.show()
			c.edited()
		}
	}
}

// named shows which preset the choice is, if it is one.
func (c *permissionChoice) named() {
	name := ""
	for _, p := range c.presets {
		if slices.Equal(slices.Sorted(slices.Values(p.Permissions)), c.keys()) {
			name = string(p.Name)
		}
	}
	c.preset.SetValue(name)
}

// keys are what is chosen, in one order.
func (c *permissionChoice) keys() (list []string) {
	for key, on := range c.on {
		if on {
			list = append(list, key)
		}
	}
	slices.Sort(list)
	return list
}

// show lists what is chosen, and what the search finds.
func (c *permissionChoice) show() {
	wanted, left := strings.Fields(kit.Fold(c.find.Value())), 0
	c.list.RemoveAll()
	for _, p := range c.all {
		found := len(wanted) > 0 && !slices.ContainsFunc(wanted, func(w string) bool { return !strings.Contains(p.folded, w) })
		if !c.on[p.key] && !found {
			left++
			continue
		}
		check := kit.NewCheck(p.label, func(on bool) {
			c.on[p.key] = on
			c.named()
			c.edited()
		})
		check.Checked = c.on[p.key]
		c.list.Add(kit.Column(0, check, kit.Pad(-6, 0, 0, 34, kit.Small(p.means))))
	}
	c.list.Add(kit.Small(kit.Say(words.N(left, "%d more permission is not shown.", "%d more permissions are not shown.", left))))
	c.list.Refresh()
}
