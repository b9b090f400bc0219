// Package words holds text as a key and arguments, so that it is translated
// only where a person reads it; JSON and logs stay English.
package words

import "fmt"

// Text is a message that has not been translated yet. Its zero value is the
// empty text.
type Text struct {
	// Key is the English sentence, with fmt verbs where the arguments go. It
	// is also the key under which a translation is looked up.
	Key string
	// Args fill the verbs of Key in order.
	Args []any
}

// T makes a Text from an English sentence and its arguments. A text without
// arguments is taken literally, so that a percent sign needs no escape.
func T(key string, args ...any) Text { return Text{Key: key, Args: args} }

// N is the text one for exactly one thing and many for any other number of
// them; both take the same arguments.
func N(n int, one, many string, args ...any) Text {
	if n == 1 {
		return T(one, args...)
	}
	return T(many, args...)
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

// String is the English text.
func (t Text) String() string { return t.In(nil) }

// In is the text in the language of translate, which gets the key and answers
// the translated key or "" when it has none. A nil translate means English.
func (t Text) In(translate func(key string) string) string {
	key := t.Key
	if translate != nil {
		if other := translate(key); other != "" {
			key = other
		}
	}
	if len(t.Args) == 0 {
		return key
	}
	args := make([]any, len(t.Args))
	for i, a := range t.Args {
		if inner, ok := a.(Text); ok {
			a = inner.In(translate)
		}
		args[i] = a
	}
	return fmt.Sprintf(key, args...)
}

// MarshalText writes the English text, which is what JSON carries.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads back what MarshalText wrote, as literal text.
func (t *Text) UnmarshalText(b []byte) error {
	*t = Plain(string(b))
	return nil
}
