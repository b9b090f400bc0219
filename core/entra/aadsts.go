package entra

import (
	"fmt"
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
	Code  int
	Title string
	Means string
	// Fix is what to do, most likely first.
	Fix []string
	// Page is the page of the portal to link, a key of the table in page.
	Page string
	// Wait is whether it may pass by itself within minutes, while Microsoft
	// copies a recent change to all its servers.
	Wait bool
}

type entry struct {
	Codes []int    `yaml:"codes"`
	Title string   `yaml:"title"`
	Means string   `yaml:"means"`
	Fix   []string `yaml:"fix"`
	Page  string   `yaml:"page"`
	Wait  bool     `yaml:"wait"`
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
		for _, code := range e.Codes {
			if _, twice := byCode[code]; twice {
				return nil, fmt.Errorf("aadsts.yaml: code %d is there twice", code)
			}
			byCode[code] = AADSTS{Code: code, Title: e.Title, Means: e.Means, Fix: e.Fix, Page: e.Page, Wait: e.Wait}
		}
	}
	return byCode, nil
}

// Explain is the catalogue's entry for a code; ok is false for a code that it
// does not know.
func Explain(code int) (a AADSTS, ok bool) {
	all, _ := catalogue()
	a, ok = all[code]
	return a, ok
}

// page is one page of a cloud's portals.
type page struct {
	title string
	// portal picks the portal that has the page, path follows it; %s is the
	// client id.
	portal func(cloud.Portals) string
	path   string
}

func azureOrEntra(p cloud.Portals) string { return first(p.Entra, p.Azure) }
func adminCenter(p cloud.Portals) string  { return p.Admin }

const ofApplication = "/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/"

var pages = map[string]page{
	"credentials":    {"Certificates & secrets of the application", azureOrEntra, ofApplication + "Credentials/appId/%s"},
	"permissions":    {"API permissions of the application", azureOrEntra, ofApplication + "CallAnAPI/appId/%s"},
	"authentication": {"Authentication of the application", azureOrEntra, ofApplication + "Authentication/appId/%s"},
	"overview":       {"Overview of the application", azureOrEntra, ofApplication + "Overview/appId/%s"},
	"registrations":  {"App registrations", azureOrEntra, "/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade"},
	"enterprise":     {"Enterprise applications", azureOrEntra, "/#view/Microsoft_AAD_IAM/StartboardApplicationsMenuBlade/~/AppAppsPreview"},
	"users":          {"Users", azureOrEntra, "/#view/Microsoft_AAD_UsersAndTenants/UserManagementMenuBlade/~/AllUsers"},
	"signins":        {"Sign-in logs", azureOrEntra, "/#view/Microsoft_AAD_IAM/SignInEventsV3Blade"},
	"access":         {"Conditional Access policies", azureOrEntra, "/#view/Microsoft_AAD_ConditionalAccess/ConditionalAccessBlade/~/Policies"},
	"tenant":         {"Overview of the tenant", azureOrEntra, "/#view/Microsoft_AAD_IAM/TenantOverview.ReactView"},
	"licences":       {"Your products", adminCenter, "/#/subscriptions"},
}

// PageLink is the title and address of a page in this cloud's portal; the
// address is "" when the cloud has no such portal, or the page is of an
// application and none is known.
func PageLink(c cloud.Cloud, name, clientID string) (words.Text, string) {
	p, ok := pages[name]
	if !ok {
		return words.Text{}, ""
	}
	root, path := strings.TrimSuffix(p.portal(c.Portals), "/"), p.path
	if root == "" {
		return words.Text{}, ""
	}
	if strings.Contains(path, "%s") {
		if clientID == "" {
			return words.Text{}, ""
		}
		path = fmt.Sprintf(path, clientID)
	}
	return words.T(p.title), root + path
}
