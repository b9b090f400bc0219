package backend

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/page"
)

// Scripts is the catalogue for a connection.
func (b *Backend) Scripts(ctx context.Context, id string) ([]page.Script, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return nil, err
	}
	target, err := s.LastScriptTarget()
	if err != nil {
		return nil, err
	}
	var out []page.Script
	for _, script := range exchange.Catalogue() {
		script, blocked := script.For(target)
		shown := page.Script{
			Name: script.Name, Title: words.T(script.Title), Changes: words.T(script.Changes), Role: words.T(script.Role),
			Effect: words.T(script.Takes), Undo: words.T(script.Undo),
		}
		var fields exchange.FieldErrors
		if blocked != nil && !errors.As(blocked, &fields) {
			// What is only wrong in the form's fields can be filled in.
			shown.Blocked = problem.Of(blocked).Title
		}
		for _, p := range script.Params {
			shown.Parameters = append(shown.Parameters, shownParameter(p))
		}
		out = append(out, shown)
	}
	return out, nil
}

func shownParameter(p exchange.Param) page.Parameter {
	out := page.Parameter{Name: p.Name, Title: words.T(p.Title), Help: words.T(p.Help), Kind: page.KindText, Choices: p.Choices}
	switch p.Kind {
	case exchange.KindSwitch:
		out.Kind, out.Choices = page.KindSwitch, nil
		if p.Default == nil {
			// Three states: leave as it is, or one of the two.
			out.Kind, out.Choices = page.KindChoice, []string{"", "true", "false"}
		}
	case exchange.KindChoice:
		out.Kind = page.KindChoice
	case exchange.KindList:
		out.Kind = page.KindList
	case exchange.KindRooms:
		out.Kind = page.KindRooms
	case exchange.KindCSV:
		out.Kind = page.KindCSV
	case exchange.KindResult:
		out.Kind = page.KindResult
	case exchange.KindNumber:
		out.Kind = page.KindNumber
		if p.Min != nil && p.Max != nil {
			out.Help = words.T("%s %d to %d.", p.Help, *p.Min, *p.Max)
		}
	}
	if p.Default != nil {
		out.Default = fmt.Sprint(p.Default)
	}
	if p.Reason != "" {
		out.Help = words.T("%s The product needs it: %s", out.Help, p.Reason)
	}
	return out
}

// Script generates one.
func (b *Backend) Script(ctx context.Context, id, name string, values map[string]string) (page.Document, error) {
	doc, err := b.generate(ctx, id, name, values)
	if err != nil {
		return page.Document{}, err
	}
	return page.Document{
		Name: doc.File, Text: strings.ReplaceAll(strings.TrimPrefix(string(doc.Text), "\ufeff"), "\r\n", "\n"),
		Explains: doc.Explain, Warnings: doc.Warnings, HowToRun: doc.HowToRun,
	}, nil
}

func (b *Backend) generate(ctx context.Context, id, name string, values map[string]string) (exchange.Document, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return exchange.Document{}, err
	}
	target, err := s.ScriptTarget(ctx)
	if err != nil {
		return exchange.Document{}, err
	}
	given := map[string]any{}
	for k, v := range values {
		given[k] = v
	}
	doc, err := exchange.Generate(name, target, given)
	var fields exchange.FieldErrors
	if errors.As(err, &fields) {
		said := page.FieldErrors{}
		for field, p := range fields {
			said[field] = p.Title
		}
		err = said
	}
	return doc, err
}

// SaveScripts writes scripts into a folder.
func (b *Backend) SaveScripts(ctx context.Context, id, folder string, names []string) ([]string, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return nil, err
	}
	var docs []exchange.Document
	for _, name := range names {
		doc, err := b.generate(ctx, id, name, nil)
		if err != nil {
			return nil, err
		}
		docs = append(docs, doc)
	}
	if len(names) == 0 {
		return s.WriteScriptFolder(ctx, folder)
	}
	var paths []string
	for _, doc := range docs {
		path := filepath.Join(folder, doc.File)
		if err := session.WriteFile(path, doc.Text); err != nil {
			return paths, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// ImportResult reads the result file of a script that was run.
func (b *Backend) ImportResult(ctx context.Context, id string, data []byte, _ string) (page.ScriptResult, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return page.ScriptResult{}, err
	}
	r, err := s.ReadScriptResult(data)
	if err != nil {
		return page.ScriptResult{}, err
	}
	out := page.ScriptResult{
		Title: words.Plain(r.Script), At: r.FinishedAt, Failed: r.Summary[exchange.Failed],
		Done: r.Summary[exchange.Changed] + r.Summary[exchange.Same],
	}
	for _, script := range exchange.Catalogue() {
		if script.Name == r.Script {
			out.Title = words.T(script.Title)
		}
	}
	for _, o := range r.Results {
		out.Rows = append(out.Rows, page.ResultRow{Object: o.Identity, Status: o.Status, Message: strings.TrimSpace(o.Action + " " + o.Error)})
	}
	if r.WhatIf {
		out.Problems = append(out.Problems, problem.New("exchange.what-if", words.T("It ran with -WhatIf: nothing was changed.")).
			Fix(words.T("Run the same command without -WhatIf, then read that result file.")))
	}
	if r.Err != "" {
		out.Problems = append(out.Problems, problem.New("exchange.stopped", words.T("The script stopped early: %s", r.Err)).
			Fix(words.T("Mend what it says and run it again: what is done already is left as it is.")))
	}
	if at := r.Settled(); !at.IsZero() {
		out.Problems = append(out.Problems, problem.New("exchange.pending", words.T("The change counts everywhere from %s.", at.Local().Format("2006-01-02 15:04"))).
			Fix(words.T("Press “Check now” on the page “Prove” then.")))
	}
	return out, nil
}
