package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/schedule"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/vault"
)

func newSchedule(a *app) *cobra.Command {
	return group("schedule", "Have the system ask daily where the connections stand",
		scheduleInstall(a), scheduleShow(a), scheduleRemove(a))
}

func scheduleInstall(a *app) *cobra.Command {
	var at, webhook string
	c := &cobra.Command{
		Use: "install", Short: "Run status --all once a day", Args: cobra.NoArgs,
		Long: "Has the system run roomkeyctl status --all once a day: Task Scheduler on Windows, " +
			"launchd on macOS, a systemd timer of the user elsewhere. What it finds is on the " +
			"start page. With --webhook it is also told to a webhook, well or not: the address " +
			"is read from standard input, or asked for, and kept in the keychain.",
		Example: "  roomkeyctl schedule install --at 07:00 --webhook teams < address.txt",
		RunE: func(c *cobra.Command, _ []string) error {
			when, err := time.Parse("15:04", at)
			if err != nil {
				return usage("--at is a time such as 07:00, not %q", at)
			}
			if webhook != "" && !slices.Contains(session.WebhookForms(), webhook) {
				return usage("--webhook is %s, not %q", strings.Join(session.WebhookForms(), ", "), webhook)
			}
			if wire.InMemory(a.vaultKind) {
				return usage("a scheduled run needs the keychain: --vault memory keeps nothing for it")
			}
			env, err := a.environment()
			if err != nil {
				return err
			}
			address := vault.Secret{}
			if webhook != "" {
				if address, err = a.secret(c.Context(), "Address of the webhook"); err != nil {
					return err
				}
				address = vault.NewSecret(strings.TrimSpace(address.Reveal()))
			}
			if err := env.SetWebhook(c.Context(), address); err != nil {
				return err
			}
			j, err := a.job(when, webhook)
			if err != nil {
				return err
			}
			if err := thisSystem().Install(c.Context(), j); err != nil {
				return err
			}
			return a.show(map[string]any{"at": at, "command": append([]string{j.Program}, j.Args...), "webhook": webhook}, func(w io.Writer) {
				fmt.Fprintf(w, "Every day at %s: %s\n", at, problem.Line(strings.Join(append([]string{j.Program}, j.Args...), " ")))
			})
		},
	}
	c.Flags().StringVar(&at, "at", "07:00", "`time` of day")
	c.Flags().StringVar(&webhook, "webhook", "", "`form` in which a webhook takes the message: "+session.WebhookTeams+", "+session.WebhookSlack+" or "+session.WebhookPlain)
	return c
}

// job is the command that is scheduled.
func (a *app) job(when time.Time, webhook string) (schedule.Job, error) {
	program, err := os.Executable()
	if err != nil {
		return schedule.Job{}, err
	}
	paths, err := wire.PathsOf(a.configDir)
	if err != nil {
		return schedule.Job{}, err
	}
	j := schedule.Job{Program: program, Args: []string{"status", "--all", "--config-dir", paths.Config}, Hour: when.Hour(), Minute: when.Minute()}
	if webhook != "" {
		j.Args = append(j.Args, "--tell", webhook)
	}
	return j, nil
}

func scheduleShow(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "show", Short: "Say what is scheduled", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			env, err := a.environment()
			if err != nil {
				return err
			}
			said, err := thisSystem().Show(c.Context())
			if err != nil {
				return err
			}
			told, err := env.HasWebhook(c.Context())
			if err != nil {
				return err
			}
			return a.show(map[string]any{"scheduled": said != "", "system": said, "webhook": told}, func(w io.Writer) {
				if said == "" {
					fmt.Fprintln(w, "Nothing is scheduled: roomkeyctl schedule install")
					return
				}
				fmt.Fprintln(w, problem.Clean(said))
				if told {
					fmt.Fprintln(w, "It is told to the webhook whose address is in the keychain.")
				}
			})
		},
	}
}

func scheduleRemove(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "remove", Short: "Schedule nothing any more, and forget the webhook", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			env, err := a.environment()
			if err != nil {
				return err
			}
			if err := thisSystem().Remove(c.Context()); err != nil {
				return err
			}
			if err := env.SetWebhook(c.Context(), vault.Secret{}); err != nil {
				return err
			}
			return a.show(map[string]bool{"scheduled": false}, func(w io.Writer) { fmt.Fprintln(w, "Nothing is scheduled any more.") })
		},
	}
}

// thisSystem is the computer that this runs on.
func thisSystem() schedule.System {
	home, _ := os.UserHomeDir() // what cannot be written is said then
	config, _ := os.UserConfigDir()
	return schedule.System{
		OS: runtime.GOOS, Home: home, Config: config, UID: fmt.Sprint(os.Getuid()),
		Run: func(ctx context.Context, name string, args ...string) (string, error) {
			out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
			return string(out), err
		},
	}
}
