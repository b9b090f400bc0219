// Command tour writes a picture of every page of the window, on a simulated
// tenant of its own, into a folder.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // Windows has no time zones by their IANA names

	"github.com/roomkey/roomkey/cmd/internal/window"
	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/problem"
)

func main() { os.Exit(run()) }

func run() int {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: tour FOLDER")
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := pictures(ctx, os.Args[1]); err != nil {
		problem.Of(err).Terminal(os.Stderr, nil)
		return 1
	}
	return 0
}

func pictures(ctx context.Context, folder string) error {
	dir, err := os.MkdirTemp("", "roomkey-tour-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	home, err := window.Open(ctx, wire.Options{ConfigDir: dir, Vault: "memory", Version: "dev"})
	if err != nil {
		return err
	}
	defer home.Close()
	return walk(ctx, home, folder)
}
