// Package exchange writes the PowerShell that only an Exchange or Entra
// administrator may run, and reads back what became of it.
//
// Beside each script stands its intent, a JSON object that says what the script
// would do in a tenant where nothing is done yet:
//
//	{"schema":1,"script","connection","tenant","cloud","objects":["room@…"],
//	 "operations":[{"cmdlet","identity","parameters":{}}]}
//
// A script leaves a result file with a checksum, so that a file that was cut off
// or edited by accident is noticed (the field "seal" is the SHA-256, in hex, of the result's JSON text
// as UTF-16LE with a byte-order mark; it is no signature):
//
//	{"seal","result":{"schema":1,"script","connection","tenant","startedAt",
//	 "finishedAt","whatIf","undo","account","error","files":[],
//	 "results":[{"identity","action","status":"changed|same|failed|skipped",
//	   "error","before":{},"after":{}}],
//	 "summary":{"changed","same","failed","skipped"}}}
package exchange

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// Target is what scripts are written for.
type Target struct {
	Connection *connection.Connection
	Cloud      cloud.Cloud
	Product    product.Product
	// Rooms are the chosen rooms; NoRooms is why they are not known, for a script
	// that is about them.
	Rooms   []tenant.Room
	NoRooms error
	// Values are what was filled in for scripts, by name and parameter; Folder
	// takes them.
	Values map[string]map[string]any
	// Results are the result files that were read back: evidence for scripts
	// that may only be made when another one went well.
	Results []Result
	// Now is when a script is made; it decides whether a waiting time is over.
	Now time.Time
}

// Document is a generated script.
type Document struct {
	// Name is the script's name in the catalogue, File its file name.
	Name, File string
	// Text is the file: UTF-8 with a byte-order mark where it is not ASCII,
	// lines ended by CR LF.
	Text []byte
	// Intent is what the script would do, as the package comment has it.
	Intent json.RawMessage
	// Explain says what it does, a sentence a step; Warnings what to think of
	// before it is run.
	Explain, Warnings []words.Text
	// HowToRun are the commands that start it, with a sentence each.
	HowToRun []problem.Remedy
}

// intent is what a script would do in a tenant where nothing is done yet.
type intent struct {
	Schema     int         `json:"schema"`
	Script     string      `json:"script"`
	Connection string      `json:"connection"`
	Tenant     string      `json:"tenant"`
	Cloud      string      `json:"cloud"`
	Objects    []string    `json:"objects"`
	Operations []Operation `json:"operations"`
}

// Operation is one change of an intent; a cmdlet that only looks has no
// parameters.
type Operation struct {
	Cmdlet     string          `json:"cmdlet"`
	Identity   string          `json:"identity"`
	Parameters json.RawMessage `json:"parameters"`
}

// build is a script in the making.
type build struct {
	Target
	script Script
	form   *form
	// undo is whether it takes back what a run of the same script did; ran is
	// that run.
	undo bool
	ran  Result
	// data is what the template of the script sees as .Data.
	data   map[string]any
	intent intent
	doc    Document
}

func (b *build) explain(key words.Key, args ...any) {
	b.doc.Explain = append(b.doc.Explain, words.T(key, args...))
}

// explainN is explain in the words for exactly one, or for any other number.
func (b *build) explainN(n int, one, many words.Key, args ...any) {
	b.doc.Explain = append(b.doc.Explain, words.N(n, one, many, args...))
}

func (b *build) warn(key words.Key, args ...any) {
	b.doc.Warnings = append(b.doc.Warnings, words.T(key, args...))
}

// will adds an operation to the intent.
func (b *build) will(cmdlet, identity string, parameters any) {
	b.shared(cmdlet, identity, encode(parameters))
}

// shared is will with parameters that many objects have in common.
func (b *build) shared(cmdlet, identity string, parameters json.RawMessage) {
	b.intent.Operations = append(b.intent.Operations, Operation{cmdlet, identity, parameters})
}

func encode(v any) json.RawMessage {
	if v == nil {
		return json.RawMessage("{}")
	}
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // only maps of text, numbers and switches come here
	}
	return raw
}

