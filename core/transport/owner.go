package transport

import (
	"net"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Owner is whose endpoints are called. What a person can change when a call
// fails depends on it, and where. The zero value is Microsoft, or whoever runs
// a cloud that comes with Roomkey: their addresses and authorities are nobody's
// to change.
type Owner struct {
	server bool
	cloud  string
}

// BookingServer owns the server of a connection.
var BookingServer = Owner{server: true}

// OwnCloud owns the endpoints of a row of the administrator's clouds.yaml.
func OwnCloud(id string) Owner { return Owner{cloud: id} }

// builtIn reports whether the addresses come with Roomkey.
func (o Owner) builtIn() bool { return o == Owner{} }

// addressIn is the field that holds the address, zero where there is none.
func (o Owner) addressIn() words.Text {
	switch {
	case o.server:
		return words.T("the address of the booking server")
	case o.cloud != "":
		return words.T("authority and graph of the cloud %q in clouds.yaml, in Roomkey's configuration folder", o.cloud)
	}
	return words.Text{}
}

// place is where in Roomkey the address is typed, none for a file's.
func (o Owner) place() problem.Place {
	if o.server {
		return problem.PlaceServerURL
	}
	return problem.Place{}
}

// checkAddress adds the remedy of an address that may be wrong, otherwise that
// of an endpoint whose address comes with Roomkey.
func (o Owner) checkAddress(p *problem.Problem, otherwise words.Text) *problem.Problem {
	if at := o.addressIn(); !at.IsZero() {
		return p.Lead(words.T("Check %s: host and port must be those of the server, and https usually uses port 443.", at), o.place())
	}
	return p.Fix(otherwise)
}

// trust adds the remedies of an authority that is not trusted.
func (o Owner) trust(p *problem.Problem, host string) *problem.Problem {
	switch {
	case o.server:
		p.Lead(words.T("If it is your own authority, save its certificate as a PEM file and name that file as the server's certificate authority."), problem.PlaceServerCA)
	case o.cloud != "":
		p.Fix(words.T("If it is your own authority, save its certificate as a PEM file, name that file as caFile of the cloud %q in clouds.yaml, in Roomkey's configuration folder, and start Roomkey again.", o.cloud))
	default:
		return p.Fix(words.T("Something on the network answers instead of Microsoft. Ask the network's administrator to let this computer reach %s directly, or to install that authority's certificate in this computer's certificate store.", host)).
			Fix(words.T("If nothing inspects the connection, install this computer's updates: its list of public authorities may be too old."))
	}
	return p.Fix(words.T("Otherwise the server must send its whole certificate chain, signed by a public authority."))
}

// checkCAFile adds the remedy of a file of authorities that is not right.
func (o Owner) checkCAFile(p *problem.Problem) *problem.Problem {
	if o.cloud != "" {
		return p.Fix(words.T("Correct caFile of the cloud %q in clouds.yaml, in Roomkey's configuration folder, or take it out to use this computer's own authorities; then start Roomkey again.", o.cloud))
	}
	return p.Lead(words.T("Correct the path of the certificate authority, or leave it empty to use this computer's own."), problem.PlaceServerCA)
}

// withPort names host and port in a sentence; https without one is port 443.
func withPort(host string) words.Text {
	if _, _, err := net.SplitHostPort(host); err == nil {
		return words.Plain(host)
	}
	return words.T("%s on port 443", host)
}

// isHere reports whether host, with or without a port, is this computer: no
// firewall and no proxy is on the way to it.
func isHere(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return isLoopback(host)
}
