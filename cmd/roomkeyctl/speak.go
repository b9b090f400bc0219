package main

import (
	"fmt"
	"io"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// language is what the person at the terminal reads; nil is English. JSON stays
// English.
var language words.Language

// say is a text as the person reads it.
func say(t words.Text) string { return t.In(language) }

// l is say of an English sentence and its arguments.
func l(key words.Key, args ...any) string { return say(words.T(key, args...)) }

// printLine writes a sentence on lines of its own.
func printLine(w io.Writer, key words.Key, args ...any) {
	fmt.Fprintln(w, problem.Clean(l(key, args...)))
}
