package main

import (
	"io"

	"github.com/spf13/cobra"
)

func newForm(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "form", Short: "The vendor's own form in the vendor's order, for consoles that have to be typed into", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.open(c.Context())
			if err != nil {
				return err
			}
			defer s.Close()
			entries, err := s.Form(c.Context())
			if err != nil {
				return err
			}
			return a.show(entries, func(w io.Writer) {
				var cells [][]string
				for _, e := range entries {
					value := e.Value
					switch {
					case e.Action:
						value = "(press this button)"
					case e.Secret != "":
						value = "(in the keychain; the window copies it)"
					case !e.Missing.IsZero():
						value = "— " + e.Missing.String()
					}
					cells = append(cells, []string{e.Label, value, e.Help})
				}
				rows(w, []string{"field", "value", "help"}, cells)
			})
		},
	}
}
