package session

import (
	"context"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/proof"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// ServiceAccount is the account that signs in at the vendor, as far as the
// tenant shows it.
type ServiceAccount struct {
	Address string `json:"address"`
	// Found, Enabled, Licences and Mailbox are what the directory says; false and
	// 0 while it was not asked.
	Found    bool `json:"found"`
	Enabled  bool `json:"enabled"`
	Licences int  `json:"licences"`
	Mailbox  bool `json:"mailbox"`
	// SignedIn is when the sign-in log last has it at the vendor's application,
	// zero for never or not known.
	SignedIn time.Time          `json:"signedIn,omitzero"`
	Problems []*problem.Problem `json:"-"`
}

// readAccount looks the service account up and adds what is wrong with it.
func (s *Session) readAccount(ctx context.Context, directory Directory, p product.Product, last tenant.SignIn, c *Consent) error {
	if p.Model != product.User {
		return nil
	}
	a := &ServiceAccount{Address: s.Document().ServiceAccount}
	if a.Address != "" {
		found, err := directory.Account(ctx, a.Address)
		if err != nil {
			return err
		}
		a.Found, a.Licences, a.Mailbox = found.ID != "", len(found.Licences), found.Mail != ""
		a.Enabled = found.Enabled == nil || *found.Enabled
		if last.Code == 0 && strings.EqualFold(last.By, found.UserPrincipalName) {
			a.SignedIn = last.At
		}
	}
	a.Problems = a.judge(p.ServiceAccount)
	c.Account, c.Problems = a, append(c.Problems, a.Problems...)
	return nil
}

// judge is what stands in the way of the account, the first thing to mend alone.
func (a *ServiceAccount) judge(wants *product.Account) []*problem.Problem {
	script := func(p *problem.Problem) []*problem.Problem {
		return []*problem.Problem{p.Lead(words.T("Or create it with a script."), problem.PlaceScript("service-account"))}
	}
	switch {
	case a.Address == "":
		return script(problem.New(codeAccountNone, words.T("The service account that signs in at the vendor is not named yet.")).
			Lead(words.T("Enter its sign-in name."), problem.PlaceServiceAccount))
	case !a.Found:
		return script(problem.New(codeAccountAbsent, words.T("The tenant has no account %s.", problem.Line(a.Address))).
			Lead(words.T("Correct its sign-in name."), problem.PlaceServiceAccount))
	case !a.Enabled:
		return []*problem.Problem{problem.New(codeAccountBlocked, words.T("Sign-in of %s is blocked.", problem.Line(a.Address))).
			Fix(words.T("Microsoft Entra admin center, Users, this account: set \"Account enabled\"."))}
	case a.Licences == 0 && wants.Licence != "":
		return []*problem.Problem{problem.New(codeAccountLicence, words.T("%s has no license. The vendor asks for: %s.", problem.Line(a.Address), words.T(wants.Licence))).
			Fix(words.T("Microsoft 365 admin center, Users, Active users, this account, Licenses and apps."))}
	case !a.Mailbox && wants.FirstSignIn != "":
		return []*problem.Problem{problem.New(codeAccountMailbox, words.T("%s has no mailbox yet.", problem.Line(a.Address))).Fix(words.T(wants.FirstSignIn))}
	}
	return nil
}

// evidence is what the look at the account proves.
func (a *ServiceAccount) evidence(at time.Time, now evidence.Basis) evidence.Record {
	r := evidence.Record{Claim: evidence.Account, Source: proof.SourceConsent, Outcome: evidence.Proven, At: at, Basis: now.Of(evidence.Account)}
	if len(a.Problems) > 0 {
		r.Outcome, r.Problem = evidence.Disproved, a.Problems[0]
	}
	return r
}

// signInEnds is when the account must have signed in at the vendor again, counted
// from the day on which somebody said that it did; zero when nobody knows.
func signInEnds(p product.Product, held evidence.State) time.Time {
	if p.ServiceAccount.SignInDays == 0 || held.Standing != evidence.Works {
		return time.Time{}
	}
	return held.At.AddDate(0, 0, p.ServiceAccount.SignInDays)
}

// wide are the granted permissions that a limit by RBAC for Applications would
// have to replace.
func (c Consent) wide(catalog *permission.Catalog) (all []string) {
	for _, g := range c.Granted {
		if e, _ := catalog.Get(g.Value); g.Kind == permission.Application && e.ExchangeRole != "" {
			all = append(all, g.Value)
		}
	}
	return all
}