// builders fill in what is particular to a script.
var builders = map[string]func(*build) error{
	"rooms-show":               (*build).roomsShow,
	"create-rooms":             (*build).createRooms,
	"room-lists":               (*build).roomLists,
	"set-places":               (*build).setPlaces,
	"places-buildings":         (*build).placesBuildings,
	"calendar-processing-show": (*build).calendarShow,
	"calendar-processing":      (*build).calendarSet,
	"calendar-processing-undo": (*build).calendarUndo,
	"subject-visibility":       (*build).subjectVisibility,
	"room-access":              (*build).roomAccess,
	"limit-application":        (*build).limitApplication,
	"limit-application-test":   (*build).limitTest,
	"limit-application-undo":   (*build).limitUndo,
	"remove-grant":             (*build).removeGrant,
	"restore-grant":            (*build).restoreGrant,
	"access-policy-show":       (*build).accessPolicyShow,
	"access-policy-migrate":    (*build).accessPolicyMigrate,
	"service-account":          (*build).serviceAccount,
	"service-account-reach":    (*build).serviceAccountReach,
	"delegate-rooms":           (*build).delegateRooms,
	"access-policy":            (*build).accessPolicy,
	"block-room-sign-in":       (*build).blockRoomSignIn,
	"ews-show":                 (*build).ewsShow,
	"ews-allow":                (*build).ewsAllow,
	"register-application":     (*build).registerApplication,
}

// Generate writes one script. Values are the form's, by parameter name, as text
// or Go values; nil takes every default. What is wrong in them comes back as
// FieldErrors; other errors are problems: exchange.unknown-script,
// exchange.no-tenant, exchange.no-rooms, exchange.cloud, …
func Generate(name string, t Target, values map[string]any) (Document, error) {
	b, err := prepare(name, t, values, (*build).reach)
	if err != nil {
		return Document{}, err
	}
	switch b.script.Platform { // of the script alone: what Graph does needs no module
	case "places":
		b.warn("The module MicrosoftPlaces needs PowerShell 7.4 or newer and does not say which tenant it is connected to. The script therefore looks for one of the rooms before it changes anything.")
	case "graph":
		b.warn("Even with -WhatIf, signing in leaves a consent for the application Microsoft Graph Command Line Tools in the tenant. To use a public client of your own, start the script with -ClientId and its ID.")
	}
	b.doc.Intent, b.doc.HowToRun = encode(b.intent), howToRun(b.doc.File, b.script.Reads)
	if b.doc.Text, err = b.render(); err != nil {
		return Document{}, problem.New(codeTemplate, words.T("The template of the script %s is invalid.", name)).By(err)
	}
	return b.doc, nil
}

// Work is what a script would do in a tenant where nothing is done yet, for who
// does it without the script.
type Work struct {
	Script     Script
	Operations []Operation
	Warnings   []words.Text
}

// WorkOf is the work of a script that Graph can do, with the errors of Generate;
// of another one it is exchange.no-api.
func WorkOf(name string, t Target, values map[string]any) (Work, error) {
	if s, ok := find(name); ok && s.API == nil {
		return Work{}, problem.New(codeNoAPI, words.T("Microsoft has no supported API for what %s does.", name)).
			Lead(words.T("Have an Exchange administrator run the script."), problem.PlaceScript(name))
	}
	b, err := prepare(name, t, values, func(*build) error { return nil }) // Graph is in every cloud
	if err != nil {
		return Work{}, err
	}
	return Work{b.script, b.intent.Operations, b.doc.Warnings}, nil
}

// prepare is all of Generate but the text; reach is whether there is something to
// connect to.
func prepare(name string, t Target, values map[string]any, reach func(*build) error) (*build, error) {
	s, ok := find(name)
	if !ok {
		return nil, problem.New(codeUnknownScript, words.T("There is no script called %s.", name)).
			Lead(words.T("See which scripts there are."), problem.PlaceScripts)
	}
	f := newForm(s, values)
	if len(f.wrong) > 0 { // a field that the script has not: whatever else is missing would not mend it
		return nil, f.wrong
	}
	if t.Connection == nil || !isGUID(t.Connection.Tenant.ID) {
		return nil, problem.New(codeNoTenant, words.T("The tenant's ID is not known yet.")).
			Lead(words.T("Check the connection once. This finds the tenant ID, which every script compares before it changes anything."), problem.PlaceCheck)
	}
	if t.Now.IsZero() {
		t.Now = time.Now()
	}
	b := &build{Target: t, script: s, form: f, data: map[string]any{}}
	b.intent = intent{Schema: 1, Script: name, Connection: t.Connection.ID, Tenant: t.Connection.Tenant.ID, Cloud: t.Cloud.ID, Objects: []string{}, Operations: []Operation{}}
	b.doc.Name, b.doc.File = name, name+".ps1"
	if err := reach(b); err != nil {
		return nil, err
	}
	if err := builders[name](b); err != nil {
		return nil, err
	}
	if b.intent.Objects == nil {
		b.intent.Objects = []string{}
	}
	return b, b.form.err()
}

