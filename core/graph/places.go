package graph

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	abstractions "github.com/microsoft/kiota-abstractions-go"

	"github.com/roomkey/roomkey/core/tenant"
)

// Place is a room as Graph has it, by its address or an id.
func (c *Client) Place(ctx context.Context, key string) (tenant.Place, error) {
	var m struct {
		roomAnswer
		Type string `json:"@odata.type"`
	}
	if err := c.plainly(ctx, "v1.0/places/"+url.PathEscape(key), nil, &m); err != nil {
		return tenant.Place{}, err
	}
	if m.ID == "" {
		return tenant.Place{}, malformed("GET /places/{id}", "the place has no id")
	}
	return tenant.Place{Room: m.Room, Type: strings.TrimPrefix(m.Type, "#microsoft.graph.")}, nil
}

// ChangePlace sets properties of a place, in Graph's words; nil empties one.
func (c *Client) ChangePlace(ctx context.Context, id, kind string, properties map[string]any) error {
	body := map[string]any{"@odata.type": "microsoft.graph." + kind}
	for name, v := range properties {
		body[name] = v
	}
	return c.send(ctx, abstractions.PATCH, "v1.0/places/"+url.PathEscape(id), nil, body, nil)
}

// Spaces lists the places of a kind: "building", "floor" or "section". Where
// buildings are not switched on in the tenant, Microsoft shows none.
func (c *Client) Spaces(ctx context.Context, kind string) ([]tenant.Space, error) {
	const size = 1000 // the largest page, and the default one
	return whole(read(ctx, c, walk[*tenant.Space, tenant.Space]{
		what: "GET /places/microsoft.graph." + kind, size: size, skips: true, next: linked[tenant.Space](c),
		noun: func(s *tenant.Space) (tenant.Space, bool) { s.Kind = kind; return *s, s.ID != "" },
		key:  func(s tenant.Space) string { return s.ID },
		page: func(ctx context.Context, skip, size int32) (*page[*tenant.Space], error) {
			request := c.request(abstractions.GET, "v1.0/places/microsoft.graph."+kind, "{?%24top,%24skip}")
			request.QueryParameters["%24top"] = strconv.Itoa(int(size))
			if skip > 0 {
				request.QueryParameters["%24skip"] = strconv.Itoa(int(skip))
			}
			return plain[tenant.Space](ctx, c)(request, nil)
		},
	}, nil))
}

// CreateSpace makes a building, a floor or a section.
func (c *Client) CreateSpace(ctx context.Context, s tenant.Space) error {
	body := map[string]any{"@odata.type": "microsoft.graph." + s.Kind, "displayName": s.Name}
	if s.ParentID != "" {
		body["parentId"] = s.ParentID
	}
	return c.send(ctx, abstractions.POST, "v1.0/places", nil, body, nil)
}

// DeleteSpace removes one in which nothing is.
func (c *Client) DeleteSpace(ctx context.Context, id string) error {
	return c.send(ctx, abstractions.DELETE, "v1.0/places/"+url.PathEscape(id), nil, nil, nil)
}
