// Package policy is what the administrator of a computer has set and locked for
// everyone who uses it.
package policy

import (
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/strictyaml"
	"github.com/roomkey/roomkey/core/words"
)

// direct is the Proxy that stands for none.
const direct = "direct"

// Policy is what is set. The zero value sets nothing.
type Policy struct {
	// Source is the file or the registry key that set it, "" when nothing is set.
	Source string `yaml:"-" json:"source"`
	// Clouds and Products are the ids that may be used, none for all.
	Clouds   []string `yaml:"clouds" json:"clouds,omitempty"`
	Products []string `yaml:"products" json:"products,omitempty"`
	// Servers are the hosts that a booking server may have, none for all.
	// "*.example.com" is every host below example.com.
	Servers []string `yaml:"servers" json:"servers,omitempty"`
	// SignInClient is the application that administrators sign in to, "" for
	// their choice.
	SignInClient string `yaml:"signInClient" json:"signInClient,omitempty"`
	// NoDeviceCode refuses sign-ins with a code on another device.
	NoDeviceCode bool `yaml:"noDeviceCode" json:"noDeviceCode,omitempty"`
	// NoSecretExport keeps secrets off the clipboard and out of files.
	NoSecretExport bool `yaml:"noSecretExport" json:"noSecretExport,omitempty"`
	// Proxy is used instead of the system's; "direct" for none, "" for the system's.
	Proxy string `yaml:"proxy" json:"proxy,omitempty"`
}

// Read reads a policy from a file, or that of this computer where file is "".
func Read(file string) (Policy, error) {
	if file == "" {
		return system()
	}
	return readFile(file)
}

// readFile reads a policy. A file that does not exist sets nothing. One that
// cannot be understood is a problem, for what it was to lock is not known.
func readFile(path string) (Policy, error) {
	p := Policy{Source: path}
	d := strictyaml.ReadFile(path, &p)
	if d == nil {
		return Policy{}, nil
	}
	return p.checked(d)
}

// checked is p when d, which it was read from, has no mistakes.
func (p Policy) checked(d *strictyaml.Document) (Policy, error) {
	for _, field := range []string{"clouds", "products", "servers", "signInClient", "noDeviceCode", "noSecretExport", "proxy"} {
		if d.Empty(field) {
			d.Wrong(field, words.T("This sets nothing. Write a value, or remove it."))
		}
	}
	for field, list := range map[string][]string{"clouds": p.Clouds, "products": p.Products, "servers": p.Servers} {
		for i, item := range list {
			if strings.TrimSpace(item) == "" {
				d.Wrong(strictyaml.Item(field, i), words.T("This allows nothing. Write a value, or remove it."))
			}
		}
	}
	if p.SignInClient != "" && uuid.Validate(p.SignInClient) != nil {
		d.Wrong("signInClient", words.T("Write the application (client) ID, such as 11111111-2222-3333-4444-555555555555."))
	}
	for i, host := range p.Servers {
		if strings.ContainsAny(host, ":/ ") || strings.HasSuffix(host, ".") || strings.Contains(strings.TrimPrefix(host, "*."), "*") {
			d.Wrong(strictyaml.Item("servers", i), words.T("Write the name of a host, such as rooms.example.com, or *.example.com for every host below it."))
		}
	}
	if p.Proxy != "" && p.Proxy != direct {
		if u, err := url.Parse(p.Proxy); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
			d.Wrong("proxy", words.T("Write an address such as http://proxy.example.com:8080, without a password, or direct for no proxy."))
		}
	}
	mistakes := d.Mistakes()
	if len(mistakes) == 0 {
		return p, nil
	}
	at, text := words.Plain(p.Source), mistakes[0].Text
	if mistakes[0].File != "" && mistakes[0].Line > 0 { // the registry has no lines
		at = words.T("%s, line %d", p.Source, mistakes[0].Line)
	}
	if field := mistakes[0].Field; field != "" {
		text = words.T("%s: %s", field, text)
	}
	return Policy{}, invalid(at, text)
}

// invalid is a policy of which nobody knows what it locks.
func invalid(at, why words.Text) *problem.Problem {
	return problem.New(codeInvalid, words.T("There is a mistake in the policy of this computer: %s.", at)).With(why).
		Fix(words.T("Ask the administrator of this computer to correct it. Roomkey does not start before that."))
}

