// Package report makes of a diagnosis a page to read and to print, the stable
// JSON, and a redacted bundle for support.
package report

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/reach"
	"github.com/roomkey/roomkey/core/words"
)

// Options say how a report is shown.
type Options struct {
	// Previous is the run before, nil for none.
	Previous *check.Run
	// Access is what reaches a room, nil where nobody asked.
	Access *reach.Room
	// Speak is the reader's language, nil for English.
	Speak words.Language
	// Language is its code, "" for "en".
	Language string
}

//go:embed page.html
var source string

// HTML writes the run as one page that needs nothing else: no script, no font
// and no picture from anywhere. It follows the reader's light or dark setting
// and prints in black on white. Everything that came from outside is escaped
// and cleaned of what could change how the page reads.
func HTML(w io.Writer, run check.Run, o Options) error {
	say := func(t words.Text) string { return problem.Clean(t.In(o.Speak)) }
	funcs := template.FuncMap{
		"say":      say,
		"t":        func(key words.Key, args ...any) string { return say(words.T(key, args...)) },
		"clean":    problem.Clean,
		"moment":   func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
		"fold":     check.Fold,
		"shown":    shown,
		"evidence": factsOf,
		"remedy":   func(r problem.Remedy) string { return problem.Clean(r.Text.In(o.Speak)) },
		"truth":    func(t permission.Truth) string { return say(truths[t]) },
		"status":   func(s check.Status) string { return say(statuses[s]) },
		"verdict":  func(v check.Verdict) string { return say(verdicts[v]) },
		"access":   func(s reach.State) string { return reachClasses[s] },
		"reaches":  func(s reach.State) string { return say(reach.Words[s]) },
		"level":    func(a reach.Access) string { return say(reach.Levels[a.Level]) },
		"ways":     func(a reach.Access) string { return say(words.Sentences(a.Ways...)) },
		"day":      func(t time.Time) string { return t.UTC().Format(time.DateOnly) },
		"class":    func(s evidence.Standing) string { return classes[s] },
		"safe":     func(url string) bool { return strings.HasPrefix(url, "https://") },
	}
	page, err := template.New("report").Funcs(funcs).Parse(source)
	if err != nil {
		return err
	}
	data := struct {
		check.Run
		Language   string
		Comparison *check.Comparison
		Cause      *check.Finding
		Picture    picture
		Access     *reach.Room
	}{Run: run, Language: o.Language, Access: o.Access}
	data.Picture = draw(run, func(l evidence.Link) (title, text, when string) {
		if !l.At.IsZero() {
			when = l.At.UTC().Format("2006-01-02 15:04 UTC")
		}
		return say(l.Title), say(l.Says()), when
	})
	if data.Language == "" {
		data.Language = "en"
	}
	if o.Previous != nil {
		c := check.Compare(*o.Previous, run)
		data.Comparison = &c
	}
	if run.RootCause != nil {
		if f, ok := run.Finding(run.RootCause.Check); ok {
			data.Cause = &f
		}
	}
	return page.Execute(w, data)
}

// reachClasses are how a state of access looks: what reaches the room stands out.
var reachClasses = map[reach.State]string{reach.Reaches: "broken", reach.Unknown: "unknown", reach.No: "works"}

var truths = map[permission.Truth]words.Text{
	permission.Unknown: words.T("unknown"), permission.No: words.T("no"),
	permission.Yes: words.T("yes"), permission.NotApplicable: words.T("not needed"),
}

var statuses = map[check.Status]words.Text{
	check.Pass: words.T("works"), check.Warn: words.T("warning"), check.Fail: words.T("fails"),
	check.Unknown: words.T("unknown"), check.Skipped: words.T("not tested"),
}

var verdicts = map[check.Verdict]words.Text{
	check.Passed: words.T("Everything that was tested works."), check.Warned: words.T("It works, with warnings."),
	check.Failed: words.T("It does not work yet."), check.Incomplete: words.T("Not everything could be tested."),
}

// fact is one line of evidence.
type fact struct{ Name, Value string }

// factsOf gives the evidence in the order of its names.
func factsOf(f check.Finding) []fact {
	facts := []fact{}
	for name, value := range f.Evidence {
		text, ok := value.(string)
		if !ok {
			b, err := json.Marshal(value)
			if err != nil {
				continue
			}
			text = string(b)
		}
		if text != "" && text != "null" && text != "[]" {
			facts = append(facts, fact{name, problem.Line(text)})
		}
	}
	slices.SortFunc(facts, func(a, b fact) int { return strings.Compare(a.Name, b.Name) })
	return facts
}

// shown is a duration as a person reads it.
func shown(d time.Duration) string { return d.Round(time.Millisecond).String() }
