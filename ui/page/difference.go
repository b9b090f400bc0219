package page

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// fieldNames are the words for the fields of a configuration; a field without
// one is shown by its path.
var fieldNames = map[string]words.Key{
	"application.clientId": "Application (client) ID", "application.displayName": "Name of the application",
	"cloud.id": "Microsoft cloud", "cloud.authority": "Sign-in address", "cloud.graph": "Microsoft Graph",
	"credential.kind": "Kind of credential", "credential.fingerprint": "Fingerprint of the credential",
	"credential.expires": "Credential valid until", "credential.thumbprint": "Thumbprint of the certificate",
	"tenant.id": "Tenant ID", "tenant.domain": "Domain", "tenant.displayName": "Name of the tenant",
	"product.id": "Product", "product.options": "Options of the product", "permissions": "Permissions",
	"rooms.mode": "Which rooms", "rooms.items": "Rooms", "people.mode": "Which people", "people.groups": "Groups of people",
	"people.cardNumberAttribute": "Card number", "people.defaultGroups": "Groups for new users",
	"singleSignOn.redirectUris": "Redirect URIs", "singleSignOn.loginButton": "Text of the sign-in button",
	"notifications.url": "Notification URL", "notifications.lifecycleUrl": "Lifecycle URL", "serviceAccount": "Service account",
}

func fieldName(path string) string {
	if name, ok := fieldNames[path]; ok {
		return kit.L(name)
	}
	return path
}

// grouped puts the entries of a list ("rooms.items[a@b].capacity") into one
// line with their numbers, because ten rooms are fifty lines.
func grouped(list []booking.Change) []booking.Change {
	var lines []booking.Change
	at := map[string]int{}
	seen := map[string]bool{}
	olds, news := map[string]int{}, map[string]int{}
	for _, d := range list {
		name := d.Path
		of, rest, isItem := strings.Cut(name, "[")
		if !isItem {
			d.Path = fieldName(name)
			lines = append(lines, d)
			continue
		}
		if _, ok := at[of]; !ok {
			at[of] = len(lines)
			lines = append(lines, booking.Change{Path: fieldName(of)})
		}
		key, _, _ := strings.Cut(rest, "]")
		if d.From != "" && !seen["old "+of+key] {
			seen["old "+of+key] = true
			olds[of]++
		}
		if d.To != "" && !seen["new "+of+key] {
			seen["new "+of+key] = true
			news[of]++
		}
	}
	for of, i := range at {
		lines[i].From, lines[i].To = entries(olds[of], news[of]), entries(news[of], olds[of])
	}
	return lines
}

// entries counts those of one side that are not as on the other.
func entries(n, other int) string {
	if n == 0 {
		return ""
	}
	if other == 0 {
		return kit.Say(words.N(n, "%d entry", "%d entries", n))
	}
	return kit.Say(words.N(n, "%d different entry", "%d different entries", n))
}

// differences is the table of what is there and what would be; each entry of a
// list on request.
func differences(list []booking.Change, relayout func()) fyne.CanvasObject {
	column := kit.Column(kit.Gap, kit.Heading(kit.L("What a push would change")))
	if len(list) == 0 {
		column.Add(kit.Muted(kit.L("Nothing to show.")))
		return kit.Card(column)
	}
	table := kit.Column(kit.Gap)
	short := grouped(list)
	fill(table, short)
	column.Add(table)
	if len(short) < len(list) {
		var all *kit.Button
		all = kit.QuietButton(kit.L("Show all %d differences", len(list)), theme.MenuExpandIcon(), func() {
			fill(table, list)
			all.Hide()
			relayout()
		})
		column.Add(kit.Row(0, -1, all))
	}
	return kit.Card(column)
}

// most is how many lines are drawn at most: a configuration of 20,000 rooms is
// reviewed as a file.
const most = 500

func fill(table *fyne.Container, list []booking.Change) {
	shares := []float32{1.5, 1.6, 2.5}
	head := kit.Shares(shares)
	for _, t := range []string{kit.L("Field"), kit.L("On the server"), kit.L("After the push")} {
		head.Add(kit.Small(t))
	}
	table.Objects = []fyne.CanvasObject{head}
	for i, d := range list {
		if i == most {
			table.Add(kit.Muted(kit.L("and %d more: export the connection to see them all", len(list)-i)))
			break
		}
		old, now := kit.Muted(d.From), kit.NewText(d.To)
		if d.From == "" {
			old = kit.Muted(kit.L("nothing"))
		}
		if d.To == "" {
			now = kit.Muted(kit.L("removed"))
		}
		line := kit.Shares(shares)
		line.Add(kit.Pad(0, 12, 0, 0, kit.NewText(d.Path)))
		line.Add(kit.Pad(0, 12, 0, 0, old))
		line.Add(now)
		table.Add(kit.Rule())
		table.Add(line)
	}
}
