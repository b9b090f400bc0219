package entra

import (
	"slices"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

func TestCatalogue(t *testing.T) {
	all, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 55 {
		t.Errorf("%d codes, want at least 55", len(all))
	}
	for code, a := range all {
		for _, key := range append([]words.Key{a.Title, a.Means}, a.Fix...) {
			s := string(key)
			if !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "?") {
				t.Errorf("%d: not a sentence: %q", code, s)
			}
			if strings.Contains(s, "Azure AD") || strings.Contains(s, "%") {
				t.Errorf("%d: %q", code, s)
			}
		}
		if a.Whose == SignInClient || a.Whose == either {
			for _, s := range a.Remedies(SignInClient) {
				if strings.Contains(string(s), "your application") {
					t.Errorf("%d leads from the client of a sign-in to another application: %q", code, s)
				}
			}
		}
		// What a person has to do helps no application that signs in automatically.
		for _, fix := range (Refusal{Code: code}).Problem(BookingApplication, global, client, "").Remedies {
			if s := fix.Text.String(); strings.HasPrefix(s, "Sign in") || strings.Contains(s, "ign in again") {
				t.Errorf("%d sends an application to a person's sign-in: %q", code, s)
			}
		}
		if _, url := pageLink(global, a.Page, client); !strings.HasPrefix(url, "https://") {
			t.Errorf("%d: page %q has no address", code, a.Page)
		}
	}
	for _, code := range []int{7000215, 7000222, 700016, 90002, 65001, 53003, 530035, 700027} {
		if _, ok := Explain(code, ""); !ok {
			t.Errorf("%d is not explained", code)
		}
	}
}

// What is entered in Roomkey has a button and a command, which a person who signs
// in has no use for.
func TestRefusalLeadsToItsField(t *testing.T) {
	for code, place := range map[int]problem.Place{
		7000215: problem.PlaceClientSecret, 7000222: problem.PlaceClientSecret, 700027: problem.PlaceCertificate,
		700016: problem.PlaceClientID, 90002: problem.PlaceTenant,
	} {
		leads := func(whose Whose) bool {
			return slices.ContainsFunc((Refusal{Code: code}).Problem(whose, global, client, "").Remedies, func(r problem.Remedy) bool {
				return r.Place == place && r.Command == place.Command
			})
		}
		if !leads(BookingApplication) || leads(SignInClient) {
			t.Errorf("%d: the application's leads there: %t, the client's: %t", code, leads(BookingApplication), leads(SignInClient))
		}
	}
}

func TestCatalogueMistakes(t *testing.T) {
	for name, data := range map[string]string{
		"unknown field":        "- {codes: [1], title: a., means: b., fix: [c.], whose: none, page: users, colour: red}",
		"no remedy":            "- {codes: [1], title: a., means: b., whose: none, page: users}",
		"unknown page":         "- {codes: [1], title: a., means: b., fix: [c.], whose: none, page: cellar}",
		"unknown place":        "- {codes: [1], title: a., means: b., fix: [c.], whose: none, page: users, enter: cellar}",
		"twice":                "- {codes: [1, 1], title: a., means: b., fix: [c.], whose: none, page: users}",
		"whose is not said":    "- {codes: [1], title: a., means: b., fix: [c.], page: users}",
		"nobody's":             "- {codes: [1], title: a., means: b., fix: [c.], whose: neighbour, page: users}",
		"sign-in of no client": "- {codes: [1], title: a., means: b., fix: [c.], signIn: [d.], whose: application, page: users}",
	} {
		if _, err := parse([]byte(data)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestPageLink(t *testing.T) {
	china := cloud.Cloud{Portals: cloud.Portals{Azure: "https://portal.azure.cn/"}}
	for _, tt := range []struct {
		c            cloud.Cloud
		page, client string
		want         string
	}{
		{china, "users", client, "https://portal.azure.cn/#view/Microsoft_AAD_UsersAndTenants/UserManagementMenuBlade/~/AllUsers"},
		{global, "users", "", "https://entra.microsoft.com/#view/Microsoft_AAD_UsersAndTenants/UserManagementMenuBlade/~/AllUsers"},
		{global, "credentials", "", ""},
		{cloud.Cloud{}, "users", client, ""},
		{china, "licences", client, ""},
	} {
		if _, got := pageLink(tt.c, tt.page, tt.client); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.page, got, tt.want)
		}
	}
}
