package product

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/strictyaml"
)

const mine = `id: mine
name: My booking server
about: It books.
needs:
  permissions:
    - value: Calendars.ReadWrite
      kind: application
      reason: It books rooms.
writes: rooms
adapter: form
credential: {kinds: [certificate, secret], months: 6}
roomPolicy:
  - {parameter: BookingWindowInDays, value: 365}
  - {parameter: AutomateProcessing, value: AutoAccept}
form:
  - {label: Tenant, value: tenant.id}
`

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestOwnProduct(t *testing.T) {
	dir := folder(t, map[string]string{"mine.yaml": mine, "b.yml": strings.Replace(mine, "id: mine", "id: other", 1), "notes.txt": "::", ".yaml.swp": "::"})
	if err := os.Mkdir(filepath.Join(dir, "old.yaml"), 0o700); err != nil {
		t.Fatal(err)
	}
	c, problems := Load(dir)
	for _, p := range problems {
		t.Error(p)
	}
	p, ok := c.Get("mine")
	if _, other := c.Get("other"); !ok || !other || !p.Own || len(c.All()) != len(builtIn())+2 {
		t.Fatalf("%v %v %+v", ok, other, p)
	}
	if p.Policy[0].Value != 365 || p.Needs.Permissions[0].Reason != "It books rooms." {
		t.Errorf("%+v", p)
	}
	if f, _ := c.Get("flexo"); f.Own {
		t.Error("a product of Roomkey's counts as the administrator's own")
	}
}

func TestNoFolder(t *testing.T) {
	c, problems := Load(filepath.Join(t.TempDir(), "products"))
	if len(problems) > 0 || len(c.All()) != len(builtIn()) {
		t.Errorf("%v", problems)
	}
}

