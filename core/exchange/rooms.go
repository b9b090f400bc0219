package exchange

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/sheet"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// NewRoom is one line of a table of rooms.
type NewRoom struct {
	tenant.Room
	// Line is where it stands in the table, counted from 1 with the header.
	Line int
	// Name is the mailbox's name; Alias may be empty.
	Name, Alias, Office string
	// RoomList is the name of the room list that the room belongs to.
	RoomList string
}

// nameLimit is the longest name of a mailbox or group (Microsoft's reference of
// New-Mailbox and New-DistributionGroup).
const nameLimit = 64

// shownLimit is the longest name that is shown of a mailbox (the same).
const shownLimit = 256

func checkAddress(v string) words.Text {
	if !isAddress(v) {
		return words.T("is not an email address")
	}
	return words.Text{}
}

// checkName allows what is shown as a name; for what has to be shorter, it is
// shortened.
func checkName(v string) words.Text {
	if utf8.RuneCountInString(v) > shownLimit {
		return words.T("is longer than %d characters", shownLimit)
	}
	return words.Text{}
}

func checkNumber(v string) words.Text {
	if n, err := strconv.Atoi(v); err != nil || n < 0 || n > 100_000 {
		return words.T("is not a whole number from 0 to 100000")
	}
	return words.Text{}
}

func checkFloor(v string) words.Text {
	if n, err := strconv.Atoi(v); err != nil || n < -100 || n > 1000 {
		return words.T("is not the number of a floor; names of floors go into FloorLabel")
	}
	return words.Text{}
}

func checkYes(v string) words.Text {
	if _, ok := yesNo(v); !ok {
		return words.T("is neither yes nor no")
	}
	return words.Text{}
}

func yesNo(v string) (yes, ok bool) {
	switch strings.ToLower(v) {
	case "true", "yes", "1", "x", "ja", "oui", "si", "sí", "sì", "sim":
		return true, true
	case "false", "no", "0", "nein", "non", "nee", "não":
		return false, true
	}
	return false, false
}

// checkAlias allows what an alias may hold (Microsoft's reference of
// New-Mailbox).
func checkAlias(v string) words.Text {
	for _, r := range v {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~.", r) {
			return words.T("is not an alias: only letters, digits and a few signs are allowed")
		}
	}
	if len(v) > nameLimit {
		return words.T("is longer than %d characters", nameLimit)
	}
	return words.Text{}
}

