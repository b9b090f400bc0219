package session

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/roomkey/roomkey/core/amend"
	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// record is the journal of what was done to the tenant, both ways.
type record struct{ journal }

func (r record) Entries() ([]json.RawMessage, error) {
	return r.s.env.Store.Journal(r.s.ID()).Entries()
}

// ScopesFor are what the administrator's sign-in needs to apply a plan.
func ScopesFor(p register.Plan) []string {
	scopes := slices.Clone(entra.ScopesRead)
	if len(p.Todo()) > 0 {
		scopes = append(scopes, entra.ScopesApply...)
	}
	if p.NeedsConsent() {
		scopes = append(scopes, entra.ScopesConsent...)
	}
	return scopes
}

// registerInput joins what a plan or a run works on; somebody must be signed
// in.
func (s *Session) registerInput(o register.Options, report task.Report) (register.Input, error) {
	if err := s.testable(); err != nil {
		return register.Input{}, err
	}
	admin, directory, err := s.admin.opened()
	if err != nil {
		return register.Input{}, err
	}
	p, needs, err := s.needs()
	if err != nil {
		return register.Input{}, err
	}
	if p.Ended(s.env.Now()) {
		return register.Input{}, p.EndsOn(s.env.Now())
	}
	row, err := s.Cloud()
	if err != nil {
		return register.Input{}, err
	}
	return register.Input{
		Cloud: row, TenantID: s.Document().Tenant.ID, Product: p, Needs: needs, Permissions: s.env.Permissions,
		Directory: directory, Vault: s.env.Vault, Journal: record{journal{s}},
		Document: s.Document, Keep: s.Edit, Token: s.tokenOf, By: admin.Account().UPN, Options: o, Report: report, Clock: change.Clock{Now: s.env.Now},
	}, nil
}

// RegistrationPlan is a plan with what a person should know before it is applied.
type RegistrationPlan struct {
	register.Plan
	// Reviewed is the plan from a file that Apply carries out, nil for Plan itself.
	// Plan is then what the tenant still agrees to.
	Reviewed *register.Plan
	// Advice says which role will probably not be enough.
	Advice []words.Text
	// Asks is the disclosure of what Apply asks Microsoft for beyond the present
	// sign-in, empty for nothing.
	Asks words.Text
}

// RegisterPlan reads the tenant and says what Apply would do, and what the
// administrator's roles will probably not be enough for. Redirect URIs that the
// booking server names are taken into the connection first.
func (s *Session) RegisterPlan(ctx context.Context, o register.Options, report task.Report) (RegistrationPlan, error) {
	return s.registerPlan(ctx, o, report, register.MakePlan)
}

// ReviewedPlan is RegisterPlan with the choices of a plan that was reviewed; it
// is "register.stale" when RegisterApply would refuse the reviewed one.
func (s *Session) ReviewedPlan(ctx context.Context, reviewed register.Plan, report task.Report) (RegistrationPlan, error) {
	p, err := s.registerPlan(ctx, reviewed.Options, report, func(ctx context.Context, in register.Input) (register.Plan, error) {
		return register.MakeReviewed(ctx, in, reviewed)
	})
	p.Reviewed = &reviewed
	return p, err
}

func (s *Session) registerPlan(ctx context.Context, o register.Options, report task.Report, plan func(context.Context, register.Input) (register.Plan, error)) (RegistrationPlan, error) {
	in, err := s.registerInput(o, report)
	if err != nil {
		return RegistrationPlan{}, err
	}
	silent, err := s.takeRedirects(ctx)
	if err != nil {
		return RegistrationPlan{}, err
	}
	made, err := plan(ctx, in)
	if err != nil {
		return RegistrationPlan{Plan: made}, err
	}
	admin, directory, err := s.admin.opened()
	if err != nil {
		return RegistrationPlan{Plan: made}, err
	}
	roles := admin.Account().Roles
	if more, err := directory.MyRoles(ctx); err == nil {
		roles = append(slices.Clone(roles), more...)
	}
	out := RegistrationPlan{Plan: made, Advice: register.Advice(roles, made)}
	if silent != nil {
		out.Advice = append(out.Advice, words.T("The booking server did not give the address to which sign-in returns, so this plan has no redirect URI: %s", problem.Of(silent).Title))
	}
	held := admin.Account().Scopes
	if more := slices.DeleteFunc(ScopesFor(made), func(scope string) bool { return slices.Contains(held, scope) }); len(more) > 0 {
		out.Asks = admin.Disclosure(more)
	}
	return out, ctx.Err()
}

