package kit

import (
	"time"

	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// tickTime is how long a pressed copy button shows its tick.
const tickTime = 1500 * time.Millisecond

// CopyButton copies text and answers with a tick.
type CopyButton struct {
	Button
	host *Host
	stop func()
}

// NewCopyButton is a button that copies what text answers when it is pressed;
// label may be empty.
func NewCopyButton(host *Host, label string, text func() string) *CopyButton {
	b := &CopyButton{host: host}
	b.self, b.Text, b.Icon, b.Importance = b, label, theme.ContentCopyIcon(), widget.LowImportance
	b.OnTapped = func() {
		host.Copy(text())
		b.Tick()
	}
	b.ExtendBaseWidget(b)
	return b
}

// Tick shows that something was copied.
func (b *CopyButton) Tick() {
	b.Button.SetIcon(MarkDone.Icon())
	if b.stop != nil {
		b.stop()
	}
	if b.host != nil && b.host.After != nil {
		b.stop = b.host.After(tickTime, func() { b.Button.SetIcon(theme.ContentCopyIcon()) })
	}
}
