package page

import (
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Entry is a stored connection in the list of them.
type Entry struct {
	ID, Name string
	// Tenant is the domain, Product the product's name; either may be empty.
	Tenant, Product string
	// Problem says why it cannot be opened, nil when it can.
	Problem *problem.Problem
}

// Opened is a connection that was opened.
type Opened struct {
	Connection *connection.Connection
	// ReadOnly is why it may be looked at but not saved, nil when it may.
	ReadOnly *problem.Problem
	// Notice is something to say at once, for instance that the last push was
	// cut off and what the server holds; nil for nothing.
	Notice *problem.Problem
}

// File is a file to save: Name is the suggested one.
type File struct {
	Name string
	Data []byte
}

// About is what the settings page shows.
type About struct {
	Version string
	// ConfigFolder, LogFile, CloudsFile and ProductsFolder are paths.
	ConfigFolder, LogFile, CloudsFile, ProductsFolder string
	// Keychain names the keychain of this system.
	Keychain string
}

// SecretState is what may be known of a secret without showing it.
type SecretState struct {
	Stored bool
	// Fingerprint tells two secrets apart and cannot be turned back.
	Fingerprint string
	// Expires is zero when unknown.
	Expires time.Time
	// Detail is, for a certificate, its thumbprint and subject.
	Detail string
}

// Finding statuses; the empty one is for a check that has not run yet.
const (
	StatusPass    = "pass"
	StatusWarn    = "warn"
	StatusFail    = "fail"
	StatusUnknown = "unknown"
	StatusSkipped = "skipped"
	StatusRunning = "running"
)

// Finding is one check as it is shown.
type Finding struct {
	ID     string
	Title  words.Text
	Status string
	// Summary is one line about what was seen, also when all is well.
	Summary  words.Text
	Problem  *problem.Problem
	Evidence []Fact
	Duration time.Duration
	// RequestID is the one that proves it, "" for none.
	RequestID string
	// Because is the title of the check for which this one was skipped, or the
	// reason why it is not wanted.
	Because words.Text
	// Unwanted is whether it was skipped because nothing asked for it.
	Unwanted bool
}

// Fact is a name and what was seen.
type Fact struct{ Name, Value string }

// Verdicts of a run.
const (
	VerdictPass       = "pass"
	VerdictWarn       = "warn"
	VerdictFail       = "fail"
	VerdictIncomplete = "incomplete"
)

// Run is one run of all checks.
type Run struct {
	Verdict string
	// Says is the verdict in a sentence, with where it was proven from.
	Says words.Text
	// RootCause is the id of the finding that everything else follows from, ""
	// when nothing failed.
	RootCause string
	Findings  []Finding
	// Permissions are the four layers, in the product's order.
	Permissions []PermissionRow
	// Features are what the product does, and whether it will.
	Features []Feature
	// Unproven are sentences about what nobody exercised.
	Unproven []words.Text
	// NotKept is why the run could not be saved.
	NotKept *problem.Problem
	// Endpoints are what the firewall of the booking server has to let through.
	Endpoints []Endpoint
	// Better and Worse are against the run before, of Before; zero when there
	// was none.
	Better, Worse []Change
	Before        time.Time
	Started       time.Time
	Finished      time.Time
	// Current is whether it ran on exactly this configuration.
	Current bool
}

// PermissionRow is one permission in four layers; each layer is "yes", "no",
// "unknown" or "not-applicable".
type PermissionRow struct {
	Value, Kind, Reason                  string
	Declared, Consented, InToken, Proven string
	RequestID                            string
	// Wanted is whether the product asks for it; Note is what to know about it
	// ("superfluous", "dangerous: …"), "" for nothing.
	Wanted bool
	Note   words.Text
}

// Script is one of the catalogue.
type Script struct {
	Name  string
	Title words.Text
	// Changes, Role, Effect and Undo are a sentence each: what it changes, who
	// may run it, when it takes effect, how to undo it.
	Changes, Role, Effect, Undo words.Text
	Parameters                  []Parameter
	// Blocked is why it cannot be generated now, empty when it can.
	Blocked words.Text
}

// Parameter kinds.
const (
	KindText   = "text"
	KindSwitch = "switch"
	KindChoice = "choice"
	KindNumber = "number"
	// KindList and KindRooms are addresses, one a line; KindCSV and KindResult
	// are the content of a file that the person chooses.
	KindList   = "list"
	KindRooms  = "rooms"
	KindCSV    = "csv"
	KindResult = "result"
)

// Parameter is one field of a script's form.
type Parameter struct {
	Name  string
	Title words.Text
	Help  words.Text
	Kind  string
	// Default is the value to begin with ("true" or "false" for a switch);
	// Choices are those of a choice.
	Default string
	Choices []string
}

// Document is a generated script.
type Document struct {
	// Name is the file name; Text ends its lines with \n.
	Name, Text string
	// Explains is what it does, a sentence a step; Warnings what to think of
	// before it is run.
	Explains, Warnings []words.Text
	// HowToRun are commands with a sentence each, to copy.
	HowToRun []problem.Remedy
	// Data is the file as it is saved: with the byte-order mark and the line
	// ends that PowerShell wants.
	Data []byte
	// Diff is what differs from the script that was generated last, in the form
	// of diff -u: the one that was saved, or that stood there when the person
	// left the page or the program. Last is when that was, zero for never.
	Diff string
	Last time.Time
}

// ScriptResult is a result file that was read back.
type ScriptResult struct {
	Script string
	Title  words.Text
	At     time.Time
	// Settles is when the change counts everywhere, zero for a script that
	// changed nothing.
	Settles time.Time
	// Reach is what was seen of the application's limit, empty for nothing.
	Reach        words.Text
	Done, Failed int
	Rows         []ResultRow
	Problems     []*problem.Problem
}

// ResultRow is one object of a result file.
type ResultRow struct {
	Object, Status, Message string
}

// FieldErrors says by field name what is wrong with it.
type FieldErrors map[string]words.Text

// Error is the number of fields and one of the sentences.
func (f FieldErrors) Error() string {
	for name, text := range f {
		return name + ": " + text.String()
	}
	return ""
}

// Difference is one line of a plan: what is there, what would be.
type Difference struct {
	Name words.Text
	// Old is empty when nothing is stored there. A secret appears only as its
	// fingerprint.
	Old, New string
}

// Confirmation is a question that has to be answered with yes before a push.
type Confirmation struct {
	ID       string
	Question words.Text
	Detail   words.Text
	// Value is what is to be compared (a fingerprint, an address), "" for none.
	Value string
	// Yes is the text of the confirming switch.
	Yes words.Text
}

// Plan is a dry run.
type Plan struct {
	ID string
	// Server is what answered: its product and version.
	Server        string
	Differences   []Difference
	Confirmations []Confirmation
	// Gate is why nothing may be pushed now, nil when it may.
	Gate *problem.Problem
	// Problems are the server's own objections.
	Problems []*problem.Problem
	// Unchanged is whether the server holds exactly this already.
	Unchanged bool
}

// Held is what the booking server holds.
type Held struct {
	// Empty is whether it holds nothing yet.
	Empty  bool
	Server string
	Facts  []Fact
	// Matches is whether it is what this connection says.
	Matches bool
	// Status is the server's own view of whether it works: a status of a
	// finding, with a sentence.
	Status  string
	Says    words.Text
	Problem *problem.Problem
	At      time.Time
}

// FormEntry is a field of the vendor's form with the value to enter.
type FormEntry struct {
	Label, Help string
	Value       string
	// Secret is the kind of secret to copy instead of a Value, "" for none.
	Secret string
	// Action marks a button to press in the vendor's console.
	Action bool
	// Missing is why there is no value yet, empty when there is.
	Missing words.Text
}
