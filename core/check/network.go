package check

import (
	"context"
	"math"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/words"
)

// maxSkew is how far this computer's clock may be off: Entra accepts assertions
// of certificates within five minutes.
const maxSkew = 5 * time.Minute

// slowAnswer is the time to the first byte from which on a connection is called
// slow; a change notification has to be answered within 3 s.
const slowAnswer = 3 * time.Second

func networkChecks() []Check {
	return []Check{
		{ID: Names, Claim: evidence.Network, Proves: true, Title: words.T("Microsoft's host names resolve"), Run: checkNames},
		{ID: Certificate, Claim: evidence.Network, Proves: true, Title: words.T("Microsoft answers with its own certificate"), DependsOn: []string{Names}, Run: checkCertificate},
		{ID: Clock, Claim: evidence.Network, Title: words.T("This computer's clock is right"), DependsOn: []string{Certificate}, Optional: true, Run: checkClock},
		{ID: Speed, Claim: evidence.Network, Title: words.T("Microsoft answers quickly"), DependsOn: []string{Certificate}, Optional: true, Run: checkSpeed},
	}
}

// microsoft are the addresses of the cloud that every call starts from. Both
// answer without credentials.
func (s *State) microsoft() []string {
	return []string{
		s.Cloud.Authority + "/common/v2.0/.well-known/openid-configuration",
		s.Cloud.Graph + "/v1.0/",
	}
}

func checkNames(ctx context.Context, s *State) Finding {
	addresses := map[string][]string{}
	for _, at := range s.microsoft() {
		host, err := hostname(at)
		if err != nil {
			return fail(problem.New(codeNetAddress, words.T("%s is not a valid address.", at)).
				Fix(words.T("Correct the entry of the cloud %q in clouds.yaml.", s.Cloud.ID)).By(err))
		}
		found, err := s.Network.Resolve(ctx, host)
		if err == nil && len(found) == 0 {
			err = problem.New(transport.CodeDNS, words.T("The name %s has no address.", host)).
				Fix(words.T("Check the DNS server of this computer, or ask the people who run the network."))
		}
		if err != nil {
			// Behind a proxy it is the proxy that resolves names.
			if e, unreachable := s.Network.Probe(ctx, at); unreachable == nil && e.Status > 0 && e.Proxy != "" {
				addresses[host] = []string{"proxy " + e.Proxy}
				continue
			}
			return refused(err).with("host", host)
		}
		addresses[host] = found
	}
	f := pass(words.T("Every name has an address.")).with("addresses", addresses)
	for host, found := range addresses {
		if onlySix(found) {
			f = f.noted(words.T("%s resolves to IPv6 addresses only: the booking server's network must support IPv6.", host))
		}
	}
	return f
}

func checkCertificate(ctx context.Context, s *State) Finding {
	seen := s.lookAt(ctx, s.microsoft())
	anybody := slices.ContainsFunc(seen, func(l look) bool { return l.err == nil || problem.KindOf(l.err).Decided() })
	issuers := map[string]string{}
	var open Finding
	for _, l := range seen {
		host, _ := hostname(l.url)
		issuers[host] = l.Issuer
		switch f := l.trouble(host, anybody); {
		case f.Status == Fail:
			return f
		case open.Status == "":
			open = f
		}
	}
	if open.Status != "" {
		return open
	}
	f := pass(words.T("No TLS inspection found.")).with("issuers", issuers)
	for _, l := range seen {
		if host, _ := hostname(l.url); !s.expects(l.Issuer) {
			return warn(problem.New(transport.CodeTLSIntercepted, words.T("The connection to %s is inspected by %q.", host, l.Issuer)).
				With(words.T("This computer trusts that authority, so everything works from here. The booking server may not trust it, and some Microsoft sign-ins refuse inspected connections.")).
				Fix(words.T("Ask the people who run the proxy to let %s through without TLS inspection, for this computer and for the booking server.", host))).
				with("issuers", issuers)
		}
	}
	return f
}

// probe looks at an address, and once more when the connection was cut: one cut
// connection says nothing about the next.
func (s *State) probe(ctx context.Context, at string) (transport.Evidence, error) {
	e, err := s.Network.Probe(ctx, at)
	if problem.CodeOf(err) == transport.CodeCut {
		return s.Network.Probe(ctx, at)
	}
	return e, err
}

type look struct {
	transport.Evidence
	url string
	err error
}

// trouble is what keeps the certificate from being judged, the zero Finding for
// nothing. Where nobody answers that is a failure of the way to Microsoft; a host
// that was cut off while another answered has shown no wrong certificate.
func (l look) trouble(host string, anybody bool) Finding {
	switch {
	case l.err != nil && anybody:
		return judge(l.err).with("host", host)
	case l.err != nil:
		return refused(l.err).with("host", host)
	case l.Status == 0:
		return unknown(unexpected(words.T("%s sent an unreadable response.", host)))
	case l.Status == 407 || l.Status == 511:
		return fail(captive(host, l.Status)).with("host", host)
	}
	return Finding{}
}