// Tested is the quick proof that follows a change of the registration.
type Tested struct {
	// Check is nil while consent is missing, for then there is nothing to prove.
	Check *check.Run `json:"check"`
	// NotTested is why it could not be made.
	NotTested *problem.Problem `json:"notTested,omitempty"`
}

// Proven reports whether the test passed, if with warnings.
func (t Tested) Proven() bool { return t.Check != nil && t.Check.Verdict.Passes() }

// Registered is what an Apply did, and what the test after it showed.
type Registered struct {
	register.Result
	Tested
}

// Rotated is a new credential, and what the test with it showed.
type Rotated struct {
	register.Rotation
	Tested
}

// RegisterApply carries out a plan, exactly that or nothing, and then tests what
// it made. Nothing is taken back when the test fails.
func (s *Session) RegisterApply(ctx context.Context, plan register.Plan, o register.Options, report task.Report) (Registered, error) {
	in, err := s.registerInput(o, report)
	if err != nil {
		return Registered{}, err
	}
	out := Registered{}
	if out.Result, err = s.apply(ctx, in, plan); err != nil || out.Consent != nil || plan.LeavesConsent() {
		return out, err
	}
	out.Tested = s.proveChange(ctx, in, report)
	return out, nil
}

// proveChange is the quick proof after a change, which waits for what time mends.
func (s *Session) proveChange(ctx context.Context, in register.Input, report task.Report) (out Tested) {
	in.Patience = quickPatience
	out.NotTested = problem.Of(in.Await(ctx, words.T("the test of the registration"), words.T("Waiting for Microsoft to accept the application's sign-in"), func() (notYet, err error) {
		run, err := s.QuickProof(ctx, nil, report)
		if err != nil {
			return nil, err
		}
		out.Check = &run
		return run.NotYet().Err(), nil
	}))
	if out.Check != nil {
		out.NotTested = nil // what it ended with is in its findings
	}
	return out
}

// quickPatience is how long the test after an Apply waits for a permission that
// the token carries to count everywhere.
const quickPatience = 2 * time.Minute

func (s *Session) apply(ctx context.Context, in register.Input, plan register.Plan) (register.Result, error) {
	done, err := s.work(setup.Register, true)
	if err != nil {
		return register.Result{}, err
	}
	defer done()
	return register.Apply(ctx, in, plan)
}

// RegisterUndoPlan says what Undo would take away, and who used the application
// last: as far as the sign-in may read that, see AllowSignInLog.
func (s *Session) RegisterUndoPlan(ctx context.Context) (register.UndoPlan, error) {
	in, err := s.registerInput(register.Options{}, nil)
	if err != nil {
		return register.UndoPlan{}, err
	}
	s.readsSignIns(ctx, &in)
	return register.MakeUndoPlan(ctx, in)
}

// RegisterUndo takes away what Roomkey made, after the application's name was
// typed.
func (s *Session) RegisterUndo(ctx context.Context, typed string, o register.Options, report task.Report) (register.UndoPlan, error) {
	done, err := s.work(setup.Register, true)
	if err != nil {
		return register.UndoPlan{}, err
	}
	defer done()
	in, err := s.registerInput(o, report)
	if err != nil {
		return register.UndoPlan{}, err
	}
	s.readsSignIns(ctx, &in)
	return register.Undo(ctx, in, typed)
}

