package display

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/problem"
)

func TestVersionsOfOpenGL(t *testing.T) {
	for version, want := range map[string]bool{
		"4.5 (Compatibility Profile) Mesa 22.3.6": true, "2.1": true, "2.1.0 - Build 8.15": true, "3.0": true,
		"1.1.0": false, "2.0": false, "": false, "OpenGL ES 3.2": false,
	} {
		if enough(version) != want {
			t.Errorf("enough(%q) is not %v", version, want)
		}
	}
}

func TestEveryProblemNamesTheCommandLine(t *testing.T) {
	for _, p := range []*problem.Problem{missing("", errNoDisplay), missing("", errors.New("no driver")), missing("1.1.0", nil)} {
		last := p.Remedies[len(p.Remedies)-1]
		if !strings.HasPrefix(last.Command, "roomkeyctl") {
			t.Errorf("%s ends with %q", p.Code, last)
		}
	}
	if p := missing("1.1.0", nil); !strings.Contains(p.Detail.String(), "1.1.0") {
		t.Errorf("the version is not said: %s", p.Detail)
	}
}

// Secrets leave the environment while it is found out whether there is OpenGL.
func TestTheChildGetsWhatTheProgramGot(t *testing.T) {
	had := os.Getenv("PATH")
	t.Setenv("PATH", "")
	t.Setenv("ROOMKEY_SET_LATER", "1")
	env := child("roomkey").Env
	if !slices.Contains(env, "PATH="+had) || slices.Contains(env, "ROOMKEY_SET_LATER=1") || !slices.Contains(env, inSoftFolder+"=1") {
		t.Errorf("%q", env)
	}
}

// TestChild is the program that TestDisplays starts: a display is looked for
// once in a process.
func TestChild(t *testing.T) {
	if os.Getenv("ROOMKEY_DISPLAY_CHILD") == "" {
		t.Skip("it is started by TestDisplays")
	}
	code, _ := Begin(false, true)()
	os.Exit(code)
}

func TestDisplays(t *testing.T) {
	if os.Getenv("ROOMKEY_TEST_WINDOW") == "" {
		t.Skip("ROOMKEY_TEST_WINDOW is not set: there is no X server for the test")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	describe := func(name string, args ...string) string {
		c := exec.CommandContext(t.Context(), name, args...)
		c.Env = append(os.Environ(), "ROOMKEY_DISPLAY_CHILD=1", "WAYLAND_DISPLAY=")
		out, _ := c.CombinedOutput()
		return string(out)
	}
	for what, test := range map[string]struct{ said, want string }{
		"this display": {describe(self, "-test.run=TestChild"), "A window can be opened"},
		"no display":   {describe("env", "-u", "DISPLAY", self, "-test.run=TestChild"), codeNone.String()},
		"a dead one":   {describe("env", "DISPLAY=:4242", self, "-test.run=TestChild"), codeNone.String()},
		"no OpenGL": {describe("xvfb-run", "-a", "-s", "-screen 0 640x480x24 -extension GLX", self, "-test.run=TestChild"),
			codeOpenGL.String()},
	} {
		if !strings.Contains(test.said, test.want) {
			t.Errorf("%s: it said %q, want %q", what, test.said, test.want)
		}
	}
}
