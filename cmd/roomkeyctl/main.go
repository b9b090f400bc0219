// Command roomkeyctl is Roomkey from a terminal: the same core as the window,
// one file a noun.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// version is set by the build.
var version = "dev"

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	t := &terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr}
	root := newRoot(t)
	root.SetArgs(os.Args[1:])
	return t.exit(root.ExecuteContext(ctx))
}
