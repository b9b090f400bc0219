//go:build linux && cgo

package display

/*
#cgo LDFLAGS: -lX11 -lGL
#include <string.h>
#include <X11/Xlib.h>
#include <GL/glx.h>

static int failed;
static int quiet(Display *d, XErrorEvent *e) { failed = 1; return 0; }

// version makes a context on a window that is never mapped. It answers 0 and
// the version; 1 when no X server answers; 2 when there is no OpenGL. It stays
// connected when it answers 0: a server without a desktop starts over when its only
// client leaves, and does not answer the toolkit meanwhile.
static int version(char *out, int size) {
	int one, two, answer = 2;
	int want[] = { GLX_RGBA, GLX_DOUBLEBUFFER, GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8, GLX_BLUE_SIZE, 8, None };
	Display *d = XOpenDisplay(NULL);
	if (!d) return 1;
	failed = 0;
	XErrorHandler before = XSetErrorHandler(quiet);
	XVisualInfo *v = glXQueryExtension(d, &one, &two) ? glXChooseVisual(d, DefaultScreen(d), want) : NULL;
	if (v) {
		GLXContext c = glXCreateContext(d, v, NULL, True);
		XSync(d, False);
		if (c && !failed) {
			XSetWindowAttributes a;
			memset(&a, 0, sizeof a);
			a.colormap = XCreateColormap(d, RootWindow(d, v->screen), v->visual, AllocNone);
			Window w = XCreateWindow(d, RootWindow(d, v->screen), 0, 0, 1, 1, 0, v->depth, InputOutput, v->visual,
				CWColormap | CWBorderPixel, &a);
			if (glXMakeCurrent(d, w, c)) {
				const char *said = (const char *)glGetString(GL_VERSION);
				if (said) { strncpy(out, said, size - 1); answer = 0; }
				glXMakeCurrent(d, None, NULL);
			}
			XDestroyWindow(d, w);
			XFreeColormap(d, a.colormap);
		}
		if (c) glXDestroyContext(d, c);
		XFree(v);
	}
	XSync(d, False);
	XSetErrorHandler(before);
	if (failed) answer = 2;
	if (answer) XCloseDisplay(d);
	return answer;
}
*/
import "C"

import (
	"cmp"
	"errors"
	"net"
	"os"
	"path/filepath"
)

var (
	errNoDisplay = errors.New("no display answers")
	errNoGL      = errors.New("no OpenGL context")
	// onWayland stands for a version: a compositor draws with OpenGL ES itself,
	// and the toolkit asks it for a context in its own way.
	onWayland = "2.1 by the Wayland compositor"
)

// probe asks the display that the toolkit would take: Wayland first.
func probe() (version string, err error) {
	if os.Getenv("FYNE_PLATFORM") != "x11" && wayland() {
		return onWayland, nil
	}
	var text [200]C.char
	switch C.version(&text[0], C.int(len(text))) {
	case 0:
		return C.GoString(&text[0]), nil
	case 1:
		return "", errNoDisplay
	}
	return "", errNoGL
}

// wayland says whether a compositor answers.
func wayland() bool {
	socket := os.Getenv("WAYLAND_DISPLAY")
	if socket == "" {
		return false
	}
	if !filepath.IsAbs(socket) {
		socket = filepath.Join(cmp.Or(os.Getenv("XDG_RUNTIME_DIR"), "/nonexistent"), socket)
	}
	c, err := net.Dial("unix", socket)
	if err != nil {
		return false
	}
	c.Close()
	return true
}
