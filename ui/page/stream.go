package page

import (
	"sync"

	"github.com/roomkey/roomkey/ui/kit"
)

// stream carries items from a working goroutine to the UI thread, in order and
// in bundles, so that ten thousand items do not mean ten thousand redraws.
type stream[T any] struct {
	mu    sync.Mutex
	items []T
	flush func()
}

func newStream[T any](scope *kit.Scope, take func([]T)) *stream[T] {
	s := &stream[T]{}
	s.flush = scope.Coalesced(func() {
		s.mu.Lock()
		items := s.items
		s.items = nil
		s.mu.Unlock()
		if len(items) > 0 {
			take(items)
		}
	})
	return s
}

func (s *stream[T]) add(item T) { s.addAll([]T{item}) }

// addAll copies the items: a page of a listing is only lent.
func (s *stream[T]) addAll(items []T) {
	s.mu.Lock()
	s.items = append(s.items, items...)
	s.mu.Unlock()
	s.flush()
}
