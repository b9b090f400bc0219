package window

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/vault"
)

// typesIn is the folder in which the child of TestKilledBetweenKeys types.
const typesIn = "ROOMKEY_TEST_TYPES_IN"

const (
	typedName   = "Lobby 7"
	typedSecret = "q8Q8Q~a-made-up-secret-of-some-length.x0"
)

// in is a Home in a folder that there is.
func in(t *testing.T, folder string) *Home {
	t.Helper()
	h, err := Open(t.Context(), wire.Options{ConfigDir: folder, Vault: "memory"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

// typing is the child: it types, and says after each key what stands there.
func typing(t *testing.T, folder string) {
	h := in(t, folder)
	entries, _ := h.List()
	s := sitDown(t, h, entries[0].ID)
	say := func(field string) func(string) {
		return func(so string) { fmt.Printf("typed %s=%s\n", field, so) }
	}
	s.goes(setup.Describe)
	s.types("Name", typedName, say("name"))
	s.goes(setup.Register)
	s.press("Enter an existing application")
	s.types("Client secret", typedSecret, say("secret"))
	s.window.Canvas().Unfocus() // leaving the field stores it
	s.rest()
	say("left")(typedSecret)
	s.press("Save and continue")
	say("pressed")(typedSecret)
}

// TestKilledBetweenKeys kills the program (SIGKILL) after key presses and presses
// of a button: the next start shows what was typed. A secret is asked for again,
// since the keychain of this test ends with its program; it is never on disk.
func TestKilledBetweenKeys(t *testing.T) {
	if folder := os.Getenv(typesIn); folder != "" {
		typing(t, folder)
		return
	}
	presses := []string{"name=L", "name=Lobb", "name=" + typedName, "secret=" + typedSecret[:9], "secret=" + typedSecret, "left=" + typedSecret, "pressed=" + typedSecret}
	for _, at := range presses {
		t.Run(at, func(t *testing.T) {
			folder := t.TempDir()
			begin := in(t, folder)
			made, err := begin.Environment.Create(t.Context(), session.NewName, func(c *connection.Connection) {
				c.Tenant = connection.Tenant{ID: "5f6d7c1e-2a4b-4c3d-9e8f-0123456789ab", Domain: "contoso.example"}
				c.Product.ID, c.Name = "flexo", ""
			})
			if err != nil {
				t.Fatal(err)
			}
			made.Close()
			killWhen(t, folder, "typed "+at)

			secret := []byte(typedSecret[:9])
			if err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				data, err := os.ReadFile(path)
				if bytes.Contains(data, secret) {
					t.Errorf("the secret is in %s", path)
				}
				return err
			}); err != nil {
				t.Error(err)
			}

			s := sitDown(t, in(t, folder), made.ID())
			s.goes(setup.Describe)
			want := typedName
			if typed, ok := strings.CutPrefix(at, "name="); ok {
				want = typed
			}
			if got := s.field("Name").Value(); got != want {
				t.Errorf("the next start shows %q, %q was typed", got, want)
			}
			s.sees("Not saved yet.")
			if state, err := s.shell.Session().SecretState(t.Context(), vault.ClientSecret); err != nil || state.Stored {
				t.Errorf("%+v, %v", state, err)
			}
			s.goes(setup.Register)
			s.press("Enter an existing application")
			if got := s.field("Client secret").Value(); got != "" {
				t.Errorf("the field of the secret shows %d characters", len(got))
			}
		})
	}
}

// killWhen starts the child and kills it at the moment that it says something.
func killWhen(t *testing.T, folder, line string) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledBetweenKeys$")
	child.Env = append(os.Environ(), typesIn+"="+folder)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		if lines.Text() == line {
			if err := child.Process.Kill(); err != nil {
				t.Error(err)
			}
			_ = child.Wait()
			return
		}
	}
	_ = child.Wait()
	t.Fatalf("the child never said %q:\n%s", line, said.String())
}