// Every mistake names file, line and field, and keeps only its own file out.
func TestMistakes(t *testing.T) {
	swap := func(old, new string) string {
		text := strings.Replace(mine, old, new, 1)
		if text == mine {
			t.Fatalf("%q is not in the file", old)
		}
		return text
	}
	for name, tt := range map[string]struct {
		text  string
		line  int
		field string
		says  string
	}{
		"unknown field":       {mine + "colour: red\n", 17, "colour", "There is no such field"},
		"misspelt field":      {mine + "nestedgroups: true\n", 17, "nestedgroups", "Did you mean \"nestedGroups\"?"},
		"no name":             {swap("name: My booking server\n", ""), 1, "name", "missing or empty"},
		"no reason":           {swap("      reason: It books rooms.\n", ""), 6, "needs.permissions[0].reason", "missing or empty"},
		"built-in id":         {swap("id: mine", "id: flexo"), 1, "id", "cannot be replaced"},
		"strange id":          {swap("id: mine", "id: ../mine"), 1, "id", "is not an ID"},
		"unknown permission":  {swap("Calendars.ReadWrite", "Calendar.ReadWrite"), 6, "needs.permissions[0].value", "not in Roomkey's permission catalog"},
		"other capitals":      {swap("Calendars.ReadWrite", "calendars.readwrite"), 6, "needs.permissions[0].value", "case-sensitive"},
		"work hours":          {swap("Calendars.ReadWrite", "Calendars.ReadWrite.All"), 6, "needs.permissions[0].value", "You probably want Calendars.ReadWrite"},
		"unknown kind":        {swap("kind: application", "kind: Role"), 7, "needs.permissions[0].kind", "\"application\" or \"delegated\""},
		"no such form":        {swap("value: Calendars.ReadWrite", "value: ChatMessage.Send"), 7, "needs.permissions[0].kind", "ChatMessage.Send does not exist as a permission of kind application"},
		"asked twice":         {swap("writes:", "    - {value: Calendars.ReadWrite, kind: application, reason: again}\nwrites:"), 9, "needs.permissions[1].value", "requested twice"},
		"nothing asked":       {swap("    - value: Calendars.ReadWrite\n      kind: application\n      reason: It books rooms.\n", ""), 5, "needs.permissions", "choose: true"},
		"unknown list":        {swap("writes:", "  lists: [rooms, desks]\nwrites:"), 9, "needs.lists[1]", "rooms, people, groups"},
		"unknown writes":      {swap("writes: rooms", "writes: all"), 9, "writes", "rooms+organizers"},
		"writes denied":       {swap("writes: rooms", "writes: none"), 9, "writes", "but Calendars.ReadWrite is asked for"},
		"writes claimed":      {swap("value: Calendars.ReadWrite", "value: Calendars.Read"), 9, "writes", "nothing that writes calendars is asked for"},
		"unknown model":       {mine + "model: theirs\n", 17, "model", "own, vendor, user"},
		"vendor's without":    {swap("credential: {kinds: [certificate, secret], months: 6}\n", "model: vendor\n"), 1, "vendorApplication", "clientId: f56e91e5"},
		"own with vendor's":   {mine + "vendorApplication: {name: Zoom}\n", 17, "vendorApplication", "model: vendor"},
		"vendor's secret":     {mine + "model: vendor\nvendorApplication: {clientId: f56e91e5-5a82-452f-b435-d4d78aeaf064}\n", 11, "credential", "no credential is handed over"},
		"vendor's client id":  {swap("credential: {kinds: [certificate, secret], months: 6}\n", "model: vendor\nvendorApplication: {name: Zoom}\n"), 12, "vendorApplication.clientId", "unknown: [{what: vendorApplication"},
		"no client id":        {swap("credential: {kinds: [certificate, secret], months: 6}\n", "model: vendor\nvendorApplication: {clientId: zoom}\n"), 12, "vendorApplication.clientId", "is not an application (client) ID"},
		"user as application": {swap("credential: {kinds: [certificate, secret], months: 6}\n", "model: user\nserviceAccount: {purpose: Books.}\n"), 7, "needs.permissions[0].kind", "kind: delegated"},
		"user without":        {strings.Replace(swap("credential: {kinds: [certificate, secret], months: 6}\n", "model: user\n"), "kind: application", "kind: delegated", 1), 1, "serviceAccount", "delegation: calendar"},
		"unknown limit":       {mine + "scoping: {way: firewall, source: \"https://example.com\", read: 2026-11-26}\n", 17, "scoping.way", "rbac, policy, delegation, none, unknown"},
		"limit says nobody":   {mine + "scoping: {way: rbac}\n", 17, "scoping", "Name the source"},
		"no day":              {mine + "source: {read: yesterday}\n", 17, "source.read", "2026-11-26"},
		"empty page":          {mine + "source: {pages: [\"\"]}\n", 17, "source.pages[0]", "missing or empty"},
		"EWS without its end": {swap("value: Calendars.ReadWrite", "value: full_access_as_app"), 1, "ends", "ends: 2027-04-01"},
		"EWS beyond its end":  {swap("value: Calendars.ReadWrite", "value: full_access_as_app") + "ends: 2028-01-01\n", 17, "ends", "ends: 2027-04-01"},
		"unknown unknown":     {mine + "unknown: [{what: colour, ask: Ask.}]\n", 17, "unknown[0].what", "permissions, vendorApplication"},
		"unknown, not asked":  {mine + "unknown: [{what: permissions, ask: Look at the guide.}]\n", 1, "choose", "choose: true"},
		"unknown platform":    {mine + "singleSignOn: {redirectUris: true, platform: desktop}\n", 17, "singleSignOn.platform", "web, spa, public"},
		"pattern":             {mine + "singleSignOn: {redirectUris: true, patterns: [\"https://<company.example.com\"]}\n", 17, "singleSignOn.patterns[0]", "<company>"},
		"pattern, no URI":     {mine + "singleSignOn: {patterns: [\"https://<company>.example.com\"]}\n", 17, "singleSignOn.redirectUris", "redirectUris: true"},
		"unknown delegation":  {mine + "serviceAccount: {purpose: Books., delegation: all}\n", 17, "serviceAccount.delegation", "calendar, delegate, full-access"},
		"unknown adapter":     {swap("adapter: form", "adapter: ftp"), 10, "adapter", "contract, seatsurfing, form"},
		"unknown credential":  {swap("[certificate, secret]", "[password]"), 11, "credential.kinds[0]", "secret, certificate"},
		"no credential":       {swap("kinds: [certificate, secret], ", ""), 11, "credential.kinds", "secret, certificate or both"},
		"too long a life":     {swap("months: 6", "months: 25"), 11, "credential.months", "from 1 to 24"},
		"months in words":     {swap("months: 6", "months: six"), 11, "credential.months", "whole number"},
		"unknown parameter":   {swap("BookingWindowInDays", "ResourceDelegates"), 13, "roomPolicy[0].parameter", "no parameter \"ResourceDelegates\""},
		"number out of range": {swap("365", "1081"), 13, "roomPolicy[0].value", "a whole number from 0 to 1,080"},
		"nothing to match":    {swap("value: 365", "matches: Horizon, value: many"), 13, "roomPolicy[0].value", "a whole number"},
		"number as text":      {swap("365", `"365"`), 13, "roomPolicy[0].value", "a whole number"},
		"truth for a word":    {swap("AutoAccept", "true"), 14, "roomPolicy[1].value", "one of None, AutoUpdate, AutoAccept"},
		"word for truth":      {swap("BookingWindowInDays, value: 365", "DeleteSubject, value: \"false\""), 13, "roomPolicy[0].value", "true or false"},
		"another word":        {swap("AutoAccept", "Auto'; Remove-Mailbox"), 14, "roomPolicy[1].value", "one of None"},
		"set twice":           {swap("AutomateProcessing, value: AutoAccept", "BookingWindowInDays, value: 1"), 14, "roomPolicy[1].parameter", "set twice"},
		"no value":            {swap("BookingWindowInDays, value: 365", "BookingWindowInDays"), 13, "roomPolicy[0].value", "a whole number"},
		"a list for a value":  {swap("365", "[1]"), 13, "roomPolicy[0].value", "a whole number"},
		"unknown form value":  {swap("value: tenant.id", "value: tenant.secret"), 16, "form[0].value", "not a field of a connection"},
		"a button's value":    {swap("value: tenant.id", "value: tenant.id, action: true"), 16, "form[0].value", "button"},
		"no label":            {swap("label: Tenant, ", ""), 16, "form[0].label", "missing or empty"},
		"guide without TLS":   {mine + "guide: http://example.com\n", 17, "guide", "https://"},
		"card number":         {mine + "cardNumber: {attribute: Pager, graph: [pager]}\n", 17, "cardNumber.graph[0]", "cannot be read through Microsoft Graph"},
		"empty option":        {mine + "options: [{id: a, name: A, needs: {}}]\n", 17, "options[0].needs", "changes nothing"},
		"option twice":        {mine + "options:\n  - {id: a, name: A, multiTenant: true}\n  - {id: a, name: A, multiTenant: true}\n", 19, "options[1].id", "appears twice"},
		"option's permission": {mine + "options:\n  - id: a\n    name: A\n    needs: {permissions: [{value: X, kind: application, reason: r}]}\n", 20, "options[0].needs.permissions[0].value", "not in Roomkey's permission catalog"},
		"unknown obstacle":    {mine + "notUpdatable: [smtp]\n", 17, "notUpdatable[0]", "ews"},
		"service account":     {mine + "serviceAccount: {role: User}\n", 17, "serviceAccount.purpose", "missing or empty"},
		"field twice":         {mine + "writes: none\n", 17, "writes", "The first is in line 9"},
		"too long":            {swap("My booking server", strings.Repeat("x", maxText+1)), 2, "name", "at most 1,000 characters"},
		"names for entries":   {swap("    - value: Calendars.ReadWrite\n      kind: application\n      reason: It books rooms.\n", "    - Calendars.ReadWrite\n"), 6, "needs.permissions[0]", "fields with values"},
		"misspelt permission": {swap("Calendars.ReadWrite", "Calendar.ReadWrite"), 6, "needs.permissions[0].value", "Did you mean Calendars.ReadWrite?"},
		"misspelt value":      {swap("writes: rooms", "writes: room"), 9, "writes", "Did you mean \"rooms\"?"},
		"misspelt parameter":  {swap("BookingWindowInDays", "BookingWindowDays"), 13, "roomPolicy[0].parameter", "Did you mean \"BookingWindowInDays\"?"},
		"no ID":               {swap("id: mine\n", ""), 1, "id", "missing or empty"},
		"a kind twice":        {swap("[certificate, secret]", "[secret, secret]"), 11, "credential.kinds[1]", "appears twice"},
		"none and a secret":   {swap("[certificate, secret]", "[secret, none]"), 11, "credential.kinds[1]", "takes no credential"},
		"months for nothing":  {swap("[certificate, secret]", "[federated]"), 11, "credential.months", "Leave it out"},
		"a secret of none":    {swap("[certificate, secret], months: 6", "[federated]") + "  - {label: Secret, value: \"secret:client-secret\"}\n", 17, "form[1].value", "gets no secret"},
		"also itself":         {mine + "also: [mine]\n", 17, "also[0]", "the product itself"},
		"also twice":          {mine + "also: [a, b, a]\n", 17, "also[2]", "appears twice"},
		"a list twice":        {swap("writes:", "  lists: [rooms, rooms]\nwrites:"), 9, "needs.lists[1]", "appears twice"},
		"asked for twice":     {mine + "unknown:\n  - {what: form, ask: Ask.}\n  - {what: form, ask: Ask.}\n", 19, "unknown[1].what", "appears twice"},
		"place before all":    {mine + "place: -1\n", 17, "place", "from 1"},
		"wildcard":            {mine + "singleSignOn: {redirectUris: true, patterns: [\"https://*.example.com/a\"]}\n", 17, "singleSignOn.patterns[0]", "not a redirect URI"},
		"fragment":            {mine + "singleSignOn: {redirectUris: true, patterns: [\"https://<a>.example.com/#b\"]}\n", 17, "singleSignOn.patterns[0]", "not a redirect URI"},
		"word for nothing":    {swap("value: tenant.id", "value: cloud, words: [{value: \"\", says: b}]"), 16, "form[0].words[0].value", "missing or empty"},
		"no way":              {mine + "scoping: {way: rback, source: a, read: 2026-11-26}\n", 17, "scoping.way", "Did you mean \"rbac\"?"},
		"a number for text":   {swap("name: My booking server", "name: 12"), 2, "name", "in quotes"},
		"text for a list":     {swap("[certificate, secret]", "secret"), 11, "credential.kinds", "must be a list"},
		"a word for truth":    {mine + "limitFirst: yes\n", 17, "limitFirst", "true or false"},
		"an anchor":           {swap("adapter: form", "adapter: &a form"), 10, "adapter", "anchors"},
		"control characters":  {swap("name: My booking server", `name: "My\u202Eserver"`), 2, "name", "control characters"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, map[string]string{"a.yaml": tt.text, "b.yaml": strings.Replace(mine, "id: mine", "id: fine", 1)})
			c, problems := Load(dir)
			var all []string
			for _, p := range problems {
				if p.Code != codeFileInvalid || len(p.Remedies) == 0 {
					t.Errorf("code %q, %d remedies", p.Code, len(p.Remedies))
				}
				all = append(all, p.Title.String()+" "+p.Detail.String())
			}
			where := fmt.Sprintf("%s, line %d. %s: ", filepath.Join(dir, "a.yaml"), tt.line, tt.field)
			if len(all) != 1 || !strings.Contains(all[0], where) || !strings.Contains(all[0], tt.says) {
				t.Errorf("got  %q\nwant %q and %q", all, where, tt.says)
			}
			if _, ok := c.Get("fine"); !ok || len(c.All()) != len(builtIn())+1 {
				t.Errorf("%d products; the other file is in: %v", len(c.All()), ok)
			}
		})
	}
}

