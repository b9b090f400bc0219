package page

import (
	"strings"

	"fyne.io/fyne/v2"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/ui/kit"
)

// blanks fills in the redirect URIs that a vendor's guide prints with blanks. It
// writes into the field of the redirect URIs and keeps nothing itself.
type blanks struct {
	object   *fyne.Container
	redirect *kit.Field
	signOn   product.SSO
	fields   map[string]*kit.Field
}

func newBlanks(redirect *kit.Field) *blanks {
	return &blanks{object: kit.Column(kit.GapWide), redirect: redirect}
}

// offer shows a field for each blank that Roomkey cannot fill in itself.
func (b *blanks) offer(signOn product.SSO) {
	if strings.Join(signOn.Patterns, " ") != strings.Join(b.signOn.Patterns, " ") || b.fields == nil {
		b.object.RemoveAll()
		b.signOn, b.fields = signOn, map[string]*kit.Field{}
		for _, blank := range signOn.Blanks(nil) {
			if blank.Name == product.BlankServer {
				continue
			}
			f := kit.TextField(kit.L("Redirect URI: <%s>", blank.Name), kit.L("The vendor's guide has %s.", strings.Join(signOn.Patterns, ", ")), "")
			f.OnChanged = func(string) { b.fill() }
			b.fields[blank.Name] = f
			b.object.Add(f)
		}
	}
	for _, blank := range signOn.Blanks(connection.List(b.redirect.Value())) {
		if f := b.fields[blank.Name]; f != nil && blank.Value != "" {
			f.SetValue(blank.Value)
		}
	}
	hide(b.object, len(b.fields) == 0)
}

// fill puts what was typed into the redirect URIs.
func (b *blanks) fill() {
	values := map[string]string{}
	for name, f := range b.fields {
		values[name] = f.Value()
	}
	b.redirect.SetValue(strings.Join(b.signOn.Fill(connection.List(b.redirect.Value()), values), "\n"))
	b.redirect.OnChanged(b.redirect.Value())
}
