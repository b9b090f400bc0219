// Package problem is the one error type that an administrator sees: what went
// wrong in plain words, what to do about it and where, and what to quote when
// asking somebody else.
package problem

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/words"
)

// Problem is an error for a person. Code is stable across versions and is what
// scripts and tests match, for instance "entra.AADSTS7000215".
type Problem struct {
	Code Code
	// Kind is set where the problem is born and decides what follows from it.
	Kind     Kind
	Title    words.Text
	Detail   words.Text
	Remedies []Remedy
	Links    []Link
	// RequestID, TraceID and CorrelationID are what Microsoft's support asks
	// for; each is empty when the answer did not carry it.
	RequestID     string
	TraceID       string
	CorrelationID string
	// Attempts is how often it was asked, 0 where nobody was.
	Attempts int
	// Cause is the underlying error, for errors.Is and the log. Its text is not
	// shown to the administrator.
	Cause error
}

// Remedy is one thing to do: a sentence, where in Roomkey it is done if it is
// done there, and a command to copy if there is one.
type Remedy struct {
	Text    words.Text
	Place   Place
	Command string
}

// Link leads to a page in the connection's own cloud.
type Link struct {
	Title words.Text `json:"title"`
	URL   string     `json:"url"`
}

// New starts a problem of the kind that its code was declared with.
func New(code Code, title words.Text) *Problem {
	kind, _ := code.kind()
	return &Problem{Code: code, Kind: kind, Title: title}
}

// With adds the detail.
func (p *Problem) With(detail words.Text) *Problem { p.Detail = detail; return p }

// Fix adds a remedy.
func (p *Problem) Fix(text words.Text) *Problem {
	p.Remedies = append(p.Remedies, Remedy{Text: text})
	return p
}

// Run adds a remedy that is a command to copy.
func (p *Problem) Run(text words.Text, command string) *Problem {
	p.Remedies = append(p.Remedies, Remedy{Text: text, Command: command})
	return p
}

// See adds a link.
func (p *Problem) See(title words.Text, url string) *Problem {
	if url != "" {
		p.Links = append(p.Links, Link{Title: title, URL: url})
	}
	return p
}

// By names the error underneath.
func (p *Problem) By(cause error) *Problem { p.Cause = cause; return p }

// Asked notes how often it was asked.
func (p *Problem) Asked(attempts int) *Problem { p.Attempts = attempts; return p }

// Quotes are what to quote when asking somebody else, beside the code: how often
// it was asked, if more than once, and the ids of the answer.
func (p *Problem) Quotes() []words.Text {
	var all []words.Text
	if p.Attempts > 1 {
		all = append(all, words.T("asked %d times", p.Attempts))
	}
	for _, id := range []struct {
		name words.Key
		id   string
	}{{"request %s", p.RequestID}, {"trace %s", p.TraceID}, {"correlation %s", p.CorrelationID}} {
		if id.id != "" {
			all = append(all, words.T(id.name, id.id))
		}
	}
	return all
}

// Error is code and title in English, for logs.
func (p *Problem) Error() string {
	s := p.Code.String() + ": " + p.Title.String()
	if !p.Detail.IsZero() {
		s += " " + p.Detail.String()
	}
	return s
}

// Err is p as an error, nil for nil, which a nil p in an error would not be.
func (p *Problem) Err() error {
	if p == nil {
		return nil
	}
	return p
}

// Unwrap gives the error underneath.
func (p *Problem) Unwrap() error { return p.Cause }

// Of finds the problem in err. An error that is none becomes one: cancellation
// is named as such, anything else is "unexpected" with its own text as detail.
// Of(nil) is nil.
func Of(err error) *Problem {
	if err == nil {
		return nil
	}
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	if errors.Is(err, context.Canceled) {
		return New(CodeCancelled, words.T("Canceled before it finished.")).By(err)
	}
	return New(CodeUnexpected, words.T("Something unexpected went wrong.")).With(words.Plain(err.Error())).By(err)
}

