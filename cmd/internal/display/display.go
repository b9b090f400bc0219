// Package display finds out whether a window can be opened before the toolkit
// tries: without a display or without OpenGL the toolkit waits for ever or ends
// the program in a panic, and neither can be caught.
package display

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// softFolder is where an administrator or the installer puts Mesa's software
// OpenGL, beside the program: beside it, not with it, because Windows would take
// a copy in the program's own folder on every computer, good graphics or not.
const softFolder = "softgl"

// inSoftFolder marks the process that was started again with software OpenGL.
const inSoftFolder = "ROOMKEY_SOFTWARE_GL"

// given is the environment that the program began with. It is taken before secrets
// are removed from it: the process with software OpenGL is this program too, and
// needs them.
var given = os.Environ()

// Begin starts to find out whether the window can be opened, which takes as long as
// loading the graphics driver does; ready waits for the answer. When the window cannot
// be opened, ready has told what is missing, and ended is true. With software OpenGL at
// hand the program runs as a child process meanwhile, and code is how that ended.
// software asks for it even where the graphics driver would do. describe only says
// what a window would be drawn with.
func Begin(software, describe bool) (ready func() (code int, ended bool)) {
	found := make(chan *problem.Problem, 1)
	var version string
	go func() {
		var err error
		version, err = probe()
		found <- missing(version, err)
	}()
	return sync.OnceValues(func() (code int, ended bool) {
		p := <-found
		child := os.Getenv(inSoftFolder) != ""
		if folder := softwareGL(); folder != "" && !child && (p != nil || software) {
			code, err := again(folder)
			if err == nil {
				return code, true
			}
			p = noOpenGL("").By(err)
		}
		switch {
		case p != nil:
			tell(p)
			return 1, true
		case describe:
			fmt.Println("A window can be opened: OpenGL", strconv.Quote(version))
		}
		return 0, describe
	})
}

// missing says what keeps a window from opening, nil when nothing does.
func missing(version string, err error) *problem.Problem {
	switch {
	case errors.Is(err, errNoDisplay):
		return problem.New(codeNone, words.T("There is no display for the window.")).
			With(words.T("Neither DISPLAY nor WAYLAND_DISPLAY points to a display that answers.")).
			Fix(words.T("Start Roomkey on a desktop, or over ssh with X11 forwarding (ssh -X).")).
			Run(words.T("Use Roomkey's command line: it does the same in this terminal."), "roomkeyctl --help")
	case err != nil || !enough(version):
		return noOpenGL(version).By(err)
	}
	return nil
}

func noOpenGL(version string) *problem.Problem {
	p := problem.New(codeOpenGL, words.T("This session has no OpenGL with which a window can be drawn."))
	if version == "" {
		p.With(words.T("Roomkey needs OpenGL 2.1. Remote desktops, virtual machines and servers often have none."))
	} else {
		p.With(words.T("The graphics driver offers OpenGL %s, but Roomkey needs 2.1. Remote desktops, virtual machines and servers often offer no more.", version))
	}
	p.Fix(remedy())
	return p.Run(words.T("Use Roomkey's command line: it does the same in a terminal."), "roomkeyctl --help")
}

// enough says whether an OpenGL version such as "4.5 (Compatibility Profile)
// Mesa 22.3.6" is 2.1 or later.
func enough(version string) bool {
	var major, minor int
	if n, _ := fmt.Sscanf(version, "%d.%d", &major, &minor); n != 2 {
		return false
	}
	return major > 2 || major == 2 && minor >= 1
}

// softwareGL is the folder with the software OpenGL for this system, "" when
// there is none.
func softwareGL() string {
	program, err := os.Executable()
	if err != nil || softLibrary == "" {
		return ""
	}
	folder := filepath.Join(filepath.Dir(program), softFolder)
	if _, err := os.Stat(filepath.Join(folder, softLibrary)); err != nil {
		return ""
	}
	return folder
}

// again runs this program once more, with its libraries looked for in folder
// first, and waits for it.
func again(folder string) (int, error) {
	program, err := os.Executable()
	if err != nil {
		return 0, err
	}
	if err := libraryFolder(folder); err != nil {
		return 0, err
	}
	c := child(program)
	if err := c.Run(); c.ProcessState == nil {
		return 0, err
	}
	return c.ProcessState.ExitCode(), nil
}

func child(program string) *exec.Cmd {
	c := exec.Command(program, os.Args[1:]...)
	c.Env = append(slices.Clone(given), inSoftFolder+"=1")
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	return c
}
