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
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/simulator/fault"

	"github.com/roomkey/roomkey/core/simulator/booking"

	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// The sizes of a tenant that nobody chose, and the largest that is supported.
const (
	DefaultRooms = 10
	DefaultUsers = 50
	MaxRooms     = 20_000
	MaxUsers     = 200_000
)

// Options describe the tenant. The zero value is a small healthy one.
type Options struct {
	// Rooms and Users are how many there are; 0 for 10 and 50.
	Rooms, Users int
	// Seed chooses names, ids and secrets: the same seed is the same tenant.
	Seed uint64
	// Faults are names of [Faults], each "name" or "name=argument".
	Faults []string
	// Latency is added to every answer.
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

// Simulator is a running tenant and booking server.
type Simulator struct {
	o         Options
	dir       string
	temporary bool
	log       *slog.Logger
	*fault.Way

	ca        *authority
	key       *rsa.PrivateKey // signs tokens
	directory tenant.Directory

	mu    sync.Mutex // guards state and what hangs on it
	state *state

	offset  atomic.Int64 // nanoseconds that Advance added to the clock
	visitor atomic.Pointer[string]

	microsoft *site
	booking   *site
	surf      *site // nil without a Seatsurfing
	signIns   signIns
	callback  http.RoundTripper
	life      context.Context // ends with Close; callbacks that nobody waits for hang on it
	stop      context.CancelFunc
}

// Start listens and serves until ctx ends or Close is called. Errors are those
// of options that make no sense, of the folder and of the network.
func Start(ctx context.Context, o Options) (*Simulator, error) {
	if o.Rooms == 0 {
		o.Rooms = DefaultRooms
	}
	if o.Users == 0 {
		o.Users = DefaultUsers
	}
	if o.Rooms < 0 || o.Rooms > MaxRooms || o.Users < tenant.MinUsers || o.Users > MaxUsers {
		return nil, fmt.Errorf("the simulated tenant has up to %d rooms and between %d and %d users", MaxRooms, tenant.MinUsers, MaxUsers)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Simulator{o: o, dir: o.Dir, log: o.Log}
	s.Way = &fault.Way{Switches: &fault.Switches{}, Latency: o.Latency, Now: s.now, Log: o.Log}
	s.life, s.stop = context.WithCancel(ctx)
	err := s.SetFaults(o.Faults...)
	if err == nil {
		err = s.prepare()
	}
	if err == nil {
		err = s.serve()
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	context.AfterFunc(s.life, func() { _ = s.shut() })
	return s, nil
}

// prepare makes the folder, the certificate authority and the tenant.
func (s *Simulator) prepare() (err error) {
	if s.dir == "" {
		s.temporary = true
		if s.dir, err = os.MkdirTemp("", "roomkey-simulator-"); err != nil {
			return err
		}
	} else if err = os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	if s.ca, err = openAuthority(s.dir, time.Now()); err != nil {
		return err
	}
	if s.key, err = signingKey(); err != nil {
		return err
	}
	s.directory = tenant.NewDirectory(s.o.Seed, s.o.Rooms, s.o.Users)
	if s.state, err = s.openState(); err != nil {
		return err
	}
	if s.callback = s.o.Callback; s.callback == nil {
		s.callback = s.ca.transport()
	}
	return nil
}

// serve opens the addresses.
func (s *Simulator) serve() error {
	ports := s.lastPorts()
	listen, err := addresses(s.o.Listen, ports)
	if err != nil {
		return err
	}
	if s.microsoft, err = s.ca.open(listen[0], s.Way.Wrap(http.HandlerFunc(s.routeMicrosoft)), s.log); err != nil {
		return err
	}
	if s.booking, err = s.openBooking(listen[1]); err != nil {
		return err
	}
	if err = s.openSeatsurfing(listen[2]); err != nil {
		return err
	}
	return errors.Join(s.keepPorts(), s.SetFaults(s.o.Faults...))
}

// openBooking mounts the booking server on the second address.
func (s *Simulator) openBooking(addr string) (*site, error) {
	handler, err := booking.New(booking.Options{
		Dir: s.dir, Token: s.Account().ServerToken, Now: s.now, Fault: s.Has, Once: s.Once, Probe: s.probe,
	})
	if err != nil {
		return nil, err
	}
	return s.ca.open(addr, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault.Pause(r.Context(), s.o.Latency)
		handler.ServeHTTP(w, r)
	}), s.log)
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

// SetFaults replaces what is switched on: names of [Faults], each "name" or
// "name=argument". An unknown name is an error and changes nothing.
func (s *Simulator) SetFaults(names ...string) error {
	since := 0
	if s.state != nil {
		s.mu.Lock()
		since = s.state.Sequence
		s.mu.Unlock()
	}
	if err := s.Set(since, names...); err != nil {
		return err
	}
	return s.standing()
}

// standing does what some faults leave in the tenant or with the servers, once
// there is a tenant.
func (s *Simulator) standing() error {
	if s.state == nil || s.microsoft == nil {
		return nil
	}
	s.mu.Lock()
	s.seedDuplicates()
	s.seedForeign()
	s.seedExtraRoles()
	s.seedNamesake()
	s.mu.Unlock()
	if s.booking == nil {
		return nil
	}
	if s.Has(fault.ServerDown) {
		return s.booking.close()
	}
	return s.booking.up()
}

// Cloud is the row that makes every client talk to this tenant.
func (s *Simulator) Cloud() cloud.Cloud {
	off := false
	root := s.microsoft.url()
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

// Advance moves the tenant's clock, so that secrets expire, replication ends
// and rooms answer without anybody waiting.
func (s *Simulator) Advance(d time.Duration) { s.offset.Add(int64(d)) }

// SignInAs chooses whom the next interactive sign-ins are by: a user principal
// name of the tenant; "" for the administrator of [Account].
func (s *Simulator) SignInAs(upn string) { s.visitor.Store(&upn) }

// now is the tenant's time, clock-skew included.
func (s *Simulator) now() time.Time {
	t := s.o.Now().Add(time.Duration(s.offset.Load()))
	if arg, on := s.Fault(fault.ClockSkew); on {
		t = t.Add(fault.Duration(arg, 10*time.Minute))
	}
	return t
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
