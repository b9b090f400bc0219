package exchange

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/simulator/microsoft"
)

// EventResource is the resource of a subscription to the events of a mailbox.
var EventResource = regexp.MustCompile(`(?i)^/?users(?:/|\(')([^/']+)(?:'\))?(?:/calendar)?/events$`)

// notify tells the subscribers of a mailbox, aside: nobody waits for them.
func (x *Exchange) notify(address, event, change string) {
	for _, sub := range x.State.Subscribed {
		m := EventResource.FindStringSubmatch(sub.Resource)
		if m == nil || x.Now().After(sub.ExpirationDateTime) || !strings.Contains(sub.ChangeType, change) {
			continue
		}
		if mailbox, err := x.MailboxAddress(m[1]); err != nil || mailbox != address {
			continue
		}
		body, err := json.Marshal(object{"value": []object{{
			"subscriptionId": sub.ID, "subscriptionExpirationDateTime": microsoft.Time(sub.ExpirationDateTime), "changeType": change, "clientState": sub.ClientState,
			"tenantId": x.Directory.TenantID(), "resource": fmt.Sprintf("Users/%s/Events/%s", m[1], event),
			"resourceData": object{"@odata.type": "#Microsoft.Graph.Event", "@odata.id": fmt.Sprintf("Users/%s/Events/%s", m[1], event), "id": event},
		}}})
		if err != nil {
			continue
		}
		go x.deliver(sub.NotificationURL, body)
	}
}

func (x *Exchange) deliver(address string, body []byte) {
	ctx, cancel := context.WithTimeout(x.life, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	if res, err := x.Callback.RoundTrip(req); err == nil {
		_ = res.Body.Close()
	}
}
