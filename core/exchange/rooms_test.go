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

// TestRoomsInTheirOwnWords: the same room with the headings of other languages, and
// as a plain list.
func TestRoomsInTheirOwnWords(t *testing.T) {
	for name, text := range map[string]string{
		"Italian":               "Nome visualizzato;Indirizzo di posta elettronica;Capacità;Edificio;Piano;Tipo di destinatario\nSala lago;lake@fabrikam.com;8;Nord;2;Cassetta postale della sala\n",
		"Italian, decomposed":   "Nome visualizzato,Indirizzo e-mail,Capacita\u0300\nSala lago,lake@fabrikam.com,8\n",
		"Italian, of Entra":     "Nome visualizzato,Nome dell'entità utente\nSala lago,lake@fabrikam.com\n",
		"Dutch":                 "Weergavenaam;E-mailadres;Capaciteit;Verdieping\nMeer;lake@fabrikam.com;8;2\n",
		"Portuguese":            "Nome para exibição;Endereço de e-mail;Capacidade;Andar\nLago;lake@fabrikam.com;8;2\n",
		"plain":                 "lake@fabrikam.com\n",
		"plain, of Windows":     "\ufefflake@fabrikam.com\r\n\r\n",
		"plain, with blanks":    "\n  lake@fabrikam.com  \n",
		"plain, with a comma":   "lake@fabrikam.com,\n",
		"plain, without an end": "lake@fabrikam.com",
		"plain, in quotes":      "\"lake@fabrikam.com\"\n",
	} {
		rooms, wrong, err := ParseRooms([]byte(text))
		if err != nil || len(wrong) > 0 || len(rooms) != 1 || rooms[0].EmailAddress != "lake@fabrikam.com" {
			t.Errorf("%s: %+v %v %v", name, rooms, wrong, err)
			continue
		}
		if strings.Contains(text, "8") && (rooms[0].Capacity == nil || *rooms[0].Capacity != 8) {
			t.Errorf("%s: capacity %v", name, rooms[0].Capacity)
		}
	}
	rooms, wrong, err := ParseRooms([]byte("lake@fabrikam.com\nLake view\nlake@fabrikam.com\nsea@fabrikam.com\n"))
	if err != nil || len(rooms) != 2 || rooms[1].Line != 4 || len(wrong) != 2 || wrong[0].Line != 2 || wrong[1].Line != 3 {
		t.Errorf("%+v %v %v", rooms, wrong, err)
	}
	for _, text := range []string{"Lake view\nlake@fabrikam.com\n", "lake@fabrikam.com;8\nsea@fabrikam.com;9\n", "lake@fabrikam.com sea@fabrikam.com\n"} {
		if rooms, _, err := ParseRooms([]byte(text)); err == nil {
			t.Errorf("%q: %+v", text, rooms)
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
