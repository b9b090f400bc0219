//go:build !race

package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/roomkey/roomkey/internal/bounded"
)

// What one hostile file may cost, and how much may be said about it.
const (
	hostileMemory = 2_500_000 // kB of address space, of which a Go program maps some hundred thousand at its start
	hostileOutput = 64 << 10
)

// TestHostileFiles names files that nobody made in good faith on the command line,
// each in a process of its own whose memory the system bounds (which the race
// detector does not survive). Each is refused with a problem, or read harmlessly.
func TestHostileFiles(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("ROOMKEY_HOME", filepath.Join(dir, "home"))
	t.Setenv("ROOMKEY_VAULT", "memory")
	run := func(args ...string) (status int, said string) {
		t.Helper()
		c := exec.CommandContext(t.Context(), "bash", append([]string{"-c", fmt.Sprintf(`ulimit -v %d; exec roomkeyctl "$@"`, hostileMemory), "bash"}, args...)...)
		c.Dir = dir
		stop := time.AfterFunc(bounded.Patience, func() { _ = c.Process.Kill() })
		defer stop.Stop()
		out, err := c.CombinedOutput()
		var ended *exec.ExitError
		if err != nil && !errors.As(err, &ended) {
			t.Fatal(err)
		}
		return c.ProcessState.ExitCode(), string(out)
	}
	if status, said := run("connection", "new", "Lab", "--product", "robin"); status != exitDone {
		t.Fatal(said)
	}
	status, export := run("connection", "export")
	if status != exitDone {
		t.Fatal(export)
	}
	with := func(field string) string {
		return strings.TrimSuffix(strings.TrimSpace(export), "}") + "," + field + "}"
	}
	named := func(name string) string {
		quoted, _ := json.Marshal("Lab")
		return strings.Replace(export, string(quoted), `"`+name+`"`, 1)
	}
	nest := func(open, inner, end string, n int) string {
		return strings.Repeat(open, n) + inner + strings.Repeat(end, n)
	}
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	w, _ := z.Create("connection.json")
	_, _ = w.Write(make([]byte, 100<<20))
	_ = z.Close()
	var wide bytes.Buffer
	for _, unit := range utf16.Encode([]rune("\ufeff" + export)) {
		wide.Write([]byte{byte(unit), byte(unit >> 8)})
	}
	noise := make([]byte, 3<<20)
	for i := range noise {
		noise[i] = byte(rand.N(256))
	}
	var rooms, bomb, anchors strings.Builder
	rooms.WriteString("name,email\n")
	for i := range 1_000_000 {
		fmt.Fprintf(&rooms, "R%d,r%d@x.yz\n", i, i)
	}
	before := "x"
	for i := range 12 {
		fmt.Fprintf(&bomb, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(before+",", 9), ","))
		before = fmt.Sprintf("*a%d", i)
	}
	for i := range 9000 {
		fmt.Fprintf(&anchors, "k%d: &a%d x\n", i, i)
	}
	const refused, harmless = exitUsage, exitDone
	for _, c := range []struct {
		name, text string
		ends       int
	}{
		{"lists.roomkey", with(`"x":` + nest("[", "", "]", 9000)), refused},
		{"objects.roomkey", with(`"x":` + nest(`{"a":`, "1", "}", 300_000)), refused},
		{"wide.roomkey", with(`"x":[` + strings.Repeat("{},", 1_000_000) + "{}]"), refused},
		{"number.roomkey", with(`"version":` + strings.Repeat("9", 5<<20)), harmless},
		{"exponent.roomkey", with(`"version":1e999999999`), harmless},
		{"twice.roomkey", with(`"name":"Evil"`), refused},
		{"two.roomkey", export + export, refused},
		{"packed.roomkey", packed.String(), refused},
		{"zeros.roomkey", strings.Repeat("\x00", 1<<20), refused},
		{"utf16.roomkey", wide.String(), refused},
		{"latin1.roomkey", named("L\xe4b"), refused},
		{"nothing.roomkey", "", refused},
		{"zero-name.roomkey", named(`L\u0000b`), harmless},
		{"half-name.roomkey", named(`L\ud800b`), harmless},
		{"title-name.roomkey", named(`\u001b]0;owned\u0007\u001b[2Jb`), harmless},
		{"reversed-name.roomkey", named(`\u202eLab`), harmless},
		{"cyrillic-name.roomkey", named("L\u0430b"), harmless},
		{"long-name.roomkey", named(strings.Repeat("a", 3<<20)), harmless},
		{"million.csv", rooms.String(), refused},
		{"line.csv", "name,email\n\"" + strings.Repeat("x", 20<<20) + "\",a@b.c\n", refused},
		{"open.csv", "name,email\n\"" + strings.Repeat("a,b\n", 3<<20), refused},
		{"columns.csv", strings.Repeat("a,", 1<<20) + "\n", refused},
		{"zero.csv", "name,email\nA\x00B,a@contoso.example\n", refused},
		{"noise.csv", string(noise), refused},
		{"escape.csv", "name,email\n\x1b[2J\u202eRoom,room@contoso.example\n", refused},
		{"bomb.yaml", bomb.String(), refused},
		{"itself.yaml", "id: &a [*a]\n", refused},
		{"merged.yaml", "a: &a {x: 1}\nb: {<<: [" + strings.TrimSuffix(strings.Repeat("*a,", 5000), ",") + "]}\n", refused},
		{"deep.yaml", "id: " + nest("[", "", "]", 100_000), refused},
		{"open.yaml", strings.Repeat("{a: ", 20_000), refused},
		{"anchors.yaml", anchors.String(), refused},
		{"digits.yaml", "id: " + strings.Repeat("9", 200_000), refused},
		{"infinite.yaml", "id: 1e99999999\nname: .inf\n", refused},
		{"binary.yaml", "id: !!binary \"" + strings.Repeat("A", 100_000) + "\"\n", refused},
		{"documents.yaml", strings.Repeat("---\n", 50_000), refused},
		{"tabs.yaml", strings.Repeat("\t", 100_000), refused},
		{"pipe", "", refused},
		{"socket", "", refused},
		{"loop", "", refused},
		{"folder", "", refused},
		{"device", "", refused},
	} {
		path := filepath.Join(dir, c.name)
		var err error
		switch c.name {
		case "pipe":
			err = syscall.Mkfifo(path, 0o600)
		case "socket":
			var l net.Listener
			if l, err = net.Listen("unix", path); err == nil {
				defer l.Close()
			}
		case "loop":
			err = os.Symlink(path, path)
		case "folder":
			err = os.Mkdir(path, 0o700)
		case "device":
			err = os.Symlink("/dev/zero", path)
		default:
			err = os.WriteFile(path, []byte(c.text), 0o600)
		}
		if err != nil {
			t.Fatal(c.name, err)
		}
		args := map[string][]string{".csv": {"rooms", "import", "--connection", "Lab"}, ".yaml": {"product", "check"}}[filepath.Ext(c.name)]
		if args == nil {
			args = []string{"connection", "import"}
		}
		start := time.Now()
		status, said := run(append(args, c.name)...)
		t.Logf("%s: %d, %s", c.name, status, time.Since(start).Round(time.Millisecond))
		if status != c.ends {
			t.Errorf("%s: it ended with %d\n%.1000s", c.name, status, said)
		}
		if len(said) > hostileOutput || strings.ContainsAny(said, "\x00\x07\x1b\u202e") || strings.Contains(said, "goroutine ") {
			t.Errorf("%s: it said %q", c.name, said[:min(len(said), 1000)])
		}
	}
}
