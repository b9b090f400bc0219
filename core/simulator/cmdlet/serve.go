package cmdlet

import (
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed modules cmdlets.txt
var files embed.FS

// WriteModules puts the modules into a folder, for PSModulePath. They speak to
// the address in ROOMKEY_STANDIN_EXCHANGE; the one of Graph sends its requests
// to ROOMKEY_STANDIN_GRAPH, with the token in ROOMKEY_STANDIN_TOKEN.
func WriteModules(folder string) error {
	root, err := fs.Sub(files, "modules")
	if err != nil {
		return err
	}
	return fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(folder, filepath.FromSlash(name))
		if d.IsDir() {
			return os.MkdirAll(to, 0o700)
		}
		data, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o600)
	})
}

// offered are the cmdlets with their parameters as the admin's roles allow them.
func (o *Organization) offered() []string {
	table, err := files.ReadFile("cmdlets.txt")
	if err != nil {
		panic(err) // it is embedded
	}
	var out []string
	for line := range strings.Lines(string(table)) {
		words := strings.Fields(line)
		name := strings.TrimSuffix(words[0], "!")
		if words[0] == "#" || slices.Contains(o.Missing, name) {
			continue
		}
		words = slices.DeleteFunc(words, func(w string) bool {
			p, _, _ := strings.Cut(w, ":")
			return slices.Contains(o.Missing, name+"."+p)
		})
		out = append(out, strings.Join(words, " "))
	}
	return out
}

// ServeHTTP answers the modules: POST /connect opens a connection, POST /run
// runs a cmdlet.
func (o *Organization) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Name       string
		Parameters Object
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var out any
	var err error
	switch r.URL.Path {
	case "/connect":
		o.mu.Lock()
		o.faults = slices.DeleteFunc(o.faults, func(f *Fault) bool { return f.Kind == Expired && f.After <= 0 })
		o.calls = append(o.calls, Call{Name: "Connect", Parameters: in.Parameters})
		o.mu.Unlock()
		out = Object{"tenant": o.Tenant, "account": o.Admin, "cmdlets": o.offered()}
	case "/run":
		out, err = o.Run(in.Name, in.Parameters)
	default:
		http.NotFound(w, r)
		return
	}
	answer := Object{"value": out}
	if err != nil {
		answer = Object{"error": err.Error(), "killed": errors.Is(err, errKilled)}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}
