package session

import (
	"reflect"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// mayBeEmpty are the parts that say something when they are empty: no policy, no
// problems, and English.
var mayBeEmpty = map[string]bool{"Policy": true, "Problems": true, "Language": true, "LanguageCode": true}

// Complete is e when nothing is missing that its connections need. What is
// missing would show much later, as something that could not be tested.
func Complete(e *Environment) (*Environment, error) {
	v := reflect.ValueOf(e).Elem()
	for _, f := range reflect.VisibleFields(v.Type()) {
		if f.IsExported() && !mayBeEmpty[f.Name] && v.FieldByIndex(f.Index).IsZero() {
			return nil, problem.New(codeIncomplete, words.T("Roomkey was built without %s, which connections need.", f.Name)).
				Fix(words.T("Report this as a mistake in Roomkey."))
		}
	}
	return e, nil
}
