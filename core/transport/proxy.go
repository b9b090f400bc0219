package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mattn/go-ieproxy"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// proxyAt is the way that Options.Proxy names.
func proxyAt(address string) (func(*http.Request) (*url.URL, error), error) {
	switch address {
	case "":
		return ieproxy.GetProxyFunc(), nil
	case "direct":
		return func(*http.Request) (*url.URL, error) { return nil, nil }, nil
	}
	proxy, err := url.Parse(address)
	return http.ProxyURL(proxy), err
}

// proxyOf notes which proxy a request took, and keeps loopback off proxies
// whatever the system's settings say: a simulated tenant lives there.
func proxyOf(system func(*http.Request) (*url.URL, error)) func(*http.Request) (*url.URL, error) {
	return func(r *http.Request) (*url.URL, error) {
		if isLoopback(r.URL.Hostname()) {
			return nil, nil
		}
		proxy, err := system(r)
		if proxy != nil {
			observedBy(r.Context()).sawProxy(proxy.Host)
		}
		return proxy, err
	}
}

// proxyRefusal is a proxy that does not open the way to a server. The server has
// said nothing.
type proxyRefusal struct {
	proxy string
	// setBy is the file or registry key that names it, "" for the system.
	setBy string
	// status is 0 where it gave no answer; cause is why.
	status int
	// offers are the ways to sign in that it names, such as "Negotiate", tried is
	// the one that it did not accept, and cause why that could not go on.
	offers []string
	tried  string
	cause  error
	// page is the site that it leads to instead, "" for none.
	page string
	// unread is why nobody knows whether a name and password are stored.
	unread *problem.Problem
}

func (p *proxyRefusal) Error() string {
	if p.status == 0 {
		return fmt.Sprintf("the proxy %s gave no answer: %v", p.proxy, p.cause)
	}
	return fmt.Sprintf("the proxy %s answered %d", p.proxy, p.status)
}

func (p *proxyRefusal) Unwrap() error { return p.cause }

// opened is nil when the proxy opened the way.
func opened(ctx context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		observedBy(ctx).sawOpened()
		return nil
	}
	return &proxyRefusal{proxy: proxy.Host, status: answer.StatusCode, offers: offers(answer.Header), page: page(answer.Header)}
}

// page is the site that an answer leads to: without a path, which may hold what
// only this computer is to know.
func page(answer http.Header) string {
	u, err := url.Parse(answer.Get("Location"))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return problem.Line(u.Scheme + "://" + u.Host)
}

func ofProxy(err error, host string) *problem.Problem {
	var refusal *proxyRefusal
	if !errors.As(err, &refusal) {
		return nil
	}
	return refusal.problem(host)
}

// silent is a proxy that gave no answer: it was not reached, or said nothing that
// can be understood.
func (r *proxyRefusal) silent(host string) *problem.Problem {
	var op *net.OpError
	var timeout interface{ Timeout() bool }
	title := words.T("The proxy %s did not answer as a proxy does, so %s was not asked.", r.proxy, host)
	switch {
	case errors.As(r.cause, &op) && op.Op == "proxyconnect":
		title = words.T("The proxy %s cannot be reached, so %s cannot be reached either.", r.proxy, host)
	case errors.Is(r.cause, errStalled), errors.As(r.cause, &timeout) && timeout.Timeout():
		title = words.T("The proxy %s did not answer in time, so %s was not asked.", r.proxy, host)
	case isCut(r.cause):
		title = words.T("The proxy %s closed the connection without an answer, so %s was not asked.", r.proxy, host)
	}
	p := problem.New(CodeProxy, title).With(words.Plain(problem.Line(bare(r.cause))))
	if r.setBy != "" {
		return p.Fix(words.T("The administrator of this computer set this proxy in %s. Ask them to check its name and port.", r.setBy))
	}
	return p.Fix(words.T("Check the proxy in the system's settings, or in the environment variable HTTPS_PROXY, and whether its name and port are right."))
}

func (r *proxyRefusal) offersOne(schemes ...string) bool {
	return slices.ContainsFunc(r.offers, func(offer string) bool {
		return slices.ContainsFunc(schemes, func(scheme string) bool { return strings.EqualFold(offer, scheme) })
	})
}

func (r *proxyRefusal) problem(host string) *problem.Problem {
	exempt := words.T("Ask whoever runs the proxy %s to let this computer reach %s without a sign-in.", r.proxy, host)
	switch {
	case r.status == 0:
		return r.silent(host)
	case r.tried != "":
		p := problem.New(CodeProxy, words.T("The proxy %s did not accept the sign-in.", r.proxy)).With(words.T("Roomkey signed in with %s.", r.tried))
		if r.cause != nil {
			p.With(words.T("Signing in with %s failed: %s", r.tried, words.Plain(problem.Line(r.cause.Error()))))
		}
		if strings.EqualFold(r.tried, "Basic") {
			p.Lead(words.T("Store the user name and password again."), problem.PlaceProxy)
		}
		return p.Fix(exempt)
	case r.status == http.StatusProxyAuthRequired && len(r.offers) > 0:
		offered := problem.Line(strings.Join(r.offers, ", "))
		p := problem.New(CodeProxy, words.T("The proxy %s requires a sign-in before it allows access to %s.", r.proxy, host)).
			With(words.T("It offers: %s.", offered))
		if r.unread != nil {
			p.With(words.T("It offers: %s. The stored user name and password could not be read: %s", offered, r.unread.Title))
		}
		if r.offersOne("Basic") {
			p.Lead(words.T("Store the user name and password for the proxy."), problem.PlaceProxy)
		}
		// Outside Windows nothing hands a login on: the libraries for Kerberos are
		// no longer maintained. Without a keychain a relay is what remains.
		if r.unread != nil || r.offersOne("Negotiate", "NTLM") {
			p.Fix(words.T("Run a relay on this computer that signs in to %s, such as Px or Cntlm, and set the relay as the system's proxy.", r.proxy))
		}
		return p.Fix(exempt)
	case r.status == http.StatusProxyAuthRequired:
		return problem.New(CodeProxy, words.T("The proxy %s requires a sign-in before it allows access to %s.", r.proxy, host)).Fix(exempt)
	case r.status == http.StatusForbidden:
		return problem.New(CodeProxy, words.T("The proxy %s blocks this computer from %s.", r.proxy, host)).
			With(words.T("It answered 403. The proxy refused the request: %s was not asked.", host)).
			Fix(words.T("Ask whoever runs the proxy %s to allow %s.", r.proxy, withPort(host)))
	}
	p := problem.New(CodeProxy, words.T("The proxy %s could not connect to %s.", r.proxy, host)).With(words.T("It answered %d.", r.status))
	if r.page != "" {
		p.With(words.T("It answered %d, and leads to %s instead.", r.status, r.page))
	}
	if r.status/100 == 3 || r.status == http.StatusNetworkAuthenticationRequired {
		p.Fix(words.T("Open any website in the browser of this computer. If a page asks you to sign in to the network or to accept its terms, do so, then try again."))
	}
	return p.Fix(words.T("Try again. If it happens each time, give this text to whoever runs the proxy %s.", r.proxy))
}
