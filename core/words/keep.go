package words

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// Kept is texts by their English, for a file whose JSON holds the English: with
// it they are keys and arguments again when the file is read.
type Kept map[string]Text

// Keep collects every Text in v that has a key of its own.
func Keep(v any) Kept {
	all := Kept{}
	each(reflect.ValueOf(v), func(t Text) (Text, bool) {
		if !t.IsZero() && !t.plain() {
			all[t.String()] = t
		}
		return t, false
	})
	return all
}

// Restore gives the texts that v, a pointer, was read with as plain English their
// keys and arguments back.
func (k Kept) Restore(v any) {
	each(reflect.ValueOf(v), func(t Text) (Text, bool) {
		known, ok := k[t.String()]
		return known, ok && t.plain()
	})
}

func (t Text) plain() bool {
	if t.Key != "%s" || len(t.Args) != 1 {
		return false
	}
	_, is := t.Args[0].(string)
	return is
}

var textType = reflect.TypeFor[Text]()

// each visits every Text within v, and puts what f answers in its place.
func each(v reflect.Value, f func(Text) (Text, bool)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			each(v.Elem(), f)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			each(v.Index(i), f)
		}
	case reflect.Struct:
		if v.Type() == textType {
			if t, replace := f(v.Interface().(Text)); replace && v.CanSet() {
				v.Set(reflect.ValueOf(t))
			}
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				each(v.Field(i), f)
			}
		}
	}
}

// stored is a Text, or one argument of one, in a file.
type stored struct {
	Key     Key      `json:"key,omitempty"`
	One     Key      `json:"one,omitempty"`
	Count   int      `json:"count,omitempty"`
	Args    []stored `json:"args,omitempty"`
	Items   []stored `json:"items,omitempty"`
	Between string   `json:"between,omitempty"`
	Number  *int64   `json:"number,omitempty"`
	Decimal *float64 `json:"decimal,omitempty"`
	Words   *string  `json:"words,omitempty"`
}

// MarshalJSON writes keys and arguments.
func (k Kept) MarshalJSON() ([]byte, error) {
	all := map[string]stored{}
	for english, t := range k {
		all[english] = store(t)
	}
	return json.Marshal(all)
}

// UnmarshalJSON reads back what MarshalJSON wrote.
func (k *Kept) UnmarshalJSON(b []byte) error {
	var all map[string]stored
	if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	*k = Kept{}
	for english, s := range all {
		if t, ok := s.value().(Text); ok && t.String() == english {
			(*k)[english] = t
		}
	}
	return nil
}

func store(value any) (s stored) {
	switch value := value.(type) {
	case Text:
		s = stored{Key: value.Key, One: value.One, Count: value.Count}
		for _, a := range value.Args {
			s.Args = append(s.Args, store(a))
		}
		return s
	case List:
		s = stored{Items: []stored{}, Between: value.Between}
		for _, t := range value.Items {
			s.Items = append(s.Items, store(t))
		}
		return s
	case Key:
		return stored{Key: value}
	case fmt.Stringer, error:
		text := fmt.Sprint(value)
		return stored{Words: &text}
	}
	switch v := reflect.ValueOf(value); {
	case v.CanInt():
		n := v.Int()
		s.Number = &n
	case v.CanFloat():
		n := v.Float()
		s.Decimal = &n
	default:
		text := fmt.Sprint(value)
		s.Words = &text
	}
	return s
}

func (s stored) value() any {
	switch {
	case s.Number != nil:
		return int(*s.Number)
	case s.Decimal != nil:
		return *s.Decimal
	case s.Words != nil:
		return *s.Words
	case s.Key != "":
		t := Text{Key: s.Key, One: s.One, Count: s.Count}
		for _, a := range s.Args {
			t.Args = append(t.Args, a.value())
		}
		return t
	}
	l := List{Between: s.Between}
	for _, i := range s.Items {
		if t, ok := i.value().(Text); ok {
			l.Items = append(l.Items, t)
		}
	}
	return l
}
