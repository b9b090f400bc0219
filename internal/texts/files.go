package texts

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v4"
)

// spoken are the fields of the resources that people read: those of the type
// words.Key where the files are loaded. The name of an option is one, too.
var spoken = []string{"about", "advice", "ask", "changes", "dangerous", "firstSignIn", "fix", "help", "licence", "signIn",
	"means", "note", "purpose", "reason", "role", "takes", "title", "undo"}

// resources takes the sentences of products, permissions, known errors and
// scripts.
func (c Catalogue) resources(dir string) error {
	files := []string{filepath.Join(dir, "aadsts.yaml"), filepath.Join(dir, "permissions.yaml")}
	for _, folder := range []string{"products", "scripts"} {
		more, err := filepath.Glob(filepath.Join(dir, folder, "*.yaml"))
		if err != nil {
			return err
		}
		files = append(files, more...)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var document any
		if err := yaml.Unmarshal(data, &document); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		c.fields("", "", document)
	}
	return nil
}

// fields takes what a value of a resource says; name is its field, and within
// that of the value around it.
func (c Catalogue) fields(within, name string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for field, inner := range value {
			c.fields(name, field, inner)
		}
	case []any:
		for _, inner := range value {
			c.fields(within, name, inner)
		}
	case string:
		if slices.Contains(spoken, name) || within == "options" && name == "name" {
			c.add(value)
		}
	}
}

// said is a text in the template of the report.
var said = regexp.MustCompile(`\bt ("(?:[^"\\]|\\.)*")`)

// page takes the sentences of the report's template.
func (c Catalogue) page(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for _, m := range said.FindAllSubmatch(data, -1) {
		key, err := strconv.Unquote(string(m[1]))
		if err != nil {
			return fmt.Errorf("%s: %s: %w", file, m[1], err)
		}
		c.add(key)
	}
	return nil
}
