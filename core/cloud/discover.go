package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/transport"
)

// Discovery is what a cloud's sign-in says about a tenant to everybody.
type Discovery struct {
	// TenantID is the tenant's GUID.
	TenantID string
	// Domain is the name that was asked for, "" when that was the GUID itself.
	Domain string
	// GraphHost is the host of the tenant's Microsoft Graph, "" when the sign-in
	// did not name one; then nothing tells GCC High from DoD.
	GraphHost string
	// Region is Microsoft's code of the tenant's region, such as "EU" or "USGov",
	// with the part within it after a slash.
	Region   string
	Evidence transport.Evidence
}

// metadata is the part of the OpenID Connect metadata that is read (OpenID
// Connect Discovery 1.0; Microsoft Learn "OpenID Connect on the Microsoft
// identity platform").
type metadata struct {
	Issuer        string `json:"issuer"`
	TokenEndpoint string `json:"token_endpoint"`
	GraphHost     string `json:"msgraph_host"`
	Region        string `json:"tenant_region_scope"`
	SubRegion     string `json:"tenant_region_sub_scope"`
}

// answerLimit is the longest answer that is read, in bytes; Microsoft's are
// about 2 kB long.
const answerLimit = 1 << 20

// Discover asks the cloud's sign-in, and no other cloud, which tenant is meant.
// The tenant is a domain or GUID as ParseTenant gives it. Errors are problems:
// cloud.tenant-unknown, cloud.tenant-personal, cloud.wrong-cloud,
// cloud.other-tenant, cloud.unexpected-answer, cloud.busy, and those of package transport.
func Discover(ctx context.Context, client *http.Client, c Cloud, tenant string) (Discovery, error) {
	m, seen, err := ask(ctx, client, c, tenant)
	if err != nil {
		return Discovery{Evidence: seen}, err
	}
	right, found := m.home(append([]Cloud{c}, builtIn()...))
	if !found || right.ID != c.ID {
		return Discovery{Evidence: seen}, wrongCloud(c, right, m, tenant)
	}
	return m.discovery(tenant, seen), nil
}

// ask fetches the metadata and makes sure that it is the answer of a sign-in
// about this tenant.
func ask(ctx context.Context, client *http.Client, c Cloud, tenant string) (metadata, transport.Evidence, error) {
	inner, recorder := transport.Record(ctx)
	defer recorder.Repeat(ctx)
	address := c.Authority + "/" + url.PathEscape(tenant) + "/v2.0/.well-known/openid-configuration"
	status, body, err := fetch(inner, client, address)
	seen := recorder.Last()
	if seen.URL == "" { // a client that keeps no evidence
		seen = transport.Evidence{Method: http.MethodGet, URL: address, Status: status, At: time.Now()}
	}
	switch {
	case err != nil:
		return metadata{}, seen, c.Owner().Problem(err, host(c.Authority))
	case status == http.StatusTooManyRequests || status >= 500:
		return metadata{}, seen, busy(c, status).Asked(seen.Attempts)
	case status != http.StatusOK:
		return metadata{}, seen, refused(c, tenant, status, body).Asked(seen.Attempts)
	}
	m, err := read(body, tenant)
	if errors.Is(err, errOtherTenant) {
		return metadata{}, seen, otherTenant(c, m, tenant).By(err)
	}
	if err != nil {
		return metadata{}, seen, unexpected(c, status, body).By(err)
	}
	if m.tenantID() == personalTenant {
		_, p := ofName(personalTenant)
		return metadata{}, seen, p
	}
	return m, seen, nil
}

func fetch(ctx context.Context, client *http.Client, address string) (int, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Accept", "application/json")
	resp, err := client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit))
	return resp.StatusCode, body, err
}

// errOtherTenant is of metadata that is whole and speaks of another tenant.
var errOtherTenant = errors.New("the metadata is that of another tenant")

// read accepts only what a sign-in of Microsoft's kind can have said about the
// tenant: JSON, an issuer that is https and has the tenant's GUID, and a token
// endpoint that is not another tenant's.
func read(body []byte, tenant string) (metadata, error) {
	var m metadata
	if err := json.Unmarshal(body, &m); err != nil {
		return m, err
	}
	issuer, err := url.Parse(m.Issuer)
	if err != nil || issuer.Scheme != "https" || issuer.Host == "" {
		return m, errors.New("the metadata names no issuer")
	}
	id, at := m.tenantID(), tenantIn(m.TokenEndpoint)
	switch {
	case !isGUID(id):
		return m, errors.New("the issuer has no tenant id")
	case host(m.TokenEndpoint) == "":
		return m, errors.New("the metadata names no token endpoint")
	case isGUID(tenant) && id != tenant, isGUID(at) && id != at:
		return m, errOtherTenant
	case m.GraphHost != "" && !hostForm.MatchString(strings.ToLower(m.GraphHost)):
		return m, errors.New("the Graph host is no host name")
	}
	return m, nil
}

func (m metadata) tenantID() string { return tenantIn(m.Issuer) }

// tenantIn is the tenant that an address of a sign-in begins with, in small
// letters, "" for none.
func tenantIn(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	return strings.ToLower(first)
}

// fits reports whether the metadata is that of a tenant in the cloud: the
// issuer is the cloud's sign-in and the Graph host, if there is one, its Graph.
func (m metadata) fits(c Cloud) bool {
	return c.knows(host(m.Issuer)) && (m.GraphHost == "" || sameHost(c.Graph, m.GraphHost))
}

// home is the first of the clouds that the tenant is in. Where no cloud has
// both addresses, the Graph host decides: a sign-in may answer for tenants of
// another cloud in its own name.
func (m metadata) home(clouds []Cloud) (Cloud, bool) {
	i := slices.IndexFunc(clouds, m.fits)
	if i < 0 && m.GraphHost != "" {
		i = slices.IndexFunc(clouds, func(c Cloud) bool { return sameHost(c.Graph, m.GraphHost) })
		if i >= 0 && !slices.ContainsFunc(clouds, func(c Cloud) bool { return c.knows(host(m.Issuer)) }) {
			i = -1 // a stranger's answer
		}
	}
	if i < 0 {
		return Cloud{}, false
	}
	return clouds[i], true
}

// sameHost compares the host of an address with a bare host, whose port may
// have been left out.
func sameHost(address, bare string) bool {
	u, err := url.Parse(address)
	return err == nil && (strings.EqualFold(u.Host, bare) || strings.EqualFold(u.Hostname(), bare))
}

func (m metadata) discovery(tenant string, seen transport.Evidence) Discovery {
	d := Discovery{TenantID: m.tenantID(), GraphHost: m.GraphHost, Region: m.Region, Evidence: seen}
	if m.SubRegion != "" {
		d.Region += "/" + m.SubRegion
	}
	if !isGUID(tenant) {
		d.Domain = tenant
	}
	return d
}
