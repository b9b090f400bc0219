package bench

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// BenchmarkWindow starts the real window on a screen that is a file, and looks
// at the screen until something is drawn on it.
func BenchmarkWindow(b *testing.B) {
	window, nothing := program(b, "roomkey"), program(b, "empty")
	var drawn, empty, later []time.Duration
	var resident, least []float64
	for b.Loop() {
		bare, bareKB := newScreen(b).open(b, nothing)
		took, kB := newScreen(b).open(b, window, "--config-dir", b.TempDir(), "--vault", "memory")
		drawn, empty, later = append(drawn, took), append(empty, bare), append(later, took-bare)
		resident, least = append(resident, kB/1000), append(least, bareKB/1000)
	}
	const mayBeLater = 150 * time.Millisecond
	held("window, from start to the first frame", drawn, "an empty Fyne window, "+short(median(empty)), median(empty))
	held("how much later than that", later, short(mayBeLater), mayBeLater)
	row("its resident memory, software OpenGL included", fmt.Sprintf("%.0f MB", median(resident)),
		fmt.Sprintf("an empty Fyne window, %.0f MB", median(least)), median(resident)/median(least))
}

// screen is an X server without a monitor, whose picture is a file in the form
// of xwd.
type screen struct{ display, file string }

func newScreen(b *testing.B) screen {
	path, err := exec.LookPath("Xvfb")
	if err != nil {
		b.Skip("Xvfb is not installed")
	}
	dir := b.TempDir()
	read, write, err := os.Pipe()
	must(b, err)
	defer read.Close()
	x := exec.CommandContext(b.Context(), path, "-displayfd", "3", "-fbdir", dir, "-screen", "0", "1280x800x24", "-nolisten", "tcp")
	x.ExtraFiles = []*os.File{write}
	x.Cancel = func() error { return x.Process.Signal(os.Interrupt) }
	x.WaitDelay = 5 * time.Second
	must(b, x.Start())
	b.Cleanup(func() { _ = x.Wait() })
	must(b, write.Close())
	number, err := bufio.NewReader(read).ReadString('\n')
	must(b, err)
	return screen{":" + strings.TrimSpace(number), filepath.Join(dir, "Xvfb_screen0")}
}

// open gives how long a window took to draw its first frame, and the kB of
// resident memory a second later.
func (s screen) open(b *testing.B, program string, args ...string) (time.Duration, float64) {
	cmd := exec.CommandContext(b.Context(), program, args...)
	cmd.Env = append(os.Environ(), "DISPLAY="+s.display, "WAYLAND_DISPLAY=")
	began := time.Now()
	must(b, cmd.Start())
	defer func() {
		_ = cmd.Process.Kill() // it has nothing to save
		_ = cmd.Wait()
	}()
	for s.colours(b) < text {
		if time.Since(began) > time.Minute {
			b.Fatal("the window has drawn nothing")
		}
		time.Sleep(5 * time.Millisecond)
	}
	took := time.Since(began)
	time.Sleep(time.Second)
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	must(b, err)
	var kB float64
	_, rss, _ := strings.Cut(string(status), "VmRSS:")
	_, err = fmt.Sscan(rss, &kB)
	must(b, err)
	return took, kB
}

// text is how many colours tell a page with its smoothed letters from an empty
// window.
const text = 24

// colours counts the different pixels of the screen, up to text.
func (s screen) colours(b *testing.B) int {
	file, err := os.Open(s.file)
	must(b, err)
	defer file.Close()
	data, err := io.ReadAll(file)
	must(b, err)
	// X11/XWDFile.h: sizes are big endian; the header's, then the colour map's
	// entries of 12 bytes each.
	pixels := data[binary.BigEndian.Uint32(data)+12*binary.BigEndian.Uint32(data[76:]):]
	seen := map[uint32]bool{}
	for last := []byte(nil); len(pixels) >= 4 && len(seen) < text; pixels = pixels[4:] {
		if !bytes.Equal(last, pixels[:4]) {
			seen[binary.LittleEndian.Uint32(pixels)] = true
			last = pixels[:4]
		}
	}
	return len(seen)
}
