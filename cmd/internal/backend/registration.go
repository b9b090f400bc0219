package backend

import (
	"context"
	"slices"

	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/page"
)

// Registration is what is known without a call.
func (b *Backend) Registration(ctx context.Context, id string) (page.RegistrationState, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return page.RegistrationState{}, err
	}
	row, err := s.Cloud()
	if err != nil {
		return page.RegistrationState{}, err
	}
	out := page.RegistrationState{HowToMake: entra.OwnClient(row), Simulated: b.simulates(s) != nil}
	if last := s.LastClient(); last != entra.CommandLineTools {
		out.OwnClient = last
	}
	if account := s.Administrator(); account != nil {
		out.Account = b.account(id, account.Account)
	}
	if end := s.Document().Application.Credential.Expires; !end.IsZero() {
		out.Expiring = end.Sub(b.env.Now()) < register.ExpiryWarning
	}
	if out.Rotation, err = s.PendingRotation(); err != nil {
		return out, err
	}
	history, err := s.RegisterHistory()
	out.Unfinished, out.Restorable = left(history, s.Document().Application.ClientID != "")
	return out, err
}

// left is what the record says about the last run: an Apply that began and did
// not end, or an Undo after which the connection has no application.
func left(history []register.Record, registered bool) (unfinished, restorable bool) {
	for _, r := range history {
		switch r.Phase {
		case register.PhaseStart:
			unfinished, restorable = r.Verb == "apply", r.Verb == "undo" && !registered
		case register.PhaseEnd:
			unfinished = false
		}
	}
	return unfinished, restorable
}

// account is who is signed in, with what the sign-in learned.
func (b *Backend) account(id string, a entra.Account) *page.Account {
	b.mu.Lock()
	known, ok := b.signed[id]
	b.mu.Unlock()
	if ok && known.ObjectID == a.ObjectID {
		a.Roles = known.Roles
	}
	out := &page.Account{UPN: a.UPN, Name: a.Name, TenantID: a.TenantID, RolesFrom: known.RolesFrom, Consented: known.Consented, Client: known.ClientName + " (" + known.Client + ")"}
	for _, r := range a.Roles {
		out.Roles = append(out.Roles, r.DisplayName)
	}
	return out
}

// client turns the page's word for a client into the session's.
func client(named string) string {
	if named == page.ClientMicrosoft {
		return entra.CommandLineTools
	}
	return named
}

// Disclosure is what a person reads before a sign-in opens.
func (b *Backend) Disclosure(ctx context.Context, id, named string) (words.Text, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return words.Text{}, err
	}
	return s.Disclosure(client(named), entra.ScopesRead)
}

// SignIn signs an administrator in to read.
func (b *Backend) SignIn(ctx context.Context, id string, in page.SignIn, tell page.Tell) (instead string, err error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return "", err
	}
	way := session.SignIn{ClientID: client(in.Client), DeviceCode: in.DeviceCode}
	b.mu.Lock()
	b.ways[id] = way
	b.mu.Unlock()
	err = b.grow(ctx, s, entra.ScopesRead, tell)
	switch {
	case err == nil, ctx.Err() != nil:
	case in.DeviceCode && entra.BrowserInstead(err):
		instead = page.InsteadBrowser
	case entra.OwnClientInstead(err), problem.CodeOf(err) == entra.CodeSignInOwnClient:
		instead = page.InsteadOwnClient
	}
	return instead, err
}

// grow makes the sign-in hold scopes, in the way in which it began.
func (b *Backend) grow(ctx context.Context, s *session.Session, scopes []string, tell page.Tell) error {
	signed, err := s.SignIn(ctx, b.asking(ctx, s, tell), scopes)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.signed[s.ID()] = signed
	return nil
}

// asking is the way in which the sign-in began, and how the page gets to know
// what the person has to do.
func (b *Backend) asking(ctx context.Context, s *session.Session, tell page.Tell) session.SignIn {
	way := b.way(s.ID())
	var says words.Text
	way.Disclose = func(t words.Text) { says = t }
	sim := b.simulates(s)
	way.Open = func(address string) {
		tell(page.SignInNews{Disclosure: says, Address: address, Simulated: sim != nil})
		b.playBrowser(ctx, sim, address)
	}
	way.Show = func(c entra.DeviceCode) {
		tell(page.SignInNews{Disclosure: says, Simulated: sim != nil, Code: &page.DeviceCode{Code: c.Code, Address: c.Address, Expires: c.Expires}})
		b.playCode(ctx, sim, c)
	}
	return way
}

