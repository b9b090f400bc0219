package check

import (
	"context"
	"io"
	"net"
	"net/http"

	"github.com/roomkey/roomkey/core/transport"
)

// System is the network of this computer: its own resolver, and the clients of
// package transport, one for Microsoft and one for the booking server, since
// each may trust an authority of its own.
type System struct {
	Microsoft, Server *http.Client
	// ServerURL is the address of the booking server, "" when there is none.
	ServerURL string
}

// Resolve asks this computer's resolver. Its error is a problem.
func (n System) Resolve(ctx context.Context, host string) ([]string, error) {
	found, err := net.DefaultResolver.LookupHost(ctx, host)
	if err != nil {
		return nil, transport.Problem(err, host)
	}
	return found, nil
}

// probed is how much of an answer to a probe is read: enough to end it in order.
const probed = 64 << 10

// Probe makes one GET without credentials; the evidence is what the transport
// saw. Its error is a problem.
func (n System) Probe(ctx context.Context, url string) (transport.Evidence, error) {
	client := n.Microsoft
	if host, err := hostname(url); err == nil && n.Server != nil {
		if server, err := hostname(n.ServerURL); err == nil && server == host {
			client = n.Server
		}
	}
	host, _ := hostname(url)
	ctx, seen := transport.Record(ctx)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return transport.Evidence{}, transport.Problem(err, host)
	}
	answer, err := client.Do(request)
	if err != nil {
		return seen.Last(), transport.Problem(err, host)
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, probed))
	_ = answer.Body.Close()
	return seen.Last(), nil
}
