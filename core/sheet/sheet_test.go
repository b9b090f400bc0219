package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	utf "golang.org/x/text/encoding/unicode"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

var rooms = []Column{
	{Key: "email", Title: "E-mail address", Aliases: []string{"Mail", "PrimarySmtpAddress"}, Required: true, Unique: true, Check: func(v string) words.Text {
		if !strings.Contains(v, "@") {
			return words.T("is not an email address")
		}
		return words.Text{}
	}},
	{Key: "name", Title: "Display name"},
	{Key: "capacity", Title: "Capacity"},
}

func lines(problems []LineProblem) []string {
	var all []string
	for _, p := range problems {
		all = append(all, fmt.Sprintf("%d %s %v", p.Line, p.Problem.Code, p.Skipped))
	}
	return all
}

func emails(t Table) []string {
	var all []string
	for _, r := range t.Rows {
		all = append(all, fmt.Sprintf("%d %s", r.Line, r.Get("email")))
	}
	return all
}

func TestReadKeepsTheGoodLinesAndNamesTheBadOnes(t *testing.T) {
	tests := []struct {
		name, text string
		rows       []string
		bad        []string
	}{
		{"comma", "Mail,Display name\na@x.ch,A\n", []string{"2 a@x.ch"}, nil},
		{"semicolon with commas in cells", "Display name;e_mail.ADDRESS\nRoom 1, left;a@x.ch\nB;b@x.ch", []string{"2 a@x.ch", "3 b@x.ch"}, nil},
		{"tab", "Mail\tName\r\na@x.ch\tA\r\n", []string{"2 a@x.ch"}, nil},
		{"told by Excel", "sep=|\nMail|Name\na@x.ch|A", []string{"3 a@x.ch"}, nil},
		{"bars", "Mail|Name\na@x.ch|A, left; B\n", []string{"2 a@x.ch"}, nil},
		{"a table with bars around", "| Mail | Name |\n| a@x.ch | A |\n", []string{"2 a@x.ch"}, nil},
		{"a table of Markdown", "| Mail | Name |\n|:-----|-----:|\n| a@x.ch | A |\n", []string{"3 a@x.ch"}, nil},
		{"a table of a database", " Mail   | Name\n--------+------\n a@x.ch | A\n", []string{"3 a@x.ch"}, nil},
		{"told by Excel, in quotes", "\"Sep=,\"\r\nMail,Name\r\na@x.ch,A\r\n", []string{"3 a@x.ch"}, nil},
		{"told by Excel, in quotes, and another one", "\"sep=,\";\r\nMail;Name\r\na@x.ch;A\r\n", []string{"3 a@x.ch"}, nil},
		{"told by Excel, and cells behind it", "sep=;,\r\nMail,Name\r\na@x.ch,A\r\n", []string{"3 a@x.ch"}, nil},
		{"a title", "Rooms of Contoso\nMail,Name\na@x.ch,A\n", []string{"3 a@x.ch"}, nil},
		{"a title, a date and an empty line, in cells", "Rooms, all;;\n2026-11-28;;\n;;\nMail;Name;x\na@x.ch;A;1\n", []string{"5 a@x.ch"}, nil},
		{"a title that is a heading too", "Name\n\nMail,Display name\na@x.ch,Name\n", []string{"4 a@x.ch"}, nil},
		{"a title in quotes over two lines", "\"Rooms\nof Contoso\",\nMail,Name\na@x.ch,A\n", []string{"4 a@x.ch"}, nil},
		{"old Macintosh", "Mail,Name\ra@x.ch,A\rb@x.ch,B", []string{"2 a@x.ch", "3 b@x.ch"}, nil},
		{"old Macintosh, and a line end of Windows", "Mail,Name\ra@x.ch,A\rb@x.ch,B\r\n", []string{"2 a@x.ch", "3 b@x.ch"}, nil},
		{"of PowerShell", "#TYPE Selected.User\r\n\"Mail\",\"Name\"\r\n\"a@x.ch\",\"A\"\r\n", []string{"3 a@x.ch"}, nil},
		{"of PowerShell twice, told by Excel", "sep=,\r\n#TYPE A\r\n\"#TYPE B\",\r\nMail,Name\r\na@x.ch,A\r\n", []string{"5 a@x.ch"}, nil},
		{"opened with another separator and saved", "\"Mail,\"\"Display name\"\"\"\n\"a@x.ch,\"\"A, left\"\"\"\n", []string{"2 a@x.ch"}, nil},
		{"letters lost", "Mail,Display name\na@x.ch,Z?rich\nb@x.ch,Ready?\n", []string{"2 a@x.ch", "3 b@x.ch"}, []string{"2 sheet.letters-lost false"}},
		{"empty lines", "\n\nMail;x\n;\n\na@x.ch;1\n;;;\n", []string{"6 a@x.ch"}, nil},
		{"quoted over two lines", "Mail,Display name\na@x.ch,\"A\nB\"\nb@x.ch,\"say \"\"hi\"\"\"\n", []string{"2 a@x.ch", "4 b@x.ch"}, nil},
		{"quote out of place", "Mail,Display name\na@x.ch,A \"x\nb@x.ch,B\n", []string{"3 b@x.ch"}, []string{"2 sheet.line-broken true"}},
		{"unclosed quote does not swallow the rest", "Mail,Display name\na@x.ch,\"A\nb@x.ch,B\n\nc@x.ch,C\n", []string{"3 b@x.ch", "5 c@x.ch"}, []string{"2 sheet.line-broken true"}},
		{"two unclosed quotes", "Mail,Display name\na@x.ch,\"A\nb@x.ch,\"B\nc@x.ch,C\n", []string{"4 c@x.ch"}, []string{"2 sheet.line-broken true", "3 sheet.line-broken true"}},
		{"too many cells", "Mail,Display name\na@x.ch,A,B\nb@x.ch,B,\n", []string{"3 b@x.ch"}, []string{"2 sheet.line-broken true"}},
		{"too few cells", "Mail,Display name,Capacity\na@x.ch\n", []string{"2 a@x.ch"}, nil},
		{"missing value", "Mail,Display name\n,A\nb@x.ch,B\n", []string{"3 b@x.ch"}, []string{"2 sheet.value-missing true"}},
		{"wrong value", "Mail\nroom one\nb@x.ch\n", []string{"3 b@x.ch"}, []string{"2 sheet.value-wrong true"}},
		{"control characters", "Mail,Display name\na@x.ch,A\x1b[31m\nb@x.ch,B\n", []string{"3 b@x.ch"}, []string{"2 sheet.value-wrong true"}},
		{"duplicate", "Mail\na@x.ch\nA@X.CH\n", []string{"2 a@x.ch"}, []string{"3 sheet.duplicate true"}},
		{"duplicate of a line that was skipped", "Mail,Display name\na@x.ch,A\x01\na@x.ch,A\n", []string{"3 a@x.ch"}, []string{"2 sheet.value-wrong true"}},
		{"formula", "Mail,Display name\na@x.ch,\"=HYPERLINK(1)\"\n", []string{"2 a@x.ch"}, []string{"2 sheet.formula false"}},
		{"invisible characters", "\u200bMail\u00a0,x\n\ufeff a@x.ch\u200b ,1\n", []string{"2 a@x.ch"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			table, problems, err := Read(strings.NewReader(test.text), rooms)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(test.rows, emails(table)); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(test.bad, lines(problems)); d != "" {
				t.Error(d)
			}
			for _, p := range problems {
				if !strings.HasPrefix(p.Problem.Title.String(), fmt.Sprintf("Line %d", p.Line)) {
					t.Errorf("%q does not name line %d", p.Problem.Title, p.Line)
				}
			}
		})
	}
}

