// Command roomkeyctl is Roomkey from a terminal: the same core as the window,
// one file a noun.
package main

import (
	"context"
	"crypto/x509"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // Windows has no time zones by their IANA names

	"github.com/roomkey/roomkey/cmd/internal/wire"
)

// version and commit are set by the build.
var version, commit = "dev", ""

// policyFile is where the policy is; "" is where this computer has it, and only
// tests name another.
var policyFile string

func main() { os.Exit(run()) }

func run() int {
	wire.Ahead()
	go func() { _, _ = x509.SystemCertPool() }() // it reads hundreds of files on Linux
	wire.TakeSecrets()                           // before any command can start another program
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	t := &terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr}
	t.json = wantsJSON(os.Args[1:])
	root := newRoot(t)
	root.SetArgs(os.Args[1:])
	return t.exit(root.ExecuteContext(ctx))
}

// wantsJSON looks for --output json before the command line is understood, so
// that what is wrong with it is told as JSON, too.
func wantsJSON(args []string) bool {
	for i, a := range args {
		switch {
		case a == "-ojson" || a == "-o=json" || a == "--output=json":
			return true
		case (a == "-o" || a == "--output") && i+1 < len(args):
			return args[i+1] == "json"
		}
	}
	return false
}
