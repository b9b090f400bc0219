package product

import (
	"slices"
	"testing"
)

func TestBlanksAreReadFromTheAddresses(t *testing.T) {
	s := SSO{Patterns: []string{"https://<company>.spaceos.io/calendar", "https://<server>/sso/redirect", "https://admin.officeplace.global/"}}
	if got := s.Blanks(nil); !slices.Equal(got, []Blank{{"company", ""}, {"server", ""}}) {
		t.Errorf("%v", got)
	}
	uris := s.Fill([]string{"https://by.hand.example/x"}, map[string]string{"company": " contoso "})
	if want := []string{"https://by.hand.example/x", "https://contoso.spaceos.io/calendar", "https://admin.officeplace.global/"}; !slices.Equal(uris, want) {
		t.Errorf("%v", uris)
	}
	if got := s.Blanks(uris); !slices.Equal(got, []Blank{{"company", "contoso"}, {"server", ""}}) {
		t.Errorf("%v", got)
	}
	if got := s.Empty(uris); !slices.Equal(got, []string{"https://<server>/sso/redirect"}) {
		t.Errorf("%v", got)
	}
	if got := s.Strange(uris); !slices.Equal(got, uris[:1]) {
		t.Errorf("%v", got)
	}
	uris = s.Fill(uris, map[string]string{"company": "fabrikam", "server": "rooms.fabrikam.example:8443"})
	if want := []string{"https://by.hand.example/x", "https://fabrikam.spaceos.io/calendar", "https://admin.officeplace.global/", "https://rooms.fabrikam.example:8443/sso/redirect"}; !slices.Equal(uris, want) {
		t.Errorf("%v", uris)
	}
	if got := s.Fill(nil, map[string]string{"company": "https://pasted.spaceos.io/calendar"}); got[0] != "https://pasted.spaceos.io/calendar" {
		t.Errorf("%v", got)
	}
	if got := s.Fill(nil, map[string]string{"company": "https://elsewhere.example"}); len(got) != 1 {
		t.Errorf("an address stands in a blank: %v", got)
	}
	if uris = s.Fill(uris, map[string]string{"company": ""}); slices.Contains(uris, "https://fabrikam.spaceos.io/calendar") || len(uris) != 3 {
		t.Errorf("an emptied blank keeps its address: %v", uris)
	}
}

// A blank never takes in more than one part of an address.
func TestABlankIsOnePart(t *testing.T) {
	for uri, is := range map[string]bool{
		"https://a.example.com/x": true, "https://a.b.example.com/x": true, "https://a/b.example.com/x": false,
		"https://.example.com/x": false, "https://a.example.com/x/": false, "https://axexample.com/x": false, "https://<company>.example.com/x": false,
	} {
		if _, ok := matches("https://<company>.example.com/x", uri); ok != is {
			t.Errorf("%s: %v", uri, ok)
		}
	}
	if _, ok := matches("https://<a>.example.com/<a>", "https://one.example.com/two"); ok {
		t.Error("one blank has two values")
	}
}
