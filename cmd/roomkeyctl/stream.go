package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"github.com/roomkey/roomkey/core/tenant"
)

// stream writes a list as JSON while its items come, so that they are printed while
// the next page is on its way and their text is never in memory as a whole.
type stream[T any] struct {
	out     *bufio.Writer // keeps its first error
	written int
	err     error
}

func newStream[T any](t *terminal) *stream[T] {
	return &stream[T]{out: bufio.NewWriter(t.out)}
}

// streamed begins the first field of a tenant.Listing.
const streamed = `"items": [`

// add writes more items.
func (s *stream[T]) add(items []T) {
	to := escaping{s.out}
	var text bytes.Buffer
	e := jsontext.NewEncoder(&text, jsonv1.DefaultOptionsV1(), jsontext.WithIndentPrefix("    "), jsontext.WithIndent("  "))
	for _, item := range items {
		text.Reset()
		if s.err = cmp.Or(s.err, jsonv2.MarshalEncode(e, item)); s.err != nil {
			return
		}
		before := ",\n    "
		if s.written++; s.written == 1 {
			before = "{\n  " + streamed + "\n    "
		}
		_, _ = s.out.WriteString(before)
		_, _ = to.Write(bytes.TrimSpace(text.Bytes()))
	}
	_ = s.out.Flush()
}

// end writes the items that add has not, and what else the list says.
func (s *stream[T]) end(list tenant.Listing[T]) error {
	s.add(list.Items[s.written:])
	list.Items = []T{}
	text, err := json.MarshalIndent(list, "", "  ")
	if s.err = cmp.Or(s.err, err); s.err != nil {
		return s.err
	}
	if s.written > 0 {
		_, text, _ = bytes.Cut(text, []byte(streamed))
		_, _ = s.out.WriteString("\n  ")
	}
	_, _ = escaping{s.out}.Write(append(text, '\n'))
	return s.out.Flush()
}
