package words

import "strings"

// List is several texts in one place. It is an argument of a Text, and becomes
// words when that does.
type List struct {
	Items []Text
	// Between is what stands between the items, "" where they are named within a
	// sentence.
	Between string
}

// And names texts within a sentence: "a", "a and b", "a, b and c".
func And(items ...Text) List { return List{Items: items} }

// Sentences are whole sentences, one behind the other; those without words are
// left out.
func Sentences(items ...Text) Text { return row(" ", items) }

// Lines are texts on lines of their own; those without words are left out.
func Lines(items ...Text) Text { return row("\n", items) }

// Few names the first of many things, and counts the others.
func Few(names []string) Text {
	const few = 3
	if more := len(names) - few; more > 0 {
		return T("%s and %d more", strings.Join(names[:few], ", "), more)
	}
	return Plain(strings.Join(names, ", "))
}

func row(between string, items []Text) Text {
	list := List{Between: between}
	for _, t := range items {
		if !t.IsZero() {
			list.Items = append(list.Items, t)
		}
	}
	switch len(list.Items) {
	case 0:
		return Text{}
	case 1:
		return list.Items[0]
	}
	return Text{Key: "%s", Args: []any{list}}
}

// String is the list in English.
func (l List) String() string { return l.In(nil) }

// In is the list in a language.
func (l List) In(language Language) string {
	if l.Between != "" {
		var all []string
		for _, t := range l.Items {
			all = append(all, t.In(language))
		}
		return strings.Join(all, l.Between)
	}
	switch n := len(l.Items); n {
	case 0:
		return ""
	case 1:
		return l.Items[0].In(language)
	default:
		all := l.Items[0]
		for _, next := range l.Items[1 : n-1] {
			all = T("%s, %s", all, next)
		}
		return T("%s and %s", all, l.Items[n-1]).In(language)
	}
}
