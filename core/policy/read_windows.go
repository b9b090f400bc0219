package policy

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v4"
	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"github.com/roomkey/roomkey/core/strictyaml"
)

const key = `SOFTWARE\Policies\Roomkey`

// system reads the policy of this computer: the registry's where its key has
// values, else that of the file in Program Files. Only administrators can write
// either.
func system() (Policy, error) {
	values, err := settings()
	switch {
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return Policy{}, err
	case len(values) > 0:
		text, err := yaml.Marshal(values)
		if err != nil {
			return Policy{}, err
		}
		p := Policy{Source: `HKLM\` + key}
		return p.checked(strictyaml.Read("", text, &p))
	}
	// Asked of the system, for a variable could be set by anybody.
	folder, err := windows.KnownFolderPath(windows.FOLDERID_ProgramFiles, 0)
	if err != nil {
		return Policy{}, err
	}
	return readFile(filepath.Join(folder, "Roomkey", "policy.yaml"))
}

// settings are the values of the key by the names of the file's fields: texts,
// lists of texts, and numbers for yes (1) and no (0).
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
		switch _, kind, _ := k.GetValue(name, nil); kind {
		case registry.DWORD:
			var n uint64
			n, _, err = k.GetIntegerValue(name)
			values[field] = n != 0
		case registry.MULTI_SZ:
			values[field], _, err = k.GetStringsValue(name)
		default:
			values[field], _, err = k.GetStringValue(name)
		}
		if err != nil {
			return nil, err
		}
	}
	return values, err
}
