package cloud

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// personalTenant is the tenant of Microsoft's personal accounts (Microsoft
// Learn "Microsoft identity platform access tokens", claim tid): it has no
// room mailboxes.
const personalTenant = "9188040d-6c67-4c5b-b112-36a304b66dad"

// longest is how much typed text is looked at, in bytes; a portal address is
// far shorter.
const longest = 8192

var (
	guidForm  = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	plainGUID = regexp.MustCompile(`^[0-9a-f]{32}$`)
)

// isGUID reports whether s is a GUID in Microsoft's usual form: small letters
// and hyphens.
func isGUID(s string) bool { return guidForm.MatchString(s) }

// ParseTenant makes a domain (in its ASCII form) or the tenant's GUID (in small
// letters) of what was typed or pasted: a domain, a GUID in any dress, an
// e-mail address, or the address of a sign-in or portal page that names the
// tenant. Problems: cloud.tenant-missing, cloud.tenant-malformed,
// cloud.tenant-undecidable, cloud.tenant-personal. It makes no call.
func ParseTenant(typed string) (string, *problem.Problem) {
	s := unwrap(typed)
	switch {
	case s == "":
		return "", problem.New(CodeTenantMissing, words.T("The tenant is empty.")).Fix(howToFind())
	case len(s) > longest:
		return "", malformed(problem.Line(s[:40]) + "…")
	case strings.Contains(s, "/"):
		return ofAddress(s)
	}
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = s[i+1:]
	}
	return ofName(s)
}

// unwrap takes off what pasting leaves around a value: white space, invisible
// characters, quotes, brackets, "mailto:" and the end of a sentence.
func unwrap(typed string) string {
	s := strings.ToValidUTF8(typed, "\uFFFD")
	if open := strings.LastIndexByte(s, '<'); open >= 0 && strings.Contains(s[open:], "@") {
		s = s[open:] // Name <address>
	}
	const around = " \t\r\n\v\f\u00A0\u2007\u202F\u3000\u200B\u200C\u200D\u2060\uFEFF\"'`“”‘’«»<>()[]{},;"
	s = strings.Trim(s, around)
	if len(s) > 7 && strings.EqualFold(s[:7], "mailto:") {
		s, _, _ = strings.Cut(s[7:], "?")
	}
	return strings.Trim(s, around)
}

// ofName reads a domain or GUID that stands by itself.
func ofName(name string) (string, *problem.Problem) {
	s := strings.ToLower(strings.Trim(name, ".。 \t"))
	if plainGUID.MatchString(s) {
		s = s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
	}
	switch {
	case s == personalTenant || s == "consumers":
		return "", problem.New(CodeTenantPersonal, words.T("This is the tenant of personal Microsoft accounts, which has no rooms.")).Fix(howToFind())
	case isGUID(s) && strings.Trim(s, "0-") != "":
		return s, nil
	case s == "common" || s == "organizations":
		return "", undecidable(name)
	}
	if _, err := netip.ParseAddr(s); err == nil {
		return "", malformed(name)
	}
	ascii, err := idna.Lookup.ToASCII(s)
	ascii = strings.TrimSuffix(ascii, ".")
	switch {
	case err != nil || len(ascii) > 253 || !hostForm.MatchString(ascii) || strings.Contains(ascii, ".."):
		return "", malformed(name)
	case !strings.Contains(ascii, "."):
		p := malformed(name)
		if initialName.MatchString(ascii) && WrongDigits(ascii) == 0 {
			p.Fix(words.T("If it is the first part of the name that Microsoft gave the tenant, type all of it: %s.onmicrosoft.com.", ascii))
		}
		return "", p
	case digits(ascii[strings.LastIndexByte(ascii, '.')+1:]):
		return "", malformed(name)
	case isMicrosoftPage(ascii):
		return "", undecidable(name)
	}
	return ascii, nil
}

// ofAddress reads the address of a page.
func ofAddress(address string) (string, *problem.Problem) {
	full := address
	if !strings.Contains(address, "://") {
		full = "https://" + strings.TrimLeft(address, "/")
	}
	u, err := url.Parse(full)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", malformed(address)
	}
	if isMicrosoftPage(strings.ToLower(u.Hostname())) {
		for _, candidate := range candidates(u) {
			if tenant, p := ofName(domainOf(candidate)); p == nil || p.Code == CodeTenantPersonal {
				return tenant, p
			}
		}
	}
	if strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && u.Fragment == "" {
		return ofName(u.Hostname())
	}
	return "", undecidable(address)
}

// tenantWords are the names under which Microsoft's pages carry the tenant in
// their addresses; hints are names for where the person comes from, which for a
// guest is another tenant, so that they are asked last.
var (
	tenantWords = []string{"tenantid", "tenant", "tid", "directoryid"}
	hints       = []string{"realm", "whr", "domain_hint", "login_hint"}
)

// candidates are the places of an address of Microsoft's that name a tenant and
// nothing else, the surest first. A GUID anywhere else may as well be an
// application's or a user's.
func candidates(u *url.URL) (found []string) {
	fragment := u.EscapedFragment()
	_, behind, _ := strings.Cut(fragment, "?")
	queries := []string{u.RawQuery, fragment, behind}
	found = append(found, values(queries, tenantWords)...)
	found = append(found, steps(u.EscapedPath(), true)...)
	found = append(found, steps(fragment, false)...)
	return append(found, values(queries, hints)...)
}

