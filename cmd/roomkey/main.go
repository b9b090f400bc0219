// Command roomkey is the desktop application. It only joins: the configuration
// folder, the real clients, the window.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
	_ "time/tzdata" // Windows has no time zones by their IANA names

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/cmd/internal/display"
	"github.com/roomkey/roomkey/cmd/internal/window"
	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/file"
	"github.com/roomkey/roomkey/core/policy"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/resources/icons"
	"github.com/roomkey/roomkey/ui"
)

// version and commit are set by the build.
var version, commit = "dev", ""

// patience is how long the toolkit may take to end after its window has closed.
const patience = 3 * time.Second

func main() { os.Exit(run()) }

func run() int {
	configDir := flag.String("config-dir", "", "`folder` of the configuration (env ROOMKEY_HOME)")
	vault := flag.String("vault", "", "where secrets are kept: keychain or memory (env ROOMKEY_VAULT)")
	text := flag.Bool("version", false, "print the version and the commit, and stop")
	softwareGL := flag.Bool("software-gl", false, "draw with the software OpenGL in the folder softgl (Windows)")
	checkDisplay := flag.Bool("check-display", false, "say whether a window can be opened here, and stop")
	flag.Parse()
	if *text {
		fmt.Println("roomkey version", wire.Build(version, commit))
		return 0
	}
	var files []string
	for _, arg := range flag.Args() { // exported connections: the system opens them with Roomkey
		file, err := filepath.Abs(arg)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 2
		}
		files = append(files, file)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	wire.Ahead()
	ready := display.Begin(*softwareGL, *checkDisplay)
	if *softwareGL || *checkDisplay {
		if code, ended := ready(); ended {
			return code
		}
	}
	// As large as Fyne wants it: scaling another takes as long as drawing a page.
	icon, err := icons.Files.ReadFile("window.png")
	if err != nil {
		panic(err) // it is embedded
	}
	app.SetMetadata(fyne.AppMetadata{ID: "app.roomkey.desktop", Name: "Roomkey", Version: version, Icon: fyne.NewStaticResource("window.png", icon)})
	look := func(fyne.App) (written func()) { return func() {} }
	if paths, err := wire.PathsOf(*configDir); err == nil {
		look = func(a fyne.App) func() { return ui.KeepPreferences(a, paths.Window) }
	}
	home, err := open(ctx, wire.Options{ConfigDir: *configDir, Vault: *vault, Version: version})
	if err != nil {
		problem.Of(err).Terminal(os.Stderr, nil)
		return show(ctx, ready, 1, look, func(a fyne.App) fyne.Window { return ui.Failed(a, problem.Of(err), fyne.Do) })
	}
	defer home.Close()
	crashFile(filepath.Join(home.Paths.Config, "crash.log"))
	return show(ctx, ready, 0, look, func(a fyne.App) fyne.Window { return ui.New(ctx, a, home, fyne.Do, files...) })
}

// open opens the configuration folder, as far as the policy of this computer
// lets it.
func open(ctx context.Context, o wire.Options) (home *window.Home, err error) {
	if o.Policy, err = policy.Read(""); err != nil {
		return nil, err
	}
	return window.Open(ctx, o)
}

// newApp begins light where the toolkit does not know what the system wants yet:
// it begins dark on Linux, and remains so on a desktop that has no portal to ask.
// A portal's answer comes later and goes first.
func newApp() fyne.App {
	const chosen = "FYNE_THEME"
	if _, set := os.LookupEnv(chosen); !set && runtime.GOOS != "windows" && runtime.GOOS != "darwin" {
		_ = os.Setenv(chosen, "light")
		defer func() { _ = os.Unsetenv(chosen) }() // it is the toolkit's alone, and only for its start
	}
	return app.New()
}

// show runs the application until its window is closed or ctx ends, and gives
// back the exit status when what look keeps is written. The toolkit reads its fonts
// while it is not yet known whether there is a display; a window without one would be
// its end.
func show(ctx context.Context, ready func() (int, bool), code int, look func(fyne.App) (written func()), window func(fyne.App) fyne.Window) int {
	collecting := debug.SetGCPercent(-1) // until the window is there: little of a start is garbage
	a := newApp()
	defer look(a)()
	for _, style := range []fyne.TextStyle{{}, {Bold: true}} {
		fyne.MeasureText("R", theme.TextSize(), style)
	}
	if code, ended := ready(); ended {
		return code
	}
	w := window(a)
	// While it shuts down, the loop of Fyne 2.8 can lose the last event of its
	// queue, and then waits for it without end: an invisible process would keep
	// the lock of the connection.
	end := func() { time.AfterFunc(patience, func() { os.Exit(code) }) }
	w.SetOnClosed(end)
	context.AfterFunc(ctx, func() {
		end()
		// It is the master window, whose end is the application's. App.Quit of Fyne 2.8
		// panics where the system has no watch left for the settings (inotify).
		fyne.Do(w.Close)
	})
	w.Show()
	debug.SetGCPercent(collecting)
	a.Run()
	return code
}

// crashFile keeps the stack of a crash, which holds addresses and function
// names, never a secret: secrets are behind pointers.
func crashFile(path string) {
	if file.Regular(path) != nil {
		return
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return // the window works without it
	}
	defer f.Close()
	_ = debug.SetCrashOutput(f, debug.CrashOptions{})
}
