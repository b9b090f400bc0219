package product

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/strictyaml"
	"github.com/roomkey/roomkey/core/words"
)

// Review is what somebody who writes a product file should know about it.
type Review struct {
	Product  Product   `json:"product"`
	Mistakes []Mistake `json:"mistakes"`
	// Excess is what is asked for beyond what the file itself makes use of, and
	// Open what it leaves open.
	Excess []words.Text `json:"excess"`
	Open   []words.Text `json:"open"`
}

// Mistake is something wrong with a file, with an example of how it is right.
type Mistake struct {
	Line    int        `json:"line"`
	Field   string     `json:"field"`
	Text    words.Text `json:"text"`
	Example string     `json:"example,omitempty"`
}

// ReviewFile reads the data of a product file as if it lay in the
// administrator's folder; path is its name in sentences.
func ReviewFile(path string, data []byte) Review {
	var p Product
	d := strictyaml.Read(path, data, &p)
	p.Own, p.Model = true, cmp.Or(p.Model, Own)
	if d.Sound("") || p.ID != "" {
		p.validate(d, builtIn())
	}
	r := Review{Product: p, Mistakes: []Mistake{}, Excess: []words.Text{}, Open: []words.Text{}}
	if p.Legible() {
		r.Excess, r.Open = p.excess(), p.open()
	}
	for _, m := range d.Mistakes() {
		r.Mistakes = append(r.Mistakes, Mistake{m.Line, m.Field, m.Text, example(m.Field)})
	}
	return r
}

// examples are how fields are written, by path without the numbers of items.
var examples = map[string]string{
	"":                  smallest,
	"id":                "id: my-booking-server",
	"name":              "name: My booking server",
	"about":             "about: Room booking that keeps room calendars in step.",
	"guide":             "guide: https://example.com/microsoft-365",
	"place":             "place: 500",
	"model":             "model: vendor",
	"source":            "source: {pages: [\"https://example.com/microsoft-365\"], read: 2026-11-26}",
	"unknown":           "unknown:\n  - what: permissions\n    ask: Open the vendor's guide and choose the permissions that it names.",
	"vendor":            "vendor: Example Inc.",
	"group":             "group: Example",
	"application":       "application: Example room booking",
	"limitFirst":        "limitFirst: true",
	"choose":            "choose: true",
	"presets":           "presets:\n  - name: Reads rooms\n    permissions: [Calendars.Read, \"delegated:User.Read\"]",
	"notifications":     "notifications: true",
	"nestedGroups":      "nestedGroups: true",
	"vendorApplication": "vendorApplication:\n  name: Example Rooms\n  publisher: Example Inc.\n  clientId: f56e91e5-5a82-452f-b435-d4d78aeaf064",
	"scoping":           "scoping: {way: rbac, source: \"example.com, Limit access\", read: 2026-11-26}",
	"ends":              "ends: 2027-04-01",
	"needs":             "needs:\n  permissions:\n    - value: Calendars.ReadWrite\n      kind: application\n      reason: It books rooms.\n  lists: [rooms]",
	"needs.permissions": "needs:\n  permissions:\n    - value: Calendars.ReadWrite\n      kind: application\n      reason: It books rooms.",
	"needs.lists":       "  lists: [rooms, people]",
	"options":           "options:\n  - id: teams\n    name: Microsoft Teams\n    needs:\n      permissions:\n        - {value: Chat.Create, kind: application, reason: It starts chats.}",
	"writes":            "writes: rooms",
	"operators":         "operators: [global, china]",
	"adapter":           "adapter: form",
	"credential":        "credential:\n  kinds: [secret]",
	"singleSignOn":      "singleSignOn:\n  redirectUris: true\n  platform: web\n  patterns: [\"https://<company>.example.com/signin\"]",
	"serviceAccount":    "serviceAccount:\n  purpose: It books rooms as this account.\n  delegation: calendar",
	"roomPolicy":        "roomPolicy:\n  - parameter: DeleteSubject\n    value: false\n    reason: The display shows what a meeting is called.",
	"cardNumber":        "cardNumber:\n  attribute: Pager\n  graph: [extensionAttribute1]",
	"form":              "form:\n  - label: Tenant ID\n    value: tenant.id\n  - label: Client secret\n    value: secret:client-secret",
	"notUpdatable":      "notUpdatable: [ews]",
	"also":              "also: [my-second-application]",
}

var itemNumber = regexp.MustCompile(`\[\d+\]`)

// smallest is a whole file.
const smallest = `id: my-booking-server
name: My booking server
about: "Room booking: it keeps room calendars in step."
needs:
  permissions:
    - value: Calendars.ReadWrite
      kind: application
      reason: It books rooms.
writes: rooms
adapter: form
credential: {kinds: [secret]}`

// example is that of a field, or of the nearest one above it, the last of which
// is a whole file.
func example(field string) string {
	path := itemNumber.ReplaceAllString(field, "")
	for examples[path] == "" {
		path = path[:max(strings.LastIndex(path, "."), 0)]
	}
	return examples[path]
}

