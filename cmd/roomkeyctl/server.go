package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

func newServer(a *app) *cobra.Command {
	c := &cobra.Command{Use: "server", Short: "For developers of booking servers"}
	c.AddCommand(serverConformance(a))
	return c
}

func serverConformance(a *app) *cobra.Command {
	var ca, report string
	c := &cobra.Command{
		Use: "conformance URL", Short: "Test whether a server follows the booking-server contract", Args: cobra.ExactArgs(1),
		Long: "Tests every rule that can be tested from outside and prints a report. It stores test " +
			"configurations and deletes them afterwards, and refuses to run on a server that already " +
			"has one. It reads the server's token from standard input; a second line can contain a " +
			"read-only token.",
		RunE: func(c *cobra.Command, args []string) error {
			given, err := a.secret(c.Context(), prompts[vault.ServerToken])
			if err != nil {
				return err
			}
			token, readOnly, _ := strings.Cut(strings.TrimSpace(given.Reveal()), "\n")
			if token == "" {
				return usage("Give the server's token on standard input.")
			}
			env, err := a.environment()
			if err != nil {
				return err
			}
			client, err := env.HTTP(transport.Options{CAFile: ca, Owner: transport.BookingServer, InsecureLoopback: true})
			if err != nil {
				return err
			}
			trials, err := booking.Conform(c.Context(), args[0], vault.NewSecret(strings.TrimSpace(token)), vault.NewSecret(strings.TrimSpace(readOnly)), client)
			if p := problem.Of(err); err != nil && p.Kind == problem.Untrusted && ca == "" {
				return p.Run(words.T("To use your own authority for this test only, name its file:"), "roomkeyctl server conformance "+args[0]+" --ca FILE")
			}
			if err != nil {
				return err
			}
			failed := slices.ContainsFunc(trials, func(t booking.Trial) bool { return t.State == booking.TrialFailed })
			if report != "" {
				var file bytes.Buffer
				printLine(&file, "%s, tested against version 1 of the booking-server contract by Roomkey %s on %s.", args[0], version, time.Now().UTC().Format("2006-01-02 15:04 UTC"))
				fmt.Fprintln(&file)
				printTrials(&file, trials)
				if err := a.write(report, file.Bytes()); err != nil {
					return err
				}
			}
			if err := a.show(trials, func(w io.Writer) { printTrials(w, trials) }); err != nil || !failed {
				return err
			}
			return &status{code: exitFindings, err: errors.New("the server does not keep to the contract"), silent: true}
		},
	}
	c.Flags().StringVar(&report, "report", "", "`file` for the report as text")
	c.Flags().StringVar(&ca, "ca", "", "PEM `file` of the certificate authority of the server")
	return c
}

// printTrials prints what was seen whole: its end is often what tells.
func printTrials(w io.Writer, trials []booking.Trial) {
	const column, width = 30, 70
	count := map[string]int{}
	for _, t := range trials {
		count[t.State]++
		left := fmt.Sprintf("%-8s %-20s ", t.State, t.ID)
		for _, part := range []string{say(t.Rule), say(t.Seen)} {
			if part == "" {
				continue
			}
			for line := range strings.Lines(text.WrapSoft(part, width)) {
				fmt.Fprintf(w, "%-*s%s\n", column, left, strings.TrimSpace(line))
				left = ""
			}
		}
	}
	fmt.Fprintln(w)
	printLine(w, "%d passed, %d failed, %d skipped", count[booking.TrialPassed], count[booking.TrialFailed], count[booking.TrialSkipped])
}
