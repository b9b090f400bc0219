package graph

import (
	"context"
	"net/url"
	"strings"

	abstractions "github.com/microsoft/kiota-abstractions-go"

	"github.com/roomkey/roomkey/core/tenant"
)

// Place is a room as Graph has it, by its address or an id.
func (c *Client) Place(ctx context.Context, key string) (tenant.Place, error) {
	var m struct {
		roomAnswer
		Type     string `json:"@odata.type"`
		ParentID string `json:"parentId"`
	}
	if err := c.plainly(ctx, "v1.0/places/"+url.PathEscape(key), nil, &m); err != nil {
		return tenant.Place{}, err
	}
	if m.ID == "" {
		return tenant.Place{}, malformed("GET /places/{id}", "the place has no id")
	}
	return tenant.Place{Room: m.Room, Type: strings.TrimPrefix(m.Type, "#microsoft.graph."), ParentID: m.ParentID}, nil
}

// ChangePlace sets properties of a place, in Graph's words; nil empties one.
func (c *Client) ChangePlace(ctx context.Context, id, kind string, properties map[string]any) error {
	body := map[string]any{"@odata.type": "microsoft.graph." + kind}
	for name, v := range properties {
		body[name] = v
	}
	return c.send(ctx, abstractions.PATCH, "v1.0/places/"+url.PathEscape(id), nil, body, nil)
}
