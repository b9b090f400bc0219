package exchange

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/roomkey/roomkey/core/problem"
)

func TestResultRoundTrip(t *testing.T) {
	to := target(t, 3)
	doc := generate(t, "calendar-processing", to, map[string]any{"keepSubject": "none"})
	file, err := play(doc.Intent, "admin@contoso.com", to.at(0), func(op Operation) Outcome {
		if op.Identity == "room1@contoso.com" {
			return Outcome{Status: Failed, Error: "O‘Brien\x00 \u2028 is not here"}
		}
		return Outcome{Status: Changed, Before: map[string]string{"DeleteSubject": "True"}}
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := ReadResult(file, to.Connection)
	if err != nil {
		t.Fatal(err)
	}
	if r.Summary[Changed] != 2 || r.Summary[Failed] != 1 || r.Complete() || !slices.ContainsFunc(r.Results, func(o Outcome) bool { return o.Status == Failed && o.Identity == "room1@contoso.com" }) {
		t.Errorf("%+v", r)
	}

	// Windows PowerShell writes a byte-order mark and a line end; somebody may
	// save the file as UTF-16.
	for _, text := range [][]byte{append([]byte("\uFEFF"), append(file, "\r\n"...)...), utf16le(string(file))} {
		if _, err := ReadResult(text, to.Connection); err != nil {
			t.Error(err)
		}
	}
}

func utf16le(s string) []byte {
	out := []byte{0xFF, 0xFE}
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

func TestResultRefused(t *testing.T) {
	to := target(t, 3)
	file := perform(t, to, "calendar-processing", nil, 0)
	other, foreign := *to.Connection, *to.Connection
	other.ID, foreign.Tenant.ID = "c-2", "00000000-0f5d-4b6a-9c3e-7d8f9a0b1c2d"
	unsum := func(r *Result) { r.Summary[Changed]++ }
	encode := func(change func(*Result)) []byte {
		r, err := ReadResult(file, to.Connection)
		if err != nil {
			t.Fatal(err)
		}
		change(&r)
		out, err := resultFile(r)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for name, c := range map[string]struct {
		data []byte
		code string
	}{
		"cut off":        {file[:len(file)/2], "exchange.result-broken"},
		"empty":          {nil, "exchange.result-broken"},
		"another file":   {[]byte(`{"a":1}`), "exchange.result-broken"},
		"edited":         {bytes.Replace(file, []byte("changed"), []byte("failed_"), 1), "exchange.result-edited"},
		"pretty-printed": {bytes.ReplaceAll(file, []byte(`","`), []byte(`", "`)), "exchange.result-edited"},
		"no seal":        {bytes.Replace(file, []byte(`{"seal":"`), []byte(`{"seal":"x`), 1), "exchange.result-edited"},
		"newer":          {encode(func(r *Result) { r.Schema = 2 }), "exchange.result-newer"},
		"unknown script": {encode(func(r *Result) { r.Script = "x" }), "exchange.unknown-script"},
		"wrong sum":      {encode(unsum), "exchange.result-broken"},
		"wrong status":   {encode(func(r *Result) { r.Results[0].Status = "fine"; r.Summary[Changed]-- }), "exchange.result-broken"},
		"backwards":      {encode(func(r *Result) { r.FinishedAt = r.StartedAt.Add(-time.Hour) }), "exchange.result-broken"},
	} {
		if _, err := ReadResult(c.data, to.Connection); problem.CodeOf(err).String() != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ReadResult(file, &other); problem.CodeOf(err).String() != "exchange.other-connection" {
		t.Error(err)
	}
	if _, err := ReadResult(file, &foreign); problem.CodeOf(err).String() != "exchange.other-tenant" {
		t.Error(err)
	}
}

// TestSeal pins the seal to a value that was computed with other tools
// (printf '\xff\xfe{\0"\0e\0"\0:\0\xe9\0}\0' | sha256sum).
func TestSeal(t *testing.T) {
	if got := checksum([]byte(`{"e":é}`)); got != "eac5f2d520f9dc60bc573d56a4ffda2357d7f5f1bd620616a290eaa4a9bb8499" {
		t.Error(got)
	}
}

func TestReach(t *testing.T) {
	to := target(t, 3)
	intent := generate(t, "limit-application-test", to, nil).Intent
	run := func(inside, outside string) Reach {
		file, err := play(intent, "a", to.at(0), func(op Operation) Outcome {
			says := inside
			if op.Identity == "ceo@contoso.com" {
				says = outside
			}
			return Outcome{Status: Same, After: map[string]string{"InScope": says}}
		})
		if err != nil {
			t.Fatal(err)
		}
		r, err := ReadResult(file, to.Connection)
		if err != nil {
			t.Fatal(err)
		}
		return r.Reach()
	}
	if r := run("True", "False"); !r.Proven() || strings.Join(r.Inside, " ") != "room0@contoso.com room1@contoso.com room2@contoso.com" || strings.Join(r.Outside, " ") != "ceo@contoso.com" {
		t.Errorf("%+v", r)
	}
	for _, r := range []Reach{run("True", "True"), run("False", "False"), {}} {
		if r.Proven() || r.Text().IsZero() {
			t.Errorf("%+v", r)
		}
	}
	// Half a proof is none.
	half := Result{Results: []Outcome{{Identity: "a", Action: "in scope", Status: Same, After: map[string]string{"Role": "x", "InScope": "True"}}}}
	if half.Reach().Proven() {
		t.Error("inside alone is no proof")
	}
}

// TestPassed: only a run in which nothing failed, was left out or showed otherwise
// than it should has passed; a run with -WhatIf leaves out what it would do.
func TestPassed(t *testing.T) {
	test := func(action, says string) Outcome {
		return Outcome{Identity: "a", Action: action, Status: Same, After: map[string]string{"Role": "x", "InScope": says}}
	}
	for name, c := range map[string]struct {
		r    Result
		want bool
	}{
		"changed":                 {Result{Results: []Outcome{{Status: Changed}}}, true},
		"failed":                  {Result{Results: []Outcome{{Status: Changed}, {Status: Failed}}}, false},
		"left out":                {Result{Results: []Outcome{{Status: Changed}, {Status: Skipped}}}, false},
		"nothing":                 {Result{}, false},
		"stopped":                 {Result{Err: "x", Results: []Outcome{{Status: Changed}}}, false},
		"what if":                 {Result{WhatIf: true, Results: []Outcome{{Status: Skipped}}}, true},
		"what if, failed":         {Result{WhatIf: true, Results: []Outcome{{Status: Skipped}, {Status: Failed}}}, false},
		"what if, stopped":        {Result{WhatIf: true, Err: "x"}, false},
		"limited":                 {Result{Results: []Outcome{test("in scope", "True"), test("out of scope", "False")}}, true},
		"not limited":             {Result{Results: []Outcome{test("in scope", "True"), test("out of scope", "True")}}, false},
		"limited, what if":        {Result{WhatIf: true, Results: []Outcome{{Action: "in scope", Status: Skipped}}}, true},
		"tested on one side only": {Result{Results: []Outcome{test("in scope", "True")}}, false},
	} {
		if got := NewResult(c.r).Passed(); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestRemoveGrantNeedsEvidence(t *testing.T) {
	to := target(t, 3)
	try := func(evidence any) string {
		_, err := Generate("remove-grant", to, map[string]any{"evidence": evidence})
		return problem.CodeOf(err).String()
	}
	failed, err := play(generate(t, "limit-application-test", to, nil).Intent, "a", to.at(-3*time.Hour), func(Operation) Outcome {
		return Outcome{Status: Same, After: map[string]string{"InScope": "True"}}
	})
	if err != nil {
		t.Fatal(err)
	}
	for want, evidence := range map[string]any{
		"exchange.no-evidence":      "",
		"exchange.too-early":        perform(t, to, "limit-application-test", nil, 90*time.Minute),
		"exchange.scope-not-proven": failed,
		"exchange.wrong-evidence":   perform(t, to, "calendar-processing", nil, 3*time.Hour),
		"":                          perform(t, to, "limit-application", nil, 2*time.Hour),
	} {
		if got := try(evidence); got != want {
			t.Errorf("%s, not %s", got, want)
		}
	}
	for _, ago := range []time.Duration{5 * time.Hour, 3 * time.Hour} {
		r, err := ReadResult(perform(t, to, "limit-application-test", nil, ago), to.Connection)
		if err != nil {
			t.Fatal(err)
		}
		to.Results = append(to.Results, r)
	}
	if text := string(generate(t, "remove-grant", to, nil).Text); !strings.Contains(text, "$NotBefore = '2026-11-22T11:00:00Z'") {
		t.Error("the newest result that was read back is not the evidence")
	}
	undone, err := ReadResult(perform(t, to, "limit-application-undo", nil, time.Hour), to.Connection)
	if err != nil {
		t.Fatal(err)
	}
	to.Results = append(to.Results, undone)
	if _, err := Generate("remove-grant", to, nil); problem.CodeOf(err).String() != "exchange.undone" {
		t.Error("a limit that was undone is no limit")
	}
	to.Results = to.Results[:2]
	to.Results[1].Tenant = "another"
	if text := string(generate(t, "remove-grant", to, nil).Text); !strings.Contains(text, "$NotBefore = '2026-11-22T09:00:00Z'") {
		t.Error("a result of another tenant is no evidence")
	}
	text := string(generate(t, "remove-grant", to, map[string]any{"evidence": perform(t, to, "limit-application", nil, 2*time.Hour)}).Text)
	if !strings.Contains(text, "$NotBefore = '2026-11-22T12:00:00Z'") {
		t.Error("the script does not check the time itself")
	}
}

func TestPoliciesGoOnlyWithTheGrant(t *testing.T) {
	to := target(t, 3)
	back := func(script string, values map[string]any, ago time.Duration) Result {
		r, err := ReadResult(perform(t, to, script, values, ago), to.Connection)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if _, err := Generate("access-policy-migrate", to, nil); problem.CodeOf(err).String() != "exchange.no-evidence" {
		t.Error(err)
	}
	gone := back("remove-grant", map[string]any{"evidence": perform(t, to, "limit-application", nil, 5*time.Hour)}, 2*time.Hour)
	to.Results = []Result{gone}
	if _, err := Generate("access-policy-migrate", to, nil); err != nil {
		t.Error(err)
	}
	to.Results = []Result{gone, back("restore-grant", nil, time.Hour)}
	if _, err := Generate("access-policy-migrate", to, nil); problem.CodeOf(err).String() != "exchange.undone" {
		t.Error(err)
	}
	gone.Summary, gone.Results[0].Status = map[string]int{Failed: 1}, Failed
	to.Results = []Result{gone}
	if _, err := Generate("access-policy-migrate", to, nil); problem.CodeOf(err).String() != "exchange.grant-remains" {
		t.Error(err)
	}
}

func TestSettled(t *testing.T) {
	to := target(t, 2)
	for script, want := range map[string]time.Duration{"limit-application": 2 * time.Hour, "calendar-processing": 0} {
		r, err := ReadResult(perform(t, to, script, nil, 0), to.Connection)
		if err != nil || r.Settled().Sub(to.Now) != want {
			t.Errorf("%s: %v %v", script, r.Settled(), err)
		}
		r.WhatIf = true
		if !r.Settled().IsZero() || r.Complete() {
			t.Errorf("%s with -WhatIf has changed nothing", script)
		}
	}
}

func FuzzReadResult(f *testing.F) {
	to := target(f, 2)
	f.Add(perform(f, to, "calendar-processing", nil, 0))
	f.Add([]byte(`{"seal":"","result":{}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ReadResult(data, to.Connection)
		if err == nil && !json.Valid(bytes.TrimPrefix(bytes.TrimSpace(toUTF8(data)), []byte("\uFEFF"))) {
			t.Errorf("%+v", r)
		}
	})
}