// Legible reports whether so much of a file was read that it can be shown as a
// product.
func (p Product) Legible() bool { return p.Name != "" }

// excess is what is more than needed, as far as the file itself shows it.
func (p Product) excess() []words.Text {
	all := []words.Text{}
	asked := p.Needs.Permissions
	for _, n := range asked {
		e, known := permissions().Get(n.Value)
		if !known {
			continue
		}
		if e.Dangerous != "" {
			all = append(all, words.T("%s: %s", n.Value, e.Dangerous))
		}
		for _, other := range asked {
			if other.Ref != n.Ref && permissions().Covers(other.Ref, n.Ref) {
				all = append(all, words.T("%s (%s) is part of %s. Leave it out unless the vendor's guide names both.", n.Value, n.Kind.Text(), other.Value))
			}
		}
		if n.Kind != permission.Application {
			continue
		}
		if list, opens := listsOf[n.Value]; opens && !slices.Contains(p.Needs.Lists, list) {
			all = append(all, words.T("%s lists %s of the whole tenant, but the file does not request that list. Write \"lists: [%s]\" if the product needs it, or remove the permission.", n.Value, list, list))
		}
		for wide, narrow := range map[string]string{"User.Read.All": "User.ReadBasic.All", "Group.Read.All": "GroupMember.Read.All", "Directory.Read.All": "User.Read.All", "Place.ReadWrite.All": "Place.Read.All"} {
			if n.Value == wide {
				all = append(all, words.T("%s: ask the vendor whether %s is enough.", wide, narrow))
			}
		}
		if e.Calendar != "" && e.ExchangeRole != "" && p.Scoping.Way == "" {
			all = append(all, words.T("%s gives access to every mailbox in the tenant. Ask the vendor which Exchange limit the product supports, and enter it under scoping.", n.Value))
		}
	}
	return all
}

// open is what the file leaves open.
func (p Product) open() []words.Text {
	all := []words.Text{}
	if p.Source.Read == "" || len(p.Source.Pages) == 0 {
		all = append(all, words.T("It does not say where its facts are from, and when they were read: write source."))
	}
	for _, u := range p.Unknown {
		all = append(all, words.T(u.Ask))
	}
	if p.Scoping.Way == "" && p.Calendars() {
		all = append(all, p.Advice())
	}
	return all
}

// Doubts are what is valid and yet surprising, beside the clouds and products
// that there are, by id: what may be misspelled, and dates that have not come.
func (p Product) Doubts(now time.Time, clouds, products []string) []words.Text {
	all := []words.Text{}
	for field, read := range map[string]string{"source.read": p.Source.Read, "scoping.read": p.Scoping.Read} {
		// Where the file was written, the day may have begun earlier.
		if day, err := time.Parse(time.DateOnly, read); err == nil && day.After(now.AddDate(0, 0, 1)) {
			all = append(all, words.T("%s: %s is in the future. Write the day on which the guide was read.", field, read))
		}
	}
	for _, id := range p.Operators {
		if !slices.Contains(clouds, id) {
			all = append(all, words.T("operators: there is no cloud with the ID %q here. There are: %s.", id, words.Plain(strings.Join(clouds, ", "))))
		}
	}
	for _, id := range p.Also {
		if !slices.Contains(products, id) {
			all = append(all, words.T("also: there is no product with the ID %q here.", id))
		}
	}
	return all
}

// Encode writes a product as a file, with a line that says what it is.
func (p Product) Encode() ([]byte, error) {
	data, err := yaml.Dump(p, yaml.WithIndent(2))
	if err != nil {
		return nil, fmt.Errorf("writing the product file: %w", err)
	}
	return append([]byte("# A booking product for Roomkey. Check it with: roomkeyctl product check FILE\n"), data...), nil
}

// Chosen is a file of its own for a product whose permissions were chosen: with
// another id and name, and the chosen permissions as its needs.
func (p Product) Chosen(id, name string, options, chosen []string) Product {
	needs := p.With(options, chosen)
	p.ID, p.Name, p.Application, p.Choose, p.Place, p.Own = id, name, "", false, 0, true
	p.Presets = nil
	p.About, p.Options = words.Key(name+", as it was set up in Roomkey."), nil
	if p.Model == Own {
		p.Model = ""
	}
	p.Needs, p.Writes = needs, WritesNothing
	p.Unknown = slices.DeleteFunc(slices.Clone(p.Unknown), func(u Unknown) bool { return u.What == UnknownPermissions })
	for _, n := range needs.Permissions {
		if e, _ := permissions().Get(n.Value); e.Calendar == permission.CalendarWrite {
			p.Writes = WritesRooms
		}
	}
	if p.Writes == WritesNothing {
		p.Policy = nil
	}
	return p
}

// IDOf makes an ID out of a name.
func IDOf(name string) string {
	id := notID.ReplaceAllString(strings.ToLower(name), "-")
	return strings.Trim(id[:min(len(id), 64)], "-")
}

var notID = regexp.MustCompile(`[^a-z0-9]+`)
