package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/simulator/fault"
)

// commandLine runs commands in this process, in one configuration folder.
type commandLine struct {
	t   *testing.T
	all bytes.Buffer // everything that was ever printed
}

// run gives the exit status and what was printed. A command that waits for
// something that a fault keeps from it is cancelled, as a person would.
func (c *commandLine) run(args ...string) (int, string) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 5*time.Second)
	defer cancel()
	in, err := os.Open(os.DevNull)
	if err != nil {
		c.t.Fatal(err)
	}
	defer in.Close()
	var printed bytes.Buffer
	term := &terminal{in: in, out: &printed, err: &printed}
	root := newRoot(term)
	root.SetArgs(args)
	status := term.exit(root.ExecuteContext(ctx))
	c.all.Write(printed.Bytes())
	return status, printed.String()
}

// TestNoSecretAnywhere switches on every fault there is, one after another,
// works through the main job under each, and then looks for the secrets in all
// that was printed and all that is in the configuration folder, log included.
func TestNoSecretAnywhere(t *testing.T) {
	home, lab := t.TempDir(), t.TempDir()
	sim, entry := signedIn(t, home, simulator.Options{Dir: lab})
	account := sim.Account()
	t.Setenv("ROOMKEY_CERTIFICATE", string(account.CertificatePEM))
	if err := os.WriteFile(filepath.Join(home, "clouds.yaml"), []byte(entry), 0o600); err != nil {
		t.Fatal(err)
	}
	c := &commandLine{t: t}
	must := func(args ...string) {
		t.Helper()
		if status, printed := c.run(args...); status != exitDone {
			t.Fatalf("%v: exit status %d\n%s", args, status, printed)
		}
	}
	must("connection", "new", "Lab", "--cloud", "simulated", "--tenant", account.Domain, "--product", "offision-application",
		"--client-id", account.ClientID, "--server", sim.BookingURL())
	must("connection", "set", "server.caFile="+sim.CAFile())
	must("rooms", "select", "--all") // otherwise no push gets as far as a secret
	must("check")
	faults := fault.All()
	if len(faults) < 17 {
		t.Fatalf("only %d faults", len(faults))
	}
	for _, f := range faults {
		if err := sim.SetFaults(f.Name); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{
			{"check", "--output", "json"}, {"rooms", "list"}, {"push", "--accept-warnings"}, {"status", "--output", "json"},
		} {
			if status, printed := c.run(args...); strings.Contains(printed, "panic") || strings.Contains(printed, "goroutine ") {
				t.Errorf("%s: %v: exit status %d\n%s", f.Name, args, status, printed)
			}
		}
	}
	// With a certificate instead of the secret, right and not registered.
	must("connection", "set", "application.credential.kind=certificate", "clientId="+account.CertificateClientID)
	for _, faults := range [][]string{nil, {fault.CertificateUnknown}} {
		if err := sim.SetFaults(faults...); err != nil {
			t.Fatal(err)
		}
		c.run("check", "--output", "json")
	}

	secrets := map[string]string{
		"client secret": account.ClientSecret, "server token": account.ServerToken,
		"private key": keyLine(t, string(account.CertificatePEM)),
	}
	look := func(where string, data []byte) {
		for name, secret := range secrets {
			if bytes.Contains(data, []byte(secret)) {
				t.Errorf("the %s is in %s", name, where)
			}
		}
	}
	look("what was printed", c.all.Bytes())
	files := 0
	err := filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		look(path, data)
		return err
	})
	if err != nil || files < 4 {
		t.Fatalf("looked at %d files: %v", files, err)
	}
}

// keyLine is a line out of the middle of the private key.
func keyLine(t *testing.T, pem string) string {
	t.Helper()
	_, key, ok := strings.Cut(pem, "PRIVATE KEY-----\n")
	lines := strings.Split(key, "\n")
	if !ok || len(lines) < 8 {
		t.Fatal("no private key in the certificate")
	}
	return lines[4]
}

// signedIn starts a simulator whose secrets are in the environment, with home as the
// configuration folder, and gives its entry for clouds.yaml.
func signedIn(t *testing.T, home string, o simulator.Options) (*simulator.Simulator, string) {
	t.Helper()
	sim, err := simulator.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	account := sim.Account()
	t.Setenv("ROOMKEY_HOME", home)
	t.Setenv("ROOMKEY_VAULT", "memory")
	t.Setenv("ROOMKEY_CLIENT_SECRET", account.ClientSecret)
	t.Setenv("ROOMKEY_SERVER_TOKEN", account.ServerToken)
	entry, err := wire.CloudsYAML(sim.Cloud())
	if err != nil {
		t.Fatal(err)
	}
	return sim, entry
}
