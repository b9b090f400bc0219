package simulator

import (
	"net/http"
	"path/filepath"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/seatsurfing"
)

// openSeatsurfing serves a Seatsurfing of the version that was asked for.
func (s *Simulator) openSeatsurfing(addr string) error {
	if s.o.Seatsurfing == "" {
		return nil
	}
	account := s.Account()
	server, err := seatsurfing.New(seatsurfing.Options{
		Version: s.o.Seatsurfing, Token: account.ServerToken, ReadOnlyToken: account.ReadOnlyServerToken,
		File: filepath.Join(s.dir, "seatsurfing.json"), Microsoft: s.exchange.Callback, Now: s.tenant.Now,
	})
	if err != nil {
		return err
	}
	s.surf, err = s.ca.open(addr, s.serverCertificate, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault.Pause(r.Context(), s.o.Latency)
		server.ServeHTTP(w, r)
	}), s.o.Log)
	return err
}

// SeatsurfingURL is the address of the Seatsurfing, "" when there is none.
func (s *Simulator) SeatsurfingURL() string {
	if s.surf == nil {
		return ""
	}
	return s.surf.url()
}
