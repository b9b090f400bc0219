package owner_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/owner"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/store"
)

// two are two programs with the same connection open.
func two(t *testing.T) (a, b *owner.Owner) {
	t.Helper()
	dir := t.TempDir()
	var id string
	for i, o := range []**owner.Owner{&a, &b} {
		s, err := store.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			c := connection.New("Contoso")
			c.Server.URL = "https://one.example"
			if err := s.Save(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			id = c.ID
		}
		if *o, err = owner.Own(s, id); err != nil {
			t.Fatal(err)
		}
	}
	return a, b
}

// TestTwoChangeAtOnce: different fields are both there, of the same field the
// second is told both values.
func TestTwoChangeAtOnce(t *testing.T) {
	a, b := two(t)
	if err := a.Change(t.Context(), connection.Put("name", "Fabrikam").BasedOn("Contoso")); err != nil {
		t.Fatal(err)
	}
	if err := b.Change(t.Context(), connection.Put("server.url", "https://two.example").BasedOn("https://one.example")); err != nil {
		t.Fatal(err)
	}
	if got := b.Document(); got.Name != "Fabrikam" || got.Server.URL != "https://two.example" {
		t.Errorf("%s, %s", got.Name, got.Server.URL)
	}
	if err := a.Change(t.Context(), connection.Put("server.url", "https://three.example").BasedOn("https://one.example")); problem.CodeOf(err) != connection.CodeConflict {
		t.Errorf("the second change of a field: %v", err)
	}
}

// TestWatchersSeeEveryChange, also one that another program made.
func TestWatchersSeeEveryChange(t *testing.T) {
	a, b := two(t)
	var seen []string
	stop := a.Watch(func(c *connection.Connection) { seen = append(seen, c.Name) })
	if err := a.Change(t.Context(), connection.Put("name", "first")); err != nil {
		t.Fatal(err)
	}
	if err := b.Change(t.Context(), connection.Put("name", "second")); err != nil {
		t.Fatal(err)
	}
	if err := a.Refresh(); err != nil {
		t.Fatal(err)
	}
	stop()
	if err := a.Change(t.Context(), connection.Put("name", "third")); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(seen) != "[first second]" {
		t.Error(seen)
	}
}

// TestManyGoroutines is for the race detector; nothing is lost.
func TestManyGoroutines(t *testing.T) {
	a, b := two(t)
	defer a.Watch(func(c *connection.Connection) { _ = c.Name })()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			o := a
			if i%2 == 1 {
				o = b
			}
			err := o.Edit(t.Context(), func(c *connection.Connection) {
				c.People.Groups = append(c.People.Groups, fmt.Sprintf("00000000-0000-4000-8000-%012d", i))
			})
			if err != nil {
				t.Error(err)
			}
			_ = o.Document()
			if err := o.Draft(map[string]*store.Draft{fmt.Sprint(i): {Value: "typed"}}); err != nil {
				t.Error(err)
			}
			if err := o.Refresh(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if err := b.Refresh(); err != nil { // the last change may be the other's
		t.Fatal(err)
	}
	if got := len(b.Document().People.Groups); got != 8 {
		t.Errorf("%d of 8 changes are there", got)
	}
}

// TestDraftsSurvive, and are forgotten when they were saved.
func TestDraftsSurvive(t *testing.T) {
	a, b := two(t)
	if err := a.Draft(map[string]*store.Draft{"name": {Value: "Fab", Was: "Contoso"}, "server.url": {Value: "https://t"}}); err != nil {
		t.Fatal(err)
	}
	if got := b.Drafts()["name"]; got.Value != "Fab" || got.Was != "Contoso" {
		t.Errorf("%+v", got)
	}
	if err := a.Draft(map[string]*store.Draft{"name": nil, "server.url": nil}); err != nil {
		t.Fatal(err)
	}
	if got := b.Drafts(); len(got) != 0 {
		t.Error(got)
	}
}

// TestADeletedConnection is not made again by a change.
func TestADeletedConnection(t *testing.T) {
	s, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := owner.Own(s, "gone"); problem.CodeOf(err).String() != "store.deleted" {
		t.Error(err)
	}
}
