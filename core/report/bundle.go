package report

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/vault"
)

// Bundle is what a support bundle is made from.
type Bundle struct {
	// Connection may be nil, as may Run and Log.
	Connection *connection.Connection
	Run        *check.Run
	Previous   *check.Run
	// Log is the application's log, of which the lines of this connection are
	// taken.
	Log io.Reader
	// Version is Roomkey's.
	Version string
	// Secrets are those in use, so that none of them can slip through.
	Secrets []vault.Secret
	At      time.Time
}

// Write writes the bundle as a zip file: the diagnosis, the document, the end
// of the log and what computer it is, each redacted. Request ids, the tenant's
// and the application's id stay: support asks for them, and they open nothing.
func (b Bundle) Write(w io.Writer) error {
	names := []string{}
	if c := b.Connection; c != nil {
		names = append(names, c.Tenant.DisplayName, c.Tenant.Domain)
		// The name that the administrator gave may be any word, so it is taken
		// out of its places and not out of the text.
		c = c.Clone()
		c.Name = removed
		b.Connection = c
	}
	if b.Run != nil {
		run := *b.Run
		run.Connection, run.From = removed, removed
		b.Run = &run
	}
	r := newRedactor(b.Secrets, names...)
	z := zip.NewWriter(w)
	add := func(name string, content []byte) error {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: b.At})
		if err != nil {
			return err
		}
		_, err = io.WriteString(f, r.text(string(content)))
		return err
	}
	about := fmt.Sprintf("Roomkey %s\n%s/%s, %s\n%s\n\nAddresses of mailboxes have stand-ins, the same one throughout. No secret is in here.\n",
		b.Version, runtime.GOOS, runtime.GOARCH, runtime.Version(), b.At.UTC().Format(time.RFC3339))
	if err := add("about.txt", []byte(about)); err != nil {
		return err
	}
	if b.Connection != nil {
		document, err := json.MarshalIndent(b.Connection, "", "  ")
		if err != nil {
			return err
		}
		if err := add("connection.json", document); err != nil {
			return err
		}
	}
	if b.Run != nil {
		run, err := json.MarshalIndent(b.Run, "", "  ")
		if err != nil {
			return err
		}
		if err := add("check.json", run); err != nil {
			return err
		}
		var page bytes.Buffer
		if err := HTML(&page, *b.Run, Options{Previous: b.Previous}); err != nil {
			return err
		}
		if err := add("report.html", page.Bytes()); err != nil {
			return err
		}
	}
	if b.Log != nil && b.Connection != nil {
		end, err := tail(b.Log, logKept, b.Connection.ID)
		if err != nil {
			return err
		}
		if err := add("log.txt", end); err != nil {
			return err
		}
	}
	return z.Close()
}

// logKept is how much of the log's end goes into a bundle.
const logKept = 2 << 20

// longestLine is more than Roomkey writes in one line; what is longer is none of
// its own.
const longestLine = 1 << 20

// tail is the last whole lines of r that are about a connection, at most n
// bytes. A line says whose it is; one that does not is left out.
func tail(r io.Reader, n int, connection string) ([]byte, error) {
	var kept []byte
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longestLine)
	for lines.Scan() {
		var line struct {
			Connection string `json:"connection"`
		}
		if json.Unmarshal(lines.Bytes(), &line) != nil || line.Connection != connection {
			continue
		}
		kept = append(append(kept, lines.Bytes()...), '\n')
		if len(kept) > 2*n {
			kept = append([]byte(nil), kept[len(kept)-n:]...)
		}
	}
	if len(kept) > n {
		kept = kept[len(kept)-n:]
		if at := bytes.IndexByte(kept, '\n'); at >= 0 {
			kept = kept[at+1:]
		}
	}
	return kept, lines.Err()
}
