package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/simulator"
)

// killedInside is set for the test that runs within a session of its own.
const killedInside = "ROOMKEY_TEST_KILLED_INSIDE"

// TestKilledProcess kills roomkeyctl register apply (SIGKILL) after every single
// request that it sends, each followed by a new start, with a real keychain: at
// the end there is one application, one service principal, one live credential
// and the planned consent. It runs with ROOMKEY_TEST_KEYCHAIN=1 where
// gnome-keyring and dbus-run-session are.
func TestKilledProcess(t *testing.T) {
	if os.Getenv(killedInside) != "" {
		killEverywhere(t)
		return
	}
	if os.Getenv("ROOMKEY_TEST_KEYCHAIN") == "" {
		t.Skip("ROOMKEY_TEST_KEYCHAIN is not set")
	}
	home := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "dbus-run-session", "--", "bash", "-c",
		`printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null; sleep 0.5; "$@"; status=$?; exit $status`,
		"bash", os.Args[0], "-test.run=^TestKilledProcess$", "-test.v")
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_DATA_HOME="+home+"/data", "XDG_RUNTIME_DIR="+home, killedInside+"=1")
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
}

// computer is one configuration folder with a bare connection.
type computer struct {
	t    *testing.T
	sim  *simulator.Simulator
	home string
}

func newComputer(t *testing.T, sim *simulator.Simulator) computer {
	c := computer{t, sim, t.TempDir()}
	entry, err := wire.CloudsYAML(sim.Cloud())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.home, "clouds.yaml"), []byte(entry), 0o600); err != nil {
		t.Fatal(err)
	}
	c.run("connection", "new", "Contoso", "--cloud", "simulated", "--tenant", sim.Account().Domain, "--product", "flexo", "--server", "https://booking.contoso.example")
	return c
}

func (c computer) command(args ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(c.t.Context(), time.Minute)
	c.t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, "roomkeyctl", args...)
	cmd.Env = append(os.Environ(), "ROOMKEY_HOME="+c.home, "ROOMKEY_VAULT=keychain", "CA="+c.sim.CAFile())
	return cmd
}

func (c computer) run(args ...string) string {
	c.t.Helper()
	out, err := c.command(args...).CombinedOutput()
	if err != nil {
		c.t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}

// killAfter starts Apply and kills it when n requests were answered; it reports
// whether the run ended by itself before.
func (c computer) killAfter(n int) (ended bool) {
	c.t.Helper()
	before := len(c.sim.Requests())
	cmd := c.command("register", "apply", "--yes")
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for {
		select {
		case <-done:
			return true
		case <-time.After(time.Millisecond):
		}
		if len(c.sim.Requests())-before >= n {
			if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
				c.t.Log(err)
			}
			<-done
			return false
		}
	}
}

// directory is what the simulator's folder says that there is.
type directory struct {
	Applications []struct {
		AppID               string `json:"appId"`
		DisplayName         string `json:"displayName"`
		PasswordCredentials []struct {
			KeyID string `json:"keyId"`
		} `json:"passwordCredentials"`
	} `json:"applications"`
	ServicePrincipals []struct {
		ID    string `json:"id"`
		AppID string `json:"appId"`
	} `json:"servicePrincipals"`
	Assignments []struct {
		PrincipalID string `json:"principalId"`
	} `json:"appRoleAssignments"`
}

// whole says what is not as it should be, "" when all is there once and the
// document names it.
func (c computer) whole(dir string) string {
	c.t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "tenant.json"))
	if err != nil {
		c.t.Fatal(err)
	}
	var d directory
	if err := json.Unmarshal(data, &d); err != nil {
		c.t.Fatal(err)
	}
	var document struct {
		Application struct {
			ClientID   string `json:"clientId"`
			Credential struct {
				KeyID string `json:"keyId"`
			} `json:"credential"`
		} `json:"application"`
	}
	if err := json.Unmarshal([]byte(c.run("connection", "show", "--output", "json")), &document); err != nil {
		c.t.Fatal(err)
	}
	apps, principals, roles, keys := 0, 0, 0, 0
	for _, a := range d.Applications {
		if a.DisplayName != "FlexO room booking" {
			continue
		}
		apps++
		keys += len(a.PasswordCredentials)
		if document.Application.ClientID != a.AppID || keys == 0 || document.Application.Credential.KeyID != a.PasswordCredentials[0].KeyID {
			return fmt.Sprintf("the document has %+v, the tenant %+v", document.Application, a)
		}
		for _, sp := range d.ServicePrincipals {
			if sp.AppID != a.AppID {
				continue
			}
			principals++
			for _, g := range d.Assignments {
				if g.PrincipalID == sp.ID {
					roles++
				}
			}
		}
	}
	if apps != 1 || principals != 1 || roles != 1 || keys != 1 {
		return fmt.Sprintf("%d applications, %d service principals, %d roles, %d credentials", apps, principals, roles, keys)
	}
	return ""
}

func killEverywhere(t *testing.T) {
	for n := 1; ; n++ {
		dir := t.TempDir()
		sim, err := simulator.Start(t.Context(), simulator.Options{Dir: dir, Latency: 15 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		c := newComputer(t, sim)
		ended := c.killAfter(n)
		out := c.run("register", "apply", "--yes") // proves the keychain's secret with a fresh token
		if wrong := c.whole(dir); wrong != "" {
			t.Fatalf("killed after %d: %s\n%s", n, wrong, out)
		}
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
		if ended {
			t.Logf("killed after each of %d requests", n-1)
			if n < 25 {
				t.Errorf("a whole run has only %d requests", n-1)
			}
			return
		}
	}
}
