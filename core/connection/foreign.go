package connection

import (
	"encoding/json"
	"maps"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// What a secret in a JSON text looks like: its name, as programs and people
// write it; a private key, an access token, an address with a password, a
// header, a connection string, a client secret of Microsoft Entra ID (three
// characters, a digit, "Q~"); or a long word that nobody would make up.
var (
	secretName = regexp.MustCompile(`(?i)"(pass|pin|otp|sas|jwt)":|"[^"]*(secret|passw|passphrase|pass[-_ ]?code|pwd|kennwort|wachtwoord|contrase|senha|mot[-_ ]?de[-_ ]?passe|hasło|parol|пароль|密码|パスワード|` +
		`credential|authorization|cookie|token|bearer|signature|client[-_ ]?(state|assertion)|(api|private|access|account|shared|signing|encryption)[-_ ]?key|connection[-_ ]?string)[^"]*":`)
	secretValue = regexp.MustCompile(`-----BEGIN |eyJ[\w-]+\.[\w-]+\.|//[^/\s"@]*:[^/\s"@]*@|[\w.~-]{3}[0-9]Q~[\w.~-]{8}|` +
		`(?i:\b(bearer|basic|negotiate)\s+[\w+/=.~-]{6,}"|[;?&#"\s](sig|code|pwd|[\w-]*(password|secret|token|key))\s*=\s*\S)`)
	longWord = regexp.MustCompile(`"[\w+/=.~-]{24,}"`)
	lower    = regexp.MustCompile(`[a-z]`)
	upper    = regexp.MustCompile(`[A-Z]`)
	digit    = regexp.MustCompile(`[0-9]`)
)

func looksSecret(text []byte) bool {
	return secretName.Match(text) || secretValue.Match(text) || slices.ContainsFunc(longWord.FindAll(text, -1), func(word []byte) bool {
		return lower.Match(word) && upper.Match(word) && digit.Match(word)
	})
}

// DropSecrets takes out of a document from elsewhere what must not be kept in a
// file: unknown fields that look like a secret, and what addresses carry beside
// where they lead: a user name, a password, parameters. It gives the paths of the
// fields that are gone, and of those that are kept without such a part.
func (c *Connection) DropSecrets() (dropped, shortened []string) {
	dropped = c.unknown.dropSecrets("")
	for _, path := range paths() {
		v, p := c.field(path)
		if p != nil {
			continue
		}
		plain := func(value string) string {
			left := bareAddress(value, path == "server.url")
			switch {
			case left == value:
			case left == "":
				dropped = append(dropped, path)
			default:
				shortened = append(shortened, path)
			}
			return left
		}
		switch value := v.Interface().(type) {
		case string:
			v.SetString(plain(value))
		case []string:
			var kept []string
			for _, entry := range value {
				if left := plain(entry); left != "" || entry == "" {
					kept = append(kept, left)
				}
			}
			v.Set(reflect.ValueOf(kept))
		}
	}
	return slices.Compact(dropped), slices.Compact(shortened)
}

func (u unknown) dropSecrets(path string) []string {
	var dropped []string
	for _, name := range slices.Sorted(maps.Keys(u.fields)) {
		var value any
		err := json.Unmarshal(u.fields[name], &value)
		// Written again, so that nothing hides behind escapes.
		text, again := json.Marshal(map[string]any{name: value})
		if err != nil || again != nil || looksSecret(text) {
			delete(u.fields, name)
			dropped = append(dropped, join(path, name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(u.inside)) {
		dropped = append(dropped, u.inside[name].dropSecrets(join(path, name))...)
	}
	return dropped
}

var (
	withUser     = regexp.MustCompile(`^([a-zA-Z][\w+.-]*:)?//[^/?#]*@`)
	withPassword = regexp.MustCompile(`^[^/\s@:]+:[^/\s@]+@`)
)

// bareAddress is an address without user name and password, and without
// parameters where none belong or where they look like a secret. Other text stays
// as it is; an address that cannot be read and may hold a password becomes "".
func bareAddress(text string, server bool) string {
	if strings.Contains(text, "//") && strings.Contains(text, "@") { // most text is spared the pattern
		text = withUser.ReplaceAllString(text, "$1//")
	}
	if server {
		text = withPassword.ReplaceAllString(text, "")
	}
	u, err := url.Parse(text)
	switch {
	case err != nil && strings.Contains(text, "//") && (strings.Contains(text, "@") || secretValue.MatchString(text)):
		return ""
	case err == nil && strings.ContainsAny(text, "?#") && (server || u.Host != "" && secretValue.MatchString(text)):
		text, _, _ = strings.Cut(text, "?")
		text, _, _ = strings.Cut(text, "#")
	}
	return text
}
