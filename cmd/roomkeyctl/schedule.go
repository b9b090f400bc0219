package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/vault"
)

func newSchedule(a *app) *cobra.Command {
	return group("schedule", "Check the state of every connection daily",
		scheduleInstall(a), scheduleShow(a), scheduleRemove(a))
}

func scheduleInstall(a *app) *cobra.Command {
	var at, webhook string
	c := &cobra.Command{
		Use: "install", Short: "Run status --all once a day", Args: cobra.NoArgs,
		Long: "Schedules roomkeyctl status --all once a day, with Task Scheduler on Windows, launchd on " +
			"macOS and a systemd user timer elsewhere. The results appear on the start page. With " +
			"--webhook, each result is also sent to a webhook. Its address is read from standard " +
			"input, or asked for, and stored in the keychain.",
		Example: "  roomkeyctl schedule install --at 07:00 --webhook teams < address.txt",
		RunE: func(c *cobra.Command, _ []string) error {
			env, err := a.environment()
			if err != nil {
				return err
			}
			var address vault.Secret
			switch {
			case webhook == "" && a.given(c.Context()):
				return usage("Standard input is read only with --webhook, and without it no webhook is told. Add --webhook %s, or give no input.", strings.Join(session.WebhookForms(), "|"))
			case webhook != "":
				if address, err = a.secret(c.Context(), "Address of the webhook"); err != nil {
					return err
				}
			}
			j, err := env.Schedule(c.Context(), at, webhook, address)
			if err != nil {
				return err
			}
			return a.show(map[string]any{"at": at, "command": append([]string{j.Program}, j.Args...), "webhook": webhook}, func(w io.Writer) {
				printLine(w, "Every day at %s: %s", at, problem.Line(strings.Join(append([]string{j.Program}, j.Args...), " ")))
			})
		},
	}
	c.Flags().StringVar(&at, "at", "07:00", "`time` of day")
	c.Flags().StringVar(&webhook, "webhook", "", "`form` in which a webhook takes the message: "+session.WebhookTeams+", "+session.WebhookSlack+" or "+session.WebhookPlain)
	return c
}

func scheduleShow(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "show", Short: "Show what is scheduled", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			env, err := a.environment()
			if err != nil {
				return err
			}
			said, err := env.Scheduled(c.Context())
			if err != nil {
				return err
			}
			return a.show(said, func(w io.Writer) {
				if !said.On {
					printLine(w, "Nothing is scheduled. To schedule it: %s", "roomkeyctl schedule install")
					return
				}
				fmt.Fprintln(w, problem.Clean(said.System))
				if said.Form != "" && said.Webhook {
					printLine(w, "Each result is sent to the webhook whose address is in the keychain.")
				}
			})
		},
	}
}

func scheduleRemove(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "remove", Short: "Remove the schedule and the webhook", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			env, err := a.environment()
			if err != nil {
				return err
			}
			if err := env.Unschedule(c.Context()); err != nil {
				return err
			}
			return a.show(map[string]bool{"scheduled": false}, func(w io.Writer) { printLine(w, "Nothing is scheduled now.") })
		},
	}
}