// What is no YAML at all, or no text, is said with its line where there is one.
func TestUnreadable(t *testing.T) {
	for name, tt := range map[string]struct {
		text, says string
		line       int
	}{
		"a tab":            {strings.Replace(mine, "    - value", "\t- value", 1), "tab", 6},
		"a colon":          {strings.Replace(mine, "It books.", "It books: rooms.", 1), "mapping values", 3},
		"two documents":    {mine + "---\n" + mine, "second document", 17},
		"Latin-1":          {mine + "vendor: M\xf6bel\n", "UTF-8", 17},
		"NUL":              {mine + "vendor: a\x00\n", "control characters", 17},
		"an unknown alias": {mine + "vendor: *v\n", "unknown anchor", 17},
		"too large":        {mine + "#" + strings.Repeat("x", 300_000), "larger than 256 KB", 0},
		"nothing":          {"", "nothing in the file", 0},
		"a list":           {"- id: a\n", "fields with values", 1},
		"a word":           {"hello\n", "fields with values", 1},
	} {
		r := ReviewFile("a.yaml", []byte(tt.text))
		if len(r.Mistakes) != 1 || r.Mistakes[0].Line != tt.line || !strings.Contains(r.Mistakes[0].Text.String(), tt.says) {
			t.Errorf("%s: %+v", name, r.Mistakes)
		}
		if len(r.Open)+len(r.Excess) > 0 || r.Product.Legible() || r.Mistakes[0].Example != smallest {
			t.Errorf("%s: it is shown as a product: %+v", name, r)
		}
	}
	if r := ReviewFile("a.yaml", []byte(smallest)); len(r.Mistakes) > 0 {
		t.Errorf("the example of a whole file: %+v", r.Mistakes)
	}
	for _, text := range []string{"\xef\xbb\xbf" + mine, strings.ReplaceAll(mine, "\n", "\r\n"), utf16(mine)} {
		if r := ReviewFile("a.yaml", []byte(text)); len(r.Mistakes) > 0 {
			t.Errorf("%.9q: %+v", text, r.Mistakes)
		}
	}
}

