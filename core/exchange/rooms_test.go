package exchange

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roomkey/roomkey/core/problem"
)

// What Microsoft's tools write, as they write it.
func TestParseRoomsReadsWhatMicrosoftsToolsExport(t *testing.T) {
	for file, want := range map[string]struct {
		name string
		out  []string
	}{
		"powershell-5.csv": {"Lake view", nil}, "get-mailbox.csv": {"Lake view", nil},
		"get-exomailbox.csv": {"Lake view", []string{"anna@fabrikam.com", "car@fabrikam.com"}},
		"get-place.csv":      {"Lake view", []string{"desks@fabrikam.com"}},
		"german.csv":         {"Seeblick Zürich", nil}, "french-dos.csv": {"Vue étoilée", nil}, "spanish-mac.csv": {"Salón de la Niña", nil},
		"header-only.csv": {"", nil},
	} {
		data, err := os.ReadFile(filepath.Join("testdata", "rooms", file))
		if err != nil {
			t.Fatal(err)
		}
		rooms, wrong, err := ParseRooms(data)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		var out []string
		for _, w := range wrong {
			if w.Problem.Code != CodeNotRoom {
				t.Errorf("%s: %v", file, w.Problem)
			}
			_, rest, _ := strings.Cut(w.Problem.Title.String(), ": ")
			out = append(out, strings.Fields(rest)[0])
		}
		if d := cmp.Diff(want.out, out); d != "" {
			t.Error(file, d)
		}
		if want.name == "" && len(rooms) == 0 {
			continue
		}
		if len(rooms) != 1 || rooms[0].EmailAddress != "lake@fabrikam.com" || rooms[0].DisplayName != want.name || len(rooms[0].Tags) > 0 {
			t.Errorf("%s: %+v", file, rooms)
		} else if file != "get-exomailbox.csv" && (rooms[0].Capacity == nil || *rooms[0].Capacity != 8) {
			t.Errorf("%s: capacity %v", file, rooms[0].Capacity)
		}
	}
}

func TestParseRoomsSaysWhichColumnsItTakes(t *testing.T) {
	_, _, err := ParseRooms([]byte("Raum;Platz\nA;8\n"))
	p := problem.Of(err)
	for _, want := range []string{"PrimarySmtpAddress", "E-Mail-Adresse", "Capacity", "Building", "Raum;Platz"} {
		if p == nil || !strings.Contains(p.Detail.String(), want) {
			t.Errorf("%s is not in %v", want, p)
		}
	}
}
