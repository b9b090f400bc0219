package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/core/policy"
)

func newPolicy(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "policy", Short: "Show what the administrator of this computer has locked", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			p, err := policy.Read(policyFile)
			if err != nil {
				return err
			}
			return a.show(p, func(w io.Writer) {
				locks := p.Locks()
				if len(locks) == 0 {
					printLine(w, "Nothing is locked on this computer.")
					return
				}
				printLine(w, "Set by the administrator of this computer in %s:", p.Source)
				for _, lock := range locks {
					printLine(w, "  %s", lock)
				}
			})
		},
	}
}
