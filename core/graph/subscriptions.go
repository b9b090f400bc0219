package graph

import (
	"context"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/subscriptions"
)

// Subscription is what Microsoft is asked to send where.
type Subscription struct {
	Resource                      string
	NotificationURL, LifecycleURL string
	Expires                       time.Time
	// ClientState is at most 128 characters.
	ClientState string
}

// Subscribe creates a change notification; Microsoft calls both addresses
// before it answers. It gives the id.
func (c *Client) Subscribe(ctx context.Context, s Subscription) (string, error) {
	const what = "POST /subscriptions"
	m := models.NewSubscription()
	m.SetChangeType(pointer("created,updated,deleted"))
	m.SetResource(&s.Resource)
	m.SetNotificationUrl(&s.NotificationURL)
	if s.LifecycleURL != "" {
		m.SetLifecycleNotificationUrl(&s.LifecycleURL)
	}
	expires := s.Expires.UTC().Truncate(time.Second)
	m.SetExpirationDateTime(&expires)
	m.SetClientState(&s.ClientState)
	m.SetLatestSupportedTlsVersion(pointer("v1_2"))
	made, err := call(ctx, c, what, func(ctx context.Context) (models.Subscriptionable, error) {
		made, err := c.subscriptions().Post(ctx, m, nil)
		if err == nil && !isNil(made) && text(made.GetId()) == "" {
			err = malformed(what, "the subscription has no id")
		}
		return made, err
	})
	if err != nil {
		return "", err
	}
	return *made.GetId(), nil
}

// Unsubscribe deletes a change notification by its id.
func (c *Client) Unsubscribe(ctx context.Context, id string) error {
	return c.act(ctx, "DELETE /subscriptions/{id}", func(ctx context.Context) error {
		return c.subscriptions().BySubscriptionId(id).Delete(ctx, nil)
	})
}

func (c *Client) subscriptions() *subscriptions.SubscriptionsRequestBuilder {
	return subscriptions.NewSubscriptionsRequestBuilderInternal(c.parameters, c.adapter)
}
