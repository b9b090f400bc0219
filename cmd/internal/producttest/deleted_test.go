package producttest

import (
	"testing"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/store"
)

// TestDeletedWhileTested: a test of a connection that another Roomkey deletes ends
// with that, and without a verdict about nothing.
func TestDeletedWhileTested(t *testing.T) {
	l := newLab(t)
	p, _ := l.env.Products.Get("offision-application")
	s := l.connect(p)
	other, err := l.env.Open(s.ID())
	if err != nil {
		t.Fatal(err)
	}
	var deleted error
	found := 0
	_, err = s.Check(t.Context(), check.Options{}, func(check.Finding) {
		if found++; found == 1 {
			deleted = other.Delete(t.Context())
		}
	}, nil)
	if deleted != nil {
		t.Fatal(deleted)
	}
	if problem.CodeOf(err) != store.CodeDeleted {
		t.Errorf("after %d findings: %v", found, err)
	}
}
