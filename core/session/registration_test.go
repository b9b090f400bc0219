package session

import (
	"testing"

	"github.com/roomkey/roomkey/core/register"
)

func TestLeft(t *testing.T) {
	start := func(verb string) register.Record { return register.Record{Phase: "start", Verb: verb} }
	end := register.Record{Phase: "end"}
	for _, tt := range []struct {
		name                   string
		history                []register.Record
		registered             bool
		unfinished, restorable bool
	}{
		{"nothing", nil, false, false, false},
		{"applied", []register.Record{start("apply"), end}, true, false, false},
		{"cut off", []register.Record{start("apply")}, false, true, false},
		{"undone", []register.Record{start("apply"), end, start("undo"), end}, false, false, true},
		{"undone, still registered", []register.Record{start("undo"), end}, true, false, false},
		{"undone and applied again", []register.Record{start("undo"), end, start("apply"), end}, true, false, false},
	} {
		if u, r := left(tt.history, tt.registered); u != tt.unfinished || r != tt.restorable {
			t.Errorf("%s: unfinished %v, restorable %v", tt.name, u, r)
		}
	}
}
