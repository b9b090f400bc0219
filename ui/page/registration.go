package page

import (
	"context"
	"slices"

	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/words"
)

// signInNews is what a person has to do now.
type signInNews struct {
	// disclosure names the application and what it asks for.
	disclosure words.Text
	// address is to be opened in the browser of this computer.
	address string
	// code is to be typed on Microsoft's page, on any device; nil for none.
	code *entra.DeviceCode
}

// way is a sign-in that tells the page what the person has to do, and has it done
// where the tenant is simulated.
func (p *planner) way(ctx context.Context) session.SignIn {
	var says words.Text
	played := p.env.simulated()
	return session.SignIn{
		Disclose: func(t words.Text) { says = t },
		Open: func(address string) {
			p.signIn.tell(signInNews{disclosure: says, address: address})
			if played != nil {
				played.Browse(ctx, address)
			}
		},
		Show: func(c entra.DeviceCode) {
			p.signIn.tell(signInNews{disclosure: says, code: &c})
			if played != nil {
				played.TypeCode(ctx, c)
			}
		},
	}
}

// grow makes the sign-in hold scopes, in the way in which it began.
func (p *planner) grow(ctx context.Context, scopes ...[]string) error {
	_, err := p.env.Session.SignIn(ctx, p.way(ctx), slices.Concat(scopes...))
	return err
}
