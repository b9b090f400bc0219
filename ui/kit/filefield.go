package kit

import (
	"fyne.io/fyne/v2/theme"
)

// fileInput is the input of a Field that takes a file.
type fileInput struct {
	press, forget *Button
	name          *Text
	file          string
}

// FileField is a file that is chosen with a button; its value is the file's
// name, which the caller sets when it has taken the file. Forget is called when
// the person wants none after all.
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
		name = L("No file chosen.")
	}
	i.name.SetText(name)
}
