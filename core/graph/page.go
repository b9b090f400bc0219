package graph

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	abstractions "github.com/microsoft/kiota-abstractions-go"
)

// page is one page of a list.
type page[M any] struct {
	// link leads to the page after this one, "" when there is none.
	link string
	// count is how long the whole list is, nil when the page does not say. It may
	// stand behind the items.
	count *int64
	// items are read only when they are asked for, so that the next page can be
	// on its way meanwhile.
	items func() ([]M, error)
}

// response is what every collection answer of the SDK has.
type response[M any] interface {
	GetValue() []M
	GetOdataNextLink() *string
	GetOdataCount() *int64
}

// some makes a page of the SDK's answer, nil of a nil one.
func some[M any, R response[M]](r R, err error) (*page[M], error) {
	if err != nil || isNil(r) {
		return nil, err
	}
	return &page[M]{link: text(r.GetOdataNextLink()), count: r.GetOdataCount(),
		items: func() ([]M, error) { return r.GetValue(), nil }}, nil
}

// plain sends a request that the SDK has built and decodes the answer without
// the SDK's models: for a user they build a table of 130 functions and a tree
// of the whole JSON, which takes ten times as long. M has the fields that are
// read, by their names in Graph; it is a tenant's noun, or holds one.
func plain[M any](ctx context.Context, c *Client) func(*abstractions.RequestInformation, error) (*page[*M], error) {
	return func(request *abstractions.RequestInformation, err error) (*page[*M], error) {
		if err != nil {
			return nil, err
		}
		answer, err := c.adapter.SendPrimitive(ctx, request, "[]byte", nil)
		body, _ := answer.([]byte)
		if err != nil || body == nil {
			return nil, err
		}
		return decode[M](body)
	}
}

// linked gets the page that a link of Graph's leads to.
func linked[M any](c *Client) func(context.Context, string) (*page[*M], error) {
	return func(ctx context.Context, link string) (*page[*M], error) {
		u, err := url.Parse(link)
		if err != nil {
			return nil, err
		}
		request := abstractions.NewRequestInformation()
		request.Method = abstractions.GET
		request.SetUri(*u)
		request.Headers.TryAdd("Accept", "application/json")
		return plain[M](ctx, c)(request, nil)
	}
}

// tolerant reads JSON as encoding/json does: Microsoft promises neither names that
// come once nor text that is valid.
var tolerant = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// decode reads a page as far as the link to the next. Graph puts it before the
// items, which are then left as they came.
func decode[M any](body []byte) (*page[*M], error) {
	p, in := &page[*M]{}, jsontext.NewDecoder(bytes.NewBuffer(body), tolerant)
	if t, err := in.ReadToken(); err != nil || t.Kind() != jsontext.KindBeginObject {
		return nil, cmp.Or(err, errShape)
	}
	has, err := p.parts(in)
	if err != nil {
		return nil, err
	}
	p.items = func() (items []*M, err error) {
		if has {
			if err := json.UnmarshalDecode(in, &items); err != nil {
				return nil, err
			}
			if again, err := p.parts(in); err != nil || again {
				return nil, cmp.Or(err, errShape)
			}
		}
		if _, err := in.ReadToken(); !errors.Is(err, io.EOF) {
			return nil, cmp.Or(err, errShape)
		}
		return items, nil
	}
	if p.link == "" {
		items, err := p.items()
		p.items = func() ([]*M, error) { return items, err }
		return p, err
	}
	return p, nil
}

var errShape = errors.New("it is not one object with one list and one link")

// parts reads what stands beside a page's items, and stops before these or at the
// page's end.
func (p *page[M]) parts(in *jsontext.Decoder) (items bool, err error) {
	for {
		t, err := in.ReadToken()
		if err != nil || t.Kind() == jsontext.KindEndObject {
			return false, err
		}
		switch name := t.String(); name {
		case "value":
			return true, nil
		case "@odata.nextLink":
			if p.link != "" {
				return false, errShape
			}
			err = json.UnmarshalDecode(in, &p.link)
		case "@odata.count":
			err = json.UnmarshalDecode(in, &p.count)
		default:
			err = in.SkipValue()
		}
		if err != nil {
			return false, err
		}
	}
}

var topOf = regexp.MustCompile(`([?&](?:\$|%24)top=)[0-9]+`)

// sized is a link that asks for pages of another size. The rest of it is
// Graph's own business and stays as it is.
func sized(link string, size int32) string {
	return topOf.ReplaceAllString(link, fmt.Sprintf("${1}%d", size))
}
