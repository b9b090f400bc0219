package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/policy"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
)

// app is what every command shares: the terminal, the common flags and, made on
// first use, the environment.
type app struct {
	*terminal
	output     string
	connection string
	configDir  string
	vaultKind  string
	env        *session.Environment
	// signed is who signed in last, and what stays consented to.
	signed session.Signed
}

func newRoot(t *terminal) *cobra.Command {
	a := &app{terminal: t}
	root := &cobra.Command{
		Use:   "roomkeyctl",
		Short: "Connects a Microsoft 365 tenant to a meeting-room booking server",
		Long: "roomkeyctl takes a Microsoft 365 tenant from nothing to proven: it describes the " +
			"connection, registers the application, tests every link of the chain, previews " +
			"what the booking server will see, writes the Exchange PowerShell and pushes the " +
			"validated configuration to the booking server.\n\n" +
			"Exit status: 0 done; 1 failed; 2 wrong usage or input; 3 checks found a failure; " +
			"4 sign-in or secret needed; 5 the server or Microsoft refused.",
		Version:       wire.Build(version, commit),
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			c.SetContext(task.WithWaiting(c.Context(), t.waiting))
			if err := a.readLanguage(); err != nil {
				return err
			}
			switch a.output {
			case "table":
			case "json":
				t.json = true
			default:
				return usage("--output is table or json, not %q", a.output)
			}
			return nil
		},
	}
	root.SetOut(t.out)
	root.SetErr(t.err)
	root.SetHelpFunc(a.help)
	root.SetUsageFunc(a.usageOf)
	flags := root.PersistentFlags()
	flags.StringVarP(&a.output, "output", "o", "table", "`form` of the result: table or json")
	flags.StringVarP(&a.connection, "connection", "c", "", "`name` of the connection that is meant")
	flags.StringVar(&a.configDir, "config-dir", "", "`folder` of the configuration (env ROOMKEY_HOME)")
	flags.StringVar(&a.vaultKind, "vault", "", "where secrets are kept: keychain or memory (env ROOMKEY_VAULT)")
	root.AddCommand(
		newCloud(a), newProduct(a), newConnection(a), newSecret(a), newCheck(a), newRooms(a), newPeople(a),
		newScript(a), newExchange(a), newPush(a), newServer(a), newStatus(a), newForm(a), newSimulate(a), newDemo(a), newSignIn(a), newRegister(a), newSchedule(a), newConsent(a), newPolicy(a), newProxy(a), newCompletion(a),
	)
	root.CompletionOptions.DisableDefaultCmd = true // it speaks English alone
	return root
}

// readLanguage takes the language of the person. What is wrong with a file of
// translations is said where all is read.
func (a *app) readLanguage() error {
	paths, err := wire.PathsOf(a.configDir)
	if err != nil {
		return err
	}
	language, _, _ = wire.Language(paths)
	return nil
}

// environment opens the configuration folder and the catalogues, and says on
// the error stream what is wrong with the administrator's own files.
func (a *app) environment() (*session.Environment, error) {
	if a.env != nil {
		return a.env, nil
	}
	env, err := a.wired(wire.Options{ConfigDir: a.configDir, Vault: a.vaultKind})
	if err != nil {
		return nil, err
	}
	for _, p := range env.Problems {
		a.problem(p)
	}
	a.env = env
	return env, nil
}

// wired joins everything, as far as the policy of this computer lets it.
func (a *app) wired(o wire.Options) (env *session.Environment, err error) {
	if o.Policy, err = policy.Read(policyFile); err != nil {
		return nil, err
	}
	o.Version = version
	return wire.New(o)
}

// open opens the connection that is meant. One that another copy holds is
// opened to look at; save refuses then.
func (a *app) open() (*session.Session, error) {
	env, err := a.environment()
	if err != nil {
		return nil, err
	}
	id, err := env.Find(a.connection)
	if err != nil {
		return nil, err
	}
	return env.Open(id)
}

// opened runs a command on the connection that it is for.
func (a *app) opened(run func(*cobra.Command, *session.Session, []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		s, err := a.open()
		if err != nil {
			return err
		}
		defer s.Close()
		return run(c, s, args)
	}
}

// group is a command that only holds others: called alone it shows its help and
// fails as wrong usage.
func group(use string, short words.Key, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: string(short), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			c.SetOut(c.ErrOrStderr())
			_ = c.Help()
			return &status{code: exitUsage, err: errors.New("a verb is missing"), silent: true}
		},
	}
	c.AddCommand(commands...)
	return c
}
