package kit

import (
	"embed"
	"image/color"
	"strings"
	"sync"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	"github.com/alecthomas/chroma/v2"
)

// CodeView shows a script with line numbers and highlighting. What is shown is
// made harmless; Copy gives the text as it is.
type CodeView struct {
	Object fyne.CanvasObject
	grid   *widget.TextGrid
	name   *Text
	text   string
}

// NewCodeView is an empty view; save is called by its Save button, nil hides it.
func NewCodeView(host *Host, save func()) *CodeView {
	v := &CodeView{grid: widget.NewTextGrid(), name: Strong("").As(Clip, "")}
	v.grid.ShowLineNumbers = true
	v.grid.Scroll = fyne.ScrollBoth
	head := Row(GapTight, 0, v.name, NewCopyButton(host, L("Copy"), func() string { return v.text }))
	if save != nil {
		head.Add(QuietButton(L("Save…"), theme.DocumentSaveIcon(), save))
	}
	body := container.New(frameLayout{}, Column(0, Pad(4, 6, 4, 14, head), Rule()), Pad(6, 4, 4, 8, v.grid), Column(0))
	ground := Ground(theme.ColorNameInputBackground, body)
	ground.Border, ground.Radius, ground.Pad = ColorLine, 8, 1
	v.Object = ground
	return v
}

// Text is what Copy gives.
func (v *CodeView) Text() string { return v.text }

// SetText shows PowerShell that was highlighted by Highlight.
func (v *CodeView) SetText(name, text string, rows []widget.TextGridRow) {
	v.text = text
	v.name.SetText(name)
	v.grid.Rows = rows
	v.grid.Refresh()
	v.grid.ScrollToTop()
}

// highlighted is how much of a script is coloured: the rest of a very long one
// is data.
const highlighted = 200_000

//go:embed powershell.xml
var powershellRules embed.FS

// powershell is chroma's, alone: with all 250 languages of its package, each start
// of the window would read all of them.
var powershell = sync.OnceValue(func() chroma.Lexer {
	return chroma.Coalesce(chroma.MustNewXMLLexer(powershellRules, "powershell.xml"))
})

// Highlight colours PowerShell, away from the UI thread for a long script. Each
// rune that could turn or hide what follows is shown as U+FFFD.
func Highlight(text string) []widget.TextGridRow {
	head, tail := text, ""
	if len(text) > highlighted {
		cut := strings.LastIndexByte(text[:highlighted], '\n') + 1
		head, tail = text[:cut], text[cut:]
	}
	b := gridBuilder{rows: []widget.TextGridRow{{}}}
	tokens, err := powershell().Tokenise(nil, head)
	if err != nil {
		b.add(head, nil)
	} else {
		for token := range tokens.Stdlib() {
			b.add(token.Value, styleOf(token.Type))
		}
	}
	b.add(tail, nil)
	rows := b.rows
	if n := len(rows); n > 1 && len(rows[n-1].Cells) == 0 {
		rows = rows[:n-1]
	}
	return rows
}

// HighlightDiff colours the output of diff -u.
func HighlightDiff(text string) []widget.TextGridRow {
	b := gridBuilder{rows: []widget.TextGridRow{{}}}
	for line := range strings.Lines(text) {
		var style widget.TextGridStyle
		switch line[0] {
		case '+':
			style = codeAdded
		case '-':
			style = codeRemoved
		case '@':
			style = codeComment
		}
		b.add(line, style)
	}
	return b.rows
}

type gridBuilder struct{ rows []widget.TextGridRow }

func (b *gridBuilder) add(text string, style widget.TextGridStyle) {
	last := &b.rows[len(b.rows)-1]
	for _, r := range strings.ToValidUTF8(text, "\uFFFD") {
		switch {
		case r == '\n':
			b.rows = append(b.rows, widget.TextGridRow{})
			last = &b.rows[len(b.rows)-1]
			continue
		case r == '\r' || r == '\uFEFF':
			continue
		case r == '\t':
			r = ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			r = '\uFFFD'
		}
		last.Cells = append(last.Cells, widget.TextGridCell{Rune: r, Style: style})
	}
}

// codeStyle colours by the theme of the moment, so that light and dark need no
// new highlighting.
type codeStyle struct {
	color fyne.ThemeColorName
	bold  bool
}

func (s codeStyle) Style() fyne.TextStyle        { return fyne.TextStyle{Monospace: true, Bold: s.bold} }
func (s codeStyle) TextColor() color.Color       { return theme.Color(s.color) }
func (s codeStyle) BackgroundColor() color.Color { return color.Transparent }

var (
	codeComment = &codeStyle{color: ColorCodeComment}
	codeString  = &codeStyle{color: ColorCodeString}
	codeKeyword = &codeStyle{color: ColorCodeKeyword}
	codeName    = &codeStyle{color: ColorCodeName}
	codeAdded   = &codeStyle{color: theme.ColorNameSuccess, bold: true}
	codeRemoved = &codeStyle{color: theme.ColorNameError, bold: true}
)

func styleOf(t chroma.TokenType) widget.TextGridStyle {
	switch {
	case t.InCategory(chroma.Comment):
		return codeComment
	case t.InSubCategory(chroma.LiteralString):
		return codeString
	case t.InCategory(chroma.Keyword):
		return codeKeyword
	case t == chroma.NameBuiltin, t == chroma.NameFunction:
		return codeName
	}
	return nil
}