// utf16 is a text as Windows' editors once saved it.
func utf16(text string) string {
	out := "\xff\xfe"
	for _, c := range []byte(text) {
		out += string([]byte{c, 0})
	}
	return out
}

func TestBrokenFiles(t *testing.T) {
	dir := folder(t, map[string]string{"cut.yaml": "id: cut\nname: \"My book", "empty.yaml": "", "list.yaml": "- a\n", "mine.yaml": mine, "twin.yaml": mine})
	c, problems := Load(dir)
	var files []string
	for _, p := range problems {
		for _, name := range []string{"cut.yaml", "empty.yaml", "list.yaml", "twin.yaml"} {
			if strings.Contains(p.Title.String(), name) {
				files = append(files, name)
			}
		}
	}
	if !slices.Equal(files, []string{"cut.yaml", "empty.yaml", "list.yaml", "twin.yaml"}) || len(problems) != 4 {
		t.Errorf("%v", problems)
	}
	if _, ok := c.Get("mine"); !ok || len(c.All()) != len(builtIn())+1 {
		t.Errorf("%d products", len(c.All()))
	}
	file := filepath.Join(dir, "mine.yaml")
	if _, problems := Load(file); len(problems) != 1 || problems[0].Code.String() != "product.folder-unreadable" {
		t.Errorf("a file in place of the folder: %v", problems)
	}
}

