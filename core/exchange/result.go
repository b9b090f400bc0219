package exchange

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// What became of one object.
const (
	Changed = "changed"
	Same    = "same"
	Failed  = "failed"
	Skipped = "skipped"
)

// StatusText is what became of an object, as a person reads it.
func StatusText(status string) words.Text {
	switch status {
	case Changed:
		return words.T("changed")
	case Same:
		return words.T("already set")
	case Failed:
		return words.T("failed")
	case Skipped:
		return words.T("skipped")
	}
	return words.Plain(status)
}

// Outcome is what became of one object.
type Outcome struct {
	Identity string `json:"identity"`
	// Action is what was to be done, in the script's words.
	Action string            `json:"action"`
	Status string            `json:"status"`
	Error  string            `json:"error"`
	Before map[string]string `json:"before"`
	After  map[string]string `json:"after"`
	// Problem is the error with its remedies, where Roomkey did it; a script has
	// no more than Error.
	Problem *problem.Problem `json:"problem,omitempty"`
}

// Result is a result file.
type Result struct {
	Schema     int       `json:"schema"`
	Script     string    `json:"script"`
	Connection string    `json:"connection"`
	Tenant     string    `json:"tenant"`
	StartedAt  time.Time `json:"startedAt"`
	FinishedAt time.Time `json:"finishedAt"`
	WhatIf     bool      `json:"whatIf"`
	// Undo is whether the run took back what the same script did before.
	Undo    bool   `json:"undo,omitempty"`
	Account string `json:"account"`
	// Err is why the script stopped early, "" when it went through.
	Err string `json:"error"`
	// Problem is Err with its remedies, where Roomkey did it.
	Problem *problem.Problem `json:"problem,omitempty"`
	// Files are the CSVs that it wrote beside.
	Files   []string       `json:"files"`
	Results []Outcome      `json:"results"`
	Summary map[string]int `json:"summary"`
}

// checked is the file around a result. Its field "seal" is a checksum and no
// signature: whoever can write the file can compute it.
type checked struct {
	Checksum string          `json:"seal"`
	Result   json.RawMessage `json:"result"`
}

// NewResult is the result of a run, with its outcomes counted.
func NewResult(r Result) Result {
	r.Schema, r.Summary = 1, map[string]int{Changed: 0, Same: 0, Failed: 0, Skipped: 0}
	for _, o := range r.Results {
		r.Summary[o.Status]++
	}
	return r
}

// File is the result as a script writes it, for ReadResult.
func (r Result) File() ([]byte, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	return json.Marshal(checked{checksum(text), text})
}

