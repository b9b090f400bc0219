package exchange

import (
	"bytes"
	"io/fs"
	"sync"
	"text/template"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/resources"
)

// page is what a template sees.
type page struct {
	Script     Script
	File       string
	Connection *connection.Connection
	Cloud      cloud.Cloud
	// ConnectionURI is where Exchange is when the cloud has no environment name.
	ConnectionURI string
	// NeedsClient is whether the cloud has no public client of Microsoft's.
	NeedsClient bool
	Data        map[string]any
	Undo        bool
	// Errors and SignIn are what errors mean, Bare and Prefix how they are read.
	Errors rows
	SignIn table
	Bare   rows
	Prefix string
}

// common are the templates that scripts have in common.
var common = []string{"frame.ps1.tmpl", "room.ps1.tmpl", "folder.ps1.tmpl", "scope.ps1.tmpl", "grant.ps1.tmpl", "ews.ps1.tmpl", "groups.ps1.tmpl"}

var parsed sync.Map // script name to *template.Template

// templateOf parses the template of a script once. Text goes into a script only
// through literal.
func templateOf(name string) (*template.Template, error) {
	if t, ok := parsed.Load(name); ok {
		return t.(*template.Template), nil
	}
	t := template.New(name).Option("missingkey=error").Funcs(template.FuncMap{"literal": literal})
	for _, file := range append(append([]string{}, common...), name+".ps1.tmpl") {
		data, err := fs.ReadFile(resources.Scripts, file)
		if err != nil {
			return nil, err
		}
		if _, err := t.New(file).Parse(string(data)); err != nil {
			return nil, err
		}
	}
	parsed.Store(name, t)
	return t, nil
}

// render executes the template. Lines end in CR LF: no literal holds a line
// end, so that changing all of them changes no value.
func (b *build) render() ([]byte, error) {
	t, err := templateOf(b.script.Name)
	if err != nil {
		return nil, err
	}
	script := b.script
	if u := script.Undoing; b.undo && u != nil {
		script.Title, script.Changes, script.Undo = u.Title, u.Changes, u.Undo
	}
	data := page{
		Script: script, File: b.doc.File, Connection: b.Connection, Cloud: b.Cloud, Data: b.data, Undo: b.undo, Errors: errorTable(b.script), SignIn: signInTable(), Bare: bareTable(), Prefix: prefix.match,
		NeedsClient: b.Cloud.Lacks(cloud.FeatureCommandLineClient),
	}
	if b.Cloud.ExchangeEnvironment == "" && b.Cloud.ID != "global" && b.Cloud.ExchangeHost != "" {
		data.ConnectionURI = "https://" + b.Cloud.ExchangeHost + "/powershell-liveid/"
	}
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, "frame", data); err != nil {
		return nil, err
	}
	return windows(bytes.TrimSpace(out.Bytes())), nil
}

// windows ends lines with CR LF and begins with a byte-order mark where the
// text is not ASCII: without it Windows PowerShell 5.1 reads a script in the
// machine's own code page.
func windows(text []byte) []byte {
	var out []byte
	if bytes.ContainsFunc(text, func(r rune) bool { return r > 0x7E }) {
		out = append(out, "\uFEFF"...)
	}
	return append(append(out, bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))...), "\r\n"...)
}
