package main

import (
	"bytes"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestWindowDraws starts the real application on the X server of the test run,
// sees that it draws its window, and ends it as a session manager would: also where
// the system has nothing left that watches a file.
func TestWindowDraws(t *testing.T) {
	if os.Getenv("ROOMKEY_TEST_WINDOW") == "" {
		t.Skip("ROOMKEY_TEST_WINDOW is not set: there is no X server for the test")
	}
	program := filepath.Join(t.TempDir(), "roomkey")
	build := exec.CommandContext(t.Context(), "go", "build", "-tags", "migrated_fynedo", "-o", program, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Run("as it is", func(t *testing.T) { drawsAndEnds(t, program) })
	t.Run("without watches", func(t *testing.T) {
		unwatched := []string{"unshare", "-Ur", "sh", "-c", `echo 0 >/proc/sys/user/max_inotify_instances && exec "$@"`, "sh"}
		if out, err := exec.CommandContext(t.Context(), unwatched[0], append(unwatched[1:], "true")...).CombinedOutput(); err != nil {
			t.Skipf("this system has no namespace for its users: %v %s", err, out)
		}
		drawsAndEnds(t, append(unwatched, program)...)
	})
}

func drawsAndEnds(t *testing.T, command ...string) {
	t.Helper()
	var said bytes.Buffer
	app := exec.CommandContext(t.Context(), command[0], append(command[1:], "--vault", "memory", "--config-dir", t.TempDir())...)
	app.Stdout, app.Stderr = &said, &said
	if err := app.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- app.Wait() }()

	deadline := time.After(60 * time.Second)
	for colours := 0; colours < 20; {
		select {
		case err := <-ended:
			t.Fatalf("the application ended by itself: %v\n%s", err, said.String())
		case <-deadline:
			t.Fatalf("after a minute there are only %d colours on the screen\n%s", colours, said.String())
		case <-time.After(300 * time.Millisecond):
			colours = coloursOnScreen(t)
		}
	}
	if err := app.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("it ended with %v\n%s", err, said.String())
		}
	case <-time.After(20 * time.Second):
		_ = app.Process.Signal(syscall.SIGQUIT) // Go's answer is what every goroutine waits for
		<-ended
		t.Errorf("it did not end when it was asked to\n%s", said.String())
	}
}

// coloursOnScreen counts them in a picture of the root window; an empty screen
// has one, text with smooth edges many.
func coloursOnScreen(t *testing.T) int {
	t.Helper()
	shot, err := exec.CommandContext(t.Context(), "import", "-window", "root", "png:-").Output()
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[[4]uint32]bool{}
	b := picture.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y += 2 {
		for x := b.Min.X; x < b.Max.X; x += 2 {
			r, g, bl, a := picture.At(x, y).RGBA()
			seen[[4]uint32{r, g, bl, a}] = true
		}
	}
	return len(seen)
}
