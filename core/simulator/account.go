package simulator

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/roomkey/roomkey/core/simulator/microsoft"

	"github.com/roomkey/roomkey/core/simulator/booking"

	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// Account is what an administrator of the simulated tenant knows.
type Account struct {
	TenantID, Domain, DisplayName string
	// ClientID to ServicePrincipalID are an application that is ready: the
	// permissions of Offision's application permission are declared, granted
	// and in its tokens.
	ClientID, ClientSecret, ObjectID, ServicePrincipalID string
	// CertificateClientID is an application with the same permissions and a
	// certificate instead of a secret; CertificatePEM has certificate and key.
	CertificateClientID string
	CertificatePEM      []byte
	// ServerToken is what the booking server accepts, SealingRecipient the key
	// that its console shows.
	ServerToken, SealingRecipient string
	// ReadOnlyServerToken is one with which Seatsurfing lets nothing be changed.
	ReadOnlyServerToken string
	// RoomAddress is one of the rooms.
	RoomAddress string
	// AdminUPN is a Global Administrator, LesserAdminUPN an Application
	// Administrator, who may register and may not consent to Graph's
	// application permissions. OrganizerUPN is a user who books rooms.
	AdminUPN, LesserAdminUPN, OrganizerUPN string
}

// readyPermissions are Offision's, granted to the accounts' applications.
var readyPermissions = []string{"Calendars.ReadWrite", "Group.Read.All", "Place.Read.All", "User.Read.All"}

// The indexes of the seeded applications' ids.
const (
	appReady = 10 + iota*4 // object; +1 client id, +2 service principal, +3 key
	appCertificate
	appOther
)

// Account is the tenant's.
func (s *Simulator) Account() Account {
	d := s.directory
	token := "rbs_" + strings.ReplaceAll(d.ID(tenant.KindOther, 3)+d.ID(tenant.KindOther, 4), "-", "")
	return Account{
		TenantID: d.TenantID(), Domain: d.Domain, DisplayName: tenant.Name,
		ClientID: d.ID(tenant.KindOther, appReady+1), ClientSecret: secretOf(d, appReady),
		ObjectID: d.ID(tenant.KindOther, appReady), ServicePrincipalID: d.ID(tenant.KindOther, appReady+2),
		CertificateClientID: d.ID(tenant.KindOther, appCertificate+1), CertificatePEM: s.certificate(),
		SealingRecipient: s.sealingRecipient(), RoomAddress: d.Room(0).Email,
		ServerToken: token, ReadOnlyServerToken: token[:len(token)/2],
		AdminUPN: d.UPN(tenant.AdminUser), LesserAdminUPN: d.UPN(tenant.LesserUser), OrganizerUPN: d.UPN(tenant.OrganizerUser),
	}
}

// sealingRecipient is "" before the booking server has made its key.
func (s *Simulator) sealingRecipient() string {
	identity, err := booking.Identity(s.dir, "identity.txt")
	if err != nil {
		return ""
	}
	return identity.Recipient().String()
}

// secretOf has the shape of Entra's: three characters, "8Q~", thirty-four more.
func secretOf(d tenant.Directory, i int) string {
	text := strings.ReplaceAll(d.ID(tenant.KindOther, 1000+i)+d.ID(tenant.KindOther, 2000+i), "-", "")
	return "Rk18Q~" + text[:16] + "_" + text[32:46] + "~." + text[46:47]
}

// newState is a tenant with Microsoft's own applications, two that are ready
// and one that is somebody else's business.
func (s *Simulator) newState() (*state, error) {
	st := &state{
		Version: 1, Seed: s.o.Seed, Secrets: map[string]string{}, Born: map[string]time.Time{},
		Mailboxes: map[string]*mailbox{}, LastSignIn: map[string]time.Time{}, LastUserSignIn: map[string]time.Time{},
	}
	d := s.directory
	made := s.o.Now().UTC().AddDate(0, -2, 0).Truncate(time.Second)
	for i, m := range []struct{ appID, name string }{
		{graphAppID, "Microsoft Graph"},
		{exchangeAppID, "Office 365 Exchange Online"},
	} {
		sp := newPrincipal(d.ID(tenant.KindOther, 5+i), m.appID, m.name, microsoftTenant)
		sp.AppRoles, sp.OAuth2PermissionScopes = offered(m.appID)
		st.Principals = append(st.Principals, sp)
	}
	ready := s.seedApplication(st, appReady, "Room booking", readyPermissions, made)
	keyID, end, hint := d.ID(tenant.KindOther, appReady+3), made.AddDate(2, 0, 0), secretOf(d, appReady)[:3]
	name := "Room booking server"
	ready.PasswordCredentials = []tenant.Password{{DisplayName: &name, EndDateTime: &end, StartDateTime: &made, Hint: hint, KeyID: keyID}}
	st.Secrets[keyID] = secretOf(d, appReady)

	certified := s.seedApplication(st, appCertificate, "Room booking with certificate", readyPermissions, made)
	if err := s.makeCertificate(); err != nil {
		return nil, err
	}
	block, _ := pem.Decode(s.certificate())
	if block == nil {
		return nil, fmt.Errorf("the certificate in %s cannot be read", s.dir)
	}
	key, err := readCertificate(block.Bytes, "", d.ID(tenant.KindOther, appCertificate+3))
	if err != nil {
		return nil, err
	}
	certified.KeyCredentials = []tenant.KeyCredential{key}

	s.seedApplication(st, appOther, "Visitor badges", []string{"User.Read.All"}, made)
	return st, nil
}

