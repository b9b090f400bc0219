package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/vault"
)

func newProxy(a *app) *cobra.Command {
	return group("proxy", "The user name and password for proxies that require them",
		proxyLogin(a), proxyShow(a), proxyLogout(a))
}

func proxyLogin(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "login NAME", Short: "Store a user name and password for proxies", Args: cobra.ExactArgs(1),
		Long: "Reads the password from standard input, or asks for it at a terminal without showing it, " +
			"and stores both in the keychain. They are sent only to proxies that offer Basic; with " +
			"the Windows account, Roomkey signs in automatically.",
		RunE: func(c *cobra.Command, args []string) error {
			if wire.InMemory(a.vaultKind) {
				return usage("Secrets are kept in memory: the password would be lost when this command ends. Use the keychain.")
			}
			env, err := a.environment()
			if err != nil {
				return err
			}
			password, err := a.secret(c.Context(), "Password for the proxy")
			if err != nil {
				return err
			}
			if err := env.SetProxyLogin(c.Context(), args[0], vault.NewSecret(trimLineEnd(password.Reveal()))); err != nil {
				return err
			}
			a.say("The login %s is in the keychain.", args[0])
			return nil
		},
	}
}

func proxyShow(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "show", Short: "Show whether a user name is stored", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			env, err := a.environment()
			if err != nil {
				return err
			}
			name, err := env.ProxyName(c.Context())
			if err != nil {
				return err
			}
			return a.show(map[string]string{"name": name}, func(w io.Writer) {
				if name == "" {
					printLine(w, "No login is stored.")
					return
				}
				printLine(w, "Proxies that ask for a password are told the login %s.", name)
			})
		},
	}
}

func proxyLogout(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "logout", Short: "Remove the user name and password", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			env, err := a.environment()
			if err != nil {
				return err
			}
			return env.ForgetProxyLogin(c.Context())
		},
	}
}