// reach refuses a cloud where the script has nothing to connect to, and says
// where the address is only believed.
func (b *build) reach() error {
	c := b.Cloud
	known := c.ID == "global" || c.ExchangeEnvironment != ""
	switch {
	case b.script.Platform != "exchange" || known:
	case c.ExchangeHost != "":
		b.warn("Exchange PowerShell has no name for the cloud %s: the script connects to %s directly, which could not be tried here.", c.Name, c.ExchangeHost)
	case c.Own:
		b.warn("The cloud %s names no Exchange host. The script connects to Microsoft's worldwide cloud and stops there, because it is a different tenant.", c.Name)
	default:
		return problem.New(codeCloud, words.T("No address of Exchange Online is known for the cloud %s.", c.Name)).
			Fix(words.T("Add the cloud with its exchangeHost to clouds.yaml in the configuration folder when Microsoft has published it."))
	}
	if b.script.Platform == "places" && c.ID != "global" && !c.Own {
		return problem.New(codeCloud, words.T("It is not known whether Microsoft Places has buildings and floors in the cloud %s.", c.Name)).
			Fix(words.T("Describe the rooms with the script set-places instead."))
	}
	return nil
}

// rooms are the addresses of the chosen rooms, each once, in their order. It is
// a problem when there is none.
func (b *build) rooms() ([]string, error) {
	seen := map[string]bool{}
	var out []string
	for _, r := range b.Rooms {
		key := strings.ToLower(r.EmailAddress)
		if r.EmailAddress == "" || seen[key] {
			continue
		}
		seen[key] = true
		out = append(out, r.EmailAddress)
	}
	if len(out) == 0 && b.NoRooms != nil {
		return nil, b.NoRooms
	}
	if len(out) == 0 {
		return nil, problem.New(codeNoRooms, words.T("No rooms are chosen yet.")).
			Lead(words.T("Choose the rooms."), problem.PlaceRooms)
	}
	return out, nil
}

func howToRun(file string, reads bool) []problem.Remedy {
	windows, seven := `powershell.exe -NoProfile -ExecutionPolicy RemoteSigned -File .\`+file, "pwsh -NoProfile -ExecutionPolicy RemoteSigned -File ./"+file
	var out []problem.Remedy
	if reads {
		out = append(out,
			problem.Remedy{Text: words.T("It only reads. In Windows PowerShell 5.1; the computer's execution policy stays as it is:"), Command: windows},
			problem.Remedy{Text: words.T("The same in PowerShell 7:"), Command: seven})
	} else {
		out = append(out,
			problem.Remedy{Text: words.T("First see what it would do, in Windows PowerShell 5.1. The computer's execution policy stays as it is:"), Command: windows + " -WhatIf"},
			problem.Remedy{Text: words.T("The same in PowerShell 7:"), Command: seven + " -WhatIf"},
			problem.Remedy{Text: words.T("Then make the changes: the same command without -WhatIf."), Command: windows})
	}
	return append(out,
		problem.Remedy{Text: words.T("If the file came by mail or download:"), Command: `Unblock-File .\` + file},
		problem.Remedy{Text: words.T("Where only signed scripts can run (AllSigned), sign it with your own certificate and start it with -ExecutionPolicy AllSigned:"), Command: `Set-AuthenticodeSignature -FilePath .\` + file + ` -Certificate (Get-ChildItem Cert:\CurrentUser\My -CodeSigningCert | Select-Object -First 1)`})
}

func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	return !slices.ContainsFunc([]rune(strings.ReplaceAll(s, "-", "")), func(r rune) bool {
		return !strings.ContainsRune("0123456789abcdefABCDEF", r)
	}) && s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-'
}
