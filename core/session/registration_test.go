package session

import (
	"testing"

	"github.com/roomkey/roomkey/core/change"
)

func TestLeft(t *testing.T) {
	start := func(verb string) change.Record { return change.Record{Phase: "start", Verb: verb} }
	end := change.Record{Phase: "end"}
	for _, tt := range []struct {
		name                   string
		history                []change.Record
		registered             bool
		unfinished, restorable bool
	}{
		{"nothing", nil, false, false, false},
		{"applied", []change.Record{start("apply"), end}, true, false, false},
		{"cut off", []change.Record{start("apply")}, false, true, false},
		{"undone", []change.Record{start("apply"), end, start("undo"), end}, false, false, true},
		{"undone, still registered", []change.Record{start("undo"), end}, true, false, false},
		{"undone and applied again", []change.Record{start("undo"), end, start("apply"), end}, true, false, false},
	} {
		if u, r := left(tt.history, tt.registered); u != tt.unfinished || r != tt.restorable {
			t.Errorf("%s: unfinished %v, restorable %v", tt.name, u, r)
		}
	}
}
