package export

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Imported is a connection that was read from a file, as a new connection of
// this computer.
type Imported struct {
	Connection *connection.Connection
	// Notes say what did not come along, for the administrator.
	Notes []words.Text
}

// Import reads a file that File wrote as JSON, or a connection's own document.
// The connection gets an id of its own; secrets, what was proven and what was
// trusted elsewhere (the server's key, hosts, CA file) never come along.
// Problems: "export.web-page", "export.newer", "export.damaged", and those of
// connection.Parse, which name line and field.
func Import(data []byte, file string) (Imported, error) {
	file = problem.Line(file)
	if start := strings.ToLower(string(bytes.TrimSpace(data[:min(len(data), 512)]))); strings.HasPrefix(start, "<!doctype") || strings.HasPrefix(start, "<html") {
		return Imported{}, problem.New(codeWebPage, words.T("%s is a web page, not a connection.", file)).
			Fix(words.T("The download probably returned a sign-in page. Download the file again."))
	}
	c, wrong := connection.Parse(data, file)
	if wrong != nil {
		return Imported{}, wrong
	}
	var around struct {
		Export json.RawMessage `json:"roomkeyExport"`
	}
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\uFEFF")), &around); err != nil {
		return Imported{}, err // Parse has read the same bytes
	}
	if err := version(around.Export, file); err != nil {
		return Imported{}, err
	}
	c, err := without(c, field)
	if err != nil {
		return Imported{}, err
	}
	in := Imported{Notes: []words.Text{words.T("Secrets do not travel in a file: enter the credential and the server's token again. Then check the connection.")}}
	dropped, shortened := c.DropSecrets()
	if n := len(dropped); n > 0 {
		in.Notes = append(in.Notes, words.N(n, "%[2]d field looked like a secret, or contained a password, so it was not kept: %[1]s.",
			"%[2]d fields looked like secrets, or contained passwords, so they were not kept: %[1]s.", firstOf(dropped), n))
	}
	if n := len(shortened); n > 0 {
		in.Notes = append(in.Notes, words.N(n, "%[2]d address was kept without the user name, password or parameters in it: %[1]s.",
			"%[2]d addresses were kept without the user names, passwords or parameters in them: %[1]s.", firstOf(shortened), n))
	}
	if s := c.Server; s.PinnedRecipient != "" || len(s.ConfirmedHosts) > 0 || s.CAFile != "" {
		in.Notes = append(in.Notes, words.T("Confirm the booking server's key, other hosts and own certificate authority on this computer."))
	}
	in.Connection = withoutTrust(c)
	in.Connection.ID = connection.New("").ID
	in.Connection.Name = cmp.Or(connection.CleanName(c.Name), words.T("Imported connection").String())
	if p := connection.CheckName(c.Name); p != nil && c.Name != "" {
		in.Notes = append(in.Notes, words.T("The connection has another name than in the file, which cannot be used: %s", p.Title))
	}
	return in, nil
}

// firstOf names fields, the first of them where they are many.
func firstOf(fields []string) string {
	named := problem.Line(strings.Join(fields[:min(len(fields), 10)], ", "))
	if len(fields) > 10 {
		named += ", …"
	}
	return named
}

// version refuses an export of a newer Roomkey.
func version(raw json.RawMessage, file string) error {
	if raw == nil {
		return nil
	}
	var e struct {
		Version *int `json:"version"`
	}
	if err := json.Unmarshal(raw, &e); err != nil || e.Version == nil || *e.Version < 1 {
		return problem.New(codeDamaged, words.T("%s, field %s: it must contain the version of the file.", file, field)).
			Fix(words.T("Export the connection again, or remove the field %s from the file with a text editor.", field)).By(err)
	}
	if *e.Version > schemaVersion {
		return problem.New(codeNewer, words.T("%s was written by a newer Roomkey.", file)).
			With(words.T("Its version is %d; this Roomkey reads up to version %d.", *e.Version, schemaVersion)).
			Fix(words.T("Update Roomkey on this computer and import the file again."))
	}
	return nil
}

// without takes a field that the document does not have out of what it keeps
// of unknown fields.
func without(c *connection.Connection, name string) (*connection.Connection, error) {
	raw, err := c.Encode()
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, err
	}
	delete(fields, name)
	if raw, err = json.Marshal(fields); err != nil {
		return nil, err
	}
	again, wrong := connection.Parse(raw, "")
	if wrong != nil {
		return nil, wrong
	}
	return again, nil
}
