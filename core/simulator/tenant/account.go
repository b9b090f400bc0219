package tenant

import (
	"strings"
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
	// UnitID is the administrative unit of those who book rooms.
	UnitID string
}

// Account is the tenant's.
func (t *Tenant) Account() Account {
	d := t.Directory
	token := "rbs_" + strings.ReplaceAll(d.ID(KindOther, 3)+d.ID(KindOther, 4), "-", "")
	return Account{
		TenantID: d.TenantID(), Domain: d.Domain, DisplayName: Name,
		ClientID: d.ID(KindOther, AppReady+1), ClientSecret: secretOf(d, AppReady),
		ObjectID: d.ID(KindOther, AppReady), ServicePrincipalID: d.ID(KindOther, AppReady+2),
		CertificateClientID: d.ID(KindOther, appCertificate+1), CertificatePEM: t.certificate(),
		RoomAddress: d.Room(0).Email,
		ServerToken: token, ReadOnlyServerToken: token[:len(token)/2],
		AdminUPN: d.UPN(AdminUser), LesserAdminUPN: d.UPN(LesserUser), OrganizerUPN: d.UPN(OrganizerUser),
		UnitID: t.Unit(),
	}
}

// secretOf has the shape of Entra's: three characters, "8Q~", thirty-four more.
func secretOf(d Directory, i int) string {
	text := strings.ReplaceAll(d.ID(KindOther, 1000+i)+d.ID(KindOther, 2000+i), "-", "")
	return "Rk18Q~" + text[:16] + "_" + text[32:46] + "~." + text[46:47]
}
