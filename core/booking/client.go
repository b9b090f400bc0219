package booking

import (
	"context"
	"net/http"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// Adapters that a product or a connection can name.
const (
	AdapterContract    = "contract"
	AdapterSeatsurfing = "seatsurfing"
	// AdapterForm is a vendor's console that has to be typed into: there is no
	// API, the export package has the form.
	AdapterForm = "form"
)

// SaysItself is whether a server with this adapter can say by itself that it works.
func SaysItself(adapter string) bool { return adapter == AdapterContract }

// Options configure a Client.
type Options struct {
	// Server is the connection's, with what was pinned; its Adapter says how it is
	// talked to.
	Server connection.Server
	// Token is the server's bearer token; Describe works without.
	Token vault.Secret `optional:"Describe works without"`
	// HTTP is the transport's client, with the connection's own CA.
	HTTP *http.Client
	// Log remembers pushes; without one Push refuses.
	Log PushLog `optional:"Push refuses"`
	// Memory keeps what was made on a server that keeps no configuration as a
	// whole; without one it is forgotten with the Client.
	Memory Memory `optional:"forgotten with the Client"`
	// Now is the clock, time.Now when nil.
	Now func() time.Time `optional:"time.Now"`
	// Wait waits for a server's limit, a timer when nil.
	Wait func(context.Context, time.Duration) error `optional:"sleeps"`
}

// Client is one booking server.
type Client struct {
	adapter adapter
	server  connection.Server
	log     PushLog
	now     func() time.Time
}

// Open chooses the adapter. Problems: booking.address, booking.plain-http,
// booking.no-api (the server is configured by typing into its form).
func Open(o Options) (*Client, error) {
	name := o.Server.Adapter
	if name == AdapterForm {
		return nil, problem.New(CodeNoAPI, words.T("This booking server cannot be configured directly.")).
			Lead(words.T("Type the values into the vendor's form, in the vendor's order."), problem.PlaceForm)
	}
	if p := webAddress(o.Server.URL); p != nil {
		return nil, p
	}
	if err := problem.Complete(o); err != nil {
		return nil, err
	}
	c := &Client{server: o.Server, log: o.Log, now: o.Now}
	if c.now == nil {
		c.now = time.Now
	}
	calls := newCaller(o.HTTP, o.Token)
	switch name {
	case AdapterContract, "":
		c.adapter = &contract{caller: calls, server: o.Server, now: c.now}
	case AdapterSeatsurfing:
		s := &seatsurfing{caller: calls, server: o.Server, memory: o.Memory, pace: pace{now: c.now, wait: o.Wait}}
		if s.memory == nil {
			s.memory = &forgetful{}
		}
		if s.pace.wait == nil {
			s.pace.wait = sleep
		}
		c.adapter = s
	default:
		return nil, problem.New(codeAdapter, words.T("The adapter “%s” does not exist.", name)).
			Run(words.T("It is contract, seatsurfing or form; without one the product decides."), "roomkeyctl connection set server.adapter=")
	}
	return c, nil
}

// Describe asks the server what it is; see Confirmations for what the
// administrator has to confirm of it.
func (c *Client) Describe(ctx context.Context) (Description, error) { return c.adapter.Describe(ctx) }

// Current is what the server holds.
func (c *Client) Current(ctx context.Context) (Current, error) { return c.adapter.Current(ctx) }

// Status is the server's own view of whether it works.
func (c *Client) Status(ctx context.Context) (Status, error) { return c.adapter.Status(ctx) }

// Preview is what the administrator looks at before a push.
type Preview struct {
	Current Current  `json:"current"`
	Changes []Change `json:"changes"`
	DryRun  DryRun   `json:"dryRun"`
}

// Preview compares what the server holds with what it would hold, and asks the
// server what it thinks of that. Nothing is changed.
func (c *Client) Preview(ctx context.Context, cfg Configuration, choices Choices) (Preview, error) {
	now, err := c.adapter.Current(ctx)
	if err != nil {
		return Preview{}, err
	}
	p := Preview{Current: now, Changes: Changes(now.Configuration, c.adapter.After(now, cfg, choices))}
	p.Changes = append(p.Changes, now.Altered...)
	p.DryRun, err = c.adapter.DryRun(ctx, cfg)
	return p, err
}

// TakeOver makes what is on the server under the names that cfg would use this
// connection's own; a server that keeps a configuration as a whole needs no such
// thing.
func (c *Client) TakeOver(ctx context.Context, cfg Configuration) error {
	if s, ok := c.adapter.(*seatsurfing); ok {
		return s.takeOver(ctx, cfg)
	}
	return nil
}

// MayWrite is nil when the token may write, or when only a push would tell.
// Problems: booking.read-only-token, booking.token-wrong.
func (c *Client) MayWrite(ctx context.Context) error {
	if s, ok := c.adapter.(*seatsurfing); ok {
		return s.mayWrite(ctx)
	}
	return nil
}
