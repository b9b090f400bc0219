// Package graph asks Microsoft Graph for the tenant's rooms, people, groups and
// calendars. It is the only importer of msgraph-sdk-go and speaks to the rest
// of Roomkey in tenant's nouns and in problems.
package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	abstractions "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/authentication"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	khttp "github.com/microsoft/kiota-http-go"
	kjson "github.com/microsoft/kiota-serialization-json-go"
	core "github.com/microsoftgraph/msgraph-sdk-go-core"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// Options are what a client needs.
type Options struct {
	Cloud cloud.Cloud
	// HTTP is transport's client: retries, limits and evidence are its part.
	HTTP *http.Client
	// Token gives an access token for the cloud's Graph; its error is handed
	// on as it is.
	Token func(context.Context) (vault.Secret, error)
	// Renew gives a token that was issued now, for one that Graph takes no more
	// (401). Its error is handed on as it is.
	Renew func(context.Context) (vault.Secret, error) `optional:"there is no other"`
	// Source is whose token it is, and stands on every list.
	Source tenant.Source `optional:"lists do not say it"`
}

// Client is safe for use by several goroutines. Every error of its methods is
// a *problem.Problem with a code that begins with "graph.", or one of the
// transport's or of the token's source.
type Client struct {
	o       Options
	adapter *core.GraphRequestAdapterBase
	// parameters are what the SDK's request builders begin with.
	parameters map[string]string
	root       *url.URL
}

var registerJSON = sync.OnceFunc(func() {
	// Only JSON: msgraphsdk's own constructor registers four formats, replaces
	// a process-wide factory each time it is called and links 87 packages.
	abstractions.RegisterDefaultSerializer(func() serialization.SerializationWriterFactory { return kjson.NewJsonSerializationWriterFactory() })
	abstractions.RegisterDefaultDeserializer(func() serialization.ParseNodeFactory { return kjson.NewJsonParseNodeFactory() })
})

// New makes a client. Without what it needs it panics: that is a mistake in
// Roomkey. Any other in the options shows with the first call.
func New(o Options) *Client {
	if err := problem.Complete(o); err != nil {
		panic(err)
	}
	registerJSON()
	base := strings.TrimSuffix(o.Cloud.Graph, "/") + "/v1.0"
	root, err := url.Parse(base)
	if err != nil {
		root = &url.URL{}
	}
	c := &Client{o: o, root: root, parameters: map[string]string{"baseurl": base}}
	rt := http.DefaultTransport
	if o.HTTP.Transport != nil {
		rt = o.HTTP.Transport
	}
	client := &http.Client{
		// Without the first handler /me does not work; the SDK's other
		// handlers retry and compress in ways that transport does better.
		Transport: khttp.NewCustomTransportWithParentTransport(guard{rt, root.Host, o.Cloud.Owner(), &renewal{get: o.Renew}},
			khttp.NewUrlReplaceHandler(true, core.ReplacementPairs), khttp.NewParametersNameDecodingHandler()),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	auth := authentication.NewBaseBearerTokenAuthenticationProvider(tokens{c})
	// The only error of the constructor is a missing auth.
	c.adapter, _ = core.NewGraphRequestAdapterBaseWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(
		auth, core.GraphClientOptions{}, nil, nil, client)
	c.adapter.SetBaseUrl(base)
	return c
}

// tokens hands the token to the SDK, for the cloud's own Graph only.
type tokens struct{ c *Client }

func (t tokens) GetAuthorizationToken(ctx context.Context, to *url.URL, _ map[string]any) (string, error) {
	if !t.c.own(to) && !t.c.beta(to) {
		return "", foreign(to)
	}
	token, err := t.c.o.Token(ctx)
	if err != nil {
		return "", err
	}
	if token.IsZero() {
		// The SDK would send the request without authentication.
		return "", problem.New(codeNoToken, words.T("There is no access token for Microsoft Graph.")).
			Fix(words.T("Enter the application's credential or sign in, then try again."))
	}
	return token.Reveal(), nil
}

// GetAllowedHostsValidator is nil: it ignores ports, own does not.
func (t tokens) GetAllowedHostsValidator() *authentication.AllowedHostsValidator { return nil }

// own reports whether an address is of this client's Graph.
func (c *Client) own(u *url.URL) bool {
	return u != nil && u.Scheme == c.root.Scheme && strings.EqualFold(u.Host, c.root.Host) &&
		strings.HasPrefix(u.Path, c.root.Path+"/") && u.User == nil
}

// beta reports whether an address is of those few that are had from Graph's beta
// only.
func (c *Client) beta(u *url.URL) bool {
	if u == nil || u.Scheme != c.root.Scheme || !strings.EqualFold(u.Host, c.root.Host) || u.User != nil {
		return false
	}
	path := strings.TrimPrefix(u.Path, strings.TrimSuffix(c.root.Path, "v1.0"))
	return path == betaReport || path == betaPolicy || strings.HasPrefix(path, betaExchange)
}

func foreign(u *url.URL) *problem.Problem {
	return problem.New(codeForeignLink, words.T("The response redirects to another server (%s), which Roomkey does not follow.", u.Host)).
		Fix(words.T("Check the chosen cloud. If a proxy rewrites responses of Microsoft Graph, exempt this computer from it."))
}

// call runs one request of the SDK and demands an answer: an empty one comes
// back from the SDK as nil without an error, and must never pass for an empty
// list. The request runs aside, so that a cancel takes effect at once.
func call[T any](ctx context.Context, c *Client, what string, do func(context.Context) (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	a, inside := ctx.Value(answerKey{}).(*answer)
	if !inside {
		a = new(answer)
	}
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		// The SDK's parser panics on some answers that are JSON but not of
		// Graph's shape.
		defer func() {
			if r := recover(); r != nil {
				o.err = malformed(what, "a part of it has another form than Microsoft describes").By(fmt.Errorf("panic: %v", r))
			}
			done <- o
		}()
		o.value, o.err = do(context.WithValue(ctx, answerKey{}, a))
		if o.err == nil && isNil(o.value) {
			o.err = malformed(what, "it is empty")
		}
	}()
	select {
	case o := <-done:
		if o.err != nil {
			var none T
			return none, c.problem(o.err, what, a)
		}
		return o.value, nil
	case <-ctx.Done():
		var none T
		return none, c.problem(ctx.Err(), what, a)
	}
}

// problem makes sure that an error is a problem with the request id.
func (c *Client) problem(err error, what string, a *answer) *problem.Problem {
	var p *problem.Problem
	if !errors.As(err, &p) {
		switch {
		case errors.Is(err, context.Canceled):
			p = problem.Of(err)
		case errors.Is(err, context.DeadlineExceeded):
			p = c.o.Cloud.Owner().Problem(err, c.root.Host)
		default:
			// What is left are the SDK's complaints about an answer's shape, in
			// words of its own types.
			p = malformed(what, "a part of it has another form than Microsoft describes").By(err)
		}
	}
	if p.RequestID == "" {
		p.RequestID = a.id()
	}
	return p
}

// answer is what the guard saw of the last answer to a call.
type answer struct {
	mu        sync.Mutex
	code      int
	requestID string
}

type answerKey struct{}

func (a *answer) record(status int, requestID string) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.code, a.requestID = status, requestID
}

func (a *answer) id() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.requestID
}

func (a *answer) status() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.code
}

func now() time.Time { return time.Now().UTC() }
