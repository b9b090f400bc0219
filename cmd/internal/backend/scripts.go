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

// Scripts is the catalogue for a connection. It is asked for whenever somebody
// comes (back) to the scripts: those that were shown before are then what the
// next ones are compared with.
func (b *Backend) Scripts(ctx context.Context, id string) ([]page.Script, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := s.KeepShown(); err != nil {
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
	s, err := b.session(ctx, id)
	if err != nil {
		return page.Document{}, err
	}
	doc, err := b.generate(ctx, id, name, values)
	if err != nil {
		return page.Document{}, err
	}
	diff, last := s.ShowScript(doc)
	return page.Document{
		Name: doc.File, Text: strings.ReplaceAll(strings.TrimPrefix(string(doc.Text), "\ufeff"), "\r\n", "\n"),
		Explains: doc.Explain, Warnings: doc.Warnings, HowToRun: doc.HowToRun,
		Data: doc.Text, Diff: diff, Last: last,
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
		if err := s.KeepScript(doc); err != nil {
			return paths, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}
