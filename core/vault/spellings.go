package vault

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"
)

// shortest is the length below which a text is found everywhere; no real secret
// is that short.
const shortest = 6

// Hide takes the secrets out of a text, however they are written there: as they
// are, quoted as in JSON, HTML and addresses, and in base64, alone or inside
// something longer. instead is what stands in their place.
func Hide(text, instead string, secrets ...Secret) string {
	for _, spelling := range spellings(secrets) {
		text = strings.ReplaceAll(text, spelling, instead)
	}
	return text
}

// spellings are the ways to write the secrets, the longest first.
func spellings(secrets []Secret) []string {
	var all []string
	for _, s := range secrets {
		text := s.Reveal()
		if len(text) < shortest {
			continue
		}
		all = append(all, text, html.EscapeString(text), url.QueryEscape(text), url.PathEscape(text), quoted(text, true), quoted(text, false))
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			all = append(all, encoded(encoding, text)...)
		}
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return slices.Compact(all)
}

// quoted is a text as it stands in JSON, where some also write the marks of HTML
// as escapes.
func quoted(text string, escapeHTML bool) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(escapeHTML)
	_ = e.Encode(text) // a text can be encoded
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(b.String()), `"`), `"`)
}

// encoded are the three ways in which base64 spells a text, after how much of
// something else stands before it. What shares a character with its neighbours
// is left out.
func encoded(encoding *base64.Encoding, text string) []string {
	var all []string
	for before := range 3 {
		spelled := encoding.EncodeToString(append(make([]byte, before), text...))
		from, to := (before*8+5)/6, (before+len(text))*8/6
		all = append(all, spelled[from:to])
	}
	return all
}
