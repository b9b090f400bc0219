package check

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// scopeDelay is how long a change of scope in Exchange may take to work.
const scopeDelay = 2 * time.Hour

func scopeChecks() []Check {
	return []Check{
		{ID: ScopeGrant, Claim: evidence.Scope, Proves: true, Title: words.T("No tenant-wide permission bypasses the Exchange limit"), DependsOn: []string{Token}, Applies: scoped, Run: checkScopeGrant},
		{ID: ScopeOutside, Claim: evidence.Scope, Proves: true, Title: words.T("A mailbox outside the scope is out of reach"), DependsOn: []string{Token}, After: []string{PeopleList, ScopeGrant, RoomCalendars}, Optional: true, Applies: scopedOrAsked, Run: checkOutside},
	}
}

func scoped(in Input) (bool, words.Text) {
	kind, script := connection.ScopeRBAC, in.Options.LimitedBy
	if script == "access-policy" {
		kind = connection.ScopePolicy
	}
	why := words.T("The application is not limited in Exchange. A script in the step Set up Exchange does that.")
	if script != "" {
		why = words.T("The result of %s says that the application is limited in Exchange. The connection does not say so, so it is not tested here. To test it, choose the limit in the step Set up Exchange or run: %s", script, "roomkeyctl connection set scope.kind="+kind)
	}
	of := in.Connection.Scope.Kind
	return of == connection.ScopeRBAC || of == connection.ScopePolicy, why
}

func scopedOrAsked(in Input) (bool, words.Text) {
	if in.Options.OutOfReach != "" {
		return true, words.Text{}
	}
	return scoped(in)
}

func (in Input) outOfReach() string {
	if in.Options.OutOfReach != "" {
		return in.Options.OutOfReach
	}
	return in.Connection.Scope.Outside
}

// tenantWide are the mailbox permissions of the token: they reach every
// mailbox, whatever RBAC for Applications says.
func (s *State) tenantWide() []string {
	roles, _ := s.roles()
	wide := []string{}
	for _, r := range roles {
		if s.scopable(r) {
			wide = append(wide, r)
		}
	}
	return wide
}

func checkScopeGrant(_ context.Context, s *State) Finding {
	if _, readable := s.roles(); !readable {
		return unknown(unexpected(words.T("The token's roles cannot be read.")))
	}
	wide := s.tenantWide()
	if s.Connection.Scope.Kind == connection.ScopePolicy {
		return pass(words.T("An Application Access Policy limits what is granted in Entra."))
	}
	if len(wide) == 0 {
		return pass(words.T("The token has no permission that reaches every mailbox."))
	}
	return warn(s.worthless(wide)).with("tenantWide", wide)
}

func (s *State) worthless(wide []string) *problem.Problem {
	list := strings.Join(wide, ", ")
	return problem.New(codeScopeTenantWide, words.T("The scope in Exchange has no effect: %s is also granted for the whole tenant.", list)).
		With(words.T("The grants of Entra ID and Exchange add up. A server keeps its old token, and with it the grant, for up to 90 minutes.")).
		Fix(words.T("Microsoft Entra admin center, Enterprise applications, this application, Permissions: open the menu of %s, select \"Revoke permission\", and remove it under App registrations, API permissions too.", list)).
		See(words.T("API permissions of this application"), s.portal("CallAnAPI"))
}

// checkOutside tries a mailbox that must be refused. Only a refusal by somebody
// who knows the mailbox counts, and only for a mailbox that is shown to exist:
// a typing error is refused as well.
func checkOutside(ctx context.Context, s *State) Finding {
	mailbox := s.outOfReach()
	if mailbox == "" {
		return unknown(problem.New(codeScopeNoOutsider, words.T("No mailbox that must be out of reach is named.")).
			Lead(words.T("Name a mailbox that must be out of reach: a person's mailbox that the booking server has no business with."), problem.PlaceOutside).
			Run(words.T("Or in the terminal:"), "roomkeyctl check --out-of-reach MAILBOX"))
	}
	if chosen, _ := s.chosen(); slices.ContainsFunc(chosen, func(room string) bool { return strings.EqualFold(room, mailbox) }) {
		return unknown(problem.New(codeScopeNoOutsider, words.T("%s is one of the chosen rooms, which the application must reach.", mailbox)).
			Lead(words.T("Name a mailbox that must be out of reach: a person's mailbox that the booking server has no business with."), problem.PlaceOutside)).with("mailbox", mailbox)
	}
	exists, err := s.existsOutside(ctx, mailbox)
	if err != nil {
		return judge(err).with("mailbox", mailbox)
	}
	var id string
	err = s.onMailbox(ctx, func() (err error) { id, err = s.Calendars.Calendar(ctx, mailbox); return err })
	return s.judgeOutside(mailbox, exists, id, err).with("mailbox", mailbox)
}

