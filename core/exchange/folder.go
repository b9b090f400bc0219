package exchange

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
)

// wanted is whether a script belongs into the folder of this connection.
func (s Script) wanted(t Target) bool {
	c := t.Connection
	if len(t.Values[s.Name]) > 0 {
		return true
	}
	switch s.Name {
	case "limit-application", "limit-application-test", "limit-application-undo", "restore-grant":
		return c.Scope.Kind == connection.ScopeRBAC
	case "remove-grant", "access-policy-migrate": // once there is evidence
		_, err := prepare(s.Name, t, nil, (*build).reach)
		return err == nil || problem.CodeOf(err) == codeTooEarly
	case "access-policy-show":
		return c.Scope.Kind == connection.ScopePolicy
	case "service-account-reach", "delegate-rooms":
		return t.Product.DelegationScript().Field == s.Name && c.ServiceAccount != ""
	case "service-account":
		return t.Product.ServiceAccount != nil && c.ServiceAccount != ""
	case "register-application":
		return c.Application.ClientID == ""
	case "ews-show":
		return len(t.Product.NotUpdatable) > 0
	case "calendar-processing", "calendar-processing-undo":
		return len(t.Product.Policy) > 0
	}
	return s.Folder
}

// Folder is everything for a connection: the scripts that it needs, numbered in
// the order to run them, each with its intent beside it, and a README and a
// checklist for the colleague. A script that cannot be generated yet is named in
// the README with the reason.
func Folder(t Target) ([]Document, error) {
	var docs []Document
	var waiting []string
	for _, s := range Catalogue() {
		if !s.wanted(t) {
			continue
		}
		d, err := Generate(s.Name, t, t.Values[s.Name])
		if err != nil {
			waiting = append(waiting, fmt.Sprintf("- %s: %s", s.Title, plainError(err)))
			continue
		}
		docs = append(docs, d)
	}
	// Exchange and Graph do not go together in one window: all of one, then all of the other.
	slices.SortStableFunc(docs, func(a, b Document) int {
		return strings.Compare(platform(a), platform(b))
	})
	if len(docs) == 0 {
		_, err := Generate("calendar-processing", t, nil)
		return nil, err
	}
	for i := range docs {
		docs[i] = docs[i].Called(fmt.Sprintf("%02d-%s.ps1", i+1, docs[i].Name))
	}
	files := slices.Clone(docs)
	files = append(files, note("README", "README.txt", readme(t, docs, waiting)), note("checklist", "CHECKLIST.txt", checklist(docs)))
	for _, d := range docs {
		files = append(files, Document{Name: d.Name + " intent", File: strings.TrimSuffix(d.File, ".ps1") + ".intent.json", Text: append(d.Intent, '\n')})
	}
	return files, nil
}

// plainFile are the file names that may stand in a comment and a command as
// they are.
var plainFile = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*\.ps1$`)

// Called is the script as the file of another name, which its own commands then
// name. A name that would have to be quoted there leaves it as it is.
func (d Document) Called(file string) Document {
	if !plainFile.MatchString(file) {
		return d
	}
	d.Text = bytes.ReplaceAll(d.Text, []byte(d.File), []byte(file))
	s, _ := find(d.Name)
	d.File, d.HowToRun = file, howToRun(file, s.Reads)
	return d
}

// platform is what a script connects to.
func platform(d Document) string {
	s, _ := find(d.Name)
	return s.Platform
}

func note(name, file, text string) Document {
	return Document{Name: name, File: file, Text: windows([]byte(strings.TrimSpace(text)))}
}

// Diff is what changed since a text that was generated before, as a unified
// diff; "" when nothing did.
func (d Document) Diff(previous []byte) string {
	plain := func(b []byte) []byte {
		return bytes.ReplaceAll(bytes.TrimPrefix(b, []byte("\uFEFF")), []byte("\r\n"), []byte("\n"))
	}
	return string(diff.Diff("before", plain(previous), "now", plain(d.Text)))
}
