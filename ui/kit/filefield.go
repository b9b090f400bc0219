package kit

import (
	"fyne.io/fyne/v2/theme"
)

// fileInput is the input of a Field that takes a file.
type fileInput struct {
	press, forget *Button
	name          *Text
	file          string
	content       []byte
}

// FileField is a file that is chosen with a button; its value is the file's
// name, which the caller sets with the content when it has taken the file. Forget
// is called when the person wants none after all.
func FileField(label, help string, choose, forget func()) *Field {
	f := &Field{file: &fileInput{
		press:  NewButtonWithIcon(L("Choose a file…"), theme.FolderOpenIcon(), choose),
		forget: QuietButton(L("Remove file"), theme.ContentClearIcon(), forget),
		name:   Line("").As(Clip, ColorMuted),
	}}
	f.file.set("")
	return f.build(label, help, Row(Gap, 1, f.file.press, f.file.name, f.file.forget))
}

func (i *fileInput) set(name string) {
	i.file = name
	i.forget.Hidden = name == ""
	if name == "" {
		i.content = nil
		name = L("No file chosen.")
	}
	i.name.SetText(name)
}

// SetFile shows the file that was taken, no name for none.
func (f *Field) SetFile(name string, content []byte) {
	f.file.content = content
	f.SetValue(name)
}

// TakesFile is whether the field is for a file.
func (f *Field) TakesFile() bool { return f.file != nil }

// File is the content of the file, nil for none and for a field of another kind.
func (f *Field) File() []byte {
	if f.file == nil {
		return nil
	}
	return f.file.content
}
