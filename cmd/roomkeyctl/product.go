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
					cells = append(cells, []string{p.ID, p.Name, word(p.Model), strings.Join(values(p.Needs), ", "), word(p.Writes), word(p.Scoping.Way), p.Ends})
				}
				rows(w, []words.Key{"id", "name", "model", "permissions", "writes", "limit", "ends"}, cells)
			})
		},
	}
	show := &cobra.Command{
		Use: "show ID", Short: "Show what a product needs and why", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			env, err := a.environment()
			if err != nil {
				return err
			}
			p, ok := env.Products.Get(args[0])
			if !ok {
				return problem.New(session.CodeProductUnknown, words.T("There is no product %s.", args[0])).
					Run(words.T("To list them:"), "roomkeyctl product list")
			}
			return a.show(p, func(w io.Writer) { describeProduct(w, p) })
		},
	}
	return group("product", "Booking products and what they need in Microsoft 365", list, show, productCheck(a), productNew(a))
}

func describeAccount(w io.Writer, p product.Product) {
	a := p.ServiceAccount
	if a == nil {
		return
	}
	printLine(w, "Service account: %s", a.Purpose)
	for _, fact := range []struct {
		name words.Key
		text string
	}{{"  Role: %s", l(a.Role)}, {"  License: %s", l(a.Licence)}, {"  First sign-in: %s", l(a.FirstSignIn)}, {"  In each room: %s", say(p.DelegationText())}} {
		if fact.text != "" {
			printLine(w, fact.name, fact.text)
		}
	}
	if a.SignInDays > 0 {
		printLine(w, "  It must sign in at the vendor again every %d days.", a.SignInDays)
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
	printLine(w, "%s\n%s\n", p.Name, p.About)
	needs := func(n product.Needs) {
		var cells [][]string
		for _, x := range n.Permissions {
			cells = append(cells, []string{x.Value, word(x.Kind), l(x.Reason)})
		}
		rows(w, []words.Key{"permission", "kind", "why"}, cells)
	}
	if len(p.Needs.Permissions) > 0 {
		needs(p.Needs)
	}
	for _, o := range p.Options {
		fmt.Fprintln(w)
		printLine(w, "With option %s (%s):", o.ID, o.Name)
		needs(o.Needs)
		if o.Note != "" {
			printLine(w, o.Note)
		}
	}
	fmt.Fprintln(w)
	printLine(w, "How it gets access: %s", p.Model.Means())
	if v := p.VendorApplication; v != nil {
		printLine(w, "The vendor's application: %s, publisher %s, client ID %s", cmp.Or(v.Name, l("not known")), cmp.Or(v.Publisher, l("not known")), cmp.Or(v.ClientID, l("not known")))
	}
	printLine(w, "Calendars it writes: %s", word(p.Writes))
	if len(p.Credential.Kinds) > 0 {
		var kinds []string
		for _, kind := range p.Credential.Kinds {
			kinds = append(kinds, word(kind))
		}
		printLine(w, "%s", words.Sentences(words.T("Credential: %s.", strings.Join(kinds, ", ")), words.T(p.Credential.Advice)))
	}
	if p.Credential.Months > 0 {
		printLine(w, "%s", words.N(p.Credential.Months, "Lifetime that the guide suggests: %d month", "Lifetime that the guide suggests: %d months", p.Credential.Months))
	}
	describeAccount(w, p)
	if p.Calendars() {
		printLine(w, "Limit in Exchange: %s", p.Advice())
	}
	if p.LimitFirst {
		printLine(w, "Limit it before you hand the credential over. Until then, anyone who has the credential can see every calendar.")
	}
	for _, pattern := range p.SingleSignOn.Patterns {
		printLine(w, "Redirect URI (%s): %s", product.PlatformText(p.SingleSignOn.Platform), pattern)
	}
	for _, id := range p.Also {
		printLine(w, "It needs a second application, in a separate connection for the product %s.", id)
	}
	if p.Ends != "" {
		printLine(w, "It stops working on %s. %s", p.Ends, p.Ending())
	}
	for _, u := range p.Unknown {
		printLine(w, "Not known (%s): %s", word(u.What), u.Ask)
	}
	if p.Source.Read != "" {
		printLine(w, "Read on %s: %s", p.Source.Read, strings.Join(p.Source.Pages, "; "))
	}
	if len(p.Policy) > 0 {
		fmt.Fprintln(w)
		printLine(w, "Calendar processing of each room:")
		var cells [][]string
		for _, s := range p.Policy {
			value := fmt.Sprint(s.Value)
			if s.Value == nil {
				value = l("the same as “%s”", s.Matches)
			}
			cells = append(cells, []string{s.Parameter, value, l(s.Reason)})
		}
		rows(w, []words.Key{"parameter", "value", "why"}, cells)
	}
	if len(p.Form) > 0 {
		fmt.Fprintln(w)
		printLine(w, "The vendor's form, in its order:")
		var cells [][]string
		for i, f := range p.Form {
			cells = append(cells, []string{fmt.Sprint(i + 1), f.Label, l(f.Help)})
		}
		rows(w, []words.Key{"", "field", "help"}, cells)
	}
}
