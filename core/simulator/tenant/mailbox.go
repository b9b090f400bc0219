package tenant

import (
	"time"
)

// Mailbox is what was written into a mailbox; the meetings that were always
// there are computed.
type Mailbox struct {
	Events map[string]*Event `json:"events"`
	// Waiting are invitations that the room has not looked at yet.
	Waiting []Invitation `json:"waiting,omitempty"`
}

// Invitation is a message to a room that asks for a meeting or calls it off.
type Invitation struct {
	Due       time.Time `json:"due"`
	Organizer string    `json:"organizer"`
	EventID   string    `json:"eventId"`
	Cancelled bool      `json:"cancelled,omitempty"`
}

// Event is one entry of one calendar.
type Event struct {
	ID, ICalUID         string
	Subject             string
	Body, BodyType      string
	Start, End          time.Time
	AllDay              bool
	Organizer           string
	Attendees           []Attendee
	Sensitivity, ShowAs string
	Location            string
	Response            string // of the mailbox's owner
	Cancelled           bool
	Created, Modified   time.Time
	TransactionID       string
	Online              bool
	Revision            int
}

// Attendee is one who was invited, and the answer.
type Attendee struct {
	Address, Name, Type, Response string
	At                            time.Time
}

// Subscription is one promise to call back.
type Subscription struct {
	ID                        string    `json:"id"`
	Resource                  string    `json:"resource"`
	ApplicationID             string    `json:"applicationId"`
	ChangeType                string    `json:"changeType"`
	ClientState               *string   `json:"clientState"`
	NotificationURL           string    `json:"notificationUrl"`
	LifecycleNotificationURL  *string   `json:"lifecycleNotificationUrl"`
	ExpirationDateTime        time.Time `json:"expirationDateTime"`
	CreatorID                 string    `json:"creatorId"`
	IncludeResourceData       *bool     `json:"includeResourceData"`
	LatestSupportedTLSVersion string    `json:"latestSupportedTlsVersion"`
	EncryptionCertificate     *string   `json:"encryptionCertificate"`
	EncryptionCertificateID   *string   `json:"encryptionCertificateId"`
}
