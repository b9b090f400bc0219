package session

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/transport"
)

// network looks at the way to a host from this computer.
type network struct{ s *Session }

func (n network) Resolve(ctx context.Context, host string) ([]string, error) {
	row, err := n.s.Cloud()
	if err != nil {
		return nil, err
	}
	addresses, err := net.DefaultResolver.LookupHost(ctx, host)
	if err != nil {
		return nil, row.Owner().Problem(err, host)
	}
	return addresses, nil
}

// probePatience is how long a probe goes on after it stumbled: it looks at the
// way, and waits for nobody who is busy.
const probePatience = 2 * time.Second

func (n network) Probe(ctx context.Context, url string) (transport.Evidence, error) {
	row, err := n.s.Cloud()
	if err != nil {
		return transport.Evidence{}, err
	}
	o := row.Endpoints()
	if server := n.s.Document().Server; server.URL != "" && strings.HasPrefix(url, strings.TrimSuffix(server.URL, "/")) {
		o = transport.Options{CAFile: server.CAFile, Owner: transport.BookingServer, InsecureLoopback: true}
	}
	o.Retry, o.RetryBudget, o.Connection = true, probePatience, n.s.ID()
	client, err := n.s.env.HTTP(o)
	if err != nil {
		return transport.Evidence{}, err
	}
	inner, seen := transport.Record(ctx)
	defer seen.Repeat(ctx)
	r, err := http.NewRequestWithContext(inner, http.MethodGet, url, nil)
	if err != nil {
		return transport.Evidence{}, err
	}
	resp, err := client.Do(r)
	if err != nil {
		return seen.Last(), o.Owner.Problem(err, r.URL.Host)
	}
	defer resp.Body.Close()
	return seen.Last(), nil
}

// journal keeps traces beside the document.
type journal struct{ s *Session }

func (j journal) Append(entry any) error {
	return j.s.env.Store.Journal(j.s.ID()).Append(entry)
}

// cacheProofs is where the rooms of an interrupted run are kept.
const cacheProofs = "room-proofs.json"

// proofs keep what was proven of rooms, so that an interrupted run of many
// rooms goes on where it was.
type proofs struct {
	s     *Session
	mu    sync.Mutex
	rooms map[string]check.RoomProof
	kept  int
}

func newProofs(s *Session) *proofs {
	p := &proofs{s: s, rooms: map[string]check.RoomProof{}}
	if data, _, ok := s.env.Store.Cache(s.ID(), cacheProofs); ok {
		_ = json.Unmarshal(data, &p.rooms) // a damaged cache is an empty one
	}
	return p
}

func (p *proofs) Proven(room string) (check.RoomProof, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	proof, ok := p.rooms[strings.ToLower(room)]
	return proof, ok
}

// every is after how many rooms the proofs are written; losing the last few to
// a crash only means to look at them again.
const every = 25

func (p *proofs) Keep(proof check.RoomProof) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rooms[strings.ToLower(proof.Room)] = proof
	if p.kept++; p.kept%every != 0 {
		return nil
	}
	data, err := json.Marshal(p.rooms)
	if err != nil {
		return err
	}
	return p.s.env.Store.PutCache(p.s.ID(), cacheProofs, data)
}

func (p *proofs) Forget() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rooms = map[string]check.RoomProof{}
	return p.s.env.Store.PutCache(p.s.ID(), cacheProofs, []byte("{}"))
}
