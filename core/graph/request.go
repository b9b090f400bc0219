package graph

import (
	"context"
	"encoding/json"
	"strings"

	abstractions "github.com/microsoft/kiota-abstractions-go"
)

// plainly reads what the SDK's models do not have, by its path below the
// cloud's Graph.
func (c *Client) plainly(ctx context.Context, path string, filter *string, into any) error {
	return c.send(ctx, abstractions.GET, path, filter, nil, into)
}

// send makes a call that the SDK has no models for, by its path below the cloud's
// Graph. A nil body sends none; a nil into drops the answer.
func (c *Client) send(ctx context.Context, method abstractions.HttpMethod, path string, filter *string, body, into any) error {
	what := method.String() + " /" + strings.TrimPrefix(path, "v1.0/")
	_, err := call(ctx, c, what, func(ctx context.Context) (any, error) {
		info := c.request(method, path, "{?%24filter}")
		if filter != nil {
			info.QueryParameters["%24filter"] = *filter
		}
		if body != nil {
			data, err := json.Marshal(body)
			if err != nil {
				return nil, err
			}
			info.SetStreamContentAndContentType(data, "application/json")
		}
		answer, err := c.adapter.SendPrimitive(ctx, info, "[]byte", nil)
		if err != nil || into == nil {
			return true, err
		}
		data, _ := answer.([]byte)
		if err := json.Unmarshal(data, into); err != nil {
			return nil, malformed(what, "a part of it has another form than Microsoft describes").By(err)
		}
		return into, nil
	})
	return err
}

// request is one to a path below the cloud's Graph.
func (c *Client) request(method abstractions.HttpMethod, path, query string) *abstractions.RequestInformation {
	info := abstractions.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(method,
		"{+graph}"+path+query, map[string]string{"graph": strings.TrimSuffix(c.root.String(), "v1.0")})
	info.Headers.Add("Accept", "application/json")
	return info
}
