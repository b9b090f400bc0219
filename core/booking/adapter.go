package booking

import (
	"context"
	"time"

	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// adapter speaks to one kind of booking server. Every error is a
// *problem.Problem ("booking.…" or "net.…") or the context's own.
type adapter interface {
	// Describe asks the server what it is. It needs no token.
	Describe(ctx context.Context) (Description, error)
	// Current is what the server holds now.
	Current(ctx context.Context) (Current, error)
	// After is what the server would hold after a push of cfg: a server that
	// cannot hold everything holds less, one that keeps what is wanted no more
	// holds more.
	After(now Current, cfg Configuration, choices Choices) Configuration
	// DryRun asks what a push would change and what is wrong with it.
	DryRun(ctx context.Context, cfg Configuration) (DryRun, error)
	// Put stores a configuration if the server still holds what was seen. The
	// same Put twice does it once.
	Put(ctx context.Context, p attempt) error
	// Status is the server's own view of whether it works.
	Status(ctx context.Context) (Status, error)
	// Leaves says what Delete would take away of now, and what stays.
	Leaves(now Current) (goes, stays []words.Text)
	// Delete makes the server forget what has this ETag.
	Delete(ctx context.Context, etag string) error
}

// Description is what a server says of itself.
type Description struct {
	Product        string `json:"product"`
	ProductVersion string `json:"productVersion,omitempty"`
	// ContractVersion is 0 for a server with an API of its own.
	ContractVersion int    `json:"contractVersion"`
	APIBase         string `json:"apiBase"`
	// SealingRecipient is the age recipient, "" when the server's API cannot
	// take a sealed credential and gets it inside TLS only.
	SealingRecipient         string   `json:"sealingRecipient"`
	RedirectURIs             []string `json:"redirectUris,omitempty"`
	NotificationURL          string   `json:"notificationUrl,omitempty"`
	LifecycleNotificationURL string   `json:"lifecycleNotificationUrl,omitempty"`
}

// Current is what a server holds; Configuration is nil when it holds nothing.
type Current struct {
	Configuration *Configuration `json:"configuration"`
	// ETag names exactly this content, "" when the server holds nothing.
	ETag string `json:"etag,omitempty"`
	// StoredAt is zero when the server does not say it, or not credibly.
	StoredAt time.Time `json:"storedAt,omitzero"`
	// Altered are fields that were pushed and that a configuration does not name,
	// where the server holds something else by now.
	Altered []Change `json:"altered,omitempty"`
	// Renamed are names and buildings of rooms that are others by now than those
	// that were pushed, from what the server has to what was pushed.
	Renamed []Change `json:"renamed,omitempty"`
}

// Choices are an administrator's to make at a push.
type Choices struct {
	// Remove takes away what Roomkey made there and nobody wants any more.
	Remove bool `json:"remove,omitempty"`
}

// attempt is one attempt to store a configuration.
type attempt struct {
	Configuration Configuration
	Credential    vault.Secret
	// Recipient is the pinned age recipient.
	Recipient string
	// ETag is that of what the administrator has seen, "" for nothing stored.
	ETag           string
	IdempotencyKey string
	Choices        Choices
	// Progress is told how far a push in parts is; nil for nobody.
	Progress task.Report
	// sealed is filled at the first attempt, so that a repeated request is the
	// same request: sealing twice gives different text.
	sealed *string
}

// DryRun is the server's answer to "what if".
type DryRun struct {
	Acceptable bool            `json:"acceptable"`
	Changes    []Change        `json:"changes"`
	Problems   []DryRunProblem `json:"problems"`
	// Takeable is whether what stands in the way may have been made by Roomkey
	// elsewhere, and can be taken over.
	Takeable bool `json:"takeable,omitempty"`
	// Unwanted is how much Roomkey made there that is wanted no more, and stays
	// without a yes (Choices.Remove).
	Unwanted int `json:"unwanted,omitempty"`
	// Said is whether the server judged it: Seatsurfing has no dry run, and what is
	// known of it is held against the configuration here.
	Said bool `json:"-"`
}

// DryRunProblem is something that speaks against a configuration.
type DryRunProblem struct {
	// Severity is "error" or "warning".
	Severity string `json:"severity"`
	// Pointer is the JSON pointer of the field.
	Pointer string `json:"pointer"`
	Code    string `json:"code"`
	Detail  string `json:"detail"`
}

// States of a server's own view.
const (
	StatusOK            = "ok"
	StatusFailing       = "failing"
	StatusUnknown       = "unknown"
	StatusNotConfigured = "not-configured"
)

// Status is the server's own view of whether it works.
type Status struct {
	State     string        `json:"state"`
	CheckedAt time.Time     `json:"checkedAt"`
	Digest    string        `json:"digest,omitempty"`
	ETag      string        `json:"etag,omitempty"`
	Checks    []StatusCheck `json:"checks"`
	// Silent is whether this kind of server has no view of its own: only a person
	// who tries it there can say that it works.
	Silent bool `json:"silent,omitempty"`
	// Undated is whether it says that it works and not, or not credibly, when it
	// tried that.
	Undated bool `json:"undated,omitempty"`
}

// StatusCheck is one thing that the server tried.
type StatusCheck struct {
	ID string `json:"id"`
	// State is "ok", "failed" or "unknown".
	State string `json:"state"`
	// Code is Microsoft's own where there is one, for instance "AADSTS53003".
	Code   string `json:"code,omitempty"`
	Detail string `json:"detail,omitempty"`
}
