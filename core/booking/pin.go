package booking

import (
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Kinds of confirmation.
const (
	ConfirmRecipient = "recipient"
	ConfirmHost      = "host"
)

// Confirmation is something the server said of itself that the administrator
// has to confirm once, by comparing it with what the server's console shows.
type Confirmation struct {
	// Kind is "recipient" or "host".
	Kind string `json:"kind"`
	// Value is the age recipient, or the host.
	Value string     `json:"value"`
	About words.Text `json:"about"`
}

// Confirmations are the questions that the description d leaves open for the
// server s; none when everything is pinned. A recipient that differs from the
// pinned one is no question but the problem booking.recipient-changed.
func Confirmations(s connection.Server, d Description) ([]Confirmation, error) {
	var open []Confirmation
	switch {
	case d.SealingRecipient == "" || d.SealingRecipient == s.PinnedRecipient:
	case s.PinnedRecipient != "":
		return nil, recipientChanged(s, d)
	default:
		open = append(open, Confirmation{ConfirmRecipient, d.SealingRecipient,
			words.T("The credential will be sealed with this key of %s. Compare it with the key that the booking server's own console shows.", hostOf(s.URL))})
	}
	for _, host := range d.otherHosts(s.URL) {
		if !slices.Contains(s.ConfirmedHosts, host) {
			open = append(open, Confirmation{ConfirmHost, host,
				words.T("%s also uses addresses on %s. Confirm only if that host belongs to your booking server.", hostOf(s.URL), host)})
		}
	}
	return open, nil
}

// Confirm pins what the administrator has confirmed.
func Confirm(s *connection.Server, confirmed []Confirmation) {
	for _, c := range confirmed {
		switch {
		case c.Kind == ConfirmRecipient:
			s.PinnedRecipient = c.Value
		case c.Kind == ConfirmHost && !slices.Contains(s.ConfirmedHosts, c.Value):
			s.ConfirmedHosts = append(s.ConfirmedHosts, c.Value)
		}
	}
}

// StillConfirmed is nil while the server s describes itself as it was confirmed, or
// nothing was confirmed yet; then the push asks.
func StillConfirmed(s connection.Server, d Description) error {
	if s.PinnedRecipient == "" {
		return nil
	}
	return pinned(s, d)
}

// pinned is Confirmations where a question left open is a refusal.
func pinned(s connection.Server, d Description) error {
	open, err := Confirmations(s, d)
	if err != nil || len(open) == 0 {
		return err
	}
	p := problem.New(CodeUnconfirmed, words.T("The booking server gave information about itself that you have not confirmed yet."))
	command := "roomkeyctl push"
	for _, c := range open {
		p.Fix(c.About)
		command += " --confirm " + c.Value
	}
	return p.Lead(words.T("Compare it, then confirm it."), problem.PlaceConfirm.With(command))
}

func recipientChanged(s connection.Server, d Description) *problem.Problem {
	return problem.New(CodeRecipientChanged, words.T("The booking server shows another key than the one that you confirmed.")).
		With(words.T("You confirmed %s, but now it is %s. Someone may be impersonating the server. Nothing was sent.", s.PinnedRecipient, d.SealingRecipient)).
		Fix(words.T("Ask whoever runs the booking server whether its key was renewed on purpose, by telephone or in person.")).
		Lead(words.T("If it was, forget the old key. You are then asked to compare the new one."), problem.PlaceConfirm.With("roomkeyctl connection set server.pinnedRecipient="))
}

// otherHosts are the hosts, other than the typed address's, that the
// description names.
func (d Description) otherHosts(typed string) []string {
	own := hostOf(typed)
	var others []string
	for _, u := range append([]string{d.APIBase, d.NotificationURL, d.LifecycleNotificationURL}, d.RedirectURIs...) {
		if h := hostOf(u); h != "" && h != own && !slices.Contains(others, h) {
			others = append(others, h)
		}
	}
	return others
}

// hostOf is host and port of an address, in lower case and without the port
// that https has anyway.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(strings.ToLower(u.Host), ":443")
}

// plainHost is a host as people know it. net/url also takes quotes, brackets and
// dollar signs, and a server's host ends up in a command that is shown to be
// copied.
var plainHost = regexp.MustCompile(`^([\p{L}\p{N}._-]+|\[[0-9A-Fa-f:.]+\])(:\d+)?$`)

// webAddress says what is wrong with an address that a call would go to or
// that a server names: https, or http to this computer only.
func webAddress(address string) *problem.Problem {
	u, err := url.Parse(address)
	if err != nil || !plainHost.MatchString(u.Host) || u.User != nil || (u.Scheme != "https" && u.Scheme != "http") {
		return problem.New(codeAddress, words.T("This is not the address of a booking server.")).
			With(words.T("Enter an address such as https://rooms.contoso.com.")).
			Lead(words.T("Copy the address from the browser in which you open the booking server, without a user name."), problem.PlaceServerURL).By(err)
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return problem.New(codePlainHTTP, words.T("The booking server's address must begin with https://.")).
			With(words.T("Over http, others on the network can read the token. Only a server on this computer can be called without TLS.")).
			Lead(words.T("Change http:// to https://. If the server has no certificate yet, ask whoever runs it."), problem.PlaceServerURL)
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
