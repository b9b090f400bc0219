package cloud

import (
	"fmt"
	"strings"
	"testing"
)

const contoso = "72f988bf-86f1-41af-91ab-2d7cd011db47"

func TestParseTenant(t *testing.T) {
	for typed, want := range map[string]string{
		// names
		"contoso.com":                                   "contoso.com",
		"  contoso.com\r\n":                             "contoso.com",
		"\uFEFF\u200Bcontoso.com\u00A0":                 "contoso.com",
		"CONTOSO.onmicrosoft.com":                       "contoso.onmicrosoft.com",
		"contoso.partner.onmschina.cn":                  "contoso.partner.onmschina.cn",
		"contoso.com.":                                  "contoso.com",
		"\"contoso.com\",":                              "contoso.com",
		"bücher.example":                                "xn--bcher-kva.example",
		"BÜCHER.example":                                "xn--bcher-kva.example",
		"例え。テスト":                                        "xn--r8jz45g.xn--zckzah",
		"microsoft.com":                                 "microsoft.com",
		"@contoso.com":                                  "contoso.com",
		"ada@contoso.com":                               "contoso.com",
		"Ada Lovelace <ada@contoso.com>":                "contoso.com",
		"<ada@contoso.com>":                             "contoso.com",
		"mailto:ada@contoso.com?subject=x":              "contoso.com",
		"ada_fabrikam.com#EXT#@contoso.onmicrosoft.com": "contoso.onmicrosoft.com",
		// GUIDs
		contoso:                            contoso,
		"{" + contoso + "}":                contoso,
		"(" + contoso + ")":                contoso,
		strings.ToUpper(contoso):           contoso,
		"\t" + contoso + "\n":              contoso,
		"72F988BF86F141AF91AB2D7CD011DB47": contoso,
		// sign-in addresses
		"https://login.microsoftonline.com/" + contoso:                                                       contoso,
		"https://login.microsoftonline.com/" + contoso + "/oauth2/v2.0/token":                                contoso,
		"https://login.microsoftonline.us/contoso.us/v2.0/.well-known/openid-configuration":                  "contoso.us",
		"login.partner.microsoftonline.cn/" + contoso + "/v2.0":                                              contoso,
		"https://sts.windows.net/" + contoso + "/":                                                           contoso,
		"https://login.microsoftonline.com/common/oauth2/authorize?domain_hint=contoso.com":                  "contoso.com",
		"https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize?login_hint=ada%40contoso.com": "contoso.com",
		"https://login.microsoftonline.com/contoso.com/oauth2/v2.0/authorize?login_hint=bob@fabrikam.com":    "contoso.com",
		// portals
		"https://portal.azure.com/#@contoso.onmicrosoft.com/resource/subscriptions/x":                           "contoso.onmicrosoft.com",
		"https://portal.azure.com/#@" + contoso + "/blade/Microsoft_AAD_IAM/ActiveDirectoryMenuBlade":           contoso,
		"https://portal.azure.com/contoso.com#home":                                                             "contoso.com",
		"https://portal.azure.com/" + contoso + "/#blade/X":                                                     contoso,
		"https://portal.azure.us/#view/Microsoft_AAD_IAM/DirectoryBlade/tenantId/" + contoso:                    contoso,
		"https://portal.azure.cn/?tenantId=" + contoso + "#home":                                                contoso,
		"https://entra.microsoft.com/#view/Microsoft_AAD_IAM/TenantOverview.ReactView?tid=" + contoso:           contoso,
		"https://entra.microsoft.com/?tenant=contoso.com#view/x":                                                "contoso.com",
		"https://entra.microsoft.com/@contoso.com#view/x":                                                       "contoso.com",
		"https://myapps.microsoft.com/?tenantid=" + contoso:                                                     contoso,
		"https://outlook.office365.com/ecp/?realm=contoso.onmicrosoft.com&exsvurl=1":                            "contoso.onmicrosoft.com",
		"https://teams.microsoft.com/l/team/x?groupId=ef54d2bf-783f-4e0f-bca1-3210c0444d99&tenantId=" + contoso: contoso,
		// bare addresses of a domain
		"https://contoso.com":             "contoso.com",
		"http://contoso.onmicrosoft.com/": "contoso.onmicrosoft.com",
	} {
		got, p := ParseTenant(typed)
		if p != nil {
			t.Errorf("%q: %v", typed, p)
		} else if got != want {
			t.Errorf("%q: got %q, want %q", typed, got, want)
		}
	}
}

