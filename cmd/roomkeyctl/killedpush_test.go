package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/simulator/booking"
	"github.com/roomkey/roomkey/core/simulator/seatsurfing"
)

// desks is a booking server in this process that can be killed, or kill, at one
// of its requests.
type desks struct {
	t    *testing.T
	file string
	// open starts it with what is in the file, and names says what that is.
	open  func() (http.Handler, error)
	names func(disk []byte) ([]string, error)

	mu    sync.Mutex
	real  http.Handler
	count int
	// at is the request at which strike is called, after it was served and before
	// it is answered; 0 for none.
	at     int
	strike func()
}

// restart is a server that died: what it had not on disk is gone.
func (d *desks) restart() {
	real, err := d.open()
	if err != nil {
		d.t.Error(err)
		return
	}
	d.real = real
}

func (d *desks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count++
	rec := httptest.NewRecorder()
	d.real.ServeHTTP(rec, r)
	if d.count == d.at {
		d.strike()
		panic(http.ErrAbortHandler)
	}
	for k, v := range rec.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(rec.Code)
	_, _ = w.Write(rec.Body.Bytes())
}

// served is how many requests it has had.
func (d *desks) served() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.count
}

// holds is everything on its disk, by name.
func (d *desks) holds() []string {
	d.t.Helper()
	raw, err := os.ReadFile(d.file)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		d.t.Fatal(err)
	}
	all, err := d.names(raw)
	if err != nil {
		d.t.Fatal(err)
	}
	return all
}

// seats is a Seatsurfing, which keeps objects.
func seats(t *testing.T) *desks {
	d := &desks{t: t, file: filepath.Join(t.TempDir(), "desks.json")}
	d.open = func() (http.Handler, error) {
		return seatsurfing.New(seatsurfing.Options{Token: "writes", AdminToken: "console", File: d.file})
	}
	d.names = func(disk []byte) (all []string, err error) {
		var kept struct{ Providers, Locations, Spaces []map[string]any }
		err = json.Unmarshal(disk, &kept)
		for kind, list := range map[string][]map[string]any{"sign-in": kept.Providers, "location": kept.Locations, "space": kept.Spaces} {
			for _, o := range list {
				all = append(all, fmt.Sprint(kind, " ", o["name"]))
			}
		}
		slices.Sort(all)
		return all, err
	}
	return d
}

// contracted is a server of the contract, which keeps a configuration as a whole.
func contracted(t *testing.T) *desks {
	dir := t.TempDir()
	d := &desks{t: t, file: filepath.Join(dir, "booking", "configuration.json")}
	d.open = func() (http.Handler, error) {
		return booking.New(booking.Options{Dir: dir, Token: "writes", Fault: func(string) bool { return false },
			Probe: func(context.Context, string, string, string) error { return nil }})
	}
	d.names = func(disk []byte) ([]string, error) {
		var kept struct {
			Stored struct {
				Configuration struct {
					Digest string `json:"digest"`
				} `json:"configuration"`
			} `json:"stored"`
		}
		err := json.Unmarshal(disk, &kept)
		return []string{kept.Stored.Configuration.Digest}, err
	}
	return d
}

// disk is what it keeps, nil for nothing; put starts it again with that.
func (d *desks) disk() []byte {
	raw, err := os.ReadFile(d.file)
	if err != nil && !os.IsNotExist(err) {
		d.t.Fatal(err)
	}
	return raw
}

func (d *desks) put(disk []byte) {
	err := os.Remove(d.file)
	if os.IsNotExist(err) {
		err = nil
	}
	if err == nil && disk != nil {
		err = os.WriteFile(d.file, disk, 0o600)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.restart()
}

// copied is a folder as it was.
func copied(t *testing.T, folder string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	return to
}

// TestKilledPush kills roomkeyctl push (SIGKILL), or the server, at every single
// request of a first and of a changed push to either kind of server, and of the
// removal of all of it: the next start says what is there, and the next push or
// removal ends at the same, with nothing twice and nothing lost.
func TestKilledPush(t *testing.T) {
	t.Run("seatsurfing", func(t *testing.T) { killed(t, seats(t), 3, "--product", "seatsurfing", "--option", "rooms") })
	t.Run("contract", func(t *testing.T) { killed(t, contracted(t), 1, "--product", "offision-application") })
}

func killed(t *testing.T, d *desks, least int, product ...string) {
	sim, err := simulator.Start(t.Context(), simulator.Options{Dir: t.TempDir(), Rooms: 3, Users: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	d.restart()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: d, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }() // ends with Close
	defer server.Close()

	p := &pusher{t: t, sim: sim, home: t.TempDir()}
	entry, err := wire.CloudsYAML(sim.Cloud())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.home, "clouds.yaml"), []byte(entry), 0o600); err != nil {
		t.Fatal(err)
	}
	domain := sim.Account().Domain
	address := "http://" + listener.Addr().String()
	p.must(append([]string{"connection", "new", "Desks", "--cloud", "simulated", "--tenant", domain, "--client-id", sim.Account().ClientID, "--server", address}, product...)...)
	if product[1] == "seatsurfing" {
		p.must("register", "apply", "--yes")
	}
	rec := httptest.NewRecorder()
	d.real.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, booking.WellKnown, nil))
	p.key = regexp.MustCompile(`age1\w+`).FindString(rec.Body.String())
	var rooms struct {
		Items []struct {
			EmailAddress string `json:"emailAddress"`
		} `json:"items"`
	}
	if err := json.Unmarshal([]byte(p.must("rooms", "list", "--output", "json")), &rooms); err != nil || len(rooms.Items) < 3 {
		t.Fatalf("%v: %+v", err, rooms)
	}
	for i, chosen := range [][]int{{0, 1}, {1, 2}} {
		args := []string{"rooms", "select"}
		for _, n := range chosen {
			args = append(args, rooms.Items[n].EmailAddress)
		}
		p.must(args...)
		p.must("check")
		before, disk, home := d.holds(), d.disk(), copied(t, p.home)
		// How it ends when nobody is killed.
		n := d.served()
		p.push()
		requests, want := d.served()-n, d.holds()
		if len(want) < least || requests < 5 || slices.Equal(before, want) {
			t.Fatalf("push %d made %d requests and %v", i, requests, want)
		}
		whole, wholeDisk := p.home, d.disk()
		p.killAt(d, fmt.Sprint("push ", i+1), requests, home, disk, p.pushes, p.push, func(name string) {
			if there := d.holds(); !slices.Equal(there, before) {
				p.says(name, slices.Equal(there, want))
			}
		})
		t.Logf("push %d: killed at each of %d requests, tool and server", i+1, requests)
		p.home = whole
		d.put(wholeDisk)
	}
	disk, home, n := d.disk(), copied(t, p.home), d.served()
	p.remove()
	if left := strings.Join(d.holds(), ""); left != "" {
		t.Fatalf("the removal leaves %s", left)
	}
	p.killAt(d, "removal", d.served()-n, home, disk, p.removes, p.remove, func(name string) {
		p.says(name, slices.Equal(d.holds(), p.names(d, disk)))
	})
}