// RegisterRestore brings a deleted application back.
func (s *Session) RegisterRestore(ctx context.Context) (tenant.Application, error) {
	done, err := s.work(setup.Register, true)
	if err != nil {
		return tenant.Application{}, err
	}
	defer done()
	in, err := s.registerInput(register.Options{}, nil)
	if err != nil {
		return tenant.Application{}, err
	}
	return register.Restore(ctx, in)
}

// Rotate makes a new credential beside the old one, which keeps working until
// FinishRotation, and tests what it signs in to.
func (s *Session) Rotate(ctx context.Context, o register.Options, report task.Report) (out Rotated, err error) {
	in, err := s.registerInput(o, report)
	if err != nil {
		return out, err
	}
	if out.Rotation, err = s.rotate(ctx, in); err == nil {
		out.Tested = s.proveChange(ctx, in, report)
	}
	return out, err
}

func (s *Session) rotate(ctx context.Context, in register.Input) (register.Rotation, error) {
	done, err := s.work(setup.Register, true)
	if err != nil {
		return register.Rotation{}, err
	}
	defer done()
	return register.Rotate(ctx, in)
}

// FinishRotation removes the old credential at Microsoft. confirmed is a
// person's word that the booking server works with the new one; without it the
// server's own proof is asked for.
func (s *Session) FinishRotation(ctx context.Context, confirmed bool) (register.Rotation, error) {
	done, err := s.work(setup.Register, true)
	if err != nil {
		return register.Rotation{}, err
	}
	defer done()
	in, err := s.registerInput(register.Options{}, nil)
	if err != nil {
		return register.Rotation{}, err
	}
	open, err := s.pendingRotation()
	if err != nil {
		return register.Rotation{}, err
	}
	if open != nil && !confirmed {
		if err := s.serverProves(ctx); err != nil {
			return register.Rotation{}, err
		}
	}
	return register.FinishRotation(ctx, in)
}

// serverProves is nil when the booking server says that it works with exactly
// the configuration of now.
func (s *Session) serverProves(ctx context.Context) error {
	unproven := problem.New(register.CodeRotationUnproven, words.T("The booking server has not proven the new credential, so the old one is kept.")).
		Run(words.T("Check and push the configuration:"), "roomkeyctl check && roomkeyctl push").
		Run(words.T("If you have seen that the server works with the new credential, confirm it:"), "roomkeyctl register rotate --finish --confirmed")
	if proves, err := s.Proves(ctx); err != nil {
		return unproven.By(err)
	} else if !proves {
		return unproven
	}
	return nil
}

// registerHistory is the record of what was done to the registration.
func (s *Session) registerHistory() ([]change.Record, error) {
	return register.History(record{journal{s}})
}

// History is the record of all that was done to the tenant, oldest first.
func (s *Session) History() ([]change.Record, error) {
	list, err := s.registerHistory()
	if err != nil {
		return nil, err
	}
	amended, err := amend.History(record{journal{s}})
	return slices.SortedStableFunc(slices.Values(append(list, amended...)), func(a, b change.Record) int { return a.At.Compare(b.At) }), err
}

// pendingRotation is a rotation whose old credential still works, nil for none.
func (s *Session) pendingRotation() (*register.Rotation, error) {
	return register.Pending(record{journal{s}})
}

// PublicCertificate is the connection's certificate without its key, as PEM:
// for a booking server or an administrator who has to upload it.
func (s *Session) PublicCertificate(ctx context.Context) ([]byte, error) {
	secret, err := s.env.Vault.Get(ctx, s.ID(), vault.Certificate)
	if err != nil {
		return nil, err
	}
	pair, err := vault.ParseCertificate([]byte(secret.Reveal()), vault.Secret{})
	if err != nil {
		return nil, err
	}
	return pair.CertificatePEM(), nil
}