// lookAt probes addresses at the same time.
func (s *State) lookAt(ctx context.Context, addresses []string) []look {
	seen := make([]look, len(addresses))
	var all sync.WaitGroup
	for i, at := range addresses {
		all.Go(func() {
			seen[i].url = at
			seen[i].err = guard(func() (err error) {
				seen[i].Evidence, err = s.probe(ctx, at)
				return err
			})
		})
	}
	all.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = seen
	return seen
}

// publicIssuers are the organizations that sign Microsoft's own endpoints, as
// the certificates of login and Graph hosts showed them up to 2026.
var publicIssuers = []string{"microsoft", "digicert", "globalsign", "entrust", "sectigo", "verisign", "baltimore"}

// laboratory is whether the cloud is none of Microsoft's own.
func (s *State) laboratory() bool { return s.Cloud.Own || s.Cloud.CAFile != "" }

// expects is whether an issuer is one that Microsoft uses. A laboratory has an
// authority of its own, and the sovereign clouds theirs, which are not listed.
func (s *State) expects(issuer string) bool {
	if s.laboratory() || !slices.Contains([]string{"global", "gcc-high", "dod", "china"}, s.Cloud.ID) {
		return true
	}
	issuer = strings.ToLower(issuer)
	return slices.ContainsFunc(publicIssuers, func(known string) bool { return strings.Contains(issuer, known) })
}

func checkClock(_ context.Context, s *State) Finding {
	for _, l := range s.looks() {
		if l.ServerDate.IsZero() {
			continue
		}
		host, _ := hostname(l.url)
		off := l.Skew.Abs().Round(time.Second)
		if off <= maxSkew {
			within := max(1, int(math.Ceil(l.Skew.Abs().Seconds())))
			return pass(words.N(within, "Within %d second of Microsoft's.", "Within %d seconds of Microsoft's.", within)).with("skewSeconds", l.Skew.Seconds())
		}
		ahead := words.T("behind")
		if l.Skew > 0 {
			ahead = words.T("ahead")
		}
		return fail(problem.New(codeNetClockSkew, words.T("This computer's clock is %s %s.", off, ahead)).
			With(words.T("%s reports the time %s. With a difference of more than five minutes, Microsoft refuses certificates, and tokens look expired or not yet valid.", host, l.ServerDate.UTC().Format(time.RFC3339))).
			Fix(words.T("Windows: Settings, Time & language, Date & time, \"Sync now\". macOS: System Settings, General, Date & Time, \"Set time and date automatically\".")).
			Fix(words.T("Also check the clock of the booking server's computer."))).
			with("skewSeconds", l.Skew.Seconds())
	}
	return unknown(problem.New(codeNetNoDate, words.T("No response included the time, so the clock could not be compared.")))
}

func checkSpeed(_ context.Context, s *State) Finding {
	slowest := look{}
	for _, l := range s.looks() {
		if l.FirstByte > slowest.FirstByte {
			slowest = l
		}
	}
	if slowest.FirstByte == 0 {
		return unknown(problem.New(codeNetNoTiming, words.T("The time to the first byte was not measured.")))
	}
	host, _ := hostname(slowest.url)
	took := slowest.FirstByte.Round(time.Millisecond)
	f := pass(words.T("The slowest first byte took %s.", took))
	if slowest.FirstByte > slowAnswer {
		f = warn(slow(host, took).
			Fix(words.T("Check the proxy or virtual private network; long lists of rooms and people will be slow.")))
	}
	return f.with("firstByteMs", slowest.FirstByte.Milliseconds())
}

// slow is a host that took longer than slowAnswer.
func slow(host string, took time.Duration) *problem.Problem {
	return problem.New(codeNetSlow, words.T("%s took %s until the first byte.", host, took.Round(time.Millisecond)))
}

func (s *State) looks() []look {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

func captive(host string, status int) *problem.Problem {
	if status == 407 {
		return problem.New(transport.CodeProxy, words.T("The proxy for %s requires a sign-in.", host)).
			Fix(words.T("Ask the people who run the proxy to let this computer reach %s without a sign-in, or set another proxy in the system's settings.", host))
	}
	return problem.New(codeNetCaptivePortal, words.T("The network requires a sign-in before %s can be reached.", host)).
		Fix(words.T("Open a browser, sign in to the network, and check again."))
}

// unexpected is the problem of an answer that is not what Microsoft documents.
func unexpected(what words.Text) *problem.Problem {
	return problem.New(codeCheckUnexpectedAnswer, words.T("The response is not what Microsoft documents.")).With(what).
		Fix(words.T("Check again. If the problem persists, look for a proxy or filter that changes responses."))
}

func hostname(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	if u.Hostname() == "" {
		return "", &url.Error{Op: "parse", URL: address, Err: url.InvalidHostError(address)}
	}
	return u.Hostname(), nil
}

func onlySix(addresses []string) bool {
	six := false
	for _, a := range addresses {
		ip, err := netip.ParseAddr(a)
		if err != nil || ip.Unmap().Is4() {
			return false
		}
		six = true
	}
	return six && len(addresses) > 0
}
