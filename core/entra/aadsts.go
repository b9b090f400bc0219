package entra

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/resources"
)

// AADSTS is what the catalogue knows about one of Microsoft Entra ID's error
// codes.
type AADSTS struct {
	Code int
	// says is the part of a message in small letters with which alone it holds, "" for
	// any; others are those of the same code that hold with such a part.
	says   string
	others []AADSTS

	Title words.Key
	Means words.Key
	// Whose is the application that it is about.
	Whose Whose
	// Fix is what to do, most likely first; SignIn the same when the application
	// through which a person signs in was refused, nil where that is the same.
	Fix, SignIn []words.Key
	// Page is the page of the portal to link, a key of the table in page.
	Page string
	// Enter is the field of Roomkey in which the booking application's mistake is
	// mended, "" where it is not mended there.
	Enter string
	// Wait is whether it may pass by itself within minutes, while Microsoft
	// copies a recent change to all its servers.
	Wait bool
}

// Whose is an application that signs in, or that an error is about.
type Whose string

// The applications. An error can be about either, about the person who signs in, or
// about none.
const (
	BookingApplication Whose = "application"
	SignInClient       Whose = "client"
	either             Whose = "either"
	person             Whose = "person"
	none               Whose = "none"
)

type entry struct {
	Codes  []int       `yaml:"codes"`
	Says   string      `yaml:"says"`
	Title  words.Key   `yaml:"title"`
	Means  words.Key   `yaml:"means"`
	Whose  Whose       `yaml:"whose"`
	Fix    []words.Key `yaml:"fix"`
	SignIn []words.Key `yaml:"signIn"`
	Page   string      `yaml:"page"`
	Enter  string      `yaml:"enter"`
	Wait   bool        `yaml:"wait"`
}

// catalogue is parsed once; the resource is embedded, and a test reads it, so a
// mistake in it does not get past the build.
var catalogue = sync.OnceValues(func() (map[int]AADSTS, error) { return parse(resources.AADSTS) })

func parse(data []byte) (map[int]AADSTS, error) {
	var entries []entry
	if err := yaml.Load(data, &entries, yaml.WithKnownFields()); err != nil {
		return nil, fmt.Errorf("aadsts.yaml: %w", err)
	}
	byCode := map[int]AADSTS{}
	for i, e := range entries {
		if len(e.Codes) == 0 || e.Title == "" || e.Means == "" || len(e.Fix) == 0 {
			return nil, fmt.Errorf("aadsts.yaml: entry %d (%s) lacks codes, title, means or fix", i+1, e.Title)
		}
		if _, ok := pages[e.Page]; !ok {
			return nil, fmt.Errorf("aadsts.yaml: entry %d (%s) names an unknown page %q", i+1, e.Title, e.Page)
		}
		if !slices.Contains([]Whose{BookingApplication, SignInClient, either, person, none}, e.Whose) || len(e.SignIn) > 0 && e.Whose != either {
			return nil, fmt.Errorf("aadsts.yaml: entry %d (%s) does not say whose application it is about: whose is %q", i+1, e.Title, e.Whose)
		}
		if _, ok := mended[e.Enter]; e.Enter != "" && !ok {
			return nil, fmt.Errorf("aadsts.yaml: entry %d (%s) names an unknown field %q", i+1, e.Title, e.Enter)
		}
		for _, code := range e.Codes {
			known, twice := byCode[code]
			if twice != (e.Says != "") {
				return nil, fmt.Errorf("aadsts.yaml: code %d is there twice, or only with a part of the message", code)
			}
			own := AADSTS{Code: code, says: e.Says, Title: e.Title, Means: e.Means, Whose: e.Whose, Fix: e.Fix, SignIn: e.SignIn, Page: e.Page, Enter: e.Enter, Wait: e.Wait}
			if twice {
				known.others = append(known.others, own)
				own = known
			}
			byCode[code] = own
		}
	}
	return byCode, nil
}

