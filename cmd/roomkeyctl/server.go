package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/core/words"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
)

func newServer(a *app) *cobra.Command {
	c := &cobra.Command{Use: "server", Short: "For makers of booking servers"}
	c.AddCommand(serverConformance(a))
	return c
}

func serverConformance(a *app) *cobra.Command {
	var ca, report string
	c := &cobra.Command{
		Use: "conformance URL", Short: "Hold an implementation of the booking-server contract to its rules", Args: cobra.ExactArgs(1),
		Long: "Tries every rule that can be tried from outside and prints a report. It stores " +
			"invented configurations and deletes them again, and refuses a server that holds " +
			"one. The server's token is read from standard input.",
		RunE: func(c *cobra.Command, args []string) error {
			token, err := io.ReadAll(io.LimitReader(a.in, 1<<16))
			if err != nil {
				return err
			}
			client, err := transport.New(transport.Options{CAFile: ca, Owner: transport.BookingServer, InsecureLoopback: true})
			if err != nil {
				return err
			}
			trials, err := booking.Conform(c.Context(), args[0], vault.NewSecret(strings.TrimSpace(string(token))), client)
			if err != nil {
				return err
			}
			failed := false
			var cells [][]string
			for _, t := range trials {
				failed = failed || t.State == booking.TrialFailed
				cells = append(cells, []string{t.State, t.ID, t.Rule, t.Saw})
			}
			table := func(w io.Writer) { rows(w, []words.Key{"", "trial", "rule", "seen"}, cells) }
			if report != "" {
				var text bytes.Buffer
				fmt.Fprintf(&text, "%s, held to version 1 of the booking-server contract by Roomkey %s on %s.\n\n", args[0], version, time.Now().UTC().Format("2006-01-02 15:04 UTC"))
				for _, t := range trials {
					fmt.Fprintf(&text, "%-8s %-20s %s\n", t.State, t.ID, t.Rule)
					if t.Saw != "" {
						fmt.Fprintf(&text, "%30s%s\n", "", t.Saw)
					}
				}
				if err := a.write(report, text.Bytes()); err != nil {
					return err
				}
			}
			if err := a.show(trials, table); err != nil || !failed {
				return err
			}
			return &status{code: exitFindings, err: errors.New("the server does not keep to the contract"), silent: true}
		},
	}
	c.Flags().StringVar(&report, "report", "", "`file` to write the report to as well")
	c.Flags().StringVar(&ca, "ca", "", "PEM `file` of the authority that signed the server's certificate")
	return c
}