// checksum is the SHA-256 of the text as UTF-16LE with byte-order mark, which is what
// a script can compute in Constrained Language Mode.
func checksum(text []byte) string {
	units := utf16.Encode([]rune(string(text)))
	raw := make([]byte, 2, 2+2*len(units))
	raw[0], raw[1] = 0xFF, 0xFE
	for _, u := range units {
		raw = binary.LittleEndian.AppendUint16(raw, u)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// maxResult is the largest result file that is read.
const maxResult = 64 << 20

// ReadResult reads a result file of this connection. It refuses, with the
// reason, a file that is cut off (exchange.result-broken), was edited
// (exchange.result-edited), is of a newer version (exchange.result-newer), of
// another connection (exchange.other-connection) or tenant
// (exchange.other-tenant), or does not add up. The transcript of a run that was
// ended, or its CSV of values from before, says how far it came
// (exchange.run-ended, exchange.values-before).
func ReadResult(data []byte, c *connection.Connection) (Result, error) {
	var r Result
	if len(data) > maxResult {
		return r, problem.New(codeResultBroken, words.T("The file is too large for a result file."))
	}
	data = bytes.TrimSpace(toUTF8(data))
	var file checked
	if err := json.Unmarshal(data, &file); err != nil || len(file.Result) == 0 {
		if p := remains(string(data), c); p != nil {
			return r, p
		}
		return r, problem.New(codeResultBroken, words.T("This is not a complete result file.")).By(err).
			Fix(words.T("Use the file whose name ends in .result.json, as the script wrote it."))
	}
	if !strings.EqualFold(file.Checksum, checksum(file.Result)) {
		return r, problem.New(codeResultEdited, words.T("The result file does not match its checksum. It was changed or damaged after the script wrote it.")).
			Fix(words.T("Use the file exactly as the script wrote it. An editor or a mail gateway may have changed it. Otherwise, run the script again."))
	}
	if err := json.Unmarshal(file.Result, &r); err != nil {
		return Result{}, problem.New(codeResultBroken, words.T("The result file contains something unexpected.")).With(problem.OfJSON(err, file.Result, &r)).By(err)
	}
	return r, r.fits(c)
}

// belongs is whether a run is one of a script of this connection.
func (r Result) belongs(c *connection.Connection) error {
	switch {
	case r.Schema > 1:
		return problem.New(codeResultNewer, words.T("The result file is from a newer version of Roomkey.")).Fix(words.T("Update Roomkey."))
	case r.Connection != c.ID:
		return problem.New(codeOtherConnection, words.T("The result file belongs to another connection.")).
			Fix(words.T("Open the connection that the script was created for."))
	case !strings.EqualFold(r.Tenant, c.Tenant.ID):
		return problem.New(codeOtherTenant, words.T("The result file is from the tenant %s, not from this connection's.", problem.Line(r.Tenant))).
			Fix(words.T("Run the script for this tenant, or open the other connection."))
	}
	if _, ok := find(r.Script); !ok {
		return problem.New(codeUnknownScript, words.T("The result file is from a script that this version does not know: %s.", problem.Line(r.Script)))
	}
	return nil
}

// fits is whether a result belongs to the connection and adds up.
func (r Result) fits(c *connection.Connection) error {
	if err := r.belongs(c); err != nil {
		return err
	}
	count := map[string]int{}
	for _, o := range r.Results {
		count[o.Status]++
	}
	for _, status := range []string{Changed, Same, Failed, Skipped} {
		if count[status] != r.Summary[status] {
			return problem.New(codeResultBroken, words.T("The result file is inconsistent: it counts %d as %s and lists %d.", r.Summary[status], status, count[status]))
		}
		delete(count, status)
	}
	if len(count) > 0 || r.FinishedAt.Before(r.StartedAt) {
		return problem.New(codeResultBroken, words.T("The result file is inconsistent."))
	}
	return nil
}

// toUTF8 takes what PowerShell writes: UTF-8 with or without byte-order mark,
// and UTF-16 where somebody redirected or saved the file again.
func toUTF8(data []byte) []byte {
	if len(data) < 2 || data[0] != 0xFF || data[1] != 0xFE {
		return bytes.TrimPrefix(data, []byte("\uFEFF"))
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 2; i+1 < len(data); i += 2 {
		units = append(units, binary.LittleEndian.Uint16(data[i:]))
	}
	return []byte(string(utf16.Decode(units)))
}

// Complete is whether the script went through and nothing failed or was left
// out. A run with -WhatIf is not complete: it changed nothing.
func (r Result) Complete() bool {
	return r.Err == "" && !r.WhatIf && r.Summary[Failed] == 0 && r.Summary[Skipped] == 0 && len(r.Results) > 0
}

// Passed is whether nothing failed, was left out or showed otherwise than it should.
// A run with -WhatIf leaves out what it would do.
func (r Result) Passed() bool {
	return r.Err == "" && r.Summary[Failed] == 0 && (r.WhatIf || r.Complete() && len(r.Reach().Wrong) == 0)
}

// Settled is when the change counts everywhere in Microsoft's systems; before it
// a check may still see the old state. Zero for a script that only looks.
func (r Result) Settled() time.Time {
	s, _ := find(r.Script)
	if s.Reads || r.WhatIf || r.Summary[Changed] == 0 {
		return time.Time{}
	}
	return r.FinishedAt.Add(map[string]time.Duration{
		"limit-application": propagation, "limit-application-undo": propagation, "access-policy-migrate": propagation,
		"remove-grant": 90 * time.Minute, "restore-grant": 90 * time.Minute,
		"create-rooms": 48 * time.Hour, "room-lists": 24 * time.Hour, "set-places": 24 * time.Hour, "places-buildings": 24 * time.Hour, "ews-allow": 24 * time.Hour,
		"block-room-sign-in": time.Hour, "service-account-reach": time.Hour, "delegate-rooms": time.Hour, "access-policy": propagation,
	}[r.Script])
}

// Reach is what a result says about the limit of the application.
type Reach struct {
	// Roles are those that were in scope inside and not in scope outside.
	Roles []string
	// Wrong are the tests that showed otherwise, or failed.
	Wrong []words.Text
	// Inside and Outside are the mailboxes that were asked about.
	Inside, Outside []string
	// Mailboxes is how many mailboxes of people match the limit, "" where nobody
	// counted.
	Mailboxes string
}

// Proven is whether every role was in scope inside and not in scope outside.
func (r Reach) Proven() bool { return len(r.Roles) > 0 && len(r.Wrong) == 0 }

// Text is what the tests showed.
func (r Reach) Text() words.Text {
	switch {
	case len(r.Wrong) > 0:
		return words.Sentences(r.Wrong...)
	case len(r.Roles) == 0:
		return words.T("No mailboxes inside and outside the limit were tested.")
	}
	inside, outside := strings.Join(r.Inside, ", "), strings.Join(r.Outside, ", ")
	if r.Mailboxes != "" {
		return words.T("In scope: %s. Not in scope: %s. Mailboxes of people who book: %s.", inside, outside, r.Mailboxes)
	}
	return words.T("In scope: %s. Not in scope: %s.", inside, outside)
}

// Reach collects the tests of the limit that a script made.
func (r Result) Reach() Reach {
	var out Reach
	seen := map[string]int{}
	for _, o := range r.Results {
		if o.Action == "people who book" && o.Status == Same {
			out.Mailboxes = o.After["Mailboxes"]
		}
		if o.Status == Failed && (o.Action == "role assignment" || o.Action == "management scope") {
			out.Wrong = append(out.Wrong, words.Plain(o.Error))
		}
		inside := o.Action == "in scope"
		if !inside && o.Action != "out of scope" {
			continue
		}
		role, said := o.After["Role"], o.After["InScope"]
		want := map[bool]string{true: "True", false: "False"}[inside]
		if o.Status != Same || said != want || role == "" {
			should := words.T("%s should be out of scope.", o.Identity)
			if inside {
				should = words.T("%s should be in scope.", o.Identity)
			}
			out.Wrong = append(out.Wrong, words.Sentences(should, words.Plain(o.Error)))
			continue
		}
		if inside {
			out.Inside = once(out.Inside, o.Identity)
			seen[role] |= 1
		} else {
			out.Outside = once(out.Outside, o.Identity)
			seen[role] |= 2
		}
		if seen[role] == 3 {
			out.Roles = once(out.Roles, role)
		}
	}
	if len(out.Wrong) == 0 { // half a proof is none
		for role, both := range seen {
			if both != 3 {
				out.Wrong = append(out.Wrong, words.T("%s was not tested inside and outside the limit.", role))
			}
		}
	}
	slices.SortFunc(out.Wrong, func(a, b words.Text) int { return strings.Compare(a.String(), b.String()) })
	return out
}

func once(list []string, one string) []string {
	if slices.Contains(list, one) {
		return list
	}
	return append(list, one)
}

// testReach is the operation that asks for the reach in one mailbox, reachTest
// its parameters: what a right answer is.
const testReach = "Test-ServicePrincipalAuthorization"

type reachTest struct {
	Role    string
	InScope string
}
