package ui

import (
	"testing"

	"github.com/roomkey/roomkey/core/policy"
	"github.com/roomkey/roomkey/ui/page"
)

// TestWhatIsLocked: the settings name it and who locked it, a server that is not
// allowed is refused at its field, and the sign-in offers no other way.
func TestWhatIsLocked(t *testing.T) {
	b := newFake(t)
	b.Policy = policy.Policy{Source: "/etc/roomkey/policy.yaml", Servers: []string{"rooms.contoso.com"}, NoDeviceCode: true,
		SignInClient: "11111111-2222-3333-4444-555555555555", NoSecretExport: true}
	p := bare(t, b)
	p.sees("How to sign in is set by the administrator of this computer in /etc/roomkey/policy.yaml.")
	for _, other := range []string{"Sign in with a code instead", "Use an application of your own", "Use Microsoft's application"} {
		p.missesOut(other)
	}
	p.press("Sign in with the browser")
	p.sees("Ada Admin")

	p.goes("describe")
	p.types("Address of the booking server", "https://rooms.fabrikam.example")
	p.press("Save")
	p.sees("The booking server rooms.fabrikam.example is not allowed on this computer.")
	if saved := p.shell.Session().Document().Server.URL; saved != "https://rooms.contoso.com" {
		t.Errorf("it was saved: %s", saved)
	}

	p.goes(page.RouteSettings)
	for _, want := range []string{"Locked on this computer", "Set by the administrator of this computer in /etc/roomkey/policy.yaml.",
		"Only these booking servers: rooms.contoso.com", "No sign-in with a code", "Secrets are not copied or exported"} {
		p.sees(want)
	}
}