// killAt kills roomkeyctl, or the server, at each request of a command; then looks,
// and goes on: it ends as when nobody is killed.
func (p *pusher) killAt(d *desks, what string, requests int, home string, disk []byte, command func() *exec.Cmd, again func(), look func(name string)) {
	p.t.Helper()
	want := d.holds()
	for _, victim := range []string{"tool", "server"} {
		for at := 1; at <= requests; at++ {
			p.home = copied(p.t, home)
			d.put(disk)
			cmd := command()
			d.mu.Lock()
			d.at = d.count + at
			d.strike = d.restart
			if victim == "tool" {
				d.strike = func() { _ = cmd.Process.Kill() }
			}
			err := cmd.Start() // under the lock: strike reads the process that it sets
			d.mu.Unlock()
			if err != nil {
				p.t.Fatal(err)
			}
			_ = cmd.Wait() // killed, or without an answer
			d.mu.Lock()
			d.at = 0
			d.mu.Unlock()
			name := fmt.Sprintf("%s, %s killed at request %d of %d", what, victim, at, requests)
			look(name)
			again()
			if got := d.holds(); !slices.Equal(got, want) {
				p.t.Errorf("%s: it ends with %v, want %v", name, got, want)
			}
		}
	}
}

// names is what a disk has, by name.
func (p *pusher) names(d *desks, disk []byte) []string {
	all, err := d.names(disk)
	if err != nil {
		p.t.Fatal(err)
	}
	return all
}

func (p *pusher) removes() *exec.Cmd {
	return p.command("connection", "remove-from-server", "--name", "Desks")
}

// remove is a removal that nobody disturbs; there may be nothing left to remove.
func (p *pusher) remove() {
	p.t.Helper()
	if out, err := p.removes().CombinedOutput(); err != nil && !strings.Contains(string(out), "booking.nothing-stored") {
		p.t.Errorf("removal: %v\n%s", err, out)
	}
}

// pusher is a computer with Roomkey.
type pusher struct {
	t    *testing.T
	sim  *simulator.Simulator
	home string
	// key is the server's, "" where it has none.
	key string
}

func (p *pusher) command(args ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(p.t.Context(), 2*time.Minute)
	p.t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, "roomkeyctl", args...)
	cmd.Env = append(os.Environ(), "ROOMKEY_HOME="+p.home, "ROOMKEY_VAULT=memory", "ROOMKEY_SERVER_TOKEN=writes",
		"ROOMKEY_CLIENT_SECRET="+p.sim.Account().ClientSecret, "CA="+p.sim.CAFile())
	return cmd
}

func (p *pusher) must(args ...string) string {
	p.t.Helper()
	cmd := p.command(args...)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		p.t.Fatalf("%v: %v\n%s%s", args, err, out, said.String())
	}
	return string(out)
}

func (p *pusher) pushes() *exec.Cmd {
	args := []string{"push", "--accept-warnings", "--remove"}
	if p.key != "" {
		args = append(args, "--confirm", p.key)
	}
	return p.command(args...)
}

// push is a push that nobody disturbs. Its status is 1: nobody can sign in before
// the registration has the server's redirect URI.
func (p *pusher) push() {
	p.t.Helper()
	if out, err := p.pushes().CombinedOutput(); err != nil && !strings.Contains(string(out), "booking.redirect-uri") {
		p.t.Errorf("push: %v\n%s", err, out)
	}
}

// says holds what the next start says to what is there.
func (p *pusher) says(name string, whole bool) {
	p.t.Helper()
	cmd := p.command("status", "--output", "json")
	out, _ := cmd.Output() // its exit says what somebody has to look at
	var said struct {
		Held struct {
			Matches bool `json:"matches"`
		} `json:"held"`
		Problem json.RawMessage `json:"problem"`
	}
	if err := json.Unmarshal(out, &said); err != nil || said.Held.Matches && !whole {
		p.t.Errorf("%s: the next start says %s (%v), and whole is %v", name, out, err, whole)
	}
}
