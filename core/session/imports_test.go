package session

import (
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/vault"
)

// TestAFileWithoutRoomsIsRefused: the rooms of the file before it remain.
func TestAFileWithoutRoomsIsRefused(t *testing.T) {
	s := importing(t)
	if l, wrong := s.ImportRooms([]byte("Address\na@contoso.com\nb@contoso.com\n")); l.Problem != nil || len(l.Items) != 2 || len(wrong) != 0 {
		t.Fatalf("%+v, %v", l, wrong)
	}
	for name, file := range map[string]string{
		"a header alone":      "Address,DisplayName\n",
		"one of the script":   "\"Tenant\",\"Room\",\"DisplayName\"\n",
		"people only":         "Address,RecipientTypeDetails\nada@contoso.com,UserMailbox\n",
		"lines without sense": "Address\nnot an address\n",
		"blank lines":         "Address,DisplayName\n,\n,\n",
	} {
		l, _ := s.ImportRooms([]byte(file))
		if l.Problem == nil || l.Problem.Code != codeRoomsNoneInFile || len(l.Problem.Remedies) == 0 || !strings.Contains(l.Problem.Detail.String(), "2 rooms") {
			t.Errorf("%s: %v", name, l.Problem)
		}
		if known := s.KnownRooms(); len(known) != 2 {
			t.Errorf("%s: of two rooms remain %d", name, len(known))
		}
	}
}

// TestSettingsWithoutADate: a CSV that does not say when its rooms were read is not
// as new as its import, and one with nothing usable replaces no other.
func TestSettingsWithoutADate(t *testing.T) {
	s := importing(t)
	const dated = "Tenant,Room,Read,AllowConflicts\n" + tenantID + ",a@contoso.com,2026-11-20T08:00:00Z,False\n"
	if _, err := s.ReadProcessing([]byte(dated)); err != nil || s.ProcessingAt().IsZero() {
		t.Fatalf("%v, %v", s.ProcessingAt(), err)
	}
	if _, err := s.ReadProcessing([]byte("Tenant,Room,Read,AllowConflicts\n")); problem.CodeOf(err) != exchange.CodeNoSettings {
		t.Errorf("a header alone: %v", err)
	}
	states, err := s.ReadProcessing([]byte("Tenant,Room,AllowConflicts\n" + tenantID + ",a@contoso.com,perhaps\n"))
	if err != nil || len(states) == 0 || states[0].Problem == nil {
		t.Errorf("%+v, %v", states, err)
	}
	if kept := s.everyProcessing(); s.ProcessingAt().IsZero() || len(kept) != 1 || kept[0].Problem != nil {
		t.Errorf("what was read before is gone: %+v", kept)
	}
	if _, err := s.ReadProcessing([]byte("Tenant,Room,AllowConflicts\n" + tenantID + ",a@contoso.com,True\n")); err != nil {
		t.Fatal(err)
	}
	if at := s.ProcessingAt(); !at.IsZero() || s.roomSettings() == nil {
		t.Errorf("a CSV without a date is of %v", at)
	}
}

func importing(t *testing.T) *Session {
	t.Helper()
	s, err := bare(t, vault.Memory()).Create(t.Context(), "Contoso", func(c *connection.Connection) {
		c.Product.ID, c.Tenant.ID = "offision-application", tenantID
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestRoomsCutOff: the rooms of a script's CSV that was cut off at the end of a line
// do not replace those before it, and one without a count is said to be perhaps so.
func TestRoomsCutOff(t *testing.T) {
	s := importing(t)
	lines := []string{"Tenant,Room,RowsInFile\n", tenantID + ",a@contoso.com,2\n", tenantID + ",b@contoso.com,2\n"}
	if l, wrong := s.ImportRooms([]byte(strings.Join(lines, ""))); l.Problem != nil || !l.Complete || len(l.Items) != 2 || len(wrong) != 0 {
		t.Fatalf("%+v, %v", l, wrong)
	}
	if l, _ := s.ImportRooms([]byte(strings.Join(lines[:2], ""))); l.Problem == nil || l.Problem.Code.String() != "exchange.cut-off" || len(l.Problem.Remedies) == 0 || len(s.KnownRooms()) != 2 {
		t.Errorf("%+v, %v", l, s.KnownRooms())
	}
	if l, wrong := s.ImportRooms([]byte("Tenant,Room\n" + tenantID + ",a@contoso.com\n")); l.Problem != nil || len(l.Items) != 1 || len(wrong) != 1 || wrong[0].Code != exchange.CodeMaybeCut {
		t.Errorf("%+v, %v", l, wrong)
	}
}
