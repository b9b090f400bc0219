// Package owner keeps the document of one connection. Nobody else holds one: who
// shows it asks for a snapshot and watches, who edits it sends changes, which are
// applied to the document as it is then, on this computer's disk.
package owner

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/store"
)

// View shows the document of one connection and what is stored beside it. It
// cannot change it.
type View struct {
	store *store.Store
	id    string

	// telling orders the snapshots that watchers get.
	telling sync.Mutex

	mu       sync.Mutex
	doc      *connection.Connection
	watchers map[int]func(*connection.Connection)
	next     int
	stop     func()
}

// look opens a connection to look at.
func look(s *store.Store, id string) (*View, error) {
	doc, err := s.Load(id)
	if err != nil {
		return nil, err
	}
	return &View{store: s, id: doc.ID, doc: doc, watchers: map[int]func(*connection.Connection){}}, nil
}

// ID is the connection's id.
func (v *View) ID() string { return v.id }

// Document is a copy of the document as it is now.
func (v *View) Document() *connection.Connection {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.doc.Clone()
}

// every is how often the file is looked at while somebody watches, for the
// changes of another Roomkey.
const every = time.Second

// Watch calls told with a copy of the document after each change, whoever made
// it, in order and aside, until stop is called. It must not block, and not change
// the document itself.
func (v *View) Watch(told func(*connection.Connection)) (stop func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	n := v.next
	v.next++
	v.watchers[n] = told
	if v.stop == nil {
		v.stop = v.follow()
	}
	return func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		delete(v.watchers, n)
		if len(v.watchers) == 0 && v.stop != nil {
			v.stop()
			v.stop = nil
		}
	}
}

// follow looks at the file until it is stopped.
func (v *View) follow() (stop func()) {
	done := make(chan struct{})
	go func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				// A file that cannot be read now is said to whoever saves next.
				_ = v.Refresh()
			}
		}
	}()
	return sync.OnceFunc(func() { close(done) })
}

// Refresh reads the file again and tells the watchers when another Roomkey has
// changed it.
func (v *View) Refresh() error {
	v.telling.Lock()
	defer v.telling.Unlock()
	doc, err := v.store.Load(v.id)
	if err == nil {
		v.take(doc)
	}
	return err
}

// take shows a document that is on disk. The caller holds telling.
func (v *View) take(doc *connection.Connection) {
	v.mu.Lock()
	same := v.doc.Revision == doc.Revision
	v.doc = doc
	told := make([]func(*connection.Connection), 0, len(v.watchers))
	for _, w := range v.watchers {
		told = append(told, w)
	}
	v.mu.Unlock()
	if same {
		return
	}
	for _, w := range told {
		w(doc.Clone())
	}
}

// Owner is a View that may change the document.
type Owner struct {
	*View
	drafting sync.Mutex
}

// Own opens a connection to change.
func Own(s *store.Store, id string) (*Owner, error) {
	v, err := look(s, id)
	if err != nil {
		return nil, err
	}
	return &Owner{View: v}, nil
}

// Change makes all the changes in the document as it is on disk now, or none,
// saves it and tells the watchers.
func (o *Owner) Change(ctx context.Context, changes ...connection.Change) error {
	return o.change(ctx, func(c *connection.Connection) error { return c.Apply(changes...) })
}

// Edit is Change by a function.
func (o *Owner) Edit(ctx context.Context, edit func(*connection.Connection)) error {
	return o.Change(ctx, connection.Edit(edit))
}

func (o *Owner) change(ctx context.Context, edit func(*connection.Connection) error) error {
	o.telling.Lock()
	defer o.telling.Unlock()
	doc, err := o.store.Update(ctx, o.id, edit)
	if err == nil {
		o.take(doc)
	}
	return err
}

// Drafts are what was typed and not saved, by field.
func (o *Owner) Drafts() map[string]store.Draft { return o.store.Drafts(o.id) }

// Draft keeps what was typed into fields; a nil draft forgets a field's. It is on
// the disk when it returns.
func (o *Owner) Draft(drafts map[string]*store.Draft) error {
	o.drafting.Lock()
	defer o.drafting.Unlock()
	kept := o.store.Drafts(o.id)
	before := maps.Clone(kept)
	for field, d := range drafts {
		if d == nil {
			delete(kept, field)
		} else {
			kept[field] = *d
		}
	}
	if maps.Equal(before, kept) {
		return nil
	}
	return o.store.PutDrafts(o.id, kept)
}
