package kit

import (
	"sync/atomic"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

var translator atomic.Pointer[func(string) string]

// Translate sets what translates every text that the window shows; it gets the
// English key and answers "" when it has none.
func Translate(f func(key string) string) { translator.Store(&f) }

func translate(key string) string {
	if f := translator.Load(); f != nil && *f != nil {
		return (*f)(key)
	}
	return ""
}

// Say is a text as the person reads it: translated, and harmless whatever came
// from outside into it.
func Say(t words.Text) string { return problem.Clean(t.In(translate)) }

// L is Say of an English sentence and its arguments.
func L(key string, args ...any) string { return Say(words.T(key, args...)) }
