package main

import (
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
					cells = append(cells, []string{p.ID, p.Name, strings.Join(values(p.Needs), ", "), string(p.Writes)})
				}
				rows(w, []string{"id", "name", "permissions", "writes"}, cells)
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
	return group("product", "Booking products and what they need of Microsoft 365", list, show)
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
			cells = append(cells, []string{x.Value, string(x.Kind), x.Reason})
		}
		rows(w, []string{"permission", "kind", "why"}, cells)
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
	fmt.Fprintf(w, "\nWrites calendars of: %s\nCredential: %s, %d months. %s\n", p.Writes, strings.Join(p.Credential.Kinds, " or "), p.Credential.Months, p.Credential.Advice)
	if p.ServiceAccount != nil {
		fmt.Fprintf(w, "Service account: %s\n", p.ServiceAccount.Purpose)
	}
	if len(p.Policy) > 0 {
		fmt.Fprintln(w, "\nCalendar processing of each room:")
		var cells [][]string
		for _, s := range p.Policy {
			cells = append(cells, []string{s.Parameter, fmt.Sprint(s.Value), s.Reason})
		}
		rows(w, []string{"parameter", "value", "why"}, cells)
	}
	if len(p.Form) > 0 {
		fmt.Fprintln(w, "\nThe vendor's form, in its order:")
		var cells [][]string
		for i, f := range p.Form {
			cells = append(cells, []string{fmt.Sprint(i + 1), f.Label, f.Help})
		}
		rows(w, []string{"", "field", "help"}, cells)
	}
}
