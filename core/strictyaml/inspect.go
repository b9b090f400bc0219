package strictyaml

import (
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/roomkey/roomkey/core/words"
)

// inspect compares the file with the type that it shall fill. The library's
// own strict mode says the same in the terms of Go, and without the path.
func (d *Document) inspect(n *yaml.Node, into any) {
	d.value(n, reflect.TypeOf(into).Elem(), "")
}

func (d *Document) value(n *yaml.Node, t reflect.Type, path string) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		d.at(n, path, words.T("These files cannot use anchors and aliases (& and *). Write the value out."))
		return
	}
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		return // as if it were left out: whoever needs the field asks for it
	}
	switch t.Kind() {
	case reflect.Struct:
		d.mapping(n, t, path)
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			d.at(n, path, words.T("This must be a list."))
			return
		}
		for i, item := range n.Content {
			d.value(item, t.Elem(), fmt.Sprintf("%s[%d]", path, i))
		}
	case reflect.Interface:
	default:
		d.scalar(n, t, path)
	}
}

func (d *Document) scalar(n *yaml.Node, t reflect.Type, path string) {
	tag := n.ShortTag()
	switch {
	case n.Kind != yaml.ScalarNode:
		d.at(n, path, words.T("This must be a single value."))
	case t.Kind() == reflect.Bool && tag != "!!bool":
		d.at(n, path, words.T("This must be true or false, not %q.", n.Value))
	case t.Kind() == reflect.Int && tag != "!!int":
		d.at(n, path, words.T("This must be a whole number, not %q.", n.Value))
	case t.Kind() == reflect.String && tag != "!!str" && tag != "!!timestamp": // a day may stand without quotes
		d.at(n, path, words.T("This must be text; put it in quotes: %q.", n.Value))
	}
}

func (d *Document) mapping(n *yaml.Node, t reflect.Type, path string) {
	if n.Kind != yaml.MappingNode {
		d.at(n, path, words.T("This must be fields with values, written as \"field: value\"."))
		return
	}
	known := fields(t)
	seen := map[string]int{}
	var once []*yaml.Node // a field that appears twice keeps the library from loading any
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if seen[key.Value] == 0 {
			once = append(once, key, value)
		}
		below := strings.TrimPrefix(path+"."+key.Value, ".")
		field, ok := known[key.Value]
		switch line := seen[key.Value]; {
		case line > 0:
			d.at(key, below, words.T("The field appears twice. The first is in line %d.", line))
		case !ok || key.Kind != yaml.ScalarNode:
			d.at(key, below, words.T("There is no such field. %s", OneOf(key.Value, names(t)...)))
		default:
			d.value(value, field, below)
		}
		seen[key.Value] = key.Line
	}
	n.Content = once
}

func (d *Document) at(n *yaml.Node, path string, text words.Text) {
	if len(d.mistakes) >= maxMistakes {
		return
	}
	d.mistakes = append(d.mistakes, Mistake{File: d.file, Line: n.Line, Field: path, Text: text})
}

func fields(t reflect.Type) map[string]reflect.Type {
	known := map[string]reflect.Type{}
	each(t, func(name string, f reflect.Type) { known[name] = f })
	return known
}

func names(t reflect.Type) (list []string) {
	each(t, func(name string, _ reflect.Type) { list = append(list, name) })
	return list
}

// each visits the fields that the yaml tags of a struct name, those of inlined
// structs included.
func each(t reflect.Type, visit func(string, reflect.Type)) {
	for f := range t.Fields() {
		name, rest, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case rest == "inline":
			each(f.Type, visit)
		case name != "" && name != "-":
			visit(name, f.Type)
		}
	}
}