func TestParseTenantRefuses(t *testing.T) {
	const app = "ef54d2bf-783f-4e0f-bca1-3210c0444d99"
	for typed, code := range map[string]string{
		"":                                     "cloud.tenant-missing",
		" \t\r\n":                              "cloud.tenant-missing",
		"{}":                                   "cloud.tenant-missing",
		"contoso":                              "cloud.tenant-malformed",
		"con toso.com":                         "cloud.tenant-malformed",
		"contoso..com":                         "cloud.tenant-malformed",
		"-contoso.com":                         "cloud.tenant-malformed",
		"con_toso.com":                         "cloud.tenant-malformed",
		"contoso.com:443":                      "cloud.tenant-malformed",
		"192.168.1.1":                          "cloud.tenant-malformed",
		"::1":                                  "cloud.tenant-malformed",
		"1.2.3":                                "cloud.tenant-malformed",
		"$(whoami).com":                        "cloud.tenant-malformed",
		"contoso.com\x00":                      "cloud.tenant-malformed",
		"ada@":                                 "cloud.tenant-malformed",
		"72f988bf-86f1-41af-91ab-2d7cd011db4":  "cloud.tenant-malformed",
		"00000000-0000-0000-0000-000000000000": "cloud.tenant-malformed",
		strings.Repeat("a.", 200) + "com":      "cloud.tenant-malformed",
		strings.Repeat("x", 100_000):           "cloud.tenant-malformed",
		"ftp://contoso.com/":                   "cloud.tenant-malformed",
		"https:///nothing":                     "cloud.tenant-malformed",
		"common":                               "cloud.tenant-undecidable",
		"organizations":                        "cloud.tenant-undecidable",
		"https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id=" + app: "cloud.tenant-undecidable",
		"https://portal.azure.com/": "cloud.tenant-undecidable",
		"entra.microsoft.com":       "cloud.tenant-undecidable",
		// an application's id is not a tenant's
		"https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Overview/appId/" + app: "cloud.tenant-undecidable",
		"https://portal.azure.com/?clientId=" + app:          "cloud.tenant-undecidable",
		"https://contoso.sharepoint.com":                     "cloud.tenant-undecidable",
		"contoso-admin.sharepoint.com":                       "cloud.tenant-undecidable",
		"https://contoso.sharepoint.us/sites/x":              "cloud.tenant-undecidable",
		"https://booking.example.com/?tenantId=" + contoso:   "cloud.tenant-undecidable",
		"https://booking.example.com/contoso.com":            "cloud.tenant-undecidable",
		"9188040d-6c67-4c5b-b112-36a304b66dad":               "cloud.tenant-personal",
		"https://login.microsoftonline.com/consumers/oauth2": "cloud.tenant-personal",
	} {
		got, p := ParseTenant(typed)
		switch {
		case p == nil:
			t.Errorf("%.80q was taken for %q", typed, got)
		case p.Code.String() != code || got != "":
			t.Errorf("%.80q: %q, %v, want %s", typed, got, p, code)
		case len(p.Remedies) == 0:
			t.Errorf("%.80q: nothing says what to do", typed)
		}
	}
}

// TestWrongTenantIDSaysWhatIsWrong: an ID with a slip is no name of a tenant.
func TestWrongTenantIDSaysWhatIsWrong(t *testing.T) {
	for typed, want := range map[string]string{
		"8a4f2b1e-6c3d-4e5f-9a7b-1c2d3e4f5a6":    "this one has 31",
		"8a4f2b1e-6c3d-4e5f-9a7b-1c2d3e4f5a6bb":  "this one has 33",
		"8a4f2b1e-6c3d-4e5f-9a7b-1c2d3e4f5a6g":   `this one has "g"`,
		"{8a4f2b1e-6c3d-4e5f-9a7b-lc2d3e4f5a6b}": `this one has "l"`,
	} {
		_, p := ParseTenant(typed)
		if p == nil || !strings.Contains(p.Error(), want) || strings.Contains(p.Error(), "onmicrosoft") || strings.Contains(fmt.Sprint(p.Remedies), "onmicrosoft") {
			t.Errorf("%s: %v %v", typed, p, p.Remedies)
		}
	}
	if _, p := ParseTenant("contoso"); !strings.Contains(fmt.Sprint(p.Remedies), "contoso.onmicrosoft.com") {
		t.Errorf("the name is not completed: %v", p.Remedies)
	}
	for site, want := range map[string]string{
		"contoso.sharepoint.com":                       "type contoso.onmicrosoft.com.",
		"https://Contoso-my.sharepoint.com/personal/x": "type contoso.onmicrosoft.com.",
		"contoso-admin.sharepoint.us":                  "type contoso.onmicrosoft.us.",
		"https://contoso.sharepoint.cn":                "type contoso.partner.onmschina.cn.",
		"portal.azure.com":                             "",
		"sharepoint.com":                               "",
	} {
		_, p := ParseTenant(site)
		if got := fmt.Sprint(p.Remedies); strings.Contains(got, "guess") != (want != "") || !strings.Contains(got, want) {
			t.Errorf("%s: %v", site, p.Remedies)
		}
	}
}

// What ParseTenant gives goes into a URL and is parsed again when a connection
// is loaded.
func FuzzParseTenant(f *testing.F) {
	for _, s := range []string{"contoso.com", " {" + contoso + "} ", "ada@bücher.example", "https://portal.azure.com/#@contoso.com/x",
		"https://login.microsoftonline.com/contoso.com/?tid=" + contoso, "http://[::1]/%zz#?tid=&", "//a/b/c", "例え。テスト", "xn--a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		got, p := ParseTenant(typed)
		if (got == "") == (p == nil) {
			t.Fatalf("%q: %q and %v", typed, got, p)
		}
		if p != nil {
			return
		}
		if !isGUID(got) && (!hostForm.MatchString(got) || strings.Contains(got, ":") || !strings.Contains(got, ".")) {
			t.Errorf("%q gave %q", typed, got)
		}
		if again, p := ParseTenant(got); p != nil || again != got {
			t.Errorf("%q gave %q, which gives %q, %v", typed, got, again, p)
		}
	})
}

// The front pages of every cloud are known as Microsoft's, so that their
// addresses are never taken for a tenant's domain.
func TestFrontPages(t *testing.T) {
	for _, c := range builtIn() {
		for _, page := range append([]string{c.Authority, c.Graph, c.Portals.Azure, c.Portals.Entra, c.Portals.Admin, c.Portals.Exchange}, c.Aliases...) {
			if page == "" {
				continue
			}
			if got, p := ParseTenant(page); p == nil || p.Code.String() != "cloud.tenant-undecidable" {
				t.Errorf("%s %s: %q, %v", c.ID, page, got, p)
			}
			if got, p := ParseTenant(page + "/?tenantId=" + contoso + "#home"); p != nil || got != contoso {
				t.Errorf("%s %s with a tenant: %q, %v", c.ID, page, got, p)
			}
		}
	}
}
