// Command tour writes a picture of every page of the window, on a simulated
// tenant of its own, into a folder.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // Windows has no time zones by their IANA names

	"github.com/roomkey/roomkey/cmd/internal/window"
	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/simulator"
)

func main() { os.Exit(run()) }

func run() int {
	var o options
	flag.IntVar(&o.tenant.Rooms, "rooms", 0, "how many `rooms` the tenant has, 0 for the usual number")
	flag.IntVar(&o.tenant.Users, "people", 0, "how many `people` the tenant has, 0 for the usual number")
	flag.StringVar(&o.only, "only", "", "draw only the stops whose names begin with `NAME`")
	flag.Func("size", "draw windows of this `WIDTHxHEIGHT`, with @2 at 200 % of the usual scale; may be repeated (default 1280x800 and 1024x700)", o.addSize)
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: tour [flags] FOLDER")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := pictures(ctx, o, flag.Arg(0)); err != nil {
		problem.Of(err).Terminal(os.Stderr, nil)
		return 1
	}
	return 0
}

// options are what the tour draws: whose zero value is everything, on a tenant of
// the usual size.
type options struct {
	tenant simulator.Options
	sizes  []size
	only   string
}

// size is that of a screen in pixels, and how large things are drawn on it.
type size struct {
	width, height, scale float32
}

func (s size) String() string {
	if s.scale == 1 {
		return fmt.Sprintf("%.0fx%.0f", s.width, s.height)
	}
	return fmt.Sprintf("%.0fx%.0f@%g", s.width, s.height, s.scale)
}

func (o *options) addSize(text string) error {
	s := size{scale: 1}
	if n, _ := fmt.Sscanf(text, "%fx%f@%f", &s.width, &s.height, &s.scale); n < 2 || s.width < 300 || s.height < 200 || s.scale < 0.5 || s.scale > 4 {
		return fmt.Errorf("%q is not a size such as 1280x800 or 1920x1080@2", text)
	}
	o.sizes = append(o.sizes, s)
	return nil
}

func pictures(ctx context.Context, o options, folder string) error {
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
	home.Options = o.tenant
	if len(o.sizes) == 0 {
		o.sizes = []size{{1280, 800, 1}, {1024, 700, 1}}
	}
	return walk(ctx, home, o, folder)
}
