// Package words holds text as a key and arguments, so that it becomes a
// sentence only where a person reads it; JSON and logs stay English.
package words

import (
	"fmt"
	"strconv"
)

// Key is an English sentence, with fmt verbs where the arguments go. It is also
// the key under which a translation is looked up. Every constant of this type
// is in resources/texts/en.json; a string that is no constant does not become
// one by itself.
type Key string

// In is the sentence in a language, for a Key that is an argument of a Text.
func (k Key) In(l Language) string { return T(k).In(l) }

// Text is a message that has not become a sentence yet. Its zero value is the
// empty text.
type Text struct {
	// Key is the sentence, for any number but one where numbers matter.
	Key Key
	// One is the sentence for exactly one, "" where the number does not matter.
	One Key
	// Count is the number that decides, where there is One.
	Count int
	// Args fill the verbs in order.
	Args []any
}

// Language finds the sentence for a text, its verbs still in it, in the language
// of a person; "" when it has none. A nil Language is English.
type Language func(t Text) string

// T makes a Text from an English sentence and its arguments. A text without
// arguments is taken literally, so that a percent sign needs no escape.
func T(key Key, args ...any) Text { return Text{Key: key, Args: args} }

// N is the text one for exactly one thing and many for any other number of
// them; both take the same arguments. A language with more forms than these two
// chooses by n.
func N(n int, one, many Key, args ...any) Text {
	return Text{Key: many, One: one, Count: n, Args: args}
}

// Plain makes a Text of words that came from outside (a server's own message)
// and have no translation.
func Plain(s string) Text {
	if s == "" {
		return Text{}
	}
	return Text{Key: "%s", Args: []any{s}}
}

// IsZero reports whether there is nothing to say.
func (t Text) IsZero() bool { return t.Key == "" }

// English is the English sentence, its verbs still in it.
func (t Text) English() string {
	if t.One != "" && t.Count == 1 {
		return string(t.One)
	}
	return string(t.Key)
}

// String is the English text.
func (t Text) String() string { return t.In(nil) }

// In is the text in a language.
func (t Text) In(l Language) string {
	if t.IsZero() {
		return ""
	}
	sentence := ""
	if l != nil && t.Key != "%s" {
		sentence = l(t)
	}
	if sentence == "" {
		sentence = t.English()
	}
	if len(t.Args) == 0 {
		return sentence
	}
	args := make([]any, len(t.Args))
	for i, a := range t.Args {
		switch inner := a.(type) {
		case interface{ In(l Language) string }:
			a = inner.In(l)
		case int:
			a = separated(inner)
		case int64:
			a = separated(inner)
		}
		args[i] = a
	}
	return fmt.Sprintf(sentence, args...)
}

// separated is a number that is written with separators between its thousands.
type separated int64

// Format writes the number for %d as people write it, for any other verb as it is:
// %v is for numbers that are names, such as those of errors and keys.
func (n separated) Format(to fmt.State, verb rune) {
	if form := fmt.FormatString(to, verb); form != "%d" {
		fmt.Fprintf(to, form, int64(n))
		return
	}
	digits := strconv.FormatInt(int64(n), 10)
	for at := len(digits) - 3; at > 0 && digits[at-1] != '-'; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	_, _ = to.Write([]byte(digits))
}

// MarshalText writes the English text, which is what JSON carries.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads back what MarshalText wrote, as literal text.
func (t *Text) UnmarshalText(b []byte) error {
	*t = Plain(string(b))
	return nil
}
