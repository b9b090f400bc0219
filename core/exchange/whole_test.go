package exchange_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
)

// table is the CSV that a run left.
func (o ran) table(t *testing.T) (path string, data []byte) {
	t.Helper()
	found, _ := filepath.Glob(filepath.Join(o.folder, "*.csv"))
	if len(found) != 1 {
		t.Fatal(found, o.Output)
	}
	data, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return found[0], data
}

// TestATableThatWasCutOff at any place, also at the end of a line, is not taken for
// whole: its rooms are no list of all, and none is restored.
func TestATableThatWasCutOff(t *testing.T) {
	l := newLab(t, 3)
	was := l.memory()
	read := map[string]func([]byte) error{
		"rooms-show": func(data []byte) error {
			rooms, err := exchange.ReadRooms(data, l.to.Connection)
			if err == nil && rooms.Complete && len(rooms.Items) != 3 {
				t.Errorf("%d rooms are all", len(rooms.Items))
			}
			if err == nil && !rooms.Complete {
				err = rooms.Problem
			}
			return err
		},
		"calendar-processing-show": func(data []byte) error {
			_, err := exchange.ReadProcessing(data, l.to.Connection, nil)
			return err
		},
		"calendar-processing": func(data []byte) error {
			_, err := exchange.Generate("calendar-processing-undo", l.to, map[string]any{"before": string(data)})
			return err
		},
	}
	for name, read := range read {
		path, data := l.run(l.make(name, nil), shellRun{Prelude: quick}).table(t)
		if err := read(data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if changed, err := os.ReadFile(path + ".draft"); err == nil {
			t.Errorf("%s left %s", name, changed)
		}
		header := bytes.IndexByte(data, '\n') + 1
		for at := header + 1; at < len(bytes.TrimSpace(data))-1; at++ {
			if err := read(data[:at]); err == nil {
				t.Errorf("%s, cut off at %d of %d bytes, is whole", name, at, len(data))
			}
		}
		if name != "calendar-processing" {
			continue
		}
		lines := strings.SplitAfter(string(data), "\n")
		for cut, says := range map[string]string{strings.Join(lines[:3], ""): "2 of its lines are whole", string(data[:len(data)-12]): "2 of its lines are whole", lines[0] + lines[1][:60]: "0 of its lines are whole", string(data): ""} {
			if err := os.WriteFile(path, []byte(cut), 0o600); err != nil {
				t.Fatal(err)
			}
			o := l.run(l.make("calendar-processing-undo", nil), shellRun{Prelude: quick, Arguments: map[string]any{"Before": path}})
			if (o.Exit == 0) != (says == "") || !strings.Contains(o.result.Err, says) || strings.Contains(o.Output, "may be incomplete") {
				t.Errorf("%q: %s", says, o.Output)
			}
		}
	}
	if l.memory() != was {
		t.Errorf("was %s\nis  %s", was, l.memory())
	}
}

// TestATableWithoutACount is read as before, and said to be perhaps incomplete.
func TestATableWithoutACount(t *testing.T) {
	l := newLab(t, 2)
	rooms, err := exchange.ReadRooms([]byte("Tenant,Room\n"+tenantOf+",room0@contoso.com\n"), l.to.Connection)
	if err != nil || rooms.Complete || len(rooms.Items) != 1 || rooms.Problem.Code != exchange.CodeMaybeCut {
		t.Errorf("%+v, %v", rooms, err)
	}
	before := "Tenant,Room,Replaced,DeleteSubject\n" + tenantOf + ",room0@contoso.com,2026-11-20T08:00:00Z,False\n"
	doc := l.make("calendar-processing-undo", map[string]any{"before": before})
	if len(doc.Warnings) == 0 || !strings.Contains(doc.Warnings[0].String(), "may be incomplete") {
		t.Errorf("%v", doc.Warnings)
	}
	file := filepath.Join(t.TempDir(), "old.csv")
	if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	o := l.run(l.make("calendar-processing-undo", nil), shellRun{Prelude: quick, Arguments: map[string]any{"Before": file}})
	if o.Exit != 0 || !strings.Contains(o.Output, "may be incomplete") {
		t.Error(o.Output)
	}
	// One that came to its end has a result.
	_, saved := l.run(l.make("calendar-processing", nil), shellRun{Prelude: quick}).table(t)
	if _, err := exchange.ReadResult(saved, l.to.Connection); problem.CodeOf(err).String() != "exchange.run-has-result" {
		t.Error(err)
	}
}
