package report

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/roomkey/roomkey/core/vault"
)

// redactor takes out of a text what must not leave the house: the secrets that
// are known and what looks like one, and the names of mailboxes, each under the
// same stand-in throughout a bundle so that lines can still be told together.
type redactor struct {
	secrets []vault.Secret
	names   map[string]string
	own     *strings.Replacer
}

// newRedactor knows these secrets by heart, and these names (of the tenant, of
// people) that no pattern would find.
func newRedactor(secrets []vault.Secret, names ...string) *redactor {
	r := &redactor{secrets: secrets, names: map[string]string{}}
	pairs := []string{}
	for i, n := range names {
		if len(n) >= 5 {
			pairs = append(pairs, n, fmt.Sprintf("[name %d]", i+1))
		}
	}
	r.own = strings.NewReplacer(pairs...)
	return r
}

var (
	tokens   = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){0,4}`)
	keys     = regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)`)
	bearer   = regexp.MustCompile(`(?i)\b(bearer|basic)\s+[A-Za-z0-9+/_.~=-]{8,}`)
	assigned = regexp.MustCompile(`(?i)((?:client_secret|client_assertion|refresh_token|access_token|id_token|password|secretText|device_code|code_verifier)["']?\s*[:=]\s*["']?)([^\s"'&,}]{4,})`)
	// microsoft is the shape of a client secret: three characters, the version
	// digit, Q, a tilde, then the rest.
	microsoft = regexp.MustCompile(`[A-Za-z0-9_.~-]{3,}\dQ~[A-Za-z0-9_.~-]{20,}`)
	address   = regexp.MustCompile(`(?i)[a-z0-9._%+'-]+(?:@|%40)[a-z0-9-]+(?:\.[a-z0-9-]+)+`)
	ageKey    = regexp.MustCompile(`AGE-SECRET-KEY-1[A-Z0-9]+`)
)

const removed = "[removed]"

// text gives the text without them.
func (r *redactor) text(s string) string {
	s = vault.Hide(s, removed, r.secrets...)
	for _, shape := range []*regexp.Regexp{keys, tokens, microsoft, ageKey} {
		s = shape.ReplaceAllString(s, removed)
	}
	s = bearer.ReplaceAllString(s, "$1 "+removed)
	s = assigned.ReplaceAllString(s, "${1}"+removed)
	s = address.ReplaceAllStringFunc(s, r.mailbox)
	return r.own.Replace(s)
}

// mailbox gives an address its stand-in; upper and lower case are one mailbox.
func (r *redactor) mailbox(s string) string {
	key := strings.ReplaceAll(strings.ToLower(s), "%40", "@")
	if r.names[key] == "" {
		r.names[key] = fmt.Sprintf("mailbox-%d@removed.invalid", len(r.names)+1)
	}
	return r.names[key]
}
