package graph

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// A list that never ends is no list of a tenant's: nothing in a tenant is there
// more often than tenantHolds, several times the largest that are known, and
// pages that bring next to nothing do not go on for ever.
const (
	tenantHolds = 10_000_000
	slowPages   = 100 // pages before each must have brought fewPerPage
	fewPerPage  = 10
)

// smallestPage is the size below which a page that takes too long is not asked
// for once more.
const smallestPage = 10

// abreast is how many pages of a list without links are on their way at a time.
const abreast = 4

// walk says how one list is read.
type walk[M, T any] struct {
	what string
	// size is how many items a page is asked to have, 0 for Graph's own choice.
	// It becomes smaller when Graph does not get a page ready in time.
	size int32
	// page gets the page of at most size items after skip; skip is 0 unless
	// skips is set.
	page func(ctx context.Context, skip, size int32) (*page[M], error)
	// next follows a link that Graph gave.
	next func(ctx context.Context, link string) (*page[M], error)
	// skips is for lists that come without links, however long they are: they
	// are asked on with $skip until an empty page, several pages at a time as far
	// as the list says that it goes.
	skips bool
	// noun makes the tenant's noun, false for an item that is not wanted.
	noun func(M) (T, bool)
	// key tells items apart, "" for one that cannot be used.
	key func(T) string
	// id tells entries of one key, or of none, apart: all but the first are left
	// out, and told. nil where the key is the id.
	id func(T) string
	// enough ends the walk before the list's end; nil reads it all.
	enough func() bool
}

// place is where in a list a page begins: behind a link, or after some items.
type place struct {
	link string
	skip int32
}

// got is a page that has come, or why it has not.
type got[M any] struct {
	page *page[M]
	err  error
	// size is what was asked for in the end.
	size int32
	// answer is this page's: the next may have come by the time it is read.
	answer *answer
	// on is set when the channel brings the page behind the link, too, unless the
	// link is astray.
	on     bool
	astray *problem.Problem
}

// ask sends for a page; the channel brings it.
func (w walk[M, T]) ask(ctx context.Context, c *Client, at place) <-chan got[M] {
	came := make(chan got[M], 1)
	go func() { came <- w.get(ctx, c, at) }()
	return came
}

// follow sends for a page and for those behind its links. Each is asked for the
// moment that the link to it has come; a few may wait to be read.
func (w walk[M, T]) follow(ctx context.Context, c *Client, at place, links map[string]bool) <-chan got[M] {
	came := make(chan got[M], abreast)
	go func() {
		defer close(came) // without a page only when ctx has ended
		for {
			g := w.get(ctx, c, at)
			if g.on = g.err == nil && g.page.link != "" && w.enough == nil; g.on {
				at, w.size = place{link: g.page.link}, g.size
				g.astray = c.follow(at.link, links)
			}
			select {
			case came <- g:
			case <-ctx.Done():
				return
			}
			if !g.on || g.astray != nil {
				return
			}
		}
	}()
	return came
}

// get is one page, a smaller one if Graph does not get it ready in time.
func (w walk[M, T]) get(ctx context.Context, c *Client, at place) got[M] {
	g := got[M]{size: w.size, answer: new(answer)}
	ctx = context.WithValue(ctx, answerKey{}, g.answer)
	for {
		g.page, g.err = call(ctx, c, w.what, func(ctx context.Context) (*page[M], error) {
			if at.link != "" {
				return w.next(ctx, at.link)
			}
			return w.page(ctx, at.skip, g.size)
		})
		smaller := g.size / 4
		if g.err == nil || g.answer.status() != http.StatusGatewayTimeout || smaller < smallestPage {
			return g
		}
		g.size, at.link = smaller, sized(at.link, smaller)
	}
}

// after gives the page after so many items. With it those behind it are sent
// for, up to where the list promised to end; a page that begins elsewhere than it
// was thought to is asked for anew.
func (w walk[M, T]) after(ctx context.Context, c *Client, ahead map[int64]<-chan got[M], from, promised int64) <-chan got[M] {
	if ahead[from] == nil {
		clear(ahead)
	}
	for at := from; len(ahead) < abreast; at = min(at+int64(w.size), promised) {
		if ahead[at] == nil {
			ahead[at] = w.ask(ctx, c, place{skip: int32(at)})
		}
		if at >= promised {
			break
		}
	}
	came := ahead[from]
	delete(ahead, from)
	return came
}

