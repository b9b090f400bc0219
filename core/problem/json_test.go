package problem

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

type described struct {
	Product string `json:"product"`
}

// TestOfJSON: what was sent is named by its place and its kind, never by its content
// and never in the words of a programming language.
func TestOfJSON(t *testing.T) {
	type answer struct {
		described
		Version *int `json:"version"`
		Rooms   struct {
			Items []struct {
				Name     string    `json:"name"`
				Capacity *int      `json:"capacity"`
				Since    time.Time `json:"since"`
				Tags     []string  `json:"tags"`
			} `json:"items"`
		} `json:"rooms"`
		Acceptable *bool   `json:"acceptable"`
		Share      float64 `json:"share"`
		Untagged   []struct{ Success bool }
	}
	for body, want := range map[string]string{
		`{"version":"one-of-ours"}`:         "“version” must be a whole number, but is text.",
		`{"version":1.5}`:                   "“version” must be a whole number, but is a number with a fraction or an exponent.",
		`{"version":1e3}`:                   "“version” must be a whole number, but is a number with a fraction or an exponent.",
		`{"version":-99999999999999999999}`: "“version” must be a whole number, but is too large.",
		`{"version":[1]}`:                   "“version” must be a whole number, but is a list.",
		`{"version":true}`:                  "“version” must be a whole number, but is true.",
		`{"product":7}`:                     "“product” must be text, but is a number.",
		`{"product":{"name":"x"}}`:          "“product” must be text, but is an object.",
		`{"rooms":[]}`:                      "“rooms” must be an object, but is a list.",
		`{"rooms":{"items":{}}}`:            "“rooms.items” must be a list, but is an object.",
		`{"rooms":{"items":"none"}}`:        "“rooms.items” must be a list, but is text.",
		`{"rooms":{"items":[{"name":"a"},{"name":"b","capacity":"12"}]}}`: "“rooms.items[1].capacity” must be a whole number, but is text.",
		`{"rooms":{"items":[{"tags":["a",["b"]]}]}}`:                      "“rooms.items[0].tags[1]” must be text, but is a list.",
		`{"rooms":{"items":[{"since":"yesterday"}]}}`:                     "“rooms.items[0].since” must be a time such as \"2027-01-31T00:00:00Z\", but is text of another form.",
		`{"rooms":{"items":[{"since":1790000000}]}}`:                      "“rooms.items[0].since” must be a time such as \"2027-01-31T00:00:00Z\", but is a number.",
		`{"Rooms":{"ITEMS":[false]}}`:                                     "“Rooms.ITEMS[0]” must be an object, but is false.",
		`{"acceptable":"yes"}`:                                            "“acceptable” must be true or false, but is text.",
		`{"acceptable":1}`:                                                "“acceptable” must be true or false, but is a number.",
		`{"share":"half"}`:                                                "“share” must be a number, but is text.",
		`{"share":1e999}`:                                                 "“share” must be a number, but is too large.",
		`{"Untagged":[{"success":"true"}]}`:                               "“Untagged[0].success” must be true or false, but is text.",
		`[]`:                                                              "It must be an object, but is a list.",
		`"hello"`:                                                         "It must be an object, but is text.",
		`  42 `:                                                           "It must be an object, but is a number.",
		"{\n \"version\": one\n}":                                         "It is not valid JSON: see line 2, character 13.",
		`Internal error`:                                                  "It is not valid JSON: see line 1, character 1.",
		`{"product":"ä",,}`:                                               "It is not valid JSON: see line 1, character 16.",
		`{} {}`:                                                           "It is not valid JSON: see line 1, character 4.",
		`{"version":1`:                                                    "The JSON breaks off before its end.",
		``:                                                                "The JSON breaks off before its end.",
		strings.Repeat("[", 10001) + strings.Repeat("]", 10001): "The JSON is nested too deeply.",
	} {
		var v answer
		err := json.Unmarshal([]byte(body), &v)
		if err == nil {
			t.Errorf("%s was read", body)
			continue
		}
		if got := OfJSON(err, []byte(body), &v).String(); got != want {
			t.Errorf("%.80s:\n got %s\nwant %s", body, got, want)
		}
	}
	var list []map[string]json.RawMessage
	err := json.Unmarshal([]byte(`[{},7]`), &list)
	if got := OfJSON(err, []byte(`[{},7]`), &list).String(); got != "“[1]” must be an object, but is a number." {
		t.Error(got)
	}
}