func (s *State) judgeOutside(mailbox string, exists permission.Truth, id string, err error) Finding {
	wide := s.tenantWide()
	rbac := s.Connection.Scope.Kind == connection.ScopeRBAC
	again := s.Options.ScopeChanged.Add(scopeDelay)
	pending := !s.Options.ScopeChanged.IsZero() && s.now().Before(again)
	switch {
	case err == nil && id == "":
		return unknown(unexpected(words.T("The calendar of %s was returned without an ID.", mailbox)))
	case err == nil && rbac && len(wide) > 0:
		return warn(s.worthless(wide))
	case err == nil && pending:
		return unknown(problem.New(codeScopePending, words.T("The application still reaches %s: the scope was changed less than two hours ago.", mailbox)).
			Fix(words.T("Check again after %s.", again.Local().Format("15:04"))))
	case err == nil:
		p := problem.New(codeScopeNotLimited, words.T("The application reaches %s, which must be out of reach.", mailbox)).
			Lead(words.T("Run the script that limits the application as an Exchange administrator, then test again after two hours at most."), problem.PlaceLimitScript)
		if s.Connection.Scope.Kind == connection.ScopeNone || s.Connection.Scope.Kind == "" {
			return warn(p)
		}
		return fail(p.Lead(words.T("If it is one of the mailboxes that the limit includes, such as that of a person who books, name another one."), problem.PlaceOutside))
	case !onlyAccessDenied(err):
		p := problem.New(codeScopeNotProven, words.T("Whether %s is out of reach is not proven: access was not refused, but the response was something else.", mailbox)).
			With(problem.Of(err).Title).
			Fix(words.T("Check the address, and whether the mailbox exists in Exchange Online; then check again.")).By(err)
		p.RequestID = problem.Of(err).RequestID
		return unknown(p)
	case exists == permission.No:
		return unknown(problem.New(codeScopeNoSuchMailbox, words.T("%s does not exist in this tenant, so a refusal proves nothing.", mailbox)).
			Lead(words.T("Name a mailbox that exists."), problem.PlaceOutside))
	case exists != permission.Yes:
		return unknown(problem.New(codeScopeOutsiderUnseen, words.T("Access to %s was refused, but it may not exist.", mailbox)).
			Fix(words.T("Sign in as an administrator, who can look it up, and check again.")))
	}
	if s.refusedEverywhere() {
		return unknown(problem.New(codeScopeNotProven, words.T("Access to %s is refused, but so is access to every chosen room: that shows no limit.", mailbox)).
			Fix(words.T("First let the application reach the rooms, as the failed check of their calendars says; then check again.")))
	}
	f := pass(words.T("%s exists, and access to it is refused.", mailbox))
	if pending {
		f = f.noted(words.T("%s exists, and access to it is refused. The limit was changed less than two hours ago; check again after %s.", mailbox, again.Local().Format("15:04")))
	}
	return f.with("requestId", problem.Of(err).RequestID)
}

// refusedEverywhere is whether no chosen room could be read either.
func (s *State) refusedEverywhere() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tally.Failed > 0 && s.tally.Proven == 0
}

// onlyAccessDenied is whether Exchange refused the mailbox: a missing
// permission of the whole application has other codes.
func onlyAccessDenied(err error) bool {
	return problem.CodeOf(err) == tenant.CodeMailboxDenied
}

// existsOutside is whether the mailbox exists, as far as the list of people or
// the administrator's sign-in tells.
func (s *State) existsOutside(ctx context.Context, mailbox string) (permission.Truth, error) {
	s.mu.Lock()
	seen := s.sawOutsider
	s.mu.Unlock()
	if seen {
		return permission.Yes, nil
	}
	if s.Exists == nil {
		return permission.Unknown, nil
	}
	var is bool
	err := guard(func() (err error) { is, err = s.Exists(ctx, mailbox); return err })
	return truth(is), err
}
