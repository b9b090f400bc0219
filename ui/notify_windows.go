package ui

import (
	"time"
	"unsafe"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
	"golang.org/x/sys/windows"
)

// notify shows a notification by an icon in the notification area, which goes
// again. Fyne would run PowerShell for it, which scanners stop.
func notify(_ fyne.App, w fyne.Window, text string) {
	native, ok := w.(driver.NativeWindow)
	if !ok {
		return
	}
	native.RunNative(func(context any) {
		if c, ok := context.(driver.WindowsWindowContext); ok {
			balloon(c.HWND, text)
		}
	})
}

// iconData is NOTIFYICONDATAW of shellapi.h.
type iconData struct {
	size        uint32
	window      uintptr
	id, flags   uint32
	callback    uint32
	icon        uintptr
	tip         [128]uint16
	state, mask uint32
	info        [256]uint16
	version     uint32
	title       [64]uint16
	infoFlags   uint32
	guid        windows.GUID
	balloon     uintptr
}

// shellapi.h, winuser.h.
const (
	nimAdd, nimDelete                = 0, 2
	nifIcon, nifTip, nifInfo         = 0x2, 0x4, 0x10
	niifInfo                         = 1
	applicationIcon          uintptr = 32512
	// balloonTime is how long the icon stays: as long as Windows shows what it says.
	balloonTime = 10 * time.Second
)

var (
	notifyIcon = windows.NewLazySystemDLL("shell32.dll").NewProc("Shell_NotifyIconW")
	loadIcon   = windows.NewLazySystemDLL("user32.dll").NewProc("LoadIconW")
)

func balloon(window uintptr, text string) {
	d := iconData{window: window, id: 1, flags: nifIcon | nifTip | nifInfo, infoFlags: niifInfo}
	d.size = uint32(unsafe.Sizeof(d))
	d.icon, _, _ = loadIcon.Call(0, applicationIcon)
	put(d.tip[:], "Roomkey")
	put(d.title[:], "Roomkey")
	put(d.info[:], text)
	if shown, _, _ := notifyIcon.Call(nimAdd, uintptr(unsafe.Pointer(&d))); shown != 0 {
		time.AfterFunc(balloonTime, func() { notifyIcon.Call(nimDelete, uintptr(unsafe.Pointer(&d))) })
	}
}

// put writes a text as far as there is room, with a zero at its end.
func put(to []uint16, text string) {
	u, err := windows.UTF16FromString(text)
	if err != nil {
		return // a zero in a title: nothing to say
	}
	copy(to[:len(to)-1], u)
}
