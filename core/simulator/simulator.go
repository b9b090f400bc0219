// Package simulator is a Microsoft 365 tenant and its booking servers on this
// computer: Microsoft Entra ID and Microsoft Graph on one address, a booking
// server of the contract on another and, where it is asked for, a Seatsurfing on
// a third, all over TLS with a certificate authority of their own.
//
// It speaks as Microsoft does, quirks included, refuses what Microsoft refuses,
// and every fault that Roomkey claims to explain can be switched on by name. It
// shares no code with the clients that it exercises, so that a mistake cannot
// be made twice in the same way.
package simulator

import (
	"cmp"
	"crypto/tls"
	"encoding/json"

	"github.com/roomkey/roomkey/core/simulator/entra"
	"github.com/roomkey/roomkey/core/simulator/exchange"
	"github.com/roomkey/roomkey/core/simulator/graph"

	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/simulator/booking"
	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// The sizes of a tenant that nobody chose.
const (
	DefaultRooms = 10
	DefaultUsers = 50
)

// Options describe the tenant. The zero value is a small healthy one.
type Options struct {
	// Rooms and Users are how many there are; 0 for 10 and 50.
	Rooms, Users int
	// Seed chooses names, ids and secrets: the same seed is the same tenant.
	Seed uint64
	// Faults are names of [Faults], each "name" or "name=argument".
	Faults []string
	// Latency is how long every answer takes at least.
	Latency time.Duration
	// Dir keeps the certificate authority, the ports, what was registered and
	// the booking server's files across restarts. "" for a temporary folder
	// that Close removes.
	Dir string
	// Listen is the address of Entra and Graph, "" for 127.0.0.1 and a port that
	// is free (the last one used, where Dir remembers it). The booking server
	// listens on the next port when one is given, Seatsurfing on the one after.
	Listen string
	// Seatsurfing is the version of a Seatsurfing that is served, too; "" for
	// none.
	Seatsurfing string
	// Log gets a line per request; nil for none.
	Log *slog.Logger
	// Callback is how Microsoft reaches notification URLs. nil dials them
	// directly and trusts the system's authorities and the simulator's own.
	Callback http.RoundTripper
	// Now is the clock; nil for the computer's.
	Now func() time.Time
}

// Simulator is a running tenant and its booking servers.
type Simulator struct {
	o         Options
	dir       string
	temporary bool
	way       *fault.Way
	ca        *authority
	stop      context.CancelFunc

	tenant     *tenant.Tenant
	entra      *entra.Entra
	exchange   *exchange.Exchange
	powershell *exchange.PowerShell
	graph      *graph.Graph

	microsoft *site
	booking   *site
	surf      *site // nil without a Seatsurfing
}

// Start listens and serves until ctx ends or Close is called. Errors are those
// of options that make no sense, of the folder and of the network.
func Start(ctx context.Context, o Options) (*Simulator, error) {
	o.Rooms, o.Users = cmp.Or(o.Rooms, DefaultRooms), cmp.Or(o.Users, DefaultUsers)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Simulator{o: o, dir: o.Dir, temporary: o.Dir == ""}
	ctx, s.stop = context.WithCancel(ctx)
	err := s.prepare(ctx)
	if err == nil {
		err = s.serve()
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	context.AfterFunc(ctx, func() { _ = s.shut() })
	return s, nil
}

// prepare makes the folder, the certificate authority and the tenant.
func (s *Simulator) prepare(ctx context.Context) (err error) {
	if s.temporary {
		if s.dir, err = os.MkdirTemp("", "roomkey-simulator-"); err != nil {
			return err
		}
	} else if err = os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	if s.ca, err = openAuthority(s.dir, time.Now()); err != nil {
		return err
	}
	s.tenant, err = tenant.New(tenant.Options{Seed: s.o.Seed, Rooms: s.o.Rooms, Users: s.o.Users, Dir: s.dir, Temporary: s.temporary, Now: s.o.Now})
	if err != nil {
		return err
	}
	if err = s.tenant.SetFaults(s.o.Faults...); err != nil {
		return err
	}
	if s.entra, err = entra.New(s.tenant); err != nil {
		return err
	}
	callback := s.o.Callback
	if callback == nil {
		callback = s.ca.transport()
	}
	s.way = &fault.Way{Switches: s.tenant.Switches, Latency: s.o.Latency, Now: s.tenant.Now, Log: s.o.Log}
	s.exchange = exchange.New(ctx, s.tenant, callback)
	s.powershell = s.exchange.PowerShell()
	s.graph = graph.New(s.exchange, s.entra, s.way)
	return nil
}

// serve opens the addresses.
func (s *Simulator) serve() error {
	listen, err := addresses(s.o.Listen, s.lastPorts())
	if err != nil {
		return err
	}
	if s.microsoft, err = s.ca.open(listen[0], s.ca.valid, s.way.Wrap(http.HandlerFunc(s.routeMicrosoft)), s.o.Log); err != nil {
		return err
	}
	s.tenant.Root = s.microsoft.url()
	if s.booking, err = s.openBooking(listen[1]); err != nil {
		return err
	}
	if err = s.openSeatsurfing(listen[2]); err != nil {
		return err
	}
	return errors.Join(s.keepPorts(), s.standing())
}

// routeMicrosoft tells Graph's calls from Entra's, and both from what is the
// simulator's own.
func (s *Simulator) routeMicrosoft(w http.ResponseWriter, r *http.Request) {
	switch first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/"); first {
	case "v1.0", "beta":
		s.graph.ServeHTTP(w, r)
	case "oidc":
		s.entra.ServeUserInfo(w, r)
	case "simulator":
		if strings.HasPrefix(r.URL.Path, "/simulator/powershell/") {
			http.StripPrefix("/simulator/powershell", s.powershell).ServeHTTP(w, r)
			return
		}
		if r.URL.Path == "/simulator/token" {
			s.serveToken(w, r)
			return
		}
		s.exchange.ServeIntent(w, r)
	default:
		s.entra.ServeHTTP(w, r)
	}
}

// openBooking mounts the booking server on the second address.
func (s *Simulator) openBooking(addr string) (*site, error) {
	handler, err := booking.New(booking.Options{
		Dir: s.dir, Token: s.Account().ServerToken, Now: s.tenant.Now, Fault: s.tenant.Has, Once: s.tenant.Once, Probe: s.probe,
	})
	if err != nil {
		return nil, err
	}
	return s.ca.open(addr, s.serverCertificate, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault.Pause(r.Context(), s.o.Latency)
		handler.ServeHTTP(w, r)
	}), s.o.Log)
}

