package wire

import (
	"context"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/graph"
	"github.com/roomkey/roomkey/core/tenant"
)

// tenantClient is graph.Client in the words of those who use it.
type tenantClient struct{ *graph.Client }

func (t tenantClient) People(ctx context.Context, cardNumberAttribute string, page func([]tenant.Person)) tenant.Listing[tenant.Person] {
	return t.Client.People(ctx, graph.PeopleQuery{CardNumberAttribute: cardNumberAttribute}, page)
}

func (t tenantClient) Members(ctx context.Context, groupID, cardNumberAttribute string, page func([]tenant.Person)) tenant.Listing[tenant.Person] {
	return t.Client.Members(ctx, groupID, graph.PeopleQuery{CardNumberAttribute: cardNumberAttribute}, page)
}

func (t tenantClient) CreateEvent(ctx context.Context, mailbox string, e check.NewEvent) (tenant.Event, error) {
	return t.Client.CreateEvent(ctx, mailbox, graph.NewEvent(e))
}

func (t tenantClient) Subscribe(ctx context.Context, s check.Subscription) (string, error) {
	return t.Client.Subscribe(ctx, graph.Subscription(s))
}