// read walks the list to its end. What came before a failure is kept, and the
// failure stands beside it: a list is Complete only when its end was seen, and
// everything in it was usable. Each page is handed to onPage as it comes; the
// next is on its way by then.
func read[M, T any](ctx context.Context, c *Client, w walk[M, T], onPage func([]T)) tenant.Listing[T] {
	list := tenant.Listing[T]{Items: []T{}, Source: c.o.Source, At: now()}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // a page that is on its way for nothing
	seen, links := met{entries: map[string]bool{}}, map[string]bool{}
	if seen.keys = seen.entries; w.id != nil {
		seen.keys = map[string]bool{}
	}
	var received, promised, pages int64 = 0, -1, 0
	var flaw *problem.Problem
	coming, ahead := w.follow(ctx, c, place{}, links), map[int64]<-chan got[M]{}
	tooLong := func() *problem.Problem {
		if pages >= slowPages+received/fewPerPage || received >= tenantHolds {
			return endless(w.what, pages, received)
		}
		return nil
	}
	onward := func(link string) *problem.Problem {
		if p := tooLong(); p != nil {
			return p
		}
		if link == "" {
			coming = w.after(ctx, c, ahead, received, promised)
			return nil
		}
		if p := c.follow(link, links); p != nil {
			return p
		}
		coming = w.follow(ctx, c, place{link: link}, links)
		return nil
	}
	for coming != nil {
		line := coming
		g, came := <-line
		if coming = nil; !came {
			g.err = c.problem(ctx.Err(), w.what, new(answer))
		}
		if g.err != nil {
			list.Problem = problem.Of(g.err)
			return list
		}
		pages++
		w.size = g.size
		var astray *problem.Problem
		link := g.page.link
		early := link != "" && w.enough == nil
		switch {
		case !early:
		case !g.on:
			astray = onward(link)
		case g.astray != nil:
			astray = g.astray
		default:
			if astray = tooLong(); astray == nil {
				coming = line
			}
		}
		values, err := g.page.items()
		if err == nil && values == nil {
			err = malformed(w.what, "there is no list in it")
		}
		if err != nil {
			list.Problem = c.problem(err, w.what, g.answer)
			return list
		}
		if promised < 0 && g.page.count != nil {
			promised = *g.page.count
		}
		fresh, left, bad := take(values, w, seen)
		if bad > 0 {
			flaw = malformed(w.what, words.T("%d entries without an address or ID", bad).String())
		}
		received += int64(len(values))
		list.Items, list.LeftOut = append(list.Items, fresh...), append(list.LeftOut, left...)
		news := len(fresh) + len(left)
		if !early && w.skips && news > 0 {
			astray = onward("")
		}
		if len(fresh) > 0 && onPage != nil {
			onPage(fresh)
		}
		switch {
		case early:
		case w.enough != nil && w.enough():
			promised = -1
		case link != "":
			astray = onward(link)
		case w.skips && len(values) > 0 && news == 0:
			// A page without anything new: $skip has no effect, and asking on
			// would never end. Whether there is more, only the count can tell.
			received = int64(len(seen.entries))
			if promised < 0 {
				promised = received + 1
			}
		}
		switch {
		case astray != nil:
			flaw = astray
		case coming != nil || flaw != nil:
		case promised > received:
			flaw = problem.New(codeListShort, words.T("Microsoft Graph ended the list early.")).
				With(words.T("Request: %s. %d entries were returned; there are more.", w.what, received)).
				Fix(words.T("Load the list again. If it is still short, load an Exchange result or a CSV file instead."))
		}
		if coming == nil && flaw != nil {
			list.Problem = c.problem(flaw, w.what, g.answer)
		}
	}
	list.Complete = list.Problem == nil
	return list
}

// endless is a list that goes on beyond what a tenant can hold.
func endless(what string, pages, received int64) *problem.Problem {
	return problem.New(codeListEndless, words.T("Microsoft Graph's list does not end.")).
		With(words.T("Request: %s. After %d pages with %d entries there is still a link to another page, which is more than a tenant can have. Roomkey stopped there.", what, pages, received)).
		Fix(words.T("Load the list again. If this continues, ask your network administrator whether a proxy changes the answers of Microsoft Graph."))
}

// met are the entries that came so far, and their keys, which are the same where
// the key is the id.
type met struct{ entries, keys map[string]bool }

// take turns a page into nouns: those not seen before, those of no use, and how
// many entries are no answer of Graph's.
func take[M, T any](values []M, w walk[M, T], seen met) (fresh, left []T, bad int) {
	fresh = make([]T, 0, len(values))
	for _, v := range values {
		if isNil(v) {
			bad++
			continue
		}
		noun, wanted := w.noun(v)
		if !wanted {
			continue
		}
		key := w.key(noun)
		entry := key
		if w.id != nil {
			entry = strings.TrimSpace(w.id(noun) + " " + key)
		}
		switch {
		case entry == "":
			bad++
			continue
		case seen.entries[entry]:
			continue
		case key == "" || seen.keys[key]:
			left = append(left, noun)
		default:
			fresh = append(fresh, noun)
		}
		seen.entries[entry], seen.keys[key] = true, true
	}
	return fresh, left, bad
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

func pointer[T any](v T) *T { return &v }
