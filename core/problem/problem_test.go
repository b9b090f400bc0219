package problem

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/roomkey/roomkey/core/words"
)

// TestRemediesKeepTheirPlaces: a stored problem leads where it led before, and
// what another version wrote leads nowhere instead of somewhere else.
func TestRemediesKeepTheirPlaces(t *testing.T) {
	was := New(CodeUnexpected, words.T("Nothing answers.")).
		Fix(words.T("Ask the network's administrator.")).
		Lead(words.T("Check the address of the booking server."), PlaceServerURL).
		Run(words.T("Check again:"), "roomkeyctl status").
		Lead(words.T("Run the script."), PlaceScript("service-account-reach")).
		Lead(words.T("Run the script for the room."), PlaceScript("room-lists").With("roomkeyctl script show room-lists --set only=a@b"))
	data, err := json.Marshal(was)
	if err != nil {
		t.Fatal(err)
	}
	var back Problem
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	for i, r := range back.Remedies {
		if r.Place != was.Remedies[i].Place || r.Command != was.Remedies[i].Command || r.String() != was.Remedies[i].String() {
			t.Errorf("%+v, was %+v", r, was.Remedies[i])
		}
	}
	if again, err := json.Marshal(&back); err != nil || string(again) != string(data) {
		t.Errorf("%s, %v\nwas %s", again, err, data)
	}
	other := `{"code":"a","remedies":["Go on."],"actions":[{"remedy":0,"text":"Go on.","page":"prove","field":"gone"},{"remedy":7,"text":"?","page":"prove"}]}`
	if err := json.Unmarshal([]byte(other), &back); err != nil || len(back.Remedies) != 1 || !back.Remedies[0].Place.IsZero() {
		t.Errorf("%+v, %v", back.Remedies, err)
	}
	if !slices.Contains(Places(), PlaceServerURL) {
		t.Error("the places are not listed")
	}
}
