package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/file"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/words"
)

func newRegister(a *app) *cobra.Command {
	return group("register", "The app registration: plan, apply, undo, replace its credential",
		registerPlan(a), registerApply(a), registerUndo(a), registerRestore(a), registerRotate(a), registerHandOff(a), registerHistory(a), registerCertificate(a))
}

// registered opens the connection and signs in to read, and with more scopes to
// do more. What changes something is refused before the sign-in while another
// Roomkey works on the connection.
func (a *app) registered(ctx context.Context, f signInFlags, changes bool, scopes ...[]string) (*session.Session, error) {
	s, err := a.open()
	if err != nil {
		return nil, err
	}
	if changes {
		lock, err := a.env.Store.Lock(s.ID())
		if err != nil {
			s.Close()
			return nil, err
		}
		_ = lock.Unlock() // the work itself takes it again
	}
	all := append([]string{}, entra.ScopesRead...)
	for _, more := range scopes {
		all = append(all, more...)
	}
	if _, err := a.signIn(ctx, s, f, all); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// planFlags are the choices for one plan.
func planFlags(c *cobra.Command, o *register.Options) {
	f := c.Flags()
	f.StringVar(&o.Use, "use", "", "client `ID` of an existing application to use, or \"new\"")
	f.StringVar(&o.Name, "app-name", "", "`name` of a new application (default: the product's, such as \"Offision room booking\")")
	credentialFlags(c, o, "`kind` of credential: secret or certificate (default: the product's)")
	f.BoolVar(&o.LeaveConsent, "leave-consent", false, "leave admin consent to a colleague")
	f.StringVar(&o.HomePage, "home-page", "", "`address` of the product's home page, shown to people who sign in")
	f.StringVar(&o.Branding.Support, "support-url", "", "`address` of support, shown to people who sign in")
	f.StringVar(&o.Branding.Privacy, "privacy-url", "", "`address` of the privacy statement")
	f.StringVar(&o.Branding.TermsOfService, "terms-url", "", "`address` of the terms of service")
	c.Flags().Var((*logoFlag)(&o.Logo), "logo", "`file` with a logo (PNG, JPEG or GIF, at most 100 KB), for an application that has none")
	noteFlags(c, o)
}

// logoFlag reads the picture that it names.
type logoFlag []byte

func (l *logoFlag) Type() string   { return "file" }
func (l *logoFlag) String() string { return "" }

func (l *logoFlag) Set(name string) error {
	data, err := file.Read(name, file.MaxBytes)
	if err != nil {
		return err
	}
	if wrong := register.CheckLogo(data); wrong != nil {
		return wrong
	}
	*l = data
	return nil
}

// credentialFlags are the choices for a new credential; kind says what the flag
// for its kind takes.
func credentialFlags(c *cobra.Command, o *register.Options, kind words.Key) {
	f := c.Flags()
	f.StringVar(&o.Credential, "credential", "", string(kind))
	f.StringVar(&o.CredentialName, "credential-name", "", "`name` of the credential (default: the one in the product's guide); Roomkey adds a mark to the name of a secret")
	f.IntVar(&o.Months, "months", 0, "lifetime of the credential in `months` (default: the product's)")
	f.IntVar(&o.Bits, "bits", 0, "`size` of a new certificate's key: 3072 or 4096")
}

func noteFlags(c *cobra.Command, o *register.Options) {
	c.Flags().StringVar(&o.Reviewer, "reviewer", "", "`name` of the reviewer, kept in the record")
	c.Flags().StringVar(&o.Ticket, "ticket", "", "`number` of the change ticket, kept in the record")
}

func checkPlanFlags(o register.Options) error {
	switch {
	case o.Credential != "" && o.Credential != connection.CredentialSecret && o.Credential != connection.CredentialCertificate:
		return usage("--credential is secret or certificate, not %q.", o.Credential)
	case o.Bits != 0 && o.Bits != 3072 && o.Bits != 4096:
		return usage("--bits is 3072 or 4096, not %d.", o.Bits)
	case o.Months < 0 || o.Months > 120:
		return usage("--months is between 1 and 120.")
	}
	if wrong := register.CheckCredentialName(o.CredentialName); wrong != nil {
		return usage("--credential-name: %s", wrong.Remedies[0].Text)
	}
	return nil
}

func registerPlan(a *app) *cobra.Command {
	var f signInFlags
	var o register.Options
	var file string
	c := &cobra.Command{
		Use: "plan", Short: "Show what apply would change", Args: cobra.NoArgs,
		Long: "Reads the tenant and changes nothing. With --output json or --out FILE, the plan " +
			"can be reviewed by a second person; apply --plan FILE applies exactly that plan " +
			"or refuses because the tenant has changed since.",
		RunE: func(c *cobra.Command, _ []string) error {
			if err := checkPlanFlags(o); err != nil {
				return err
			}
			s, err := a.registered(c.Context(), f, false)
			if err != nil {
				return err
			}
			defer s.Close()
			planned, err := s.RegisterPlan(c.Context(), o, a.progress())
			if err != nil {
				return err
			}
			plan := planned.Plan
			if file != "" {
				data, err := plan.File()
				if err != nil {
					return err
				}
				if err := a.write(file, data); err != nil {
					return err
				}
			}
			if err := a.show(plan, func(w io.Writer) { printRegisterPlan(w, plan) }); err != nil {
				return err
			}
			a.advise(planned.Advice)
			a.asks(s.Document(), "")
			if plan.Blocked != nil {
				return plan.Blocked
			}
			return nil
		},
	}
	f.register(c)
	planFlags(c, &o)
	c.Flags().StringVar(&file, "out", "", "`file` for the plan as JSON")
	return c
}

func (a *app) advise(advice []words.Text) {
	for _, t := range advice {
		a.say("! %s", t)
	}
}

func printRegisterPlan(w io.Writer, p register.Plan) {
	if len(p.Items) == 0 { // the application is not decided: what blocks the plan is said after it
		return
	}
	var cells [][]string
	for _, i := range p.Items {
		cells = append(cells, []string{say(i.Title), say(i.Today), say(i.Wanted), say(i.Action.Text())})
	}
	rows(w, []words.Key{"what", "today", "wanted", "action"}, cells)
	for _, i := range p.Items {
		// The reason of a permission stands once, at its consent.
		if !i.Why.IsZero() && (i.Action != change.Keep && !strings.HasPrefix(i.ID, "declare:") || i.Problem != nil) {
			fmt.Fprintf(w, "%s: %s\n", problem.Line(say(i.Title)), problem.Line(say(i.Why)))
		}
		if i.Problem != nil && p.Blocked == nil {
			i.Problem.Terminal(w, language)
		}
	}
	fmt.Fprintln(w)
	printLine(w, "%s", words.N(len(p.Todo()), "%d change. Plan %s", "%d changes. Plan %s", len(p.Todo()), p.Digest))
}

func registerApply(a *app) *cobra.Command {
	var f signInFlags
	var o register.Options
	var file string
	var yes bool
	c := &cobra.Command{
		Use: "apply", Short: "Register the application as planned, and prove it", Args: cobra.NoArgs,
		Long: "Shows the plan, asks, and carries it out. It can be interrupted at any point and run " +
			"again: nothing is created twice. The credential goes from Microsoft into the " +
			"keychain and is never shown. Then sign-in, permissions and lists are tested. Exit " +
			"status: 3 if a test failed, 1 if the test is incomplete. What was created stays.",
		RunE: func(c *cobra.Command, _ []string) error {
			if err := checkPlanFlags(o); err != nil {
				return err
			}
			reviewed, err := a.readPlan(file)
			if err != nil {
				return err
			}
			s, err := a.registered(c.Context(), f, true)
			if err != nil {
				return err
			}
			defer s.Close()
			if reviewed == nil {
				planned, err := s.RegisterPlan(c.Context(), o, a.progress())
				if err != nil {
					return err
				}
				plan := planned.Plan
				if !a.json {
					printRegisterPlan(a.out, plan)
				}
				a.advise(planned.Advice)
				if plan.Blocked != nil {
					return plan.Blocked
				}
				if !yes {
					if yes, err = a.yes(c.Context(), words.T("Apply this plan?")); err != nil {
						return err
					}
				}
				if !yes {
					return problem.New(codeUsageNotConfirmed, words.T("Nothing was applied.")).Run(words.T("Confirm at a terminal, or add:"), "--yes")
				}
				reviewed = &plan
			}
			return a.applyPlan(c.Context(), s, f, *reviewed, o)
		},
	}
	f.register(c)
	planFlags(c, &o)
	c.Flags().StringVar(&file, "plan", "", "`file` with a reviewed plan; exactly that plan is applied")
	c.Flags().BoolVar(&yes, "yes", false, "apply without asking")
	return c
}

func (a *app) readPlan(name string) (*register.Plan, error) {
	if name == "" {
		return nil, nil
	}
	data, err := file.Read(name, file.MaxBytes)
	if err != nil {
		return nil, usage("The plan cannot be read: %v", err)
	}
	p, err := register.ReadPlan(data, filepath.Base(name))
	return &p, err
}

// applyPlan asks for the scopes that this plan needs, least first, and applies.
func (a *app) applyPlan(ctx context.Context, s *session.Session, f signInFlags, plan register.Plan, o register.Options) error {
	if _, err := a.signIn(ctx, s, f, session.ScopesFor(plan)); err != nil {
		return err
	}
	a.warnOfMemory()
	result, err := s.RegisterApply(ctx, plan, o, a.progress())
	if err != nil {
		return err
	}
	if err := a.show(result, func(w io.Writer) { printRegistered(w, result, a.kept()) }); err != nil {
		return err
	}
	if result.Consent != nil {
		return &status{code: exitRefused, err: result.Consent}
	}
	if err := a.leave(s); err != nil {
		return err
	}
	return ending(result.Tested)
}

// ending is the exit status of a change and the test after it.
func ending(t session.Tested) error {
	switch {
	case t.NotTested != nil:
		return t.NotTested
	case t.Check == nil:
		return nil // the consent was left to a colleague
	}
	return verdictStatus(*t.Check)
}

func printTested(w io.Writer, t session.Tested) {
	if t.Check == nil {
		return
	}
	fmt.Fprintln(w)
	for _, f := range check.Fold(t.Check.Findings) {
		printFinding(w, f)
	}
	fmt.Fprintln(w)
	printLine(w, "%s", t.Check.Headline)
	printNotKept(w, *t.Check)
}

func printRegistered(w io.Writer, r session.Registered, kept words.Text) {
	k := r.Application.Credential
	credential := l("%s, %s", word(k.Kind), kept)
	if !k.Expires.IsZero() {
		credential = l("%s, %s, expires on %s", word(k.Kind), kept, k.Expires.Format("2006-01-02"))
	}
	proof := l("A new token has the permissions %s.", strings.Join(r.Proof.Roles, ", "))
	switch {
	case r.Proof.Opaque:
		proof = l("A new token was issued. It does not show its permissions. To test them: %s", "roomkeyctl check")
	case len(r.Proof.Roles) == 0:
		proof = l("A new token was issued. It has no application permissions.")
	}
	rows(w, []words.Key{"", ""}, [][]string{
		{l("Application"), r.Application.DisplayName}, {l("Client ID"), r.Application.ClientID}, {l("Credential"), credential}, {l("Proof"), proof},
	})
	printTested(w, r.Tested)
	if r.Check != nil && !r.Proven() {
		printLine(w, "The application remains registered. Correct what did not pass, then run: %s", "roomkeyctl check --quick")
	}
}
