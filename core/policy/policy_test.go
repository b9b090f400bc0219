package policy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/problem"
)

func read(t *testing.T, text string) (Policy, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Read(path)
}

func TestNothingIsSet(t *testing.T) {
	p, err := Read(filepath.Join(t.TempDir(), "policy.yaml"))
	if err != nil || p.Source != "" || len(p.Locks()) != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	for _, locked := range []*problem.Problem{p.Cloud("global"), p.Product("custom"), p.Server("a.example"), p.SignIn("x", true), p.Secrets()} {
		if locked != nil {
			t.Error(locked)
		}
	}
}

func TestEverythingIsSet(t *testing.T) {
	p, err := read(t, `
clouds: [global]
products: [custom]
servers: [rooms.example.com, "*.booking.example"]
signInClient: 11111111-2222-3333-4444-555555555555
noDeviceCode: true
noSecretExport: true
proxy: http://proxy.example:8080
`)
	if err != nil || len(p.Locks()) != 7 {
		t.Fatalf("%+v, %v", p, err)
	}
	for what, allowed := range map[string]*problem.Problem{
		"cloud": p.Cloud("global"), "no cloud yet": p.Cloud(""), "product": p.Product("custom"), "server": p.Server("ROOMS.example.com"),
		"below": p.Server("eu.booking.example"), "this computer": p.Server("127.0.0.1"), "client": p.SignIn(strings.ToUpper(p.SignInClient), false), "no choice": p.SignIn("", false),
	} {
		if allowed != nil {
			t.Errorf("%s: %v", what, allowed)
		}
	}
	for what, locked := range map[string]*problem.Problem{
		"cloud": p.Cloud("china"), "product": p.Product("robin"), "server": p.Server("rooms.example.com.evil.example"), "suffix": p.Server("evilbooking.example"),
		"the domain itself": p.Server("booking.example"), "client": p.SignIn("another", false), "code": p.SignIn("", true), "secrets": p.Secrets(),
	} {
		if locked == nil || locked.Code != CodeLocked || !strings.Contains(locked.Remedies[0].String(), p.Source) {
			t.Errorf("%s: %v", what, locked)
		}
	}
}

// What cannot be understood may have locked something: it is not passed over.
func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"nodevicecode: true":                       "nodevicecode",
		"noDeviceCode: perhaps":                    "noDeviceCode",
		"servers: [https://rooms.example.com]":     "servers[0]",
		"servers: [rooms.example.com, 'a.*.b']":    "servers[1]",
		"proxy: proxy.example:8080":                "proxy",
		"proxy: http://ada:secret@proxy.example:1": "proxy",
		"clouds: []":                  "clouds",
		"products:":                   "products",
		"servers: ['']":               "servers[0]",
		"clouds: [global, ' ']":       "clouds[1]",
		"servers: [rooms.example.]":   "servers[0]",
		"signInClient: ''":            "signInClient",
		"signInClient: my app":        "signInClient",
		"noSecretExport:":             "noSecretExport",
		"noDeviceCode: true\nproxy: ": "proxy",
		"":                            "nothing",
	} {
		p, err := read(t, text)
		found := problem.Of(err)
		if found == nil || found.Code != codeInvalid || !strings.Contains(found.Detail.String(), want) || len(p.Locks()) != 0 {
			t.Errorf("%q: %+v, %v", text, p, err)
		}
		if found != nil && strings.Contains(found.Error(), "secret@") {
			t.Errorf("it quotes the password: %v", found)
		}
	}
}