// roomColumns are the headings of Roomkey's own scripts, of Get-EXOMailbox,
// Get-Mailbox and Get-Place, and of the admin centers in English, German, French,
// Spanish, Italian, Dutch and Portuguese.
var roomColumns = []sheet.Column{
	{Key: "Address", Title: "Address", Aliases: []string{"Room", "EmailAddress", "E-mail", "PrimarySmtpAddress", "Mail", "E-Mail-Adresse", "Primäre SMTP-Adresse",
		"Adresse e-mail", "Adresse de messagerie", "Adresse électronique", "Courriel", "Adresse SMTP principale",
		"Adresse courriel", "Dirección de correo electrónico", "Correo electrónico", "Correo", "Dirección SMTP principal",
		"Indirizzo di posta elettronica", "Indirizzo e-mail", "Posta elettronica", "Indirizzo SMTP primario",
		"E-mailadres", "Primair SMTP-adres", "Endereço de e-mail", "Endereço SMTP principal"}, //nolint:misspell // Dutch
		Fallbacks: []string{"WindowsEmailAddress", "UserPrincipalName", "Benutzerprinzipalname", "Nom d'utilisateur principal", "Nombre principal de usuario",
			"Nome entità utente", "Nome dell'entità utente", "User principal name (UPN)", "Nome UPN", "Nome principal do usuário", "Nome principal de utilizador", "Identity"},
		Required: true, Unique: true, Check: checkAddress},
	{Key: "Name", Title: "Name", Aliases: []string{"Nom", "Nombre", "Nome", "Naam"}, Unique: true, Check: checkName},
	{Key: "DisplayName", Title: "DisplayName", Aliases: []string{"Display name", "Room name", "Anzeigename", "Nom d'affichage", "Nom complet", "Nombre para mostrar", "Nombre para mostrarlo", "Nome visualizzato", "Weergavenaam", "Nome para exibição", "Nome a apresentar"}, Check: checkName},
	{Key: "Alias", Title: "Alias", Unique: true, Check: checkAlias},
	{Key: "Capacity", Title: "Capacity", Aliases: []string{"Seats", "Kapazität", "Capacité", "Capacidad", "Capacità", "Capienza", "Capaciteit", "Capacidade"}, Fallbacks: []string{"ResourceCapacity"}, Check: checkNumber},
	{Key: "Office", Title: "Office", Aliases: []string{"Büro", "Bureau", "Oficina", "Ufficio", "Kantoor", "Escritório"}, Fallbacks: []string{"Location", "Standort", "Ort", "Emplacement", "Ubicación", "Posizione", "Locatie", "Localização"}},
	{Key: "Building", Title: "Building", Aliases: []string{"Gebäude", "Bâtiment", "Edificio", "Gebouw", "Edifício", "Prédio"}},
	{Key: "Floor", Title: "Floor", Aliases: []string{"FloorNumber", "Etage", "Stockwerk", "Étage", "Planta", "Piso", "Piano", "Verdieping", "Andar"}, Check: checkFloor},
	{Key: "FloorLabel", Title: "FloorLabel", Aliases: []string{"Etagenbezeichnung"}},
	{Key: "Label", Title: "Label"},
	{Key: "Phone", Title: "Phone", Aliases: []string{"Telephone", "Telefon", "Telefonnummer", "Téléphone", "Teléfono", "Telefono", "Telefoon", "Telefone"}},
	{Key: "RoomList", Title: "RoomList", Aliases: []string{"List"}, Check: checkName},
	{Key: "Tags", Title: "Tags"},
	{Key: "Accessible", Title: "Accessible", Aliases: []string{"IsWheelChairAccessible"}, Check: checkYes},
	{Key: "Audio", Title: "Audio", Aliases: []string{"AudioDeviceName"}},
	{Key: "Video", Title: "Video", Aliases: []string{"VideoDeviceName"}},
	{Key: "Display", Title: "Display", Aliases: []string{"DisplayDeviceName"}},
	{Key: "Type", Title: "RecipientTypeDetails", Fallbacks: []string{"Type", "Typ", "ResourceType", "Ressourcentyp", "Type de ressource", "Tipo de recurso", "Tipo di risorsa", "Tipo risorsa", "Type resource",
		"Empfängertyp", "Type de destinataire", "Tipo de destinatario", "Tipo di destinatario", "Tipo destinatario", "Type geadresseerde", "Tipo de destinatário", "Mailbox type", "Postfachtyp", "RecipientType"},
		Leaves: notRoom, LeavesCode: CodeNotRoom},
	{Key: "Resource", Title: "IsResource", Leaves: func(v string) words.Text {
		if yes, ok := yesNo(v); ok && !yes {
			return words.T("IsResource is %s, so it is not a room.", v)
		}
		return words.Text{}
	}, LeavesCode: CodeNotRoom},
	{Key: "LastName", Title: "LastName", Aliases: []string{"Surname", "Nachname", "Nom de famille", "Apellidos", "Apellido", "Cognome", "Achternaam", "Sobrenome", "Apelido"}, Leaves: func(v string) words.Text {
		if v != "" {
			return words.T("it has the last name %q, as people have and rooms do not.", problem.Line(v))
		}
		return words.Text{}
	}, LeavesCode: CodeNotRoom},
	{Key: "Tenant", Title: "Tenant"},
	{Key: "Hidden", Title: "Hidden"},
	{Key: "Account", Title: "Account"},
}

// notRoom says why a row of this type is left out, zero for a room.
func notRoom(kind string) words.Text {
	switch {
	case isRoom(kind):
		return words.Text{}
	case strings.EqualFold(kind, "UserMailbox"):
		return words.T("it is of the type %q. If that is the column RecipientType, export RecipientTypeDetails: it distinguishes rooms from people.", problem.Line(kind))
	}
	return words.T("it is of the type %q, and only rooms are read. Set-Mailbox -Type Room makes a mailbox a room.", problem.Line(kind))
}

// isRoom reports whether a mailbox of this type is a room. RecipientTypeDetails
// says RoomMailbox, Get-Place's Type and ResourceType say Room, the admin centers
// say it in their language; a table without types has rooms only.
func isRoom(kind string) bool {
	kind = strings.NewReplacer(" ", "", "-", "").Replace(strings.ToLower(kind))
	switch kind {
	case "", "roommailbox", "remoteroommailbox", "room":
		return true
	}
	if strings.Contains(kind, "list") || strings.Contains(kind, "lijst") { // of rooms
		return false
	}
	return slices.ContainsFunc([]string{"raum", "salle", "sala", "sale", "ruimte"}, func(room string) bool { return strings.Contains(kind, room) })
}

// ParseRooms reads a table of rooms from a CSV: the good lines as rooms, the bad
// ones as problems with their line number. The error is about the whole file.
// Names of mailboxes, aliases and room lists are not judged: nobody is left out
// for what only a script needs that makes them.
func ParseRooms(data []byte) ([]NewRoom, []sheet.LineProblem, error) {
	return parseRooms(data, "DisplayName", "Capacity", "Floor", "Accessible")
}

