package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// SecretField enters a secret and, once it is stored, only says that it is. It
// never shows one.
type SecretField struct {
	widget.BaseWidget
	// OnStore gets a new secret; the page stores it and answers with Stored or
	// Failed. OnForget is asked for by Forget, OnCopy by Copy (nil hides it).
	OnStore  func(vault.Secret)
	OnForget func()
	OnCopy   func()
	// Check says what is wrong with a typed value before it is stored.
	Check func(vault.Secret) words.Text
	Clean func(string) string
	// Instead stands in place of the entry for a secret that comes from a file.
	Instead fyne.CanvasObject

	host        *Host
	label, help string
	placeholder string
	body        *fyne.Container
	field       *Field
	storing     bool
}

// NewSecretField begins without knowing whether a secret is stored.
func NewSecretField(host *Host, label, help, placeholder string) *SecretField {
	s := &SecretField{host: host, label: label, help: help, placeholder: placeholder, body: Column(GapTight)}
	s.ExtendBaseWidget(s)
	s.put(Strong(label), Muted(L("Opening the keychain…")))
	return s
}

// CreateRenderer is Fyne's.
func (s *SecretField) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(s.body) }

// Input is what takes the keyboard, nil while the secret is stored.
func (s *SecretField) Input() fyne.Focusable {
	if s.field == nil {
		return nil
	}
	return s.field.Input()
}

func (s *SecretField) put(objects ...fyne.CanvasObject) {
	s.body.Objects = objects
	s.body.Refresh()
	s.Refresh()
}

// Absent offers the entry. The entry is a new one each time, so that nothing of
// an earlier secret stays in its undo history.
func (s *SecretField) Absent() {
	s.storing = false
	if s.Instead != nil {
		s.put(Strong(s.label), s.Instead)
		return
	}
	s.field = PasswordField(s.label, s.help, s.placeholder)
	s.field.Clean = s.Clean
	s.field.Check = func(v string) words.Text {
		switch {
		case v == "":
			return words.T("Paste or type it first.")
		case s.Check != nil:
			return s.Check(vault.NewSecret(v))
		}
		return words.Text{}
	}
	s.field.Submit(func() { s.Store() })
	s.field.OnLeft = func() {
		if s.Typed() {
			s.Store()
		}
	}
	s.ask()
}

// replace offers the entry, and the keyboard goes there.
func (s *SecretField) replace() {
	s.Absent()
	if c := canvasOf(s); c != nil && s.field != nil {
		c.Focus(s.field.Input())
	}
}

// ask shows the entry as it is.
func (s *SecretField) ask(below ...fyne.CanvasObject) {
	store := NewButtonWithIcon(L("Store in the keychain"), theme.LoginIcon(), func() { s.Store() })
	s.put(append([]fyne.CanvasObject{s.field, Row(Gap, -1, store)}, below...)...)
}

// Typed is whether something was typed that is not stored yet.
func (s *SecretField) Typed() bool { return s.field != nil && s.field.Value() != "" }

// Store gives what was typed to OnStore; it is false when that is no secret,
// which the field then says. What was typed stays in the field until it is in the
// keychain.
func (s *SecretField) Store() bool {
	if s.storing {
		return true
	}
	if s.field == nil || !s.field.Validate() {
		return false
	}
	s.storing = true
	s.put(s.field, Muted(L("Storing it in the keychain…")))
	if s.OnStore != nil {
		s.OnStore(vault.NewSecret(s.field.Value()))
	}
	return true
}

// Stored says that the secret is in the keychain; detail is for instance its
// expiry, fingerprint tells two secrets apart, below are lines of their own.
func (s *SecretField) Stored(fingerprint, detail string, below ...string) {
	s.field, s.storing = nil, false
	text := Line(detail).As(Clip, ColorMuted)
	if fingerprint != "" {
		text.SetText(L("Fingerprint %s", fingerprint) + joined(detail))
	}
	line := Row(Gap, 1, Badge(MarkDone, L("In the keychain")), text)
	if s.OnCopy != nil {
		line.Add(QuietButton(L("Copy"), theme.ContentCopyIcon(), s.OnCopy))
	}
	line.Add(QuietButton(L("Replace"), theme.ViewRefreshIcon(), s.replace))
	line.Add(QuietButton(L("Forget"), theme.DeleteIcon(), s.askForget))
	shown := []fyne.CanvasObject{Strong(s.label), line}
	for _, more := range below {
		shown = append(shown, Small(more))
	}
	s.put(shown...)
}

func joined(detail string) string {
	if detail == "" {
		return ""
	}
	return "  ·  " + detail
}

func (s *SecretField) askForget() {
	before := append([]fyne.CanvasObject(nil), s.body.Objects...)
	ask := NewConfirmCard(L("Remove it from the keychain of this computer?"),
		L("Microsoft and the booking server keep theirs; it must be entered again here."),
		L("Forget"), L("Keep"), true, func(yes bool) {
			s.put(before...)
			if yes && s.OnForget != nil {
				s.OnForget()
			}
		})
	s.put(append(before, ask)...)
}

// Failed says why the keychain could not be asked or refused, and offers to
// enter the secret, or what was typed once more.
func (s *SecretField) Failed(p *problem.Problem) {
	s.storing = false
	if !s.Typed() {
		s.Absent()
	}
	if s.field == nil {
		s.put(append(s.body.Objects, ProblemCard(s.host, p))...)
		return
	}
	s.ask(ProblemCard(s.host, p))
}