// mended says what to do at a field of Roomkey.
var mended = map[string]words.Text{
	"client-secret":        words.T("Replace the client secret."),
	"certificate":          words.T("Replace the certificate."),
	"application.clientId": words.T("Correct the client ID."),
	"tenant.domain":        words.T("Correct the tenant."),
}

// people reports whether it is about a person's sign-in alone.
func (a AADSTS) people() bool { return a.Whose == person || a.Whose == SignInClient }

// Remedies is what to do when an application was refused.
func (a AADSTS) Remedies(whose Whose) []words.Key {
	if whose == SignInClient && len(a.SignIn) > 0 {
		return a.SignIn
	}
	return a.Fix
}

// pageFor is the page to link when an application was refused. The pages of a
// registration are not those of a sign-in client, which is often Microsoft's.
func (a AADSTS) pageFor(whose Whose) string {
	if whose == SignInClient && len(a.SignIn) > 0 {
		return "enterprise"
	}
	return a.Page
}

// Explain is the catalogue's entry for a code and what Microsoft said with it, "" where
// that is not known; ok is false for a code that it does not know.
func Explain(code int, message string) (a AADSTS, ok bool) {
	all, _ := catalogue()
	a, ok = all[code]
	for _, o := range a.others {
		if strings.Contains(strings.ToLower(message), o.says) {
			return o, ok
		}
	}
	return a, ok
}

// page is one page of a cloud's portals; of gives its address, "" where the
// cloud has none.
type page struct {
	title words.Key
	of    func(cloud.Cloud, cloud.Pages) string
}

var pages = map[string]page{
	"credentials":    {"Certificates & secrets of the application", func(_ cloud.Cloud, p cloud.Pages) string { return p.Credentials }},
	"permissions":    {"API permissions of the application", func(_ cloud.Cloud, p cloud.Pages) string { return p.Permissions }},
	"authentication": {"Authentication of the application", func(_ cloud.Cloud, p cloud.Pages) string { return p.Authentication }},
	"overview":       {"Overview of the application", func(_ cloud.Cloud, p cloud.Pages) string { return p.Overview }},
	"enterprise":     {"Enterprise applications", func(_ cloud.Cloud, p cloud.Pages) string { return p.EnterpriseApplication }},
	"signins":        {"Sign-in logs", func(_ cloud.Cloud, p cloud.Pages) string { return p.SignInLogs }},
	"tenant":         {"Overview of the tenant", func(_ cloud.Cloud, p cloud.Pages) string { return p.TenantOverview }},
	// Without a client id the overview is the list of all registrations.
	"registrations": {"App registrations", func(c cloud.Cloud, _ cloud.Pages) string { return c.Pages("", "").Overview }},
	"users":         {"Users", blade("Microsoft_AAD_UsersAndTenants/UserManagementMenuBlade/~/AllUsers")},
	"access":        {"Conditional Access policies", blade("Microsoft_AAD_ConditionalAccess/ConditionalAccessBlade/~/Policies")},
	"licences": {"Your products", func(c cloud.Cloud, _ cloud.Pages) string {
		if c.Portals.Admin == "" {
			return ""
		}
		return strings.TrimSuffix(c.Portals.Admin, "/") + "/#/subscriptions"
	}},
}

func blade(name string) func(cloud.Cloud, cloud.Pages) string {
	return func(c cloud.Cloud, _ cloud.Pages) string {
		if root := first(c.Portals.Entra, c.Portals.Azure); root != "" {
			return strings.TrimSuffix(root, "/") + "/#view/" + name
		}
		return ""
	}
}

// pageLink is the title and address of a page in this cloud's portal, by the
// catalogue's name for it; the address is "" when the cloud has no such portal,
// or the page is of an application and clientID is "".
func pageLink(c cloud.Cloud, name, clientID string) (words.Text, string) {
	p, ok := pages[name]
	if !ok {
		return words.Text{}, ""
	}
	return words.T(p.title), p.of(c, c.Pages(clientID, ""))
}
