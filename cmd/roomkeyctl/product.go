package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/roomkey/roomkey/core/session"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/words"
)

func newProduct(a *app) *cobra.Command {
	list := &cobra.Command{
		Use: "list", Short: "List the booking products", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			env, err := a.environment()
			if err != nil {
				return err
			}
			products := env.Products.All()
			return a.show(products, func(w io.Writer) {
				var cells [][]string
				for _, p := range products {
					cells = append(cells, []string{p.ID, p.Name, string(p.Model), strings.Join(values(p.Needs), ", "), string(p.Writes), p.Scoping.Way, p.Ends})
				}
				rows(w, []words.Key{"id", "name", "model", "permissions", "writes", "limit", "ends"}, cells)
			})
		},
	}
	show := &cobra.Command{
		Use: "show ID", Short: "Show what a product needs, and why", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			env, err := a.environment()
			if err != nil {
				return err
			}
			p, ok := env.Products.Get(args[0])
			if !ok {
				return problem.New(session.CodeProductUnknown, words.T("There is no product %s.", args[0])).
					Run(words.T("See which there are:"), "roomkeyctl product list")
			}
			return a.show(p, func(w io.Writer) { describeProduct(w, p) })
		},
	}
	return group("product", "Booking products and what they need of Microsoft 365", list, show, productCheck(a), productNew(a))
}

func describeAccount(w io.Writer, a *product.Account) {
	if a == nil {
		return
	}
	fmt.Fprintf(w, "Service account: %s\n", a.Purpose)
	for _, fact := range []struct{ name, text string }{{"role", l(a.Role)}, {"licence", l(a.Licence)}, {"first sign-in", l(a.FirstSignIn)}, {"in each room", a.Delegation}} {
		if fact.text != "" {
			fmt.Fprintf(w, "  %s: %s\n", fact.name, fact.text)
		}
	}
	if a.SignInDays > 0 {
		fmt.Fprintf(w, "  It must sign in at the vendor again every %d days.\n", a.SignInDays)
	}
}

func values(n product.Needs) []string {
	var out []string
	for _, p := range n.Permissions {
		out = append(out, p.Value)
	}
	return out
}

func describeProduct(w io.Writer, p product.Product) {
	fmt.Fprintf(w, "%s\n%s\n\n", p.Name, p.About)
	needs := func(n product.Needs) {
		var cells [][]string
		for _, x := range n.Permissions {
			cells = append(cells, []string{x.Value, string(x.Kind), l(x.Reason)})
		}
		rows(w, []words.Key{"permission", "kind", "why"}, cells)
	}
	if len(p.Needs.Permissions) > 0 {
		needs(p.Needs)
	}
	for _, o := range p.Options {
		fmt.Fprintf(w, "\nWith option %s (%s):\n", o.ID, o.Name)
		needs(o.Needs)
		if o.Note != "" {
			fmt.Fprintln(w, o.Note)
		}
	}
	fmt.Fprintf(w, "\nHow it gets in: %s\n", p.Model.Means())
	if v := p.VendorApplication; v != nil {
		fmt.Fprintf(w, "The vendor's application: %s, publisher %s, client ID %s\n", cmp.Or(v.Name, "not known"), cmp.Or(v.Publisher, "not known"), cmp.Or(v.ClientID, "not known"))
	}
	fmt.Fprintf(w, "Writes calendars of: %s\n", p.Writes)
	if len(p.Credential.Kinds) > 0 {
		fmt.Fprintf(w, "Credential: %s. %s\n", strings.Join(p.Credential.Kinds, " or "), p.Credential.Advice)
	}
	if p.Credential.Months > 0 {
		fmt.Fprintf(w, "Suggested life: %d months\n", p.Credential.Months)
	}
	describeAccount(w, p.ServiceAccount)
	if p.Calendars() {
		fmt.Fprintf(w, "Limit in Exchange: %s %s\n", p.Scoping.Advice(p.Name), p.Scoping.Note)
	}
	if p.LimitFirst {
		fmt.Fprintln(w, "Limit it first and hand the credential over after: whoever has the credential before sees every calendar.")
	}
	for _, pattern := range p.SingleSignOn.Patterns {
		fmt.Fprintf(w, "Redirect URI (%s): %s\n", cmp.Or(p.SingleSignOn.Platform, "web"), pattern)
	}
	for _, id := range p.Also {
		fmt.Fprintf(w, "It needs a second application, which is a connection of its own: product %s\n", id)
	}
	if p.Ends != "" {
		fmt.Fprintf(w, "It stops working on %s. %s\n", p.Ends, product.EWSEnds)
	}
	for _, u := range p.Unknown {
		fmt.Fprintf(w, "Not known (%s): %s\n", u.What, u.Ask)
	}
	if p.Source.Read != "" {
		fmt.Fprintf(w, "Read on %s: %s\n", p.Source.Read, strings.Join(p.Source.Pages, "; "))
	}
	if len(p.Policy) > 0 {
		fmt.Fprintln(w, "\nCalendar processing of each room:")
		var cells [][]string
		for _, s := range p.Policy {
			value := fmt.Sprint(s.Value)
			if s.Value == nil {
				value = "the same as “" + s.Matches + "”"
			}
			cells = append(cells, []string{s.Parameter, value, l(s.Reason)})
		}
		rows(w, []words.Key{"parameter", "value", "why"}, cells)
	}
	if len(p.Form) > 0 {
		fmt.Fprintln(w, "\nThe vendor's form, in its order:")
		var cells [][]string
		for i, f := range p.Form {
			cells = append(cells, []string{fmt.Sprint(i + 1), f.Label, l(f.Help)})
		}
		rows(w, []words.Key{"", "field", "help"}, cells)
	}
}
