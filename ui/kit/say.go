package kit

import (
	"sync/atomic"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

var language atomic.Pointer[words.Language]

// Speak sets the language of every text that the window shows; nil is English.
func Speak(l words.Language) { language.Store(&l) }

// Say is a text as the person reads it: in their language, and harmless
// whatever came from outside into it.
func Say(t words.Text) string {
	if l := language.Load(); l != nil {
		return problem.Clean(t.In(*l))
	}
	return problem.Clean(t.String())
}

// L is Say of an English sentence and its arguments.
func L(key words.Key, args ...any) string { return Say(words.T(key, args...)) }
