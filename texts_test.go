package roomkey_test

import (
	"bytes"
	"os"
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