// The names in the data files are those of the other packages.
func TestNamesExist(t *testing.T) {
	clouds, _ := cloud.Load("")
	for _, p := range products(t).All() {
		for _, id := range p.Operators {
			if _, ok := clouds.Get(id); !ok {
				t.Errorf("%s: there is no cloud %s", p.ID, id)
			}
		}
	}
	for _, v := range values {
		if strings.HasPrefix(v, "secret:") {
			continue
		}
		at := reflect.TypeFor[connection.Connection]()
		for step := range strings.SplitSeq(v, ".") {
			found := false
			for f := range at.Fields() {
				if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name == step {
					at, found = f.Type, true
					break
				}
			}
			if !found {
				t.Errorf("a connection has no %s", v)
				break
			}
		}
	}
}

// Every word that a file knows, in one of each model.
func TestEveryWord(t *testing.T) {
	dir := folder(t, map[string]string{
		"own.yaml": strings.NewReplacer("id: mine", "id: own", "[certificate, secret]", "[vendor-certificate, federated]", ", months: 6", "", "value: 365", "matches: Horizon in the console").Replace(mine) +
			"group: My vendor\nplace: 3\nalso: [other]\nlimitFirst: true\nsource: {pages: [\"https://example.com\"], read: 2026-11-26}\n" +
			"scoping: {way: policy, source: \"https://example.com\", read: 2026-11-26, note: Says so.}\n" +
			"singleSignOn: {redirectUris: true, platform: spa, accessTokens: true, patterns: [\"https://<server>/signin\", \"https://<company>.example.com/signin\"]}\n",
		"vendor.yaml": "id: vendor\nname: Vendor\nabout: It books.\nmodel: vendor\nvendorApplication: {name: Booker, publisher: Booker Inc.}\n" +
			"unknown: [{what: vendorApplication, ask: Ask the vendor for the ID.}]\nneeds: {permissions: [{value: full_access_as_app, kind: application, reason: It books.}]}\nwrites: rooms\nadapter: form\nends: 2027-04-01\nform: []\n",
		"user.yaml": "id: user\nname: User\nabout: It books.\nmodel: user\nneeds: {permissions: [{value: Calendars.ReadWrite.Shared, kind: delegated, reason: It books.}]}\nwrites: rooms\nadapter: form\n" +
			"serviceAccount: {purpose: It books., licence: Exchange Online Plan 1, firstSignIn: Outlook, signInDays: 90, delegation: full-access}\nform: [{label: Group, value: scope.groupId}, {label: Senders, value: scope.organizersId}]\n",
	})
	c, problems := Load(dir)
	for _, p := range problems {
		t.Error(p)
	}
	own, _ := c.Get("own")
	vendor, _ := c.Get("vendor")
	user, _ := c.Get("user")
	if c.All()[0].ID != "own" || own.HoldsCredential() || own.Source.Read != "2026-11-26" || own.Policy[0].Value != nil {
		t.Errorf("%+v", own)
	}
	if vendor.Model != Vendor || vendor.Leaves(UnknownApplication) == "" || vendor.Ends != "2027-04-01" {
		t.Errorf("%+v", vendor)
	}
	if user.Model != User || user.ServiceAccount.SignInDays != 90 || user.HoldsCredential() {
		t.Errorf("%+v", user)
	}
}

func FuzzOwnProduct(f *testing.F) {
	f.Add(mine)
	f.Add("id: a\nname: b\nabout: c\nchoose: true\nneeds: {}\nwrites: none\nadapter: form\ncredential: {kinds: [secret], months: 1}\nform: []\n")
	f.Add("id: a\nroomPolicy: [{parameter: x, value: {a: 1}}]\nserviceAccount: 7\n")
	f.Fuzz(func(t *testing.T, text string) {
		var p Product
		c := &Catalog{products: slices.Clone(builtIn())}
		problems := c.add(strictyaml.Read("own.yaml", []byte(text), &p), p)
		for _, p := range problems {
			if p.Detail.IsZero() {
				t.Errorf("a mistake without words in %q", text)
			}
		}
		if (len(problems) == 0) != (len(c.products) == len(builtIn())+1) {
			t.Errorf("%q: %d products, %v", text, len(c.products), problems)
		}
		p.With([]string{"a", "b"}, []string{"delegated:", "x"})
	})
}
