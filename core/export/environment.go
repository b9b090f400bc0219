package export

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/roomkey/roomkey/core/problem"
)

// environment writes a configuration as variables, for servers that are
// configured by a .env file. A value that needs quotes gets the shell's single
// ones, within which nothing is expanded.
func environment(configuration json.RawMessage, now time.Time) ([]byte, error) {
	var tree any
	if err := json.Unmarshal(configuration, &tree); err != nil {
		return nil, err
	}
	values := map[string]string{}
	variables("M365", tree, values)
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	fmt.Fprintf(&b, "# Microsoft 365 connection, exported by Roomkey on %s. It holds no secret.\n", now.UTC().Format("2006-01-02"))
	for _, name := range names {
		fmt.Fprintf(&b, "%s=%s\n", name, quote(values[name]))
	}
	return []byte(b.String()), nil
}

func variables(name string, v any, into map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			variables(name+"_"+upperSnake(key), inner, into)
		}
	case []any:
		items := make([]string, 0, len(v))
		for _, inner := range v {
			items = append(items, listed(inner))
		}
		into[name] = strings.Join(items, ",")
	default:
		into[name] = fmt.Sprint(v)
	}
}

// listed is one entry of a list: a room by its address, a permission by its
// value.
func listed(v any) string {
	o, ok := v.(map[string]any)
	if !ok {
		return fmt.Sprint(v)
	}
	for _, key := range []string{"emailAddress", "value", "id"} {
		if s, ok := o[key].(string); ok {
			return s
		}
	}
	return ""
}

func upperSnake(key string) string {
	var b strings.Builder
	before := ' '
	for _, r := range key {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToUpper(r))
		before = r
	}
	return b.String()
}

var plain = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]*$`)

func quote(value string) string {
	value = problem.Line(value)
	if plain.MatchString(value) {
		return value
	}
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}
