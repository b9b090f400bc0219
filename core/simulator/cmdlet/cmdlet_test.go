package cmdlet

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestParametersAreReal holds the table of cmdlets against Microsoft's reference.
func TestParametersAreReal(t *testing.T) {
	file := os.Getenv("ROOMKEY_EXCHANGE_CMDLETS")
	if file == "" {
		t.Skip("ROOMKEY_EXCHANGE_CMDLETS is not set")
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var reference map[string]struct{ Params []string }
	if err := json.Unmarshal(data, &reference); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, line := range (&Organization{}).offered() {
		words := strings.Fields(line)
		real, known := reference[strings.TrimSuffix(words[0], "!")]
		if !known {
			continue // Places is not in the reference
		}
		seen++
		for _, p := range words[1:] {
			if p, _, _ = strings.Cut(p, ":"); p != "RetrieveEwsOperationAccessPolicy" && !slices.Contains(real.Params, p) { // newer than the reference
				t.Errorf("%s has no parameter %s", words[0], p)
			}
		}
	}
	if seen < 35 {
		t.Errorf("only %d cmdlets", seen)
	}
}

func TestFilter(t *testing.T) {
	o := &Organization{Domain: "contoso.com"}
	o.AddRecipient("RoomMailbox", "a@contoso.com", "O'Brien")
	for filter, want := range map[string]bool{
		"DisplayName -eq 'O''Brien'": true, "(RecipientTypeDetails -eq 'RoomMailbox') -and (Alias -ne 'a')": false,
		"-not (Alias -eq 'b') -or Alias -eq 'x'": true, "EmailAddresses -eq 'smtp:A@contoso.com'": true, "Alias -like 'a*'": true,
	} {
		got, err := compile(filter)
		if err != nil || o.match(got, o.State.Recipients["a@contoso.com"]) != want {
			t.Errorf("%s: not %v, %v", filter, want, err)
		}
	}
	for _, bad := range []string{"DisplayName -eq 'O'Brien'", "Alias", "(Alias -eq 'a'"} {
		if _, err := compile(bad); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}