// TestReadTakesAPlainList: a list of nothing but the values of the one required
// column needs no heading.
func TestReadTakesAPlainList(t *testing.T) {
	table, wrong, err := Read(strings.NewReader("\na@x.ch\n\nb@x.ch;\nnobody\n"), rooms)
	if d := cmp.Diff([]string{"2 a@x.ch"}, emails(table)[:1]); d != "" || err != nil || len(wrong) == 0 || wrong[len(wrong)-1].Line != 5 {
		t.Error(d, wrong, err)
	}
}

func TestReadRefusesTheWholeFile(t *testing.T) {
	for name, test := range map[string]struct{ text, code string }{
		"nothing":          {"", "sheet.empty"},
		"only empty lines": {"\n ; ;\n", "sheet.empty"},
		"no header":        {"a@x.ch;8\nb@x.ch;9\n", "sheet.no-column"},
		"column twice":     {"Mail,PrimarySmtpAddress\na@x.ch,b@x.ch\n", "sheet.duplicate-column"},
		"workbook":         {"PK\x03\x04....", "sheet.workbook"},
		"letters lost":     {"Mail,Name\na@x.ch,Z\uFFFDrich\n", "sheet.unknown-encoding"},
		"JSON":             {`[{"Mail":"a@x.ch"}]`, "sheet.not-text"},
		"web page":         {"<!DOCTYPE html><title>Sign in</title>", "sheet.not-text"},
		"screen":           {"\nMail   Name\n----   ----\na@x.ch A\n", "sheet.not-text"},
		"screen, a list":   {"\nMail : a@x.ch\nName : A\n", "sheet.not-text"},
		"bytes":            {"\x00\x00\x01\xff\xfe", "sheet.not-text"},
		"too large":        {strings.Repeat("a", maxBytes+1), "sheet.too-large"},
	} {
		table, _, err := Read(strings.NewReader(test.text), rooms)
		if problem.CodeOf(err).String() != test.code || len(table.Rows) > 0 {
			t.Errorf("%s: %v, want %s", name, err, test.code)
		}
	}
	if _, _, err := Read(broken{}, rooms); problem.CodeOf(err).String() != "sheet.cannot-read" {
		t.Error(err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error)  { return 0, errors.New("cut") }
func (broken) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestReadKnowsWhatExcelSaves(t *testing.T) {
	text := "Mail;Display name\r\na@x.ch;Zürich – Säntis\r\n"
	encode := func(e interface {
		Bytes([]byte) ([]byte, error)
	}) string {
		b, err := e.Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for encoding, file := range map[string]string{
		"UTF-8":                      text,
		"UTF-8 with byte-order mark": "\uFEFF" + text,
		"Windows-1252":               encode(charmap.Windows1252.NewEncoder()),
		"UTF-8, encoded twice":       strings.NewReplacer("ü", "Ã¼", "ä", "Ã¤", "–", "â€“").Replace(text),
		"UTF-16 LE":                  encode(utf.UTF16(utf.LittleEndian, utf.UseBOM).NewEncoder()),
		"UTF-16 BE":                  encode(utf.UTF16(utf.BigEndian, utf.UseBOM).NewEncoder()),
	} {
		table, problems, err := Read(strings.NewReader(file), rooms)
		if err != nil || len(problems) > 0 || len(table.Rows) != 1 {
			t.Errorf("%s: %v %v %v", encoding, table, problems, err)
			continue
		}
		if table.Encoding != encoding || table.Separator != ';' || table.Rows[0].Get("name") != "Zürich – Säntis" {
			t.Errorf("%s: %+v", encoding, table)
		}
	}
	unmarked := encode(utf.UTF16(utf.LittleEndian, utf.IgnoreBOM).NewEncoder())
	if table, _, err := Read(strings.NewReader(unmarked), rooms); err != nil || table.Rows[0].Get("name") != "Zürich – Säntis" {
		t.Errorf("UTF-16 without mark: %v %v", table, err)
	}
}

// A code page is read when its letters make words, and refused when two make
// some or none does. What a computer farther east would have written with the same
// bytes is said, once.
// TestReadDoubtsALetterThatStandsAlone: in the West it is another letter than in the
// East, where it is an abbreviation.
func TestReadDoubtsALetterThatStandsAlone(t *testing.T) {
	for _, name := range []string{"Zasedací místnost č. 1", "č. 2 místnost"} {
		data, err := charmap.Windows1250.NewEncoder().String("Mail,Display name\na@x.ch," + name + "\n")
		if err != nil {
			t.Fatal(err)
		}
		table, notes, err := Read(strings.NewReader(data), rooms)
		if err != nil || len(notes) != 1 || notes[0].Problem.Code != codeEncodingGuessed {
			t.Errorf("%s is read as %v without a doubt: %v %v", name, table, notes, err)
		}
	}
}

func TestReadTellsCodePagesApart(t *testing.T) {
	const reads, doubts, refuses = "reads", "reads with a doubt", "refuses"
	for _, test := range []struct {
		page *charmap.Charmap
		name string
		want string
	}{
		{charmap.Windows1252, "Sitzungszimmer Zürich", reads},
		{charmap.Windows1252, "Säntis", reads},
		{charmap.Windows1252, "Größe", reads},
		{charmap.Windows1252, "Raum “Süd” – 1. OG", reads},
		{charmap.Windows1252, "L’Étoile – café", reads},
		{charmap.Windows1252, "Salle d’à côté", reads},
		{charmap.Windows1252, "Sala España", doubts},
		{charmap.Windows1252, "Sala Ñ", refuses},
		{charmap.Windows1252, "Reunião, salão", doubts},
		{charmap.Windows1252, "ZÜRICH", reads},
		{charmap.CodePage850, "Sitzungszimmer Zürich", reads},
		{charmap.CodePage437, "Café Müller", reads},
		{charmap.CodePage850, "ZÜRICH", reads},
		{charmap.CodePage850, "Sala MUÑOZ", reads},
		{charmap.CodePage850, "Sala Ñ", refuses},
		{charmap.CodePage850, "Reuniões", refuses},
		{charmap.CodePage850, "Große", refuses},
		{charmap.Macintosh, "Zürich, Café", reads},
		{charmap.Macintosh, "Säntis", refuses},
		{charmap.Windows1251, "Переговорная", refuses},
		{charmap.Windows1250, "Přednášková síň", refuses},
		{charmap.CodePage866, "Переговорная", refuses},
	} {
		data, err := test.page.NewEncoder().String("Mail,Display name\na@x.ch,\"" + test.name + "\"\nb@x.ch,\"" + test.name + "\"\n")
		if err != nil {
			t.Fatal(err)
		}
		table, notes, err := Read(strings.NewReader(data), rooms)
		got := refuses
		if problem.CodeOf(err) != codeUnknownEncoding {
			got = reads
			if len(notes) == 1 && !notes[0].Skipped && notes[0].Problem.Code == codeEncodingGuessed {
				got = doubts
			}
			if err != nil || table.Rows[1].Get("name") != test.name || got == reads && len(notes) > 0 {
				t.Errorf("%s in %v: %v %v %v", test.name, test.page, table, notes, problem.Of(err))
			}
		}
		if got != test.want {
			t.Errorf("%s in %v: %s (%v)", test.name, test.page, got, table.Rows)
		}
	}
	// Where letters of the east make Western words, the doubt is all that can be said.
	for name, page := range map[string]*charmap.Charmap{"Žižkov": charmap.Windows1250, "Gdańsk": charmap.Windows1250, "Plzeň": charmap.CodePage852, "Łódź": charmap.CodePage852} {
		data, _ := page.NewEncoder().String("Mail,Display name\na@x.ch," + name + "\n")
		if _, notes, err := Read(strings.NewReader(data), rooms); err == nil && len(notes) == 0 {
			t.Errorf("%s in %v was read without a word", name, page)
		}
	}
}

// written is a file as a program writes it that keeps a spreadsheet from running
// cells as formulas.
func written(t *testing.T, separator rune, rows ...[]string) *bytes.Buffer {
	t.Helper()
	b := bytes.NewBufferString("\uFEFF")
	w := csv.NewWriter(b)
	w.Comma, w.UseCRLF = separator, true
	if err := w.Write([]string{"E-mail address", "Display name", "Capacity"}); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		for i, cell := range row {
			if dangerous.MatchString(cell) {
				row[i] = "'" + cell
			}
		}
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	return b
}

var dangerous = regexp.MustCompile(`^'*[\s\x{a0}]*[=+\-@\t\r＝＋－＠]`)

func TestReadUndoesNeutralisedFormulas(t *testing.T) {
	values := []string{"=1+1", "+41 44 123", "-5", "@SUM(A1)", "'=x", "''-y", "＝1", "Room \"1\"", "a;b,c", "two\nlines", "'quoted'", "O'Brien", "x=1"}
	for _, separator := range ",;\t" {
		var rows [][]string
		for i, v := range values {
			rows = append(rows, []string{fmt.Sprintf("r%d@x.ch", i), v, ""})
		}
		file := written(t, separator, rows...)
		if !strings.Contains(file.String(), "'=1+1") {
			t.Fatalf("nothing to undo in %q", file)
		}
		table, problems, err := Read(file, rooms)
		if err != nil {
			t.Fatal(err)
		}
		var back []string
		for _, r := range table.Rows {
			back = append(back, r.Get("name"))
		}
		if d := cmp.Diff(values, back); d != "" {
			t.Error(d)
		}
		for _, p := range problems { // "=1+1" comes back as what it was, so it is noted
			if p.Skipped || p.Problem.Code.String() != "sheet.formula" {
				t.Error(p.Problem)
			}
		}
	}
}

func TestReadUndoesExcelsLeadingZeros(t *testing.T) {
	table, problems, err := Read(strings.NewReader("Mail;Capacity\na@x.ch;\"=\"\"00123\"\"\"\n"), rooms)
	if err != nil || len(problems) > 0 || table.Rows[0].Get("capacity") != "00123" {
		t.Error(table, problems, err)
	}
}

func TestReadTenThousandLines(t *testing.T) {
	var b strings.Builder
	b.WriteString("Mail,Display name\n")
	for i := range 10_000 {
		fmt.Fprintf(&b, "r%d@x.ch,\"Room %d\n", i, i) // a quote is open in every line
		fmt.Fprintf(&b, "s%d@x.ch,Room %d\n", i, i)
	}
	table, problems, err := Read(strings.NewReader(b.String()), rooms)
	if err != nil || len(table.Rows) != 10_000 || len(problems) != 10_000 {
		t.Fatal(len(table.Rows), len(problems), err)
	}
	if last := problems[9_999]; last.Line != 20_000 {
		t.Error(last.Line)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"Mail,Display name\na@x.ch,A\n", "sep=;\nMail;Name\na@x.ch;\"A", "\xff\xfeM\x00a\x00", "Mail\r\n\"\"\"\n\n\"a\n",
		"Mail,Display name\na@x.ch,\"A\nb@x.ch,B\n", "sep=\"\nMail\n", "sep=\n\nMail\n=1@\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		table, problems, err := Read(bytes.NewReader(data), rooms)
		if err != nil {
			if problem.CodeOf(err) == problem.CodeUnexpected {
				t.Fatal(err)
			}
			return
		}
		var rows [][]string
		last := 0
		for _, r := range table.Rows {
			if r.Line <= last || r.Get("email") == "" {
				t.Fatalf("line %d after %d: %v", r.Line, last, r.Values)
			}
			last = r.Line
			rows = append(rows, []string{r.Get("email"), r.Get("name"), r.Get("capacity")})
		}
		count := 1 + bytes.Count(data, []byte("\n")) + bytes.Count(data, []byte("\r"))
		for _, p := range problems {
			if p.Line < 1 || p.Line > count {
				t.Fatalf("there is no line %d", p.Line)
			}
		}
		again, _, err := Read(written(t, ',', rows...), rooms)
		if err != nil || len(again.Rows) != len(table.Rows) {
			t.Fatalf("written and read again: %d rows of %d, %v", len(again.Rows), len(table.Rows), err)
		}
		for i, r := range again.Rows {
			for key, value := range table.Rows[i].Values {
				// csv takes the carriage returns out of line ends.
				if strings.ReplaceAll(r.Get(key), "\r", "") != strings.ReplaceAll(value, "\r", "") {
					t.Fatalf("%q came back as %q", value, r.Get(key))
				}
			}
		}
	})
}
