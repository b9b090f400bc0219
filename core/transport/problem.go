package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Windows' own numbers for what POSIX calls ECONNREFUSED and ECONNRESET;
// package syscall does not map them.
const (
	wsaConnReset   = syscall.Errno(10054)
	wsaConnAborted = syscall.Errno(10053)
	wsaConnRefused = syscall.Errno(10061)
	wsaHostUnreach = syscall.Errno(10065)
	wsaNetUnreach  = syscall.Errno(10051)
)

// Problem says in plain words why a call to a host of the owner's brought no
// answer. An error that holds a problem already is given back as that problem;
// nil stays nil. The codes begin with "net."; cancellation is
// problem.CodeCancelled.
func (o Owner) Problem(err error, host string) *problem.Problem {
	if err == nil {
		return nil
	}
	var known *problem.Problem
	if errors.As(err, &known) {
		return known
	}
	if errors.Is(err, context.Canceled) {
		return problem.Of(err)
	}
	p := o.explain(err, host).By(err)
	var u *unanswered
	if errors.As(err, &u) {
		p.Attempts, p.RequestID = u.attempts, u.requestID
	}
	return p
}

func (o Owner) explain(err error, host string) *problem.Problem {
	for _, explain := range []func(error, string) *problem.Problem{ofProxy, o.ofName, o.ofCertificate, o.ofConnection} {
		if p := explain(err, host); p != nil {
			return p
		}
	}
	return problem.New(CodeFailed, words.T("The request to %s failed.", host)).With(words.Plain(bare(err))).
		Fix(words.T("Try again. If it happens each time, give the text above to whoever manages the network."))
}

// bare is the error's text without the address that http.Client puts before
// it: an address can hold a query.
func bare(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return err.Error()
}

func (o Owner) ofName(err error, _ string) *problem.Problem {
	var dns *net.DNSError
	if !errors.As(err, &dns) {
		return nil
	}
	if dns.IsNotFound {
		p := problem.New(CodeDNS, words.T("There is no server with the name %s.", dns.Name))
		if o.builtIn() {
			return p.Fix(words.T("The name is built into Roomkey, so it is not misspelled. Check that this computer is online, and that its DNS server does not block it."))
		}
		return p.Lead(words.T("Check the spelling of %s.", o.addressIn()), o.place()).
			Fix(words.T("If the name exists only inside your network, connect to that network (VPN) and try again."))
	}
	return problem.New(CodeDNS, words.T("The name %s could not be looked up: the DNS server did not answer.", dns.Name)).
		With(words.Plain(dns.Err)).
		Fix(words.T("Check that this computer is online and that its name server (DNS) works, then try again."))
}

func (o Owner) ofCertificate(err error, host string) *problem.Problem {
	var (
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
		unknown x509.UnknownAuthorityError
		failed  *tls.CertificateVerificationError
		record  tls.RecordHeaderError
		alert   tls.AlertError
	)
	switch {
	case errors.As(err, &name):
		p := problem.New(codeTLSName, words.T("The server that answers for %s presents a certificate for another name.", host)).
			With(words.T("The certificate is for %s, signed by %s.", strings.Join(namesOf(name.Certificate), ", "), issuerOf(name.Certificate)))
		if o.builtIn() {
			return p.Fix(inPlaceOfMicrosoft(host))
		}
		return p.Lead(words.T("Enter the name shown in the certificate in %s, or have the server's certificate renewed for %s.", o.addressIn(), host), o.place())
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		c := invalid.Cert
		p := problem.New(codeTLSExpired, words.T("The certificate of %s is not valid today.", host)).
			With(words.T("It is valid from %s to %s; this computer's clock says %s.", day(c.NotBefore), day(c.NotAfter), day(time.Now())))
		p.Fix(words.T("Check this computer's date and time first."))
		if o.builtIn() {
			return p.Fix(inPlaceOfMicrosoft(host))
		}
		return p.Fix(words.T("If the clock is right, whoever runs %s must renew the certificate.", host))
	case errors.As(err, &unknown), errors.As(err, &invalid), errors.As(err, &failed):
		return o.untrusted(err, host, unknown.Cert, failed)
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return o.checkAddress(problem.New(codeTLSNone, words.T("The server at %s does not use TLS.", host)), inPlaceOfMicrosoft(host))
	case errors.As(err, &alert):
		p := problem.New(codeTLSRefused, words.T("%s refused the encrypted connection.", host)).With(words.Plain(bare(alert)))
		if !o.builtIn() {
			p.Fix(words.T("The server must offer TLS 1.2 or newer. Ask whoever runs it to turn that on."))
		}
		return p.Fix(words.T("If a firewall inspects TLS, ask the network's administrator to exempt %s from the inspection.", host))
	}
	return nil
}

// untrusted tells a server with a private authority from a box on the way that
// signs in the server's place.
func (o Owner) untrusted(err error, host string, shown *x509.Certificate, failed *tls.CertificateVerificationError) *problem.Problem {
	if shown == nil && failed != nil && len(failed.UnverifiedCertificates) > 0 {
		shown = failed.UnverifiedCertificates[0]
	}
	issuer := ""
	if shown != nil {
		issuer = issuerOf(shown)
	}
	if box, ok := intercepts(host, issuer); ok {
		exempt := words.T("Ask your network administrator to exempt %s from TLS inspection.", host)
		if isMicrosoft(host) {
			exempt = words.T("Ask your network administrator to exempt %s from TLS inspection, as Microsoft recommends.", host)
		}
		return problem.New(CodeTLSIntercepted, words.T("A device on the network inspects the encrypted connection to %s. Its certificate is signed by %s.", host, box)).
			With(words.T("This computer does not trust that authority, so nothing was sent.")).
			Fix(exempt).
			Fix(words.T("Or have the inspecting device's root certificate installed in this computer's certificate store."))
	}
	p := problem.New(codeTLSUntrusted, words.T("This computer does not trust the authority that signed the certificate of %s.", host))
	if issuer != "" {
		p.With(words.T("It is signed by %s.", issuer))
	} else {
		p.With(words.Plain(bare(err)))
	}
	return o.trust(p, host)
}

