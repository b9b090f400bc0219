package connection

import (
	"encoding/json"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// migration turns a document of one schema version into the next.
type migration func(document map[string]any)

// migrations holds at index i what turns version i+1 into i+2, so its length is
// SchemaVersion-1.
var migrations = []migration{}

// migrate brings the document to the version of this build.
func (r *reader) migrate(steps []migration) *problem.Problem {
	var head struct {
		Schema json.RawMessage `json:"schema"`
	}
	if err := json.Unmarshal(r.data, &head); err != nil {
		return r.mistake(0, "", words.T("the file must contain one object in braces"))
	}
	var version int
	if err := json.Unmarshal(head.Schema, &version); err != nil || version < 1 {
		return r.mistake(0, "schema", words.T("the version of the document is missing or is not a number from 1, so this may be another kind of file"))
	}
	current := len(steps) + 1
	if version > current {
		return problem.New(codeNewer, words.T("%s was written by a newer Roomkey (field schema: version %d, this one reads up to %d).", r.file, version, current)).
			Fix(words.T("Install the newer Roomkey on this computer. This one left the file as it was."))
	}
	if version == current {
		return nil
	}
	var document map[string]any
	if err := decodeExactly(r.data, &document); err != nil {
		return r.mistake(0, "", words.T("it cannot be read"))
	}
	for _, step := range steps[version-1:] {
		step(document)
	}
	document["schema"] = current
	data, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		return problem.Of(err)
	}
	r.data = data
	return nil
}
