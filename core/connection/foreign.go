package connection

import (
	"encoding/json"
	"maps"
	"net/url"
	"regexp"
	"slices"
)

// What a secret in a JSON text looks like: its name, as programs and people
// write it; a private key, an access token, an address with a password, a
// header, a connection string, a client secret of Microsoft Entra ID (three
// characters, a digit, "Q~"); or a long word that nobody would make up.
var (
	secretName = regexp.MustCompile(`(?i)"[^"]*(secret|passw|passphrase|pwd|kennwort|wachtwoord|contrase|senha|mot[-_ ]?de[-_ ]?passe|hasło|parol|пароль|密码|パスワード|` +
		`credential|authorization|cookie|token|(api|private|access|account|shared|signing|encryption)[-_ ]?key|connection[-_ ]?string)[^"]*":`)
	secretValue = regexp.MustCompile(`-----BEGIN |eyJ[\w-]+\.[\w-]+\.|//[^/\s"@]*:[^/\s"@]*@|[\w.~-]{3}[0-9]Q~[\w.~-]{8}|` +
		`(?i:\b(bearer|basic|negotiate)\s+[\w+/=.~-]{6,}"|[;?&"\s](sig|code|password|pwd|accountkey|sharedaccesskey)\s*=\s*\S)`)
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
// file: unknown fields that look like a secret, and passwords in addresses. It
// gives the paths of the fields that it changed.
func (c *Connection) DropSecrets() []string {
	dropped := c.unknown.dropSecrets("")
	for _, path := range paths() {
		v, p := c.field(path)
		if p != nil {
			continue
		}
		switch value := v.Interface().(type) {
		case string:
			if plain, had := withoutUser(value); had {
				v.SetString(plain)
				dropped = append(dropped, path)
			}
		case []string:
			for i := range value {
				if plain, had := withoutUser(value[i]); had {
					value[i] = plain
					dropped = append(dropped, path)
				}
			}
		}
	}
	return slices.Compact(dropped)
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

func withoutUser(text string) (string, bool) {
	u, err := url.Parse(text)
	if err != nil || u.User == nil || u.Host == "" {
		return text, false
	}
	u.User = nil
	return u.String(), true
}
