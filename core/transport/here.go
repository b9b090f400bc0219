package transport

import (
	"context"
	"net"
	"os"
)

// Here names this computer and the address that it would leave from.
func Here(ctx context.Context) string {
	name, err := os.Hostname()
	if err != nil {
		name = "this computer"
	}
	// No packet is sent: connecting a datagram socket only asks the routing
	// table. The address is one of those reserved for documentation.
	if c, err := new(net.Dialer).DialContext(ctx, "udp", "192.0.2.1:9"); err == nil {
		defer c.Close()
		if host, _, err := net.SplitHostPort(c.LocalAddr().String()); err == nil {
			return name + " (" + host + ")"
		}
	}
	return name
}
