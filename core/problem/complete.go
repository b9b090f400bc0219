package problem

import (
	"reflect"

	"github.com/roomkey/roomkey/core/words"
)

// Complete is nil when a struct that something is built from has all its parts: an
// exported field may be empty only where the tag "optional" says what that means.
// Without a part it would show much later, as something that could not be tested.
func Complete(parts any) error {
	v := reflect.Indirect(reflect.ValueOf(parts))
	for _, f := range reflect.VisibleFields(v.Type()) {
		if _, optional := f.Tag.Lookup("optional"); f.IsExported() && !optional && empty(v.FieldByIndex(f.Index)) {
			return New(codeIncomplete, words.T("Roomkey was built without %s, which %s needs.", f.Name, v.Type().String())).
				Fix(words.T("Report this as an error in Roomkey."))
		}
	}
	return nil
}

// empty is whether nothing is there, in an interface neither.
func empty(v reflect.Value) bool {
	if v.Kind() == reflect.Interface && !v.IsNil() && v.Elem().Kind() == reflect.Pointer {
		return v.Elem().IsNil()
	}
	return v.IsZero()
}
