// Package exchange is the simulated Exchange Online: the rooms and their calendars,
// how a room answers an invitation, who may open which mailbox, and the
// administrator who runs scripts there.
package exchange

import (
	"context"
	"net/http"

	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// Exchange is the mailboxes' view of a tenant.
type Exchange struct {
	*tenant.Tenant
	// Callback is how notification URLs are reached.
	Callback http.RoundTripper
	life     context.Context
}

// object is one entity as it goes over the wire.
type object = map[string]any

// New opens the mailboxes of a tenant. Notifications that nobody waits for end
// with life.
func New(life context.Context, t *tenant.Tenant, callback http.RoundTripper) *Exchange {
	return &Exchange{Tenant: t, Callback: callback, life: life}
}