func (s *Simulator) seedApplication(st *state, i int, name string, permissions []string, made time.Time) *tenant.Application {
	d := s.directory
	app := newApplication(d.ID(tenant.KindOther, i), d.ID(tenant.KindOther, i+1), name, d.Domain, made)
	app.SignInAudience = "AzureADMyOrg"
	app.Web.RedirectURIs = []string{"https://booking.contoso.example/signin-oidc"}
	app.Web.ImplicitGrantSettings.EnableIDTokenIssuance = true
	sp := newPrincipal(d.ID(tenant.KindOther, i+2), app.AppID, name, d.TenantID())
	graph := st.Principals[0]
	access := tenant.RequiredResource{ResourceAppID: graphAppID}
	for n, value := range permissions {
		for _, r := range graph.AppRoles {
			if r.Value == value {
				access.ResourceAccess = append(access.ResourceAccess, tenant.RequiredAccess{ID: r.ID, Type: "Role"})
				st.Assignments = append(st.Assignments, &tenant.AppRoleAssignment{
					ID: assignmentID(d.ID(tenant.KindOther, 100+i*10+n)), AppRoleID: r.ID, CreatedDateTime: made,
					PrincipalDisplayName: name, PrincipalID: sp.ID, PrincipalType: "ServicePrincipal",
					ResourceDisplayName: graph.DisplayName, ResourceID: graph.ID,
				})
			}
		}
	}
	for _, sc := range graph.OAuth2PermissionScopes {
		if sc.Value == "openid" || sc.Value == "profile" || sc.Value == "email" {
			access.ResourceAccess = append(access.ResourceAccess, tenant.RequiredAccess{ID: sc.ID, Type: "Scope"})
		}
	}
	st.Grants = append(st.Grants, &tenant.PermissionGrant{ID: assignmentID(d.ID(tenant.KindOther, 100+i*10+9)), ClientID: sp.ID, ConsentType: "AllPrincipals", ResourceID: graph.ID, Scope: "openid profile email"})
	app.RequiredResourceAccess = []tenant.RequiredResource{access}
	st.Applications, st.Principals = append(st.Applications, app), append(st.Principals, sp)
	return app
}

func newApplication(id, appID, name, domain string, made time.Time) *tenant.Application {
	return &tenant.Application{
		ID: id, AppID: appID, DisplayName: name, PublisherDomain: domain, CreatedDateTime: made,
		SignInAudience: "AzureADandPersonalMicrosoftAccount",
		Tags:           []string{}, IdentifierURIs: []string{}, AddIns: []object{}, AppRoles: []tenant.AppRole{},
		KeyCredentials: []tenant.KeyCredential{}, PasswordCredentials: []tenant.Password{}, RequiredResourceAccess: []tenant.RequiredResource{},
		API:          tenant.APIApplication{KnownClientApplications: []string{}, OAuth2PermissionScopes: []tenant.PermissionScope{}, PreAuthorizedApplications: []object{}},
		PublicClient: tenant.Redirects{RedirectURIs: []string{}}, SPA: tenant.Redirects{RedirectURIs: []string{}},
		Web: tenant.WebApplication{RedirectURIs: []string{}, RedirectURISettings: []object{}},
	}
}

func newPrincipal(id, appID, name, owner string) *tenant.ServicePrincipal {
	return &tenant.ServicePrincipal{
		ID: id, AppID: appID, DisplayName: name, AppDisplayName: name, AppOwnerOrganizationID: owner, AccountEnabled: true,
		ServicePrincipalType: "Application", SignInAudience: "AzureADMyOrg", ServicePrincipalNames: []string{appID},
		AlternativeNames: []string{}, NotificationEmails: []string{}, ReplyURLs: []string{}, Tags: []string{},
		KeyCredentials: []tenant.KeyCredential{}, PasswordCredentials: []tenant.Password{}, AppRoles: []tenant.AppRole{}, OAuth2PermissionScopes: []tenant.PermissionScope{},
	}
}

// assignmentID is the form that ids of grants have at Microsoft: text that is
// not a GUID.
func assignmentID(guid string) string {
	return strings.ReplaceAll(guid[:23], "-", "") + "_" + strings.ReplaceAll(guid[23:], "-", "")
}

var certificateKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func (s *Simulator) certificateFile() string { return filepath.Join(s.dir, "application.pem") }

// certificate is "" when the file was removed meanwhile; a client then says so.
func (s *Simulator) certificate() []byte {
	data, err := os.ReadFile(s.certificateFile())
	if err != nil {
		return nil
	}
	return data
}

func (s *Simulator) makeCertificate() error {
	key, err := certificateKey()
	if err != nil {
		return err
	}
	now := s.o.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "Room booking with certificate"},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.AddDate(1, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...)
	return os.WriteFile(s.certificateFile(), text, 0o600)
}

// readCertificate is the key credential that a certificate makes.
func readCertificate(der []byte, name, keyID string) (tenant.KeyCredential, error) {
	if block, _ := pem.Decode(der); block != nil {
		der = block.Bytes
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return tenant.KeyCredential{}, microsoft.BadRequest("Key credential's Key is not a valid X.509 certificate.")
	}
	if name == "" {
		name = cert.Subject.String()
	}
	sum := sha1.Sum(cert.Raw)
	return tenant.KeyCredential{
		CustomKeyIdentifier: strings.ToUpper(hex.EncodeToString(sum[:])), DisplayName: name, Key: cert.Raw, KeyID: keyID,
		StartDateTime: cert.NotBefore.UTC(), EndDateTime: cert.NotAfter.UTC(), Type: "AsymmetricX509Cert", Usage: "Verify",
	}, nil
}
