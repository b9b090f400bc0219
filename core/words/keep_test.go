package words

import (
	"encoding/json"
	"testing"
	"time"
)

// TestStoredTextsKeepTheirKeys: JSON is English; with what Keep collected it can
// be read in another language.
func TestStoredTextsKeepTheirKeys(t *testing.T) {
	type inner struct{ Note Text }
	type run struct {
		Title Text
		Notes []*inner
	}
	was := run{N(2, "%d room", "%d rooms", 2), []*inner{
		{T("%s: %s, %.1f, %s", And(T("a"), T("b")), Key("key"), 1.5, 2*time.Second)}, {Plain("outside")}}}
	data, err := json.Marshal(was)
	if err != nil {
		t.Fatal(err)
	}
	table, err := json.Marshal(Keep(was))
	if err != nil {
		t.Fatal(err)
	}
	var now run
	var kept Kept
	if err := json.Unmarshal(data, &now); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(table, &kept); err != nil {
		t.Fatal(err)
	}
	kept.Restore(&now)
	if got, want := now.Title.In(loud), "<2 rooms>"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	if got, want := now.Notes[0].Note.In(loud), "<<<a> and <b>>: <key>, 1.5, 2s>"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	if got := now.Notes[1].Note.In(loud); got != "outside" {
		t.Error(got)
	}
}
