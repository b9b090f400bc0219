// Package export carries a connection by hand: as a file that another Roomkey
// or a booking server reads, as the vendor's own form, as a sealed credential,
// and as a reminder in the calendar. Nothing that it writes in the clear holds a
// secret, and nothing that it reads brings a proof with it.
package export

import (
	"encoding/json"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// schemaVersion is the version of the exported file that this build writes.
const schemaVersion = 1

// field is where an exported file keeps what is not the connection's document.
const field = "roomkeyExport"

// Format of an exported file.
type Format string

// The formats. Only JSON can be imported again.
const (
	formatJSON Format = "json"
	formatYAML Format = "yaml"
	formatEnv  Format = "env"
)

// File writes a connection as a file, without any secret. configuration is what
// a push would hand over (booking.Of); YAML and Env hold only that.
func File(c *connection.Connection, configuration any, format Format, now time.Time) ([]byte, error) {
	raw, err := json.Marshal(configuration)
	if err != nil {
		return nil, err
	}
	switch format {
	case formatJSON:
		return document(c, raw, now)
	case formatYAML:
		var tree any
		// JSON is YAML; the detour keeps the names and drops what is empty.
		if err := yaml.Unmarshal(raw, &tree); err != nil {
			return nil, err
		}
		body, err := yaml.Marshal(map[string]any{"version": schemaVersion, "exportedAt": now.UTC().Format(time.RFC3339), "configuration": tree})
		return append([]byte("# Microsoft 365 connection, exported by Roomkey. It holds no secret.\n"), body...), err
	case formatEnv:
		return environment(raw, now)
	default:
		return nil, problem.New(codeFormat, words.T("There is no format “%s”.", string(format))).
			Fix(words.T("Choose json, yaml or env."))
	}
}

// document is the connection's own document with one field more, so that the
// reader of documents reads it and names lines and fields.
func document(c *connection.Connection, configuration json.RawMessage, now time.Time) ([]byte, error) {
	own, err := withoutTrust(c).Encode()
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(own, &fields); err != nil {
		return nil, err
	}
	if fields[field], err = json.Marshal(envelope{schemaVersion, now.UTC().Truncate(time.Second), configuration}); err != nil {
		return nil, err
	}
	return json.MarshalIndent(fields, "", "  ")
}

type envelope struct {
	Version       int             `json:"version"`
	ExportedAt    time.Time       `json:"exportedAt"`
	Configuration json.RawMessage `json:"configuration,omitempty"`
}

// withoutTrust is the connection without what one administrator on one computer
// has decided to trust.
func withoutTrust(c *connection.Connection) *connection.Connection {
	o := c.Clone()
	o.Server.PinnedRecipient, o.Server.ConfirmedHosts, o.Server.CAFile = "", nil, ""
	return o
}
