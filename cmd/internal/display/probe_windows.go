package display

import (
	"errors"
	"os"
	"runtime"
	"strings"
	"syscall"
	"unsafe"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

const softLibrary = "opengl32.dll"

var errNoDisplay = errors.New("no display")

var (
	user32   = syscall.NewLazyDLL("user32.dll")
	gdi32    = syscall.NewLazyDLL("gdi32.dll")
	kernel32 = syscall.NewLazyDLL("kernel32.dll")
	// The program links to opengl32 itself, so that this name is the one that
	// was loaded with it: the system's, or Mesa's in the child process.
	opengl32 = syscall.NewLazyDLL(softLibrary)
)

// pixelFormat is Win32's PIXELFORMATDESCRIPTOR.
type pixelFormat struct {
	size, version                             uint16
	flags                                     uint32
	pixelType, colorBits                      byte
	_                                         [13]byte
	depthBits, stencilBits, auxBuffers, layer byte
	_                                         byte
	layerMask, visibleMask, damageMask        uint32
}

// probe makes the smallest OpenGL context on a window that is never shown, and
// gives the version that it says.
func probe() (version string, err error) {
	runtime.LockOSThread() // a context belongs to its thread
	defer runtime.UnlockOSThread()
	for _, f := range []*syscall.LazyProc{
		opengl32.NewProc("wglCreateContext"), opengl32.NewProc("wglMakeCurrent"),
		opengl32.NewProc("wglDeleteContext"), opengl32.NewProc("glGetString"),
	} {
		if err := f.Find(); err != nil {
			return "", err
		}
	}
	class, _ := syscall.UTF16PtrFromString("STATIC")
	window, _, err := user32.NewProc("CreateWindowExW").Call(0, uintptr(unsafe.Pointer(class)), 0,
		0x80000000 /* WS_POPUP */, 0, 0, 1, 1, 0, 0, 0, 0)
	if window == 0 {
		return "", err
	}
	defer user32.NewProc("DestroyWindow").Call(window)
	dc, _, err := user32.NewProc("GetDC").Call(window)
	if dc == 0 {
		return "", err
	}
	defer user32.NewProc("ReleaseDC").Call(window, dc)

	format := pixelFormat{version: 1, flags: 0x25 /* draw to a window, OpenGL, two buffers */, colorBits: 24}
	format.size = uint16(unsafe.Sizeof(format))
	chosen, _, err := gdi32.NewProc("ChoosePixelFormat").Call(dc, uintptr(unsafe.Pointer(&format)))
	if chosen == 0 {
		return "", err
	}
	if ok, _, err := gdi32.NewProc("SetPixelFormat").Call(dc, chosen, uintptr(unsafe.Pointer(&format))); ok == 0 {
		return "", err
	}
	context, _, err := opengl32.NewProc("wglCreateContext").Call(dc)
	if context == 0 {
		return "", err
	}
	defer opengl32.NewProc("wglDeleteContext").Call(context)
	if ok, _, err := opengl32.NewProc("wglMakeCurrent").Call(dc, context); ok == 0 {
		return "", err
	}
	defer opengl32.NewProc("wglMakeCurrent").Call(0, 0)
	const glVersion = 0x1F02
	text, _, _ := opengl32.NewProc("glGetString").Call(glVersion)
	if text == 0 {
		return "", errors.New("OpenGL does not say its version")
	}
	return ansi(text), nil
}

// ansi reads a C string that the driver owns.
func ansi(at uintptr) string {
	lstrlen := kernel32.NewProc("lstrlenA")
	n, _, _ := lstrlen.Call(at)
	copied := make([]byte, min(n, 200)+1)
	kernel32.NewProc("lstrcpynA").Call(uintptr(unsafe.Pointer(&copied[0])), at, uintptr(len(copied)))
	return strings.TrimRight(string(copied), "\x00")
}

func remedy() words.Text {
	return words.T("Put Mesa's opengl32.dll (64 bits) into the folder %s beside Roomkey.exe and start Roomkey again.", softFolder)
}

// libraryFolder has the libraries of child processes looked for in folder
// before the system's: what SetDllDirectory says is handed down to them.
func libraryFolder(folder string) error {
	path, err := syscall.UTF16PtrFromString(folder)
	if err != nil {
		return err
	}
	if ok, _, err := kernel32.NewProc("SetDllDirectoryW").Call(uintptr(unsafe.Pointer(path))); ok == 0 {
		return err
	}
	return nil
}

// tell shows a message box, or writes to the error stream where somebody reads
// that: a script that starts Roomkey must not wait for a click.
func tell(p *problem.Problem) {
	if kind, err := syscall.GetFileType(syscall.Handle(os.Stderr.Fd())); err == nil && kind != syscall.FILE_TYPE_UNKNOWN {
		p.Terminal(os.Stderr, nil)
		return
	}
	var b strings.Builder
	p.Terminal(&b, nil)
	title, _ := syscall.UTF16PtrFromString("Roomkey")
	text, err := syscall.UTF16PtrFromString(b.String())
	if err != nil {
		return
	}
	const iconError, foreground = 0x10, 0x10000
	user32.NewProc("MessageBoxW").Call(0, uintptr(unsafe.Pointer(text)), uintptr(unsafe.Pointer(title)), iconError|foreground)
}