// inPlaceOfMicrosoft is the remedy where the address cannot be wrong, so that
// somebody else answers at it.
func inPlaceOfMicrosoft(host string) words.Text {
	return words.T("Something on the network answers instead of Microsoft: open a web page in the browser of this computer, complete a sign-in that the network asks for, or ask the network's administrator to let this computer reach %s directly.", host)
}

func (o Owner) ofConnection(err error, host string) *problem.Problem {
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, errStalled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded),
		errors.As(err, &timeout) && timeout.Timeout():
		return againOr(problem.New(CodeTimeout, words.T("%s did not answer in time.", host)), host,
			words.T("Try again. If it happens each time, a firewall may be dropping the connection. Have it allow %s.", withPort(host)))
	case isErrno(err, syscall.ECONNREFUSED, wsaConnRefused):
		p := o.checkAddress(problem.New(CodeRefused, words.T("Nothing is listening at %s: the connection was refused.", host)),
			words.T("A firewall or proxy on the way refuses the connection: have it allow %s.", withPort(host)))
		if !o.builtIn() {
			p.Fix(words.T("Check that the server is running."))
		}
		return p
	case isErrno(err, syscall.EHOSTUNREACH, syscall.ENETUNREACH, wsaHostUnreach, wsaNetUnreach):
		return problem.New(codeUnreachable, words.T("This computer has no network route to %s.", host)).
			Fix(words.T("Check that this computer is online, and connected to the right network or VPN."))
	case isCut(err):
		return againOr(problem.New(CodeCut, words.T("The connection to %s was closed before the response was complete.", host)), host,
			words.T("Try again. If it happens each time, a proxy or firewall may be closing the connection. Have it allow %s.", withPort(host)))
	case isMalformed(err):
		return o.misbehaves(problem.New(codeMalformed, words.T("What %s sent is not a valid HTTP response.", host)).With(words.T("This is wrong with it: %s.", fault(err))), host)
	case errors.Is(err, errSwitched):
		return o.misbehaves(problem.New(codeSwitched, words.T("%s switched to another protocol instead of answering (101).", host)), host)
	case errors.Is(err, errPart):
		return o.misbehaves(problem.New(codePart, words.T("%s sent only a part of its response (206), although the whole was asked for.", host)), host)
	case errors.Is(err, errTooLarge):
		return o.misbehaves(problem.New(codeTooLarge, words.T("%s sent a response larger than %d MiB, the most that Roomkey reads.", host, maxBody>>20)), host)
	}
	return nil
}

// isCut reports whether the connection ended before the answer was complete.
func isCut(err error) bool {
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || isErrno(err, syscall.ECONNRESET, syscall.EPIPE, wsaConnReset, wsaConnAborted) ||
		strings.Contains(err.Error(), "stream error") || strings.Contains(err.Error(), "server closed idle connection")
}

// misbehaves adds the remedies of an answer that no server of its kind gives: the
// address may be wrong, and if it is not, somebody else has to look.
func (o Owner) misbehaves(p *problem.Problem, host string) *problem.Problem {
	p = o.checkAddress(p, inPlaceOfMicrosoft(host))
	if o.builtIn() {
		return p
	}
	return p.Fix(words.T("If the address is right, give this text to whoever runs %s or the network.", host))
}

// isMalformed reports whether an answer breaks the rules of HTTP. net/http has a type
// for few of them.
func isMalformed(err error) bool {
	for _, said := range []string{"transport connection broken", "malformed", "chunk", "http2: ", "connection error: "} {
		if strings.Contains(err.Error(), said) {
			return true
		}
	}
	return false
}

// fault is which rule an answer breaks, without net/http's own prefixes and without
// what the other side sent, which may be anything.
func fault(err error) string {
	text, _, _ := strings.Cut(bare(err), `"`)
	text, _, _ = strings.Cut(text, "; ")
	for _, before := range []string{"net/http: HTTP/1.x transport connection broken: ", "net/http: ", "http: ", "http2: "} {
		text = strings.TrimPrefix(text, before)
	}
	return strings.TrimRight(text, " :")
}

// againOr adds the remedy of a failure that may not come again. On this
// computer it is the server's own doing.
func againOr(p *problem.Problem, host string, otherwise words.Text) *problem.Problem {
	if isHere(host) {
		return p.Fix(words.T("Try again. If it happens each time, check the log of the server on this computer, and restart it."))
	}
	return p.Fix(otherwise)
}

func isErrno(err error, any ...syscall.Errno) bool {
	var n syscall.Errno
	if !errors.As(err, &n) {
		return false
	}
	for _, a := range any {
		if n == a {
			return true
		}
	}
	return false
}

func namesOf(c *x509.Certificate) []string {
	names := append([]string{}, c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		names = append(names, c.Subject.CommonName)
	}
	if len(names) > 5 {
		names = append(names[:5], "…")
	}
	return names
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }
