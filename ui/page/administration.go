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

// administration is what an administrator does on a page: the sign-in, and the work that
// is done with it.
type administration struct {
	env    *Env
	notice *notice
	page   administered

	state  session.Registration
	known  bool
	signIn *signInCard
	busy   bool
}

// administered is the page that the administration is on.
type administered interface {
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

func newAdministration(env *Env, notice *notice, page administered) *administration {
	d := &administration{env: env, notice: notice, page: page}
	d.signIn = newSignInCard(d)
	return d
}

// ask looks at who is signed in, then shows it.
func (d *administration) ask(then func()) {
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
func (d *administration) able(b *kit.Button) *kit.Button {
	if d.busy {
		b.Disable()
	}
	return b
}

func (d *administration) fail(failed *problem.Problem) {
	d.notice.fail(failed)
	d.page.toTop()
	d.page.relayout()
}

// work runs something that may ask for a further sign-in, shown in the bar.
func (d *administration) work(title string, work func(context.Context, task.Report) error, done func(error)) {
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
func (d *administration) way(ctx context.Context) session.SignIn {
	var text words.Text
	played := d.env.simulated()
	return session.SignIn{
		Disclose: func(t words.Text) { text = t },
		Open: func(address string) {
			d.signIn.tell(signInNews{disclosure: text, address: address})
			if played != nil {
				played.Browse(ctx, address)
			}
		},
		Show: func(c entra.DeviceCode) {
			d.signIn.tell(signInNews{disclosure: text, code: &c})
			if played != nil {
				played.TypeCode(ctx, c)
			}
		},
	}
}

// through signs in by way of the page, and takes what the person had to do off
// the page when Microsoft has answered, though the work continues.
func (d *administration) through(ctx context.Context, sign func(session.SignIn) error) error {
	err := sign(d.way(ctx))
	d.env.Host.Dispatch(d.signIn.answered)
	return err
}

// grow makes the sign-in hold scopes, in the way in which it began.
func (d *administration) grow(ctx context.Context, scopes ...[]string) error {
	return d.through(ctx, func(way session.SignIn) error {
		_, err := d.env.Session.SignIn(ctx, way, slices.Concat(scopes...))
		return err
	})
}

// tenant is the tenant as a person calls it.
func (d *administration) tenant() string {
	t := d.env.Connection().Tenant
	for _, name := range []string{t.DisplayName, t.Domain, t.ID} {
		if name != "" {
			return name
		}
	}
	return kit.L("the tenant")
}
