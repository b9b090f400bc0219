package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/roomkey/roomkey/core/words"
)

// helpWidth is how many columns the help of a command takes.
const helpWidth = 80

// help is what a command says of itself, in the language of the person: asked
// for help, a command runs none of its hooks.
func (a *app) help(c *cobra.Command, _ []string) {
	if err := a.readLanguage(); err != nil {
		a.say("%v", err)
	}
	about := c.Long
	if about == "" {
		about = c.Short
	}
	w := c.OutOrStdout()
	for line := range strings.Lines(text.WrapSoft(l(words.Key(about)), helpWidth) + "\n") {
		fmt.Fprintln(w, strings.TrimRight(line, " \n"))
	}
	fmt.Fprintln(w)
	printUsage(w, c)
}

func (a *app) usageOf(c *cobra.Command) error {
	printUsage(c.OutOrStderr(), c)
	return nil
}

func printUsage(w io.Writer, c *cobra.Command) {
	printLine(w, "Usage:")
	if c.Runnable() {
		fmt.Fprintf(w, "  %s\n", c.UseLine())
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(w, "  %s [command]\n", c.CommandPath())
	}
	if c.HasExample() {
		fmt.Fprintln(w)
		printLine(w, "Examples:")
		fmt.Fprintln(w, c.Example)
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintln(w)
		printLine(w, "Commands:")
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() {
				fmt.Fprintf(w, "  %-*s %s\n", c.NamePadding(), sub.Name(), l(words.Key(sub.Short)))
			}
		}
	}
	printFlags(w, "Flags:", c.LocalFlags())
	printFlags(w, "Flags of every command:", c.InheritedFlags())
	if c.HasAvailableSubCommands() {
		fmt.Fprintln(w)
		printLine(w, "Use %s for more about a command.", c.CommandPath()+" COMMAND --help")
	}
}

// printFlags writes what there is to say of each flag, which the library would
// do in English.
func printFlags(w io.Writer, title words.Key, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	shown := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.VisitAll(func(f *pflag.Flag) {
		one := *f
		switch f.Name {
		case "help":
			one.Usage = l("show this help")
		case "version":
			one.Usage = l("show the version")
		default:
			one.Usage = l(words.Key(f.Usage))
		}
		none := map[string]string{"bool": "false", "int": "0", "uint64": "0", "duration": "0s", "stringSlice": "[]", "stringArray": "[]"}[f.Value.Type()]
		if !slices.Contains([]string{none, "false", ""}, f.DefValue) {
			one.Usage = l("%s (default: %s)", words.Plain(one.Usage), f.DefValue)
			one.DefValue = none
		}
		shown.AddFlag(&one)
	})
	fmt.Fprintln(w)
	printLine(w, title)
	fmt.Fprint(w, strings.TrimRight(shown.FlagUsagesWrapped(helpWidth), "\n")+"\n")
}
