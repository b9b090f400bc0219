package roomkey_test

import (
	"bytes"
	"os"
	"regexp"
	"testing"

	"github.com/roomkey/roomkey/internal/texts"
)

// TestTextsAreInTheCatalogue holds resources/texts/en.json to the source. Run
// `make texts` after a sentence was changed.
func TestTextsAreInTheCatalogue(t *testing.T) {
	catalogue, err := texts.Of(".")
	if err != nil {
		t.Fatal(err)
	}
	want, err := catalogue.JSON()
	if err != nil {
		t.Fatal(err)
	}
	const file = "resources/texts/en.json"
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have, _ := os.ReadFile(file); !bytes.Equal(have, want) {
		t.Errorf("%s is not what the source says: make texts", file)
	}
	if len(catalogue) < 2000 {
		t.Errorf("only %d texts were found", len(catalogue))
	}
}

// TestNumbersThatAreNames: %d writes separators between thousands, which a code, a
// port or the length of a key must not have.
func TestNumbersThatAreNames(t *testing.T) {
	file, err := os.ReadFile("resources/texts/en.json")
	if err != nil {
		t.Fatal(err)
	}
	if found := regexp.MustCompile(`[^"]*(AADSTS|RSA |[A-Za-z]:|[Pp]ort |[Cc]ode )%d[^"]*`).FindAll(file, -1); len(found) > 0 {
		t.Errorf("write %%v: %q", found)
	}
}
