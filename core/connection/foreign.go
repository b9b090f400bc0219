package connection

import (
	"encoding/json"
	"maps"
	"net/url"
	"regexp"
	"slices"
)

// secretName and secretValue are what a secret in a JSON text looks like: its
// name, a private key, an access token, an address with a password.
var (
	secretName  = regexp.MustCompile(`(?i)"[^"]*(secret|password|passwd|pwd|token|api[-_]?key|private[-_]?key|connection[-_]?string)[^"]*":`)
	secretValue = regexp.MustCompile(`-----BEGIN |eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.|://[^/\s"@]*:[^/\s"@]*@`)
)

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
		if err != nil || again != nil || secretName.Match(text) || secretValue.Match(text) {
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