// serverCertificate is what the booking servers show.
func (s *Simulator) serverCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if arg, on := s.tenant.Fault(fault.ServerExpiring); on {
		return s.ca.expiring(fault.Duration(arg, 72*time.Hour))
	}
	return s.ca.valid(hello)
}

// Close stops all servers; a temporary folder is removed.
func (s *Simulator) Close() error {
	s.stop()
	err := s.shut()
	if s.temporary && s.dir != "" {
		err = errors.Join(err, os.RemoveAll(s.dir))
	}
	return err
}

func (s *Simulator) shut() error {
	return errors.Join(s.microsoft.close(), s.booking.close(), s.surf.close())
}

// SetFaults replaces what is switched on: names of [fault.All], each "name" or
// "name=argument". An unknown name is an error and changes nothing.
func (s *Simulator) SetFaults(names ...string) error {
	if err := s.tenant.SetFaults(names...); err != nil {
		return err
	}
	return s.standing()
}

// standing takes the booking server down or puts it up, as the faults say.
func (s *Simulator) standing() error {
	if s.tenant.Has(fault.ServerDown) {
		return s.booking.close()
	}
	return s.booking.up()
}

// Requests are the calls to Entra and Graph so far, the last 20,000.
func (s *Simulator) Requests() []fault.Request { return s.way.Requests() }

// Account is what an administrator of the simulated tenant knows.
type Account = tenant.Account

// Account is the tenant's, with the key of the booking server; no key before the
// server has made one.
func (s *Simulator) Account() Account {
	a := s.tenant.Account()
	if identity, err := booking.Identity(s.dir, "identity.txt"); err == nil {
		a.SealingRecipient = identity.Recipient().String()
	}
	return a
}

