package page

import (
	"context"
	"slices"

	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// desk is where an administrator sits on a page: the sign-in, and the work that
// is done with it.
type desk struct {
	env    *Env
	notice *notice
	page   office

	state  session.Registration
	known  bool
	signIn *signInCard
	busy   bool
}

// office is the page around a desk.
type office interface {
	// purpose says what the sign-in is for.
	purpose() string
	// scopes are what the sign-in asks for.
	scopes() []string
	// looked is called when it is known who is signed in; then is what was to
	// follow, nil for nothing.
	looked(then func())
	// began and ended are called around work.
	began()
	ended()
	show()
	relayout()
	toTop()
}

func newDesk(env *Env, notice *notice, page office) *desk {
	d := &desk{env: env, notice: notice, page: page}
	d.signIn = newSignInCard(d)
	return d
}

// ask looks at who is signed in, then shows it.
func (d *desk) ask(then func()) {
	var state session.Registration
	d.env.Scope.Run(func(ctx context.Context) (err error) {
		state, err = d.env.Session.Registration(ctx)
		return err
	}, func(err error) {
		if err != nil {
			d.fail(problem.Of(err))
			return
		}
		d.state, d.known = state, true
		if state.Account == nil {
			d.signIn.disclose()
		}
		d.page.looked(then)
	})
}

// able switches a button off while something runs.
func (d *desk) able(b *kit.Button) *kit.Button {
	if d.busy {
		b.Disable()
	}
	return b
}

func (d *desk) fail(failed *problem.Problem) {
	d.notice.fail(failed)
	d.page.toTop()
	d.page.relayout()
}

// work runs something that may ask for a further sign-in, shown in the bar.
func (d *desk) work(title string, work func(context.Context, task.Report) error, done func(error)) {
	d.busy = true
	d.notice.clear()
	d.page.began()
	d.signIn.stop = d.env.Scope.Show(title, work, func(err error) {
		d.busy = false
		d.signIn.over()
		d.page.ended()
		done(err)
	})
	d.page.show()
}

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
func (d *desk) way(ctx context.Context) session.SignIn {
	var says words.Text
	played := d.env.simulated()
	return session.SignIn{
		Disclose: func(t words.Text) { says = t },
		Open: func(address string) {
			d.signIn.tell(signInNews{disclosure: says, address: address})
			if played != nil {
				played.Browse(ctx, address)
			}
		},
		Show: func(c entra.DeviceCode) {
			d.signIn.tell(signInNews{disclosure: says, code: &c})
			if played != nil {
				played.TypeCode(ctx, c)
			}
		},
	}
}

// through signs in by way of the page, and takes what the person had to do off
// the page when Microsoft has answered, though the work continues.
func (d *desk) through(ctx context.Context, sign func(session.SignIn) error) error {
	err := sign(d.way(ctx))
	d.env.Host.Dispatch(d.signIn.answered)
	return err
}

// grow makes the sign-in hold scopes, in the way in which it began.
func (d *desk) grow(ctx context.Context, scopes ...[]string) error {
	return d.through(ctx, func(way session.SignIn) error {
		_, err := d.env.Session.SignIn(ctx, way, slices.Concat(scopes...))
		return err
	})
}

// tenant is the tenant as a person calls it.
func (d *desk) tenant() string {
	t := d.env.Connection().Tenant
	for _, name := range []string{t.DisplayName, t.Domain, t.ID} {
		if name != "" {
			return name
		}
	}
	return kit.L("the tenant")
}
