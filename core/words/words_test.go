package words

import "testing"

// loud is a language that is easy to recognize.
func loud(t Text) string { return "<" + t.English() + ">" }

func TestEnglish(t *testing.T) {
	for _, test := range []struct {
		text Text
		want string
	}{
		{Text{}, ""},
		{T("100 %"), "100 %"},
		{T("%s is 100 %%", "it"), "it is 100 %"},
		{N(1, "%d room", "%d rooms", 1), "1 room"},
		{N(0, "%d room", "%d rooms", 0), "0 rooms"},
		{N(3000, "%d room", "%d rooms", 3000), "3,000 rooms"},
		{N(999, "%d room", "%d rooms", 999), "999 rooms"},
		{T("%d people and %d more", 1234567, int64(20_000)), "1,234,567 people and 20,000 more"},
		{T("%d (%5d, %v)", -1234, 12345, 12345), "-1,234 (12345, 12345)"},
		{Plain("50% off"), "50% off"},
		{T("The list: %s.", And(T("a"))), "The list: a."},
		{T("The list: %s.", And(T("a"), T("b"))), "The list: a and b."},
		{T("The list: %s.", And(T("a"), T("b"), T("c"))), "The list: a, b and c."},
		{Sentences(T("One."), Text{}, T("Two.")), "One. Two."},
		{Lines(), ""},
		{Lines(T("One."), T("Two.")), "One.\nTwo."},
	} {
		if got := test.text.String(); got != test.want {
			t.Errorf("%+v: %q, not %q", test.text, got, test.want)
		}
	}
}

// TestNothingIsWordsBeforeItIsShown: a text in a text, a list and a key are in
// the language of the whole; what came from outside is not.
func TestNothingIsWordsBeforeItIsShown(t *testing.T) {
	text := T("%s: %s, %s; %s", N(2, "%d room", "%d rooms", 2), And(T("a"), T("b")), Key("key"), Plain("outside"))
	if got, want := text.In(loud), "<<2 rooms>: <<a> and <b>>, <key>; outside>"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
}