// CodeOf is the code of the problem in err, the zero one for nil.
func CodeOf(err error) Code {
	if p := Of(err); p != nil {
		return p.Code
	}
	return Code{}
}

// KindOf is the kind of the problem in err, "" for nil.
func KindOf(err error) Kind {
	if p := Of(err); p != nil {
		return p.Kind
	}
	return ""
}

// String is the remedy on one line in English, the command behind it.
func (r Remedy) String() string { return r.In(nil) }

// In is the remedy on one line in a language, the command behind it.
func (r Remedy) In(l words.Language) string {
	return words.Sentences(r.Text, words.Plain(r.Command)).In(l)
}

type document struct {
	Code          Code     `json:"code"`
	Kind          Kind     `json:"kind,omitempty"`
	Title         string   `json:"title"`
	Detail        string   `json:"detail"`
	Remedies      []string `json:"remedies"`
	Actions       []action `json:"actions,omitempty"`
	Links         []Link   `json:"links"`
	RequestID     string   `json:"requestId"`
	TraceID       string   `json:"traceId,omitempty"`
	CorrelationID string   `json:"correlationId,omitempty"`
	Attempts      int      `json:"attempts,omitempty"`
}

// action is where a remedy leads: Remedy is its place in the list, Page and
// Field are in the window, Command is at a terminal.
type action struct {
	Remedy  int    `json:"remedy"`
	Text    string `json:"text"`
	Page    string `json:"page,omitempty"`
	Field   string `json:"field,omitempty"`
	Command string `json:"command,omitempty"`
}

// MarshalJSON is the documented JSON form, in English, without the cause.
func (p *Problem) MarshalJSON() ([]byte, error) {
	d := document{
		Code: p.Code, Kind: p.Kind, Title: p.Title.String(), Detail: p.Detail.String(),
		Remedies: []string{}, Links: p.Links,
		RequestID: p.RequestID, TraceID: p.TraceID, CorrelationID: p.CorrelationID, Attempts: p.Attempts,
	}
	for i, r := range p.Remedies {
		d.Remedies = append(d.Remedies, r.String())
		if !r.Place.IsZero() || r.Command != "" {
			d.Actions = append(d.Actions, action{i, r.Text.String(), r.Place.Page, r.Place.Field, r.Command})
		}
	}
	if d.Links == nil {
		d.Links = []Link{}
	}
	return json.Marshal(d)
}

// UnmarshalJSON reads back a stored problem.
func (p *Problem) UnmarshalJSON(b []byte) error {
	var d document
	if err := json.Unmarshal(b, &d); err != nil {
		return err
	}
	if d.Kind == "" { // stored by a version without kinds
		d.Kind, _ = d.Code.kind()
	}
	*p = Problem{
		Code: d.Code, Kind: d.Kind, Title: words.Plain(d.Title), Detail: words.Plain(d.Detail), Links: d.Links,
		RequestID: d.RequestID, TraceID: d.TraceID, CorrelationID: d.CorrelationID, Attempts: d.Attempts,
	}
	for _, r := range d.Remedies {
		p.Remedies = append(p.Remedies, Remedy{Text: words.Plain(r)})
	}
	for _, a := range d.Actions {
		if a.Remedy < 0 || a.Remedy >= len(p.Remedies) {
			continue
		}
		to := Place{a.Page, a.Field, a.Command}
		script := PlaceScript(a.Field) // no script has a place of its own in the list
		isScript := a.Page == script.Page && strings.HasPrefix(a.Command, script.Command)
		if !isScript && !slices.ContainsFunc(places, func(known Place) bool { return known.Page == a.Page && known.Field == a.Field }) {
			to = Place{} // of another version
		}
		p.Remedies[a.Remedy] = Remedy{Text: words.Plain(a.Text), Place: to, Command: a.Command}
	}
	return nil
}
