package language

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/words"
)

func load(t *testing.T, files map[string]string) (*Bundle, []string) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b, problems := Load(dir)
	var said []string
	for _, p := range problems {
		said = append(said, p.Error())
	}
	return b, said
}

// TestFormsByTheLanguage: Polish has three forms where English has two.
func TestFormsByTheLanguage(t *testing.T) {
	b, problems := load(t, map[string]string{"pl.json": `{
		"%d rooms": {"one": "%d sala", "few": "%d sale", "many": "%d sal", "other": "%d sali"},
		"%s is in %s.": "W %[2]s jest %[1]s.", "On %[2]s: %[1]d.": "%[2]s: %[1]d.", "id": "identyfikator"}`})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	polish, name := b.Choose("pl-PL")
	if name != "pl" {
		t.Fatal(name)
	}
	for _, test := range []struct {
		text words.Text
		want string
	}{
		{words.N(1, "%d room", "%d rooms", 1), "1 sala"},
		{words.N(3, "%d room", "%d rooms", 3), "3 sale"},
		{words.N(5, "%d room", "%d rooms", 5), "5 sal"},
		{words.T("%s is in %s.", "A", "B"), "W B jest A."},
		{words.T("On %[2]s: %[1]d.", 3, "A"), "A: 3."},
		{words.T("id"), "identyfikator"},
		{words.T("Not translated: %s.", words.T("id")), "Not translated: identyfikator."},
		{words.Plain("id"), "id"},
	} {
		if got := test.text.In(polish); got != test.want {
			t.Errorf("%q, not %q", got, test.want)
		}
	}
	if l, name := b.Choose("ja-JP"); l != nil || name != "en" {
		t.Errorf("%s for somebody who reads Japanese", name)
	}
}

// TestMistakesAreNamed: what is wrong in a file is left out and said; the rest
// is used.
func TestMistakesAreNamed(t *testing.T) {
	b, problems := load(t, map[string]string{"de.json": `{"%d rooms": "%s Räume", "%s of %s": "%s", "Cancel": "Abbrechen"}`,
		"x_y_z.json": `{}`, "fr.json": `{`, "notes.txt": "{"})
	said := strings.Join(problems, "\n")
	for _, want := range []string{"de.json", `"%d rooms"`, `"%s of %s"`, "x_y_z.json", "fr.json"} {
		if !strings.Contains(said, want) {
			t.Errorf("%s is not named:\n%s", want, said)
		}
	}
	german, _ := b.Choose("de-AT")
	if got := words.T("Cancel").In(german) + words.N(2, "%d room", "%d rooms", 2).In(german); got != "Abbrechen2 rooms" {
		t.Error(got)
	}
}

func TestMarked(t *testing.T) {
	marked := catalogueMarked()
	if got, want := words.N(3, "%d room", "%d rooms", 3).In(marked), "[!! 3 ŕóóɱš !!]"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	if got, want := words.T("Not in the catalogue: %s", words.T("Cancel")).In(marked), "Not in the catalogue: [!! Çáñçéļ !!]"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
}

// TestACopyOfTheCatalogueHasNoMistakes: a translation begins as one.
func TestACopyOfTheCatalogueHasNoMistakes(t *testing.T) {
	english, err := os.ReadFile("../../resources/texts/en.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, problems := load(t, map[string]string{"de.json": string(english)}); len(problems) > 0 {
		t.Error(problems)
	}
}