// Advance moves the tenant's clock, so that secrets expire, replication ends
// and rooms answer without anybody waiting.
func (s *Simulator) Advance(d time.Duration) { s.tenant.Advance(d) }

// SignInAs chooses whom the next interactive sign-ins are by: a user principal
// name of the tenant; "" for the administrator of [Account].
func (s *Simulator) SignInAs(upn string) { s.entra.SignInAs(upn) }

// UserToken is an access token of a user of the tenant with delegated scopes, as
// if the person had signed in through Microsoft Graph Command Line Tools. It is
// for tests that are about something else than signing in.
func (s *Simulator) UserToken(upn string, scopes ...string) (string, error) {
	return s.entra.UserToken(upn, scopes...)
}

// serveToken gives the administrator's token for the scopes that are asked for, with
// which the colleague's PowerShell goes to Graph.
func (s *Simulator) serveToken(w http.ResponseWriter, r *http.Request) {
	upn := s.Account().AdminUPN
	token, err := s.UserToken(upn, strings.Fields(r.URL.Query().Get("scope"))...)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("X-Account", upn)
	_, _ = w.Write([]byte(token))
}

// ApplyIntent plays the Exchange administrator who runs a whole script: it applies
// the intent that stands beside the script, and gives the result file.
func (s *Simulator) ApplyIntent(intent json.RawMessage) (json.RawMessage, error) {
	return s.exchange.ApplyIntent(intent)
}

// ProcessingTable is the CSV that the script calendar-processing-show writes.
func (s *Simulator) ProcessingTable() []byte { return s.exchange.ProcessingTable() }

// Colleague gives an Exchange administrator who has just opened PowerShell.
func (s *Simulator) Colleague() *exchange.Colleague { return s.exchange.Colleague() }

// VendorClientID is the client ID of the application that the vendor of a
// product owns; "" for a product without.
func (s *Simulator) VendorClientID(product string) string { return s.tenant.VendorClientID(product) }

// SeedReach puts applications into the tenant, with and without reach into
// a room, and says which is which.
func (s *Simulator) SeedReach(room string) ([]tenant.Reaching, error) {
	return s.tenant.SeedReach(room)
}

// Cloud is the row that makes every client talk to this tenant.
func (s *Simulator) Cloud() cloud.Cloud {
	off := false
	root := s.tenant.Root
	return cloud.Cloud{
		ID: "simulated", Name: "Simulated tenant", Authority: root, Graph: root,
		Portals:           cloud.Portals{Azure: root + "/portal", Entra: root + "/portal", Admin: root + "/portal", Exchange: root + "/portal"},
		ExchangeHost:      "outlook.office365.com",
		GraphEnvironment:  "Simulated",
		CAFile:            s.CAFile(),
		InstanceDiscovery: &off,
	}
}

// CAFile is the PEM file of the authority that signed the certificate.
func (s *Simulator) CAFile() string { return filepath.Join(s.dir, "ca.pem") }

// BookingURL is the address of the booking server, "" when there is none.
func (s *Simulator) BookingURL() string {
	if s.booking == nil {
		return ""
	}
	return s.booking.url()
}

// addresses are where to listen: as asked, as last time, or wherever there is
// a free port.
func addresses(listen string, last ports) (ports, error) {
	if listen == "" {
		listen = "127.0.0.1:0"
	}
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return last, fmt.Errorf("the address to listen on: %w", err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return last, fmt.Errorf("the simulator listens on this computer only (127.0.0.1, ::1 or localhost), not on %q", host)
	}
	if port == "0" {
		for i := range last {
			if last[i] == "" {
				last[i] = "0"
			}
			last[i] = net.JoinHostPort(host, last[i])
		}
		return last, nil
	}
	var n int
	if _, err := fmt.Sscan(port, &n); err != nil || n < 1 || n > 65533 {
		return last, fmt.Errorf("the port %q is not a number between 1 and 65533", port)
	}
	return ports{listen, net.JoinHostPort(host, fmt.Sprint(n+1)), net.JoinHostPort(host, fmt.Sprint(n+2))}, nil
}
