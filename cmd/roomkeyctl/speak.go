package main

import "github.com/roomkey/roomkey/core/words"

// language is what the person at the terminal reads; nil is English. JSON stays
// English.
var language words.Language

// say is a text as the person reads it.
func say(t words.Text) string { return t.In(language) }

// l is say of an English sentence.
func l(key words.Key) string { return say(words.T(key)) }
