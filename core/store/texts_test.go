package store

import (
	"testing"

	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/language"
	"github.com/roomkey/roomkey/core/words"
)

// TestEvidenceIsReadInAnotherLanguage: what was remembered in English is shown
// in the language of whoever opens it.
func TestEvidenceIsReadInAnotherLanguage(t *testing.T) {
	s := open(t, t.TempDir())
	c := saved(t, s, "x")
	note := words.N(2, "%d room", "%d rooms", 2)
	err := s.UpdateEvidence(t.Context(), c.ID, func([]evidence.Record, bool) []evidence.Record {
		return []evidence.Record{{Claim: evidence.Rooms, Note: note}}
	})
	if err != nil {
		t.Fatal(err)
	}
	records, _, err := s.Evidence(c.ID)
	if err != nil || len(records) != 1 {
		t.Fatal(records, err)
	}
	texts, _ := language.Load("")
	pseudo, _ := texts.Choose("qps-ploc")
	if got, want := records[0].Note.In(pseudo), note.In(pseudo); got != want || got == note.English() {
		t.Errorf("%q, not %q", got, want)
	}
}
