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
		out  []int
	}{
		"powershell-5.csv": {"Lake view", nil}, "get-mailbox.csv": {"Lake view", nil},
		"get-exomailbox.csv": {"Lake view", []int{3, 4}},
		"get-place.csv":      {"Lake view", []int{3}},
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
		var out []int
		for _, w := range wrong {
			if w.Problem.Code != CodeNotRoom {
				t.Errorf("%s: %v", file, w.Problem)
			}
			out = append(out, w.Line)
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

// TestOnlyRoomsAreTaken: tables of all mailboxes or of all people, of which only the
// room is read, whatever the columns are that tell.
func TestOnlyRoomsAreTaken(t *testing.T) {
	for name, text := range map[string]string{
		"active users":             "Block credential,Display name,First name,Last name,Licenses,User principal name\nFalse,Anna Keller,Anna,Keller,E3,anna@fabrikam.com\nTrue,Lake view,,,Unlicensed,lake@fabrikam.com\n",
		"active users, German":     "Anzeigename;Benutzerprinzipalname;Vorname;Nachname\nAnna Keller;anna@fabrikam.com;Anna;Keller\nSee;lake@fabrikam.com;;\n",
		"users of Entra":           "userPrincipalName,displayName,surname,mail,givenName,id\nanna@fabrikam.com,Anna Keller,Keller,anna@fabrikam.com,Anna,1\nlake@fabrikam.com,Lake view,,lake@fabrikam.com,,2\n",
		"mailboxes":                "Display name,Email address,Recipient type\nAnna,anna@fabrikam.com,UserMailbox\nLake,lake@fabrikam.com,RoomMailbox\n",
		"resources":                "DISPLAY NAME,EMAIL ADDRESS,RESOURCE TYPE,CAPACITY\nCar,car@fabrikam.com,Equipment,4\nLake,lake@fabrikam.com,Room,8\n",
		"resources, German":        "Anzeigename;E-Mail-Adresse;Ressourcentyp;Kapazität\nAuto;auto@fabrikam.com;Gerät;4\nSee;lake@fabrikam.com;Raum;8\n",
		"resources, French":        "Nom d'affichage;Adresse courriel;Type de ressource;Capacité\nVoiture;v@fabrikam.com;Équipement;\nLac;lake@fabrikam.com;Salle;8\n",
		"resources, Spanish":       "Nombre para mostrar;Correo electrónico;Tipo de recurso\nCoche;c@fabrikam.com;Equipamiento\nLago;lake@fabrikam.com;Sala\n",
		"IsResource":               "Name,PrimarySmtpAddress,IsResource\nanna,anna@fabrikam.com,False\nlake,lake@fabrikam.com,True\n",
		"places of every level":    "Identity,DisplayName,Type\nNorth_1,North,Building\nlake@fabrikam.com,Lake,Room\n",
		"mailboxes, in words":      "Display name,Email address,Recipient type\nAnna,anna@fabrikam.com,User mailbox\nLake,lake@fabrikam.com,Room mailbox\n",
		"room lists":               "Identity,DisplayName,Type\nnorth@fabrikam.com,North,Room list\nlake@fabrikam.com,Lake,Room\n",
		"room lists, German":       "Anzeigename;E-Mail-Adresse;Empfängertyp\nNord;north@fabrikam.com;Raumliste\nSee;lake@fabrikam.com;Raumpostfach\n",
		"room lists, French":       "Nom d'affichage;Adresse courriel;Type de destinataire\nNord;north@fabrikam.com;Liste de salles\nLac;lake@fabrikam.com;Salle\n",
		"places, not of a mailbox": "Identity,DisplayName,Type\n,Desk 4,Desk\nlake@fabrikam.com,Lake,Room\n",
	} {
		rooms, wrong, err := ParseRooms([]byte(text))
		if err != nil || len(rooms) != 1 || rooms[0].EmailAddress != "lake@fabrikam.com" {
			t.Errorf("%s: %+v %v", name, rooms, err)
		}
		if len(wrong) != 1 || wrong[0].Problem.Code != CodeNotRoom || !wrong[0].Skipped {
			t.Errorf("%s: %+v", name, wrong)
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