// SignOut forgets the tokens.
func (b *Backend) SignOut(ctx context.Context, id string) error {
	s, err := b.session(ctx, id)
	if err != nil {
		return err
	}
	return s.SignOut()
}

// RevokeSignIn takes the consent for the client of the sign-in back.
func (b *Backend) RevokeSignIn(ctx context.Context, id string, tell page.Tell) error {
	s, err := b.session(ctx, id)
	if err != nil {
		return err
	}
	if err := b.grow(ctx, s, entra.ScopesConsent, tell); err != nil {
		return err
	}
	return s.RevokeSignIn(ctx)
}

// RegisterPlan reads the tenant.
func (b *Backend) RegisterPlan(ctx context.Context, id string, o register.Options, report task.Report) (page.RegistrationPlan, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return page.RegistrationPlan{}, err
	}
	plan, err := s.RegisterPlan(ctx, o, report)
	return page.RegistrationPlan(plan), err
}

func (b *Backend) way(id string) session.SignIn {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ways[id]
}

// RegisterApply carries a plan out.
func (b *Backend) RegisterApply(ctx context.Context, id string, plan register.Plan, tell page.Tell, report task.Report) (register.Result, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return register.Result{}, err
	}
	defer b.work(id, setup.Register)()
	if err := b.grow(ctx, s, session.ScopesFor(plan), tell); err != nil {
		return register.Result{}, err
	}
	return s.RegisterApply(ctx, plan, plan.Options, report)
}

// UndoPlan says what Undo would remove.
func (b *Backend) UndoPlan(ctx context.Context, id string, tell page.Tell) (register.UndoPlan, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return register.UndoPlan{}, err
	}
	if tell != nil {
		if err := s.AllowSignInLog(ctx, b.asking(ctx, s, tell)); err != nil {
			return register.UndoPlan{}, err
		}
	}
	return s.RegisterUndoPlan(ctx)
}

// Undo removes what Roomkey made.
func (b *Backend) Undo(ctx context.Context, id, typed string, o register.Options, tell page.Tell, report task.Report) (register.UndoPlan, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return register.UndoPlan{}, err
	}
	if err := b.grow(ctx, s, slices.Concat(entra.ScopesRead, entra.ScopesApply, entra.ScopesConsent), tell); err != nil {
		return register.UndoPlan{}, err
	}
	return s.RegisterUndo(ctx, typed, o, report)
}

// Restore brings a deleted application back.
func (b *Backend) Restore(ctx context.Context, id string, tell page.Tell) (string, error) {
	s, err := b.toChange(ctx, id, tell)
	if err != nil {
		return "", err
	}
	a, err := s.RegisterRestore(ctx)
	return a.DisplayName, err
}

// toChange is the session with a sign-in that may change applications.
func (b *Backend) toChange(ctx context.Context, id string, tell page.Tell) (*session.Session, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return nil, err
	}
	return s, b.grow(ctx, s, slices.Concat(entra.ScopesRead, entra.ScopesApply), tell)
}

// Rotate makes a new credential beside the old one.
func (b *Backend) Rotate(ctx context.Context, id string, o register.Options, tell page.Tell, report task.Report) (register.Rotation, error) {
	s, err := b.toChange(ctx, id, tell)
	if err != nil {
		return register.Rotation{}, err
	}
	return s.Rotate(ctx, o, report)
}

// FinishRotation removes the old credential.
func (b *Backend) FinishRotation(ctx context.Context, id string, confirmed bool, tell page.Tell) error {
	s, err := b.toChange(ctx, id, tell)
	if err != nil {
		return err
	}
	_, err = s.FinishRotation(ctx, confirmed)
	return err
}

// Reminder is a calendar file for the end of the credential.
func (b *Backend) Reminder(ctx context.Context, id string) (page.File, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return page.File{}, err
	}
	data, err := s.Export(ctx, "ics")
	return page.File{Name: fileName(s.Document().Name) + "-credential.ics", Data: data}, err
}