// values are those of the named parameters.
func values(queries, names []string) (found []string) {
	for _, query := range queries {
		for pair := range strings.SplitSeq(query, "&") {
			key, value, _ := strings.Cut(strings.TrimPrefix(pair, "?"), "=")
			if value, err := url.QueryUnescape(value); err == nil && slices.Contains(names, strings.ToLower(key)) {
				found = append(found, value)
			}
		}
	}
	return found
}

// steps are the tenants in a path: the first step of a real path
// (login.microsoftonline.com/contoso.com/…), a first step behind an at sign
// (portal.azure.com/#@contoso.com/resource/…), and whatever follows a step that
// is called like a tenant (…/tenantId/GUID).
func steps(path string, real bool) (found []string) {
	path, _, _ = strings.Cut(path, "?")
	before := ""
	for i, step := range strings.Split(strings.Trim(path, "/"), "/") {
		step, err := url.PathUnescape(step)
		if err != nil {
			continue
		}
		if i == 0 && (real || strings.HasPrefix(step, "@")) || slices.Contains(tenantWords, strings.ToLower(before)) {
			found = append(found, strings.TrimPrefix(step, "@"))
		}
		before = step
	}
	return found
}

func domainOf(s string) string { return s[strings.LastIndexByte(s, '@')+1:] }

// pages are domains whose hosts are Microsoft's pages and services. They say
// nothing about the tenant by themselves: contoso.sharepoint.com is often, but
// not always, that of contoso.onmicrosoft.com.
var pages = []string{"sharepoint.com", "sharepoint.us", "sharepoint.cn", "sharepoint-mil.us", "azure.com", "azure.us",
	"azure.cn", "office.com", "office365.com", "office365.us", "cloud.microsoft", "windows.net", "windowsazure.com",
	"microsoftonline.com", "microsoftonline.us", "microsoftonline.cn", "chinacloudapi.cn", "live.com", "outlook.cn",
	"apps.mil", "sovcloud-identity.fr", "sovcloud-identity.de", "sovcloud-identity.sg",
	"sovcloud.fr", "sovcloud.de", "sovcloud.sg"}

func isMicrosoftPage(host string) bool {
	if strings.HasSuffix(host, ".microsoft.com") || strings.HasSuffix(host, ".microsoft.us") {
		return true // but microsoft.com itself is a tenant
	}
	return slices.ContainsFunc(pages, func(d string) bool { return host == d || strings.HasSuffix(host, "."+d) })
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

var hexDigits = regexp.MustCompile(`^\{?[0-9a-fA-F-]{24,42}\}?$`)

// WrongDigits is how many digits a text has that would be a GUID if it had 32; 0
// for a GUID and for any other text.
func WrongDigits(text string) int {
	digits := strings.Trim(strings.ReplaceAll(text, "-", ""), "{}")
	if n := len(digits); hexDigits.MatchString(text) && n != 32 && n >= 24 && n <= 40 && (strings.Count(text, "-") >= 3 || n >= 28) {
		return n
	}
	return 0
}

// initialName is the form of the name that Microsoft gives a tenant.
var initialName = regexp.MustCompile(`^[a-z0-9]{1,27}$`)

// grouped is a text in the groups of a GUID, whatever its digits.
var grouped = regexp.MustCompile(`^\{?[0-9A-Za-z]{8}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{12}\}?$`)

func malformed(typed string) *problem.Problem {
	if wrong := strings.IndexFunc(typed, func(r rune) bool { return !strings.ContainsRune("{}-0123456789abcdefABCDEF", r) }); wrong >= 0 && grouped.MatchString(typed) {
		return problem.New(CodeTenantMalformed, words.T("A tenant ID has only the digits 0 to 9 and the letters a to f; this one has %q.", typed[wrong:wrong+1])).Fix(howToFind())
	}
	if n := WrongDigits(typed); n > 0 {
		return problem.New(CodeTenantMalformed, words.T("A tenant ID has 32 digits in groups of 8, 4, 4, 4 and 12; this one has %d.", n)).Fix(howToFind())
	}
	return problem.New(CodeTenantMalformed, words.T("%q is neither a domain nor a tenant ID.", problem.Line(typed))).Fix(howToFind())
}

func undecidable(typed string) *problem.Problem {
	p := problem.New(CodeTenantUndecidable, words.T("%q does not clearly identify a tenant.", problem.Line(typed))).Fix(howToFind())
	if initial := ofSite(typed); initial != "" {
		p.Fix(words.T("If the tenant still has the name that Microsoft gave it when the site was made, type %s. That is a guess: a SharePoint site can be renamed.", initial))
	}
	return p
}

// siteEndings are the domains of SharePoint's sites with the domain of the name
// that Microsoft gives a tenant of the same cloud.
var siteEndings = map[string]string{
	"sharepoint.com": "onmicrosoft.com", "sharepoint.us": "onmicrosoft.us",
	"sharepoint-mil.us": "onmicrosoft.us", "sharepoint.cn": "partner.onmschina.cn",
}

var siteAddress = regexp.MustCompile(`(?:^|[/@])([a-z0-9]{1,27})(?:-my|-admin)?\.(sharepoint\.com|sharepoint\.us|sharepoint-mil\.us|sharepoint\.cn)(?:[:/]|$)`)

// ofSite is the initial domain of the tenant whose SharePoint site was typed, as
// it is where neither was renamed; "" for anything else.
func ofSite(typed string) string {
	if site := siteAddress.FindStringSubmatch(strings.ToLower(typed)); site != nil {
		return site[1] + "." + siteEndings[site[2]]
	}
	return ""
}

func howToFind() words.Text {
	return words.T("Type a domain that your people sign in with, such as contoso.com, or copy the Tenant ID from the Microsoft Entra admin center: Entra ID > Overview.")
}
