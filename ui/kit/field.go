package kit

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Option is one entry of a selection: what is stored and what is shown.
type Option struct{ ID, Name string }

// Field is a labelled input with a help line and a sentence about what is wrong
// with it. The sentence appears when the person leaves the field, and follows
// every change from then on.
type Field struct {
	widget.BaseWidget
	// Label is what stands above the input.
	Label string
	// Check says what is wrong with a value, nothing when it is fine; nil
	// accepts everything.
	Check func(value string) words.Text
	// Clean is applied to what is pasted and to what is left in the field.
	Clean func(pasted string) string
	// OnChanged gets every new value that the person makes.
	OnChanged func(value string)
	// OnLeft is called when the person leaves an entry.
	OnLeft func()

	column  *fyne.Container
	wrong   *fyne.Container
	text    *Text
	help    *Text
	entry   *entry
	choice  *choice
	toggle  *Check
	file    *fileInput
	options []Option
	touched bool
	setting bool
}

// TextField is a one-line entry.
func TextField(label, help, placeholder string) *Field {
	f := &Field{entry: newEntry(false)}
	f.entry.SetPlaceHolder(placeholder)
	f.watch()
	return f.build(label, help, overWheel(f.entry, turnPage))
}

// PasswordField is an entry that shows bullets.
func PasswordField(label, help, placeholder string) *Field {
	f := &Field{entry: newEntry(true)}
	f.entry.SetPlaceHolder(placeholder)
	f.watch()
	return f.build(label, help, overWheel(f.entry, turnPage))
}

// LinesField is an entry of several lines.
func LinesField(label, help, placeholder string, rows int) *Field {
	f := &Field{entry: newEntry(false)}
	f.entry.MultiLine, f.entry.Wrapping, f.entry.Scroll = true, fyne.TextWrapOff, fyne.ScrollBoth
	f.entry.SetMinRowsVisible(rows)
	f.entry.SetPlaceHolder(placeholder)
	f.watch()
	over := overWheel(f.entry, turnPage)
	// Lines that do not fit turn by themselves.
	over.Objects[1].(*wheel).fits = func() bool { return strings.Count(f.entry.Text, "\n") < rows }
	return f.build(label, help, over)
}

// SelectField is a choice of one option.
func SelectField(label, help string, options []Option) *Field {
	f := &Field{}
	f.choice = newChoice(func(string) { f.changed() })
	frame := Ground(theme.ColorNameInputBackground, f.choice)
	frame.Border, frame.Radius, frame.Pad = theme.ColorNameInputBorder, 6, 1
	f.build(label, help, frame)
	f.SetOptions(options)
	return f
}

// SwitchField is a yes or no; its value is "true" or "false".
func SwitchField(label, help string) *Field {
	f := &Field{}
	f.toggle = NewCheck(label, func(bool) { f.changed() })
	f.build("", help, Pad(-6, 0, -6, -8, f.toggle))
	f.Label = label
	return f
}

func (f *Field) watch() {
	f.entry.OnChanged = func(string) { f.changed() }
	f.entry.left = func() {
		if f.entry.Text != "" || f.touched {
			f.Validate()
		}
		if f.OnLeft != nil {
			f.OnLeft()
		}
	}
	f.entry.clean = func(s string) string {
		if f.Clean != nil {
			return f.Clean(s)
		}
		return s
	}
}

func (f *Field) build(label, help string, input fyne.CanvasObject) *Field {
	_, icon := iconAt(MarkFail.Icon(), 16)
	f.text = NewText("").As(Wrap, theme.ColorNameError)
	f.wrong = TopRow(6, 1, Pad(2, 0, 0, 0, icon), f.text)
	f.wrong.Hide()
	f.help = Small(help)
	f.Label = label
	f.column = Column(GapTight)
	if label != "" {
		f.column.Add(Strong(label))
	}
	f.column.Add(input)
	f.column.Add(f.wrong)
	if help == "" {
		f.help.Hide()
	}
	f.column.Add(f.help)
	f.ExtendBaseWidget(f)
	return f
}

// CreateRenderer is Fyne's.
func (f *Field) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(f.column) }

func (f *Field) changed() {
	if f.setting {
		return
	}
	if f.touched {
		f.Validate()
	}
	if f.OnChanged != nil {
		f.OnChanged(f.Value())
	}
}

// Value is what is in the field; for a selection the option's ID.
func (f *Field) Value() string {
	switch {
	case f.entry != nil:
		return f.entry.Text
	case f.toggle != nil:
		if f.toggle.Checked {
			return "true"
		}
		return "false"
	case f.file != nil:
		return f.file.file
	}
	for _, o := range f.options {
		if o.Name == f.choice.Selected {
			return o.ID
		}
	}
	return ""
}

