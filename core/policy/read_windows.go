package policy

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v4"
	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/strictyaml"
	"github.com/roomkey/roomkey/core/words"
)

const (
	key    = `SOFTWARE\Policies\Roomkey`
	source = `HKLM\` + key
)

// system reads the policy of this computer: the registry's where its key has
// values, else that of the file in Program Files. Only administrators can write
// either.
func system() (Policy, error) {
	values, err := settings()
	switch {
	case problem.CodeOf(err) == codeInvalid:
		return Policy{}, err
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return Policy{}, invalid(words.Plain(source), words.Plain(err.Error()))
	case len(values) > 0:
		text, err := yaml.Marshal(values)
		if err != nil {
			return Policy{}, err
		}
		p := Policy{Source: source}
		return p.checked(strictyaml.Read("", text, &p))
	}
	// Asked of the system, for a variable could be set by anybody.
	folder, err := windows.KnownFolderPath(windows.FOLDERID_ProgramFiles, 0)
	if err != nil {
		return Policy{}, err
	}
	return readFile(filepath.Join(folder, "Roomkey", "policy.yaml"))
}

// settings are the values of the key by the names of the file's fields.
func settings() (map[string]any, error) {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, key, registry.QUERY_VALUE|registry.WOW64_64KEY)
	if err != nil {
		return nil, err
	}
	defer k.Close()
	names, err := k.ReadValueNames(-1)
	values := map[string]any{}
	for _, name := range names {
		if name == "" {
			continue // the key's default value, which the registry editor shows always
		}
		field := strings.ToLower(name[:1]) + name[1:]
		values[field], err = value(k, name, field)
		if err != nil {
			return nil, err
		}
	}
	return values, err
}

// value is one value of the key: a text, a list of texts, or a number for yes (1)
// or no (0), as the field wants it.
func value(k registry.Key, name, field string) (v any, err error) {
	want := "REG_SZ"
	switch field {
	case "clouds", "products", "servers":
		want = "REG_MULTI_SZ"
		v, _, err = k.GetStringsValue(name)
	case "noDeviceCode", "noSecretExport":
		want = "REG_DWORD"
		var n uint64
		n, _, err = k.GetIntegerValue(name)
		v = n != 0
	case "signInClient", "proxy":
		v, _, err = k.GetStringValue(name)
	default:
		return "", nil // there is no such field, whatever it holds
	}
	if errors.Is(err, registry.ErrUnexpectedType) {
		err = invalid(words.Plain(source), words.T("%s: This must be of the type %s.", field, want))
	}
	return v, err
}
