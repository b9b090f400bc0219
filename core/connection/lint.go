package connection

import (
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// FieldProblem is a sentence at a field: Field is its dotted path, with the
// index of the item in a list ("rooms.items[3]").
type FieldProblem struct {
	Field   string           `json:"field"`
	Problem *problem.Problem `json:"problem"`
}

// Of reports whether the sentence belongs at the field, or an item of it.
func (f FieldProblem) Of(path string) bool {
	return f.Field == path || strings.HasPrefix(f.Field, path+"[")
}

// Known is what the caller knows that the document alone cannot: the ids that
// exist (nil: not checked) and fields that must be filled beyond those that
// every connection needs.
type Known struct {
	Clouds, Products []string
	Required         []string
}

// required are the fields without which no call can be made.
var required = []string{"name", "cloud", "tenant.domain", "product.id", "application.clientId"}

// Lint says what is wrong with the document before any call is made, in the
// order of its fields. Empty fields have the code CodeEmpty.
func (c *Connection) Lint(known ...Known) []FieldProblem {
	l := &linter{c: c}
	for _, k := range known {
		l.known.Clouds = append(l.known.Clouds, k.Clouds...)
		l.known.Products = append(l.known.Products, k.Products...)
		l.known.Required = append(l.known.Required, k.Required...)
	}
	l.cleanliness()
	l.empties()
	if p := CheckName(l.c.Name); p != nil && p.Code != CodeEmpty {
		l.found = append(l.found, FieldProblem{"name", p})
	}
	l.identity()
	l.choice()
	l.addresses()
	l.urls()
	order := paths()
	position := func(f FieldProblem) int {
		path, _, _ := strings.Cut(f.Field, "[")
		return slices.Index(order, path)
	}
	slices.SortStableFunc(l.found, func(a, b FieldProblem) int { return position(a) - position(b) })
	return l.found
}

type linter struct {
	c     *Connection
	known Known
	found []FieldProblem
}

func (l *linter) add(field string, code problem.Code, title words.Text, remedies ...words.Text) {
	p := problem.New(code, title)
	for _, r := range remedies {
		p.Fix(r)
	}
	l.found = append(l.found, FieldProblem{field, p})
}

// each visits all texts of the document with their paths.
func (l *linter) each(visit func(path, text string)) {
	for _, path := range paths() {
		v, p := l.c.field(path)
		if p != nil {
			continue
		}
		switch value := v.Interface().(type) {
		case string:
			visit(path, value)
		case []string:
			for i, item := range value {
				visit(fmt.Sprintf("%s[%d]", path, i), item)
			}
		}
	}
}

func (l *linter) cleanliness() {
	l.each(func(path, text string) {
		if _, removed := tidy(text); len(removed) > 0 {
			field, _, _ := strings.Cut(path, "[")
			l.add(path, codeUnclean, words.T("Pasting added something around or inside this value: %s.", listed(removed)),
				words.T("Paste the value again into its field, where Roomkey removes this, or run: roomkeyctl connection set %s=VALUE", field))
		}
	})
}

func listed(texts []words.Text) words.Text {
	all := texts[0]
	for _, t := range texts[1:] {
		all = words.T("%s, %s", all, t)
	}
	return all
}

func (l *linter) empties() {
	for _, path := range append(slices.Clone(required), l.known.Required...) {
		v, p := l.c.field(path)
		if p != nil || !v.IsZero() || path == "tenant.domain" && l.c.Tenant.ID != "" {
			continue
		}
		title, remedy := emptyField(path)
		l.add(path, CodeEmpty, title, remedy)
	}
	if l.c.Rooms.Mode == Selected && len(l.c.Rooms.Items) == 0 {
		l.add("rooms.items", CodeEmpty, words.T("No room is chosen."), words.T("Choose rooms in the step Choose, or choose all rooms."))
	}
	if l.c.Rooms.Mode == Lists && len(l.c.Rooms.Lists) == 0 {
		l.add("rooms.lists", CodeEmpty, words.T("No room list is chosen."), words.T("Choose at least one room list, or choose all rooms."))
	}
	if l.c.Rooms.Mode == ByRule && !l.c.Rooms.Rule.Given() {
		l.add("rooms.rule.name", CodeEmpty, words.T("The rule for the rooms is empty."), words.T("Give a building, a name, a number of seats or a room list, or choose all rooms."))
	}
	if l.c.People.Mode == Groups && len(l.c.People.Groups) == 0 {
		l.add("people.groups", CodeEmpty, words.T("No group is chosen."), words.T("Choose groups in the step Choose, or choose all people."))
	}
}

func emptyField(path string) (title, remedy words.Text) {
	switch path {
	case "name":
		return words.T("The connection has no name."), words.T("Type a name that you will recognize, such as the company's.")
	case "cloud":
		return words.T("No Microsoft cloud is chosen."), words.T("Choose the cloud. It is Global unless the tenant is in a national cloud.")
	case "tenant.domain":
		return words.T("The tenant is missing."), words.T("Type the company's domain, such as contoso.com, or its tenant ID.")
	case "product.id":
		return words.T("No booking product is chosen."), words.T("Choose the booking product that will be connected.")
	case "application.clientId":
		return words.T("The application (client) ID is missing."),
			words.T("Copy the Application (client) ID from the page Overview of the app registration, or let Roomkey register the application.")
	case "server.url":
		return words.T("The address of the booking server is missing."), words.T("Type the address at which the booking server is opened in a browser, such as https://booking.contoso.com.")
	default:
		return words.T("The field \"%s\" is empty.", Label(path)), words.T("Fill it in.")
	}
}

var guid = regexp.MustCompile(`^(?i)\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$`)

// IsGUID reports whether text has the shape of a GUID, as tenant IDs, client
// IDs and Secret IDs have.
func IsGUID(text string) bool { return guid.MatchString(Clean(text)) }

// notGUID says how many digits an ID has that lost or gained some in copying.
func notGUID(text string, otherwise words.Text) words.Text {
	if n := cloud.WrongDigits(Clean(text)); n > 0 {
		return words.T("An ID has 32 digits in groups of 8, 4, 4, 4 and 12; this one has %d.", n)
	}
	return otherwise
}

// isDomain reports whether name is a DNS name with a dot: letters of any script,
// digits, hyphens. It is asked of every person of a tenant.
func isDomain(name string) bool {
	labels := strings.Split(name, ".")
	for _, label := range labels {
		if label == "" || utf8.RuneCountInString(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.ContainsFunc(label, func(r rune) bool { return r != '-' && !unicode.IsLetter(r) && !unicode.IsNumber(r) }) {
			return false
		}
	}
	return len(labels) > 1 && utf8.RuneCountInString(labels[len(labels)-1]) > 1
}

func (l *linter) identity() {
	c := l.c
	if c.Cloud != "" && l.known.Clouds != nil && !slices.Contains(l.known.Clouds, c.Cloud) {
		l.add("cloud", codeCloudUnknown, words.T("There is no cloud %q.", c.Cloud),
			words.T("Choose one of these: %s. Define your own cloud in clouds.yaml in the configuration folder.", strings.Join(l.known.Clouds, ", ")))
	}
	if c.Product.ID != "" && l.known.Products != nil && !slices.Contains(l.known.Products, c.Product.ID) {
		l.add("product.id", codeProductUnknown, words.T("There is no product %q.", c.Product.ID),
			words.T("Choose one of these: %s. Put your own product into the folder products of the configuration folder.", strings.Join(l.known.Products, ", ")))
	}
	if strings.HasPrefix(Clean(c.Tenant.ID), "{") && IsGUID(c.Tenant.ID) {
		l.add("tenant.id", codeUnclean, words.T("There are braces around the tenant ID."), words.T("Remove them."))
	}
	if c.Tenant.ID != "" && !IsGUID(c.Tenant.ID) {
		l.add("tenant.id", codeNotGUID, notGUID(c.Tenant.ID, words.T("The tenant ID is not a GUID.")),
			words.T("Copy the Tenant ID from the page Overview of Microsoft Entra ID, or leave it empty and type the domain."))
	}
	if d := Clean(c.Tenant.Domain); d != "" {
		if _, p := cloud.ParseTenant(d); p != nil {
			l.found = append(l.found, FieldProblem{"tenant.domain", p})
		}
	}
	client := Clean(c.Application.ClientID)
	switch {
	case client == "":
	case !IsGUID(client):
		l.add("application.clientId", codeNotGUID, notGUID(client, words.T("The application (client) ID is not a GUID.")),
			words.T("Copy the Application (client) ID from the page Overview of the app registration. The client secret belongs in its own field."))
	case strings.EqualFold(client, Clean(c.Tenant.ID)) || strings.EqualFold(client, Clean(c.Tenant.Domain)):
		l.add("application.clientId", codeTenantAsClient, words.T("The application (client) ID and the tenant ID are the same value."),
			words.T("On the Overview page of the app registration, copy the Application (client) ID into this field, and compare the tenant with the Directory (tenant) ID below it."))
	case strings.HasPrefix(client, "{"):
		l.add("application.clientId", codeUnclean, words.T("There are braces around the application (client) ID."), words.T("Remove them."))
	case c.Application.ObjectID != "" && strings.EqualFold(client, c.Application.ObjectID):
		l.add("application.clientId", codeObjectAsClient, words.T("This is the object ID, not the application (client) ID."),
			words.T("Copy the Application (client) ID from the Overview page of the app registration. It is above the Object ID."))
	}
}

func (l *linter) choice() {
	if r := l.c.Rooms.Rule; r.SeatsTo > 0 && r.SeatsFrom > r.SeatsTo {
		l.add("rooms.rule.seatsTo", codeWrongValue, words.T("The rule asks for at least %d and at most %d seats, which no room has.", r.SeatsFrom, r.SeatsTo),
			words.T("Raise the larger number, or leave it empty."))
	}
	for path, allowed := range choices {
		v, p := l.c.field(path)
		if p == nil && v.String() != "" && !slices.Contains(allowed, v.String()) {
			l.add(path, codeWrongValue, words.T("%q is not one of the choices.", problem.Line(cut(v.String(), 60))),
				words.T("Choose one of these: %s.", strings.Join(allowed, ", ")))
		}
	}
}

func (l *linter) addresses() {
	c := l.c
	for path, list := range map[string][]string{"rooms.items": c.Rooms.Items, "rooms.lists": c.Rooms.Lists, "rooms.rule.lists": c.Rooms.Rule.Lists} {
		l.duplicates(path, list)
		for i, item := range list {
			l.address(fmt.Sprintf("%s[%d]", path, i), item)
		}
	}
	for path, list := range map[string][]string{
		"product.options": c.Product.Options, "product.permissions": c.Product.Permissions, "people.groups": c.People.Groups,
		"people.defaultGroups": c.People.DefaultGroups, "rooms.rule.buildings": c.Rooms.Rule.Buildings, "server.confirmedHosts": c.Server.ConfirmedHosts,
	} {
		l.duplicates(path, list)
	}
	for i, g := range c.People.Groups {
		if !IsGUID(g) {
			l.add(fmt.Sprintf("people.groups[%d]", i), codeNotGUID, words.T("This is not the object ID of a group."),
				words.T("Copy the Object ID from the page of the group in Microsoft Entra ID, or choose the group from the list."))
		}
	}
	for path, id := range map[string]string{"scope.groupId": c.Scope.GroupID, "scope.organizersId": c.Scope.OrganizersID} {
		if id != "" && !IsGUID(id) {
			l.add(path, codeNotGUID, words.T("This is not the object ID of a group."),
				words.T("Copy the Object ID from the page of the group in Microsoft Entra ID."))
		}
	}
	for path, value := range map[string]string{
		"serviceAccount": c.ServiceAccount, "scope.group": c.Scope.Group, "scope.organizers": organizersGroup(c.Scope),
		"scope.inside": c.Scope.Inside, "scope.outside": c.Scope.Outside,
	} {
		if value != "" {
			l.address(path, value)
		}
	}
}

// organizersGroup is the group of the people who book, "" where something else
// tells them.
func organizersGroup(s Scope) string {
	if s.OrganizersBy == "" || strings.EqualFold(s.OrganizersBy, ByGroup) {
		return s.Organizers
	}
	return ""
}

// IsAddress reports whether text is one plain e-mail address.
func IsAddress(text string) bool {
	a, err := mail.ParseAddress(text)
	if err != nil || a.Address != text || strings.ContainsAny(text, "\"<>() \t") {
		return false
	}
	_, domain, _ := strings.Cut(text, "@")
	return isDomain(domain)
}

func (l *linter) address(path, value string) {
	if clean := Clean(value); !IsAddress(clean) {
		l.add(path, CodeNotAddress, words.T("%q is not an email address.", problem.Line(cut(clean, 80))),
			words.T("Type one address, such as room1@contoso.com."))
	}
}

func (l *linter) duplicates(path string, list []string) {
	seen := map[string]int{}
	for i, item := range list {
		key := strings.ToLower(Clean(item))
		if first, ok := seen[key]; ok {
			l.add(fmt.Sprintf("%s[%d]", path, i), codeDuplicate, words.T("%q is listed twice (also as number %d).", problem.Line(cut(item, 80)), first+1),
				words.T("Remove one of the two."))
			continue
		}
		seen[key] = i
	}
}

// fullPath is what a full path looks like here.
var fullPath = map[bool]string{true: `C:\Roomkey\ca.pem`, false: "/etc/roomkey/ca.pem"}[runtime.GOOS == "windows"]

// MaxRedirectURIs is how many an app registration can have: Microsoft's limit
// for work and school accounts.
const MaxRedirectURIs = 256

func (l *linter) urls() {
	c := l.c
	l.url("server.url", c.Server.URL, words.T("the booking server"))
	if file := Clean(c.Server.CAFile); file != "" && !filepath.IsAbs(file) {
		l.add("server.caFile", codeWrongValue, words.T("%q depends on the folder that Roomkey is started in.", file),
			words.T("Type the full path of the file, such as %s.", fullPath))
	}
	l.url("notifications.url", c.Notifications.URL, words.T("notifications"))
	l.url("notifications.lifecycleUrl", c.Notifications.LifecycleURL, words.T("lifecycle notifications"))
	if n := len(c.SingleSignOn.RedirectURIs); n > MaxRedirectURIs {
		l.add("singleSignOn.redirectUris", codeRedirectURI, words.T("There are %d redirect URIs, but an application can have only %d.", n, MaxRedirectURIs),
			words.T("Keep the ones that the booking server uses."))
		return
	}
	l.duplicates("singleSignOn.redirectUris", c.SingleSignOn.RedirectURIs)
	for i, uri := range c.SingleSignOn.RedirectURIs {
		if wrong, remedy := redirectURI(Clean(uri)); !wrong.IsZero() {
			l.add(fmt.Sprintf("singleSignOn.redirectUris[%d]", i), codeRedirectURI, wrong, remedy)
		}
	}
}

// url checks an address that is called: https, or http to this computer, and
// nothing in it that would be lost or leaked.
func (l *linter) url(path, value string, whose words.Text) {
	value = Clean(value)
	if value == "" {
		return
	}
	code := codeWrongURL
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		l.add(path, code, words.T("This is not a web address."), words.T("Type the address of %s in full, such as https://booking.contoso.com.", whose))
	case u.Scheme == "http" && IsLoopback(u.Hostname()) && path == "server.url":
	case u.Scheme == "http":
		l.add(path, code, words.T("The address of %s starts with http: others on the network can read what is sent there.", whose), words.T("Type it with https://. Plain http works only for a booking server on this computer."))
	case u.Scheme != "https":
		l.add(path, code, words.T("The address of %s starts with %q.", whose, u.Scheme), words.T("Type it with https://."))
	}
	if err != nil {
		return
	}
	if u.User != nil {
		l.add(path, code, words.T("There is a user name or password in the address."), words.T("Remove everything between // and @: credentials belong in the keychain."))
	}
	if path == "server.url" && (u.RawQuery != "" || u.ForceQuery) {
		l.add(path, code, words.T("There is a question mark in the address."), words.T("Remove the question mark and everything after it."))
	}
	if u.Fragment != "" || strings.HasSuffix(value, "#") {
		l.add(path, code, words.T("There is a # in the address."), words.T("Remove the # and everything after it."))
	}
}

// IsLoopback reports whether a host is this computer.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// redirectURI says what is wrong with a redirect URI, and what to do; both are
// empty when Microsoft Entra ID takes it. Source: Microsoft's "Redirect URI
// (reply URL) outline and restrictions": https except for localhost, no wildcard,
// no fragment, at most 256 characters. A scheme of a desktop application's own is
// a reversed domain, or msal and the client ID.
func redirectURI(uri string) (wrong, remedy words.Text) {
	again := words.T("Copy the redirect URI from the booking server's settings.")
	u, err := url.Parse(uri)
	switch {
	case strings.ContainsAny(uri, "<>"):
		return words.T("A blank in the redirect URI is not filled in."), words.T("Replace the angle brackets and what is in them.")
	case uri == "" || err != nil || u.Host == "":
		return words.T("This is not a web address."), again
	case len(uri) > 256:
		return words.T("A redirect URI may have at most 256 characters."), again
	case strings.Contains(uri, "*"):
		return words.T("A redirect URI cannot contain a wildcard (*)."), words.T("Type each redirect URI in full.")
	case strings.Contains(uri, "#"):
		return words.T("A redirect URI cannot contain a #."), words.T("Remove the # and everything after it.")
	case u.User != nil:
		return words.T("There is a user name or password in the address."), words.T("Remove everything between // and @.")
	case u.Scheme == "http" && !strings.EqualFold(u.Hostname(), "localhost"):
		return words.T("A redirect URI starts with https; http works only for localhost."), words.T("Type it with https://.")
	case u.Scheme != "http" && u.Scheme != "https" && !strings.Contains(u.Scheme, ".") && !(strings.HasPrefix(u.Scheme, "msal") && len(u.Scheme) == len("msal")+36):
		return words.T("A redirect URI of a booking server starts with https."), words.T("Type it with https://.")
	}
	return words.Text{}, words.Text{}
}