// parseRooms is ParseRooms where only the addresses and these columns are judged.
func parseRooms(data []byte, judged ...string) ([]NewRoom, []sheet.LineProblem, error) {
	columns := slices.Clone(roomColumns)
	for i, c := range columns {
		if c.Key != "Address" && !slices.Contains(judged, c.Key) {
			columns[i].Check, columns[i].Unique = nil, false
		}
	}
	read, wrong, err := sheet.Read(bytes.NewReader(data), columns)
	if err != nil {
		return nil, nil, err
	}
	var out []NewRoom
	for _, row := range read.Rows {
		r := NewRoom{Line: row.Line, Name: row.Get("Name"), Alias: row.Get("Alias"), Office: row.Get("Office"), RoomList: row.Get("RoomList")}
		r.Room = tenant.Room{
			EmailAddress: row.Get("Address"), DisplayName: or(row.Get("DisplayName"), r.Name),
			Capacity: integer(row.Get("Capacity")), FloorNumber: integer(row.Get("Floor")),
			Building: row.Get("Building"), FloorLabel: row.Get("FloorLabel"), Label: row.Get("Label"), Phone: row.Get("Phone"),
			Audio: row.Get("Audio"), Video: row.Get("Video"), Display: row.Get("Display"),
		}
		if yes, ok := yesNo(row.Get("Accessible")); ok {
			r.Accessible = &yes
		}
		if yes, ok := yesNo(row.Get("Hidden")); ok {
			r.Hidden = &yes
		}
		for _, tag := range strings.FieldsFunc(row.Get("Tags"), func(c rune) bool { return c == '|' || c == ',' || c == ';' }) {
			tag = strings.TrimSpace(tag)
			if tag == "" || strings.HasPrefix(tag, "System.") || strings.HasPrefix(tag, "Microsoft.Exchange.") {
				continue // Export-Csv writes the type of a list instead of what is in it
			}
			r.Tags = append(r.Tags, tag)
		}
		out = append(out, r)
	}
	return out, wrong, nil
}

func integer(s string) *int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return nil
	}
	return &n
}

// ReadRooms reads the CSV that the script rooms-show wrote: all room mailboxes
// of the tenant, as Exchange has them. A CSV of another tenant is refused, and so is
// one that was cut off; lines that cannot be used make the listing incomplete, with
// the first as its problem, and so does a file that does not say how many it has.
func ReadRooms(data []byte, c *connection.Connection) (tenant.Listing[tenant.Room], error) {
	list := tenant.Listing[tenant.Room]{Source: tenant.SourceExchange, Complete: true}
	owners, half, err := sheet.Read(bytes.NewReader(data), []sheet.Column{{Key: "Tenant", Title: "Tenant", Required: true}, lineCount})
	if err != nil {
		return list, err
	}
	for _, row := range owners.Rows {
		if err := sameTenant(row.Line, row.Get("Tenant"), c); err != nil {
			return list, err
		}
	}
	counted, cut := whole(owners, half)
	if cut != nil {
		return list, cut
	}
	rooms, wrong, err := ParseRooms(data)
	if err != nil {
		return list, err
	}
	for _, r := range rooms {
		list.Items = append(list.Items, r.Room)
	}
	for _, w := range wrong {
		if w.Skipped && w.Problem.Code != CodeNotRoom {
			list.Complete, list.Problem = false, w.Problem
			break
		}
	}
	if !counted {
		list.Complete, list.Problem = false, maybeCut()
	}
	return list, nil
}

func sameTenant(line int, id string, c *connection.Connection) error {
	if strings.EqualFold(id, c.Tenant.ID) {
		return nil
	}
	return problem.New(codeOtherTenant, words.T("Line %d of this CSV is from the tenant %s, not from this connection's.", line, problem.Line(id))).
		Fix(words.T("Open the connection that the CSV belongs to, or run the script for this one."))
}

// table is the table of rooms from the form, or the chosen rooms as they are
// known. A line with a bad value in a column that the script uses is left out and
// named in a warning; the others are used.
func (b *build) table(uses ...string) ([]NewRoom, error) {
	text, ok := b.form.raw("table")
	if !ok {
		if _, err := b.rooms(); err != nil {
			return nil, err
		}
		out := make([]NewRoom, len(b.Rooms))
		for i, r := range b.Rooms {
			out[i] = NewRoom{Room: r}
		}
		return out, nil
	}
	rooms, wrong, err := parseRooms([]byte(text), uses...)
	if err != nil {
		return nil, err
	}
	switch {
	case len(rooms) > 0:
		b.warnLines(wrong)
	case len(wrong) > 0:
		b.form.fail("table", words.T("No line of the table can be used. %s", wrong[0].Problem.Title))
	default:
		b.form.fail("table", words.T("The table has no rooms."))
	}
	return rooms, nil
}

// warnLines names each line with something wrong: the first ones with what it
// is, the others by their numbers.
func (b *build) warnLines(wrong []sheet.LineProblem) {
	const explained = 20
	for _, w := range wrong[:min(explained, len(wrong))] {
		if w.Skipped {
			b.warn("Left out: %s", w.Problem.Title)
		} else {
			b.warn("%s", w.Problem.Title)
		}
	}
	var more []string
	for _, w := range wrong[min(explained, len(wrong)):] {
		more = append(more, strconv.Itoa(w.Line))
	}
	if len(more) > 0 {
		b.warn("Something is wrong with more lines of the table; those that cannot be used are left out: %s.", strings.Join(slices.Compact(more), ", "))
	}
}
