//go:build linux

package vault

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/problem"
)

// The tests below use the real Secret Service: run them with
// ROOMKEY_TEST_KEYCHAIN=1 on a machine with gnome-keyring and dbus-run-session.
// Each starts this test binary again in a D-Bus session of its own.
func inSession(t *testing.T, test, setup string, env ...string) {
	t.Helper()
	if os.Getenv("ROOMKEY_TEST_KEYCHAIN") == "" {
		t.Skip("ROOMKEY_TEST_KEYCHAIN is not set")
	}
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "bash", "-c", setup, "bash", binary, "-test.v", "-test.run=^"+test+"$")
	home := t.TempDir()
	c.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_DATA_HOME=" + home + "/data", "XDG_RUNTIME_DIR=" + home,
		"ROOMKEY_TEST_INSIDE=1",
	}, env...)
	c.WaitDelay = 5 * time.Second
	out, err := c.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+test)) {
		t.Errorf("%v\n%s", err, out)
	}
}

func inside(t *testing.T) {
	if os.Getenv("ROOMKEY_TEST_INSIDE") == "" {
		t.Skip("runs in a session that another test makes")
	}
}

const unlockedSession = `exec dbus-run-session -- bash -c '
	printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null
	"$@"; status=$?
	exit $status' bash "$@"`

// A second daemon finds the keyring that the first one made, without its
// password and with nobody to ask.
const lockedSession = `
	dbus-run-session -- bash -c 'printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null; sleep 0.5'
	exec dbus-run-session -- bash -c 'gnome-keyring-daemon --start --components=secrets >/dev/null; "$@"; status=$?; exit $status' bash "$@"`

func TestRealKeychain(t *testing.T)       { inSession(t, "TestInsideUnlocked", unlockedSession) }
func TestRealKeychainLocked(t *testing.T) { inSession(t, "TestInsideLocked", lockedSession) }
func TestRealKeychainNoService(t *testing.T) {
	// A session bus that knows no Secret Service: activation finds no file.
	inSession(t, "TestInsideUnavailable", `
		printf '<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>' >"$HOME/bus.conf"
		exec dbus-run-session --config-file="$HOME/bus.conf" -- "$@"`)
}
func TestRealKeychainNoBus(t *testing.T) {
	inSession(t, "TestInsideUnavailable", `exec "$@"`, "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent/bus")
}
func TestRealKeychainNoBusAtAll(t *testing.T) {
	inSession(t, "TestInsideUnavailable", `PATH=/nonexistent exec "$@"`)
	// dbus-launch is there and is not used: a bus of its own would have a locked
	// keychain, and both would stay.
	inSession(t, "TestInsideUnavailable", `exec "$@"`)
}

// The commands that headless advice names do what it says, with a password that
// is typed and not shown.
func TestRealKeychainByAdvice(t *testing.T) {
	t.Run("a session of its own", func(t *testing.T) {
		inSession(t, "TestInsideUnlocked", `export BINARY="$1" FLAGS="$2" RUN="$3"; echo pw | `+ownSession+`"$BINARY" "$FLAGS" "$RUN"'`)
	})
	t.Run("a locked keyring", func(t *testing.T) {
		inSession(t, "TestInsideUnlocked", strings.ReplaceAll(lockedSession, `>/dev/null; "$@"`, `>/dev/null; sleep 0.5; (echo pw | `+unlockKeyring+` >/dev/null); sleep 0.5; "$@"`))
	})
}

// Where there is no screen, no advice speaks of one.
func TestHeadlessAdviceNamesNoScreen(t *testing.T) {
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	for _, err := range []error{waiting(), locked(nil), unavailable(errStopped)} {
		var b strings.Builder
		problem.Of(err).Terminal(&b, nil)
		for _, word := range []string{"screen", "window", "desktop", "Seahorse"} {
			if strings.Contains(b.String(), word) {
				t.Errorf("it speaks of a %s:\n%s", word, b.String())
			}
		}
		if !strings.Contains(b.String(), "read -rsp") {
			t.Errorf("no command that reads without echo:\n%s", b.String())
		}
	}
}

func TestInsideUnlocked(t *testing.T) {
	inside(t)
	v := Keychain("Roomkey test")
	exercise(t, v, "c1")
	// Another process, as after a restart, sees the same.
	if err := v.Set(t.Context(), "c2", Certificate, good().PEM()); err != nil {
		t.Fatal(err)
	}
	if got, err := Keychain("Roomkey test").Get(t.Context(), "c2", Certificate); err != nil || got.Reveal() != good().PEM().Reveal() {
		t.Error(err)
	}
}

func TestInsideLocked(t *testing.T) {
	inside(t)
	v := patient("Roomkey test", 3*time.Second)
	started := time.Now()
	_, err := v.Get(t.Context(), "c1", ClientSecret)
	if problem.CodeOf(err) != CodeLocked {
		t.Errorf("reading: %v (%v)", err, problem.Of(err).Cause)
	}
	if err := v.Set(t.Context(), "c1", ClientSecret, NewSecret(text)); problem.CodeOf(err) != CodeLocked {
		t.Errorf("writing: %v (%v)", err, problem.Of(err).Cause)
	} else if strings.Contains(err.Error(), text) {
		t.Error("shows the secret")
	}
	t.Log(err, time.Since(started))
}

func TestInsideUnavailable(t *testing.T) {
	inside(t)
	v := patient("Roomkey test", 10*time.Second)
	_, err := v.Get(t.Context(), "c1", ClientSecret)
	if problem.CodeOf(err) != CodeUnavailable {
		t.Errorf("reading: %v (%#v)", err, problem.Of(err).Cause)
	}
	if err := v.Set(t.Context(), "c1", ClientSecret, NewSecret(text)); problem.CodeOf(err) != CodeUnavailable {
		t.Errorf("writing: %v", err)
	}
	t.Log(err)
}
