package main

import (
	"github.com/spf13/cobra"
)

func newCompletion(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "completion bash|fish|powershell|zsh", Short: "Write a script that completes commands in your shell", Args: cobra.ExactArgs(1),
		Long: "Writes a script for your shell. To load it now: source <(roomkeyctl completion bash) in " +
			"bash and zsh, roomkeyctl completion fish | source in fish, and roomkeyctl completion " +
			"powershell | Out-String | Invoke-Expression in PowerShell. To load it in every session, " +
			"add the same line to your shell's profile.",
		Example: "  roomkeyctl completion bash > /etc/bash_completion.d/roomkeyctl",
		RunE: func(c *cobra.Command, args []string) error {
			root := c.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.out, true)
			case "fish":
				return root.GenFishCompletion(a.out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(a.out)
			case "zsh":
				return root.GenZshCompletion(a.out)
			}
			return usage("The shell must be bash, fish, powershell or zsh, not %q.", args[0])
		},
	}
}
