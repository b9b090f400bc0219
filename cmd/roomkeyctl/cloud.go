package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/core/words"
)

func newCloud(a *app) *cobra.Command {
	return group("cloud", "Microsoft's clouds and your own", &cobra.Command{
		Use: "list", Short: "List the clouds", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			env, err := a.environment()
			if err != nil {
				return err
			}
			clouds := env.Clouds.All()
			return a.show(clouds, func(w io.Writer) {
				var cells [][]string
				for _, c := range clouds {
					var missing []string
					for _, f := range c.Missing {
						missing = append(missing, word(f))
					}
					cells = append(cells, []string{c.ID, c.Name, c.Authority, c.Graph, strings.Join(missing, ", ")})
				}
				rows(w, []words.Key{"id", "name", "sign-in", "graph", "not available"}, cells)
			})
		},
	})
}