// Unknown are problems about clouds and products that the policy allows and that
// nobody knows: where no other is allowed, there is nothing to choose.
func (p Policy) Unknown(clouds, products []string) (all []*problem.Problem) {
	say := func(ids []string, one, many words.Key) {
		if len(ids) > 0 {
			all = append(all, problem.New(codeUnknown, words.N(len(ids), one, many, strings.Join(ids, ", "))).
				Fix(words.T("Ask the administrator of this computer to correct it in %s.", p.Source)))
		}
	}
	say(clouds, "The policy of this computer allows a cloud that Roomkey does not know: %s.", "The policy of this computer allows clouds that Roomkey does not know: %s.")
	say(products, "The policy of this computer allows a booking product that Roomkey does not know: %s.", "The policy of this computer allows booking products that Roomkey does not know: %s.")
	return all
}

// Cloud is why a cloud may not be used, nil when it may.
func (p Policy) Cloud(id string) *problem.Problem {
	if allowed(p.Clouds, id) {
		return nil
	}
	return p.locked(words.T("The cloud %s is not allowed on this computer.", id), words.T("Allowed: %s", strings.Join(p.Clouds, ", ")))
}

// Product is why a booking product may not be used, nil when it may.
func (p Policy) Product(id string) *problem.Problem {
	if allowed(p.Products, id) {
		return nil
	}
	return p.locked(words.T("The booking product %s is not allowed on this computer.", id), words.T("Allowed: %s", strings.Join(p.Products, ", ")))
}

// allowed is whether the ids of a list allow id. Nothing chosen yet is nothing
// to refuse.
func allowed(ids []string, id string) bool {
	return len(ids) == 0 || id == "" || slices.Contains(ids, id)
}

// Address is Server for the address of a booking server; one that cannot be
// read is for others to refuse.
func (p Policy) Address(address string) *problem.Problem {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil
	}
	return p.Server(u.Hostname())
}

// Server is why a host may not be called as a booking server, nil when it may.
// This computer itself may always.
func (p Policy) Server(host string) *problem.Problem {
	host = strings.ToLower(host)
	if ip := net.ParseIP(host); len(p.Servers) == 0 || host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	for _, allowed := range p.Servers {
		allowed = strings.ToLower(allowed)
		if below, all := strings.CutPrefix(allowed, "*"); host == allowed || all && strings.HasSuffix(host, below) {
			return nil
		}
	}
	return p.locked(words.T("The booking server %s is not allowed on this computer.", host), words.T("Allowed: %s", strings.Join(p.Servers, ", ")))
}

// SignIn is why an administrator may not sign in like this, nil when it is
// allowed. client is "" for no choice.
func (p Policy) SignIn(client string, deviceCode bool) *problem.Problem {
	switch {
	case deviceCode && p.NoDeviceCode:
		return p.locked(words.T("Signing in with a code is not allowed on this computer."), words.T("Sign in with the browser."))
	case client != "" && p.SignInClient != "" && !strings.EqualFold(client, p.SignInClient):
		return p.locked(words.T("Administrators sign in to another application on this computer."), words.T("The application is %s.", p.SignInClient))
	}
	return nil
}

// Secrets is why a secret may not leave the keychain for the clipboard or a
// file, nil when it may.
func (p Policy) Secrets() *problem.Problem {
	if !p.NoSecretExport {
		return nil
	}
	return p.locked(words.T("Secrets cannot be copied or exported on this computer."), words.T("Roomkey still uses them for sign-ins, and pushes them to the booking server sealed."))
}

func (p Policy) locked(title, detail words.Text) *problem.Problem {
	return problem.New(CodeLocked, title).With(detail).
		Fix(words.T("The administrator of this computer set this in %s. Ask them to change it.", p.Source))
}

// Locks says what is set, a sentence each.
func (p Policy) Locks() (locks []words.Text) {
	add := func(set bool, key words.Key, args ...any) {
		if set {
			locks = append(locks, words.T(key, args...))
		}
	}
	list := func(of []string) string { return strings.Join(of, ", ") }
	add(len(p.Clouds) > 0, "Only these clouds: %s", list(p.Clouds))
	add(len(p.Products) > 0, "Only these booking products: %s", list(p.Products))
	add(len(p.Servers) > 0, "Only these booking servers: %s", list(p.Servers))
	add(p.SignInClient != "", "Administrators sign in to the application %s", p.SignInClient)
	add(p.NoDeviceCode, "No sign-in with a code")
	add(p.NoSecretExport, "Secrets are not copied or exported")
	add(p.Proxy == direct, "No proxy is used")
	add(p.Proxy != "" && p.Proxy != direct, "Proxy: %s", p.Proxy)
	return locks
}
