package product

import (
	"regexp"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/words"
)

// The platforms of redirect URIs.
const (
	PlatformWeb    = "web"
	PlatformSPA    = "spa"
	PlatformPublic = "public"
)

// BlankServer is the blank that is filled in with the host of the booking server.
const BlankServer = "server"

// Blank is a part of a pattern that the administrator fills in, Value "" as long
// as nobody has.
type Blank struct{ Name, Value string }

var blankForm = regexp.MustCompile(`<([^<>]*)>`)

// blanksOf are the names of the blanks of a pattern.
func blanksOf(pattern string) (names []string) {
	for _, m := range blankForm.FindAllStringSubmatch(pattern, -1) {
		names = append(names, m[1])
	}
	return names
}

// filled is a pattern with its blanks filled in, ok false while one is empty.
func filled(pattern string, values map[string]string) (uri string, ok bool) {
	ok = true
	uri = blankForm.ReplaceAllStringFunc(pattern, func(b string) string {
		value := values[b[1:len(b)-1]]
		ok = ok && value != ""
		return value
	})
	return uri, ok
}

// matches gives what a redirect URI has in the blanks of a pattern, ok false for
// a URI that is not of that pattern.
func matches(pattern, uri string) (values map[string]string, ok bool) {
	form := `^` + blankForm.ReplaceAllString(regexp.QuoteMeta(pattern), `([^/?#<>\s]+)`) + `$`
	found := regexp.MustCompile(form).FindStringSubmatch(uri)
	if found == nil {
		return nil, false
	}
	values = map[string]string{}
	for i, name := range blanksOf(pattern) {
		if was, twice := values[name]; twice && was != found[i+1] {
			return nil, false
		}
		values[name] = found[i+1]
	}
	return values, true
}

// Blanks are the blanks of all patterns, as the redirect URIs have them.
func (s SSO) Blanks(uris []string) (blanks []Blank) {
	values := s.values(uris)
	for _, pattern := range s.Patterns {
		for _, name := range blanksOf(pattern) {
			if b := (Blank{name, values[name]}); !slices.Contains(blanks, b) {
				blanks = append(blanks, b)
			}
		}
	}
	return blanks
}

func (s SSO) values(uris []string) map[string]string {
	values := map[string]string{}
	for _, pattern := range s.Patterns {
		for _, uri := range uris {
			found, _ := matches(pattern, uri)
			for name, value := range found {
				if values[name] == "" {
					values[name] = value
				}
			}
		}
	}
	return values
}

// Fill puts values into the blanks and gives the redirect URIs with it: one that
// was made of the same pattern before gives way, all others stay. A pattern with
// an empty blank adds nothing.
func (s SSO) Fill(uris []string, values map[string]string) []string {
	was, now := s.values(uris), s.values(uris)
	for name, value := range values {
		now[name] = s.part(name, strings.TrimSpace(value))
	}
	out := slices.Clone(uris)
	for _, pattern := range s.Patterns {
		before, _ := filled(pattern, was)
		uri, ok := filled(pattern, now)
		switch at := slices.Index(out, before); {
		case at >= 0 && ok:
			out[at] = uri
		case at >= 0:
			out = slices.Delete(out, at, at+1)
		case ok && !slices.Contains(out, uri):
			out = append(out, uri)
		}
	}
	return out
}

// part is what of a typed value goes into a blank: a whole address that was
// pasted has it at its place, and what can be no part of an address is nothing.
func (s SSO) part(name, value string) string {
	for _, pattern := range s.Patterns {
		if found, ok := matches(pattern, value); ok && found[name] != "" {
			return found[name]
		}
	}
	if strings.ContainsAny(value, "/?#<> ") {
		return ""
	}
	return value
}

// Empty are the patterns that no redirect URI is of.
func (s SSO) Empty(uris []string) (patterns []string) {
	for _, pattern := range s.Patterns {
		if !slices.ContainsFunc(uris, func(uri string) bool { _, ok := matches(pattern, uri); return ok }) {
			patterns = append(patterns, pattern)
		}
	}
	return patterns
}

// Strange are the redirect URIs that are of none of the guide's patterns, none
// where the guide has no pattern.
func (s SSO) Strange(uris []string) (strange []string) {
	for _, uri := range uris {
		if len(s.Patterns) > 0 && !slices.ContainsFunc(s.Patterns, func(pattern string) bool { _, ok := matches(pattern, uri); return ok }) {
			strange = append(strange, uri)
		}
	}
	return strange
}

// PlatformText is a platform of redirect URIs as the Microsoft Entra admin center
// names it.
func PlatformText(platform string) words.Text {
	switch platform {
	case PlatformSPA:
		return words.T("Single-page application")
	case PlatformPublic:
		return words.T("Mobile and desktop applications")
	}
	return words.T("Web")
}
