package graph

import (
	"context"
	"net/url"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// response is what every collection answer of the SDK has.
type response[M any] interface {
	GetValue() []M
	GetOdataNextLink() *string
	GetOdataCount() *int64
}

// walk says how one list is read.
type walk[M, T any] struct {
	what string
	// page gets the page after skip items; it is called with 0 only, unless
	// skips is set.
	page func(ctx context.Context, skip int32) (response[M], error)
	// next follows a link that Graph gave.
	next func(ctx context.Context, link string) (response[M], error)
	// skips is for lists that come without links, however long they are: they
	// are asked on with $skip until an empty page.
	skips bool
	// noun makes the tenant's noun, false for an item that is not wanted.
	noun func(M) (T, bool)
	// key tells items apart, "" for one that cannot be used.
	key func(T) string
	// enough ends the walk before the list's end; nil reads it all.
	enough func() bool
}

// read walks the list to its end. What came before a failure is kept, and the
// failure stands beside it: a list is Complete only when its end was seen, and
// everything in it was usable. Each page is handed to onPage before the next
// is asked for.
func read[M, T any](ctx context.Context, c *Client, w walk[M, T], onPage func([]T)) tenant.Listing[T] {
	list := tenant.Listing[T]{Items: []T{}, Source: c.o.Source, At: now()}
	seen := map[string]bool{}
	links := map[string]bool{}
	var received, promised int64 = 0, -1
	var flaw *problem.Problem
	last := new(answer)
	ctx = context.WithValue(ctx, answerKey{}, last)
	get := func(ctx context.Context) (response[M], error) { return w.page(ctx, 0) }
	for {
		page, err := call(ctx, c, w.what, func(ctx context.Context) (response[M], error) {
			page, err := get(ctx)
			if err == nil && !isNil(page) && page.GetValue() == nil {
				err = malformed(w.what, "there is no list in it")
			}
			return page, err
		})
		if err != nil {
			list.Problem = problem.Of(err)
			return list
		}
		values, link := page.GetValue(), page.GetOdataNextLink()
		if n := page.GetOdataCount(); n != nil && promised < 0 {
			promised = *n
		}
		fresh, bad := take(values, w, seen)
		if bad > 0 {
			flaw = malformed(w.what, words.T("%d entries have no address or id", bad).String())
		}
		received += int64(len(values))
		list.Items = append(list.Items, fresh...)
		if len(fresh) > 0 && onPage != nil {
			onPage(fresh)
		}
		switch {
		case w.enough != nil && w.enough():
			promised = -1
		case link != nil && *link != "":
			if p := c.follow(*link, links); p != nil {
				list.Problem = c.problem(p, w.what, last)
				return list
			}
			get = func(ctx context.Context) (response[M], error) { return w.next(ctx, *link) }
			continue
		case w.skips && len(fresh) > 0:
			skip := int32(received)
			get = func(ctx context.Context) (response[M], error) { return w.page(ctx, skip) }
			continue
		case w.skips && len(values) > 0:
			// A page without anything new: $skip has no effect, and asking on
			// would never end. Whether there is more, only the count can tell.
			received = int64(len(seen))
			if promised < 0 {
				promised = received + 1
			}
		}
		if list.Problem = flaw; flaw == nil && promised > received {
			list.Problem = problem.New(codeListShort, words.T("Microsoft Graph ended the list early.")).
				With(words.T("Request: %s. %d entries came; there are more.", w.what, received)).
				Fix(words.T("Load the list again. If it stays short, load an Exchange result or a CSV file instead."))
		}
		if list.Problem != nil {
			list.Problem = c.problem(list.Problem, w.what, last)
		}
		list.Complete = list.Problem == nil
		return list
	}
}

// take turns a page into nouns: those not seen before, and how many entries
// cannot be used.
func take[M, T any](values []M, w walk[M, T], seen map[string]bool) (fresh []T, bad int) {
	for _, v := range values {
		if isNil(v) {
			bad++
			continue
		}
		noun, wanted := w.noun(v)
		if !wanted {
			continue
		}
		switch key := w.key(noun); {
		case key == "":
			bad++
		case !seen[key]:
			seen[key] = true
			fresh = append(fresh, noun)
		}
	}
	return fresh, bad
}

// follow checks a link before it is followed: it must lead to this Graph, and
// nowhere that the walk has been.
func (c *Client) follow(link string, been map[string]bool) *problem.Problem {
	u, err := url.Parse(link)
	if err != nil {
		return malformed("nextLink", "the link to the next page is no address")
	}
	if !c.own(u) {
		return foreign(u)
	}
	if been[link] {
		return malformed("nextLink", "the link to the next page leads in a circle")
	}
	been[link] = true
	return nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func number(n *int32) *int {
	if n == nil {
		return nil
	}
	i := int(*n)
	return &i
}

func pointer[T any](v T) *T { return &v }