// SetValue puts a value in without OnChanged.
func (f *Field) SetValue(value string) {
	f.setting = true
	defer func() { f.setting = false }()
	switch {
	case f.entry != nil:
		f.entry.SetText(value)
	case f.toggle != nil:
		f.toggle.SetChecked(value == "true")
	case f.file != nil:
		f.file.set(value)
		f.column.Refresh()
	default:
		f.choice.ClearSelected()
		for _, o := range f.options {
			if o.ID == value {
				f.choice.SetSelected(o.Name)
			}
		}
	}
	if f.touched {
		f.Validate()
	}
}

// SetOptions replaces the options of a selection and keeps the value.
func (f *Field) SetOptions(options []Option) {
	value := f.Value()
	f.options = make([]Option, len(options))
	f.choice.Options = nil
	for i, o := range options {
		o.Name = problem.Line(o.Name)
		f.options[i] = o
		f.choice.Options = append(f.choice.Options, o.Name)
	}
	f.SetValue(value)
}

// SetHelp replaces the help line.
func (f *Field) SetHelp(help string) {
	f.help.SetText(help)
	f.help.Hidden = help == ""
	f.column.Refresh()
}

// Validate shows what is wrong with the value and reports whether nothing is.
func (f *Field) Validate() bool {
	f.touched = true
	var text words.Text
	if f.Check != nil {
		text = f.Check(f.Value())
	}
	f.Say(text)
	return text.IsZero()
}

// lacks is whether the field is empty and must not be.
func (f *Field) lacks() bool {
	switch {
	case f.entry != nil:
		return f.entry.Text == "" && f.Check != nil && !f.Check("").IsZero()
	case f.choice != nil:
		return f.choice.Selected == ""
	}
	return false
}

// Say shows a sentence about what is wrong, or takes it away.
func (f *Field) Say(text words.Text) {
	if text.IsZero() == !f.wrong.Visible() && f.text.Text() == Say(text) {
		return
	}
	f.text.SetText(Say(text))
	if text.IsZero() {
		f.wrong.Hide()
	} else {
		f.touched = true
		f.wrong.Show()
	}
	f.column.Refresh()
	f.Refresh()
}

// Wrong is the sentence that is shown, "" for none.
func (f *Field) Wrong() string {
	if f.wrong.Visible() {
		return f.text.Text()
	}
	return ""
}

// Input is what takes the keyboard.
func (f *Field) Input() fyne.Focusable {
	switch {
	case f.entry != nil:
		return f.entry
	case f.toggle != nil:
		return f.toggle
	case f.file != nil:
		return f.file.press
	}
	return f.choice
}

// Submit is called when Enter is pressed in the entry.
func (f *Field) Submit(press func()) {
	if f.entry != nil {
		f.entry.OnSubmitted = func(string) { press() }
	}
}

// entry is Fyne's with cleaning of what is pasted.
type entry struct {
	widget.Entry
	clean func(string) string
	left  func()
}

func newEntry(password bool) *entry {
	e := &entry{}
	e.Password = password
	e.Scroll = fyne.ScrollHorizontalOnly
	e.ExtendBaseWidget(e)
	return e
}

// FocusGained scrolls the page to the field.
func (e *entry) FocusGained() {
	e.Entry.FocusGained()
	InSight(e)
}

// TypedKey gives the page what one line has no use for.
func (e *entry) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyPageUp, fyne.KeyPageDown, fyne.KeyEscape, fyne.KeyF1:
		if !e.MultiLine {
			pass(e, k)
			return
		}
	case fyne.KeyReturn, fyne.KeyEnter:
		if !e.MultiLine && e.OnSubmitted == nil {
			pass(e, k)
			return
		}
	}
	e.Entry.TypedKey(k)
}

// FocusLost cleans what was typed and lets the field judge it.
func (e *entry) FocusLost() {
	e.Entry.FocusLost()
	if e.clean != nil {
		if cleaned := e.clean(e.Text); cleaned != e.Text {
			e.SetText(cleaned)
		}
	}
	if e.left != nil {
		e.left()
	}
}

// TypedShortcut pastes cleaned text.
func (e *entry) TypedShortcut(s fyne.Shortcut) {
	paste, ok := s.(*fyne.ShortcutPaste)
	if !ok || e.clean == nil || paste.Clipboard == nil {
		e.Entry.TypedShortcut(s)
		return
	}
	e.Entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: cleaned{paste.Clipboard, e.clean}})
}

// cleaned is a clipboard whose content was cleaned.
type cleaned struct {
	fyne.Clipboard
	clean func(string) string
}

func (c cleaned) Content() string { return c.clean(c.Clipboard.Content()) }
