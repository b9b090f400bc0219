package kit

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// menuLength is how many options fit a plain menu; more are searched.
const menuLength = 10

// choice is Fyne's select whose options, when they are many, are found by typing.
type choice struct {
	widget.Select
	search  *search
	focused bool
}

func newChoice(changed func(string)) *choice {
	c := &choice{}
	c.PlaceHolder, c.OnChanged = L("(Select one)"), changed
	c.ExtendBaseWidget(c)
	return c
}

// Tapped opens the options.
func (c *choice) Tapped(e *fyne.PointEvent) {
	if c.Disabled() || len(c.Options) <= menuLength {
		c.Select.Tapped(e)
		return
	}
	if at := canvasOf(c); at != nil {
		at.Focus(c)
		c.open("")
	}
}

func (c *choice) CreateRenderer() fyne.WidgetRenderer {
	return ringed(c.Select.CreateRenderer(), 1, func() bool { return c.focused })
}

// FocusGained scrolls the page to the choice.
func (c *choice) FocusGained() {
	c.focused = true
	c.Refresh()
	InSight(c)
}

// FocusLost takes the ring away.
func (c *choice) FocusLost() {
	c.focused = false
	c.Refresh()
}

// TypedKey opens the options, or gives the page what the choice has no use for.
func (c *choice) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyUp, fyne.KeyDown:
		if len(c.Options) > menuLength {
			c.open("")
			return
		}
		c.Select.TypedKey(e)
	case fyne.KeyLeft, fyne.KeyRight:
		c.Select.TypedKey(e)
	default:
		pass(c, e)
	}
}

// TypedRune begins to search.
func (c *choice) TypedRune(r rune) {
	if len(c.Options) > menuLength && unicode.IsPrint(r) && r != ' ' {
		c.open(string(r))
	}
}

func (c *choice) open(typed string) {
	at := canvasOf(c)
	if at == nil || c.search != nil && c.search.pop.Visible() {
		return
	}
	c.search = newSearch(c, typed)
	c.search.show(at)
}

// search is the list of a choice's options with an entry above it.
type search struct {
	of      *choice
	entry   *searchEntry
	list    *widget.List
	none    *Text
	folded  []string
	visible []int
	marked  int
	pop     *widget.PopUp
	// most is the size that the window has room for, row the height of an option.
	most fyne.Size
	row  float32
	// above is whether the list stands above its choice: it keeps its height there, for
	// it would stand apart from the choice, or its entry would jump.
	above bool
}

func newSearch(of *choice, typed string) *search {
	s := &search{of: of, entry: &searchEntry{}, none: Muted(L("Nothing matches.")), marked: -1}
	for _, o := range of.Options {
		s.folded = append(s.folded, Fold(o))
	}
	s.entry.search = s
	s.entry.SetPlaceHolder(L("Search"))
	s.entry.ExtendBaseWidget(s.entry)
	row := func() fyne.CanvasObject {
		mark := canvas.NewRectangle(nil)
		mark.CornerRadius, mark.StrokeWidth = 4, 2
		return container.NewStack(mark, Pad(0, Gap, 0, 0, Row(Gap, 1, AtLeast(16, 16, widget.NewIcon(nil)), Line(""))))
	}
	s.row = row().MinSize().Height + theme.Padding()
	s.list = widget.NewList(func() int { return len(s.visible) }, row,
		func(i widget.ListItemID, o fyne.CanvasObject) {
			parts, name := o.(*fyne.Container).Objects, s.of.Options[s.visible[i]]
			mark, row := parts[0].(*canvas.Rectangle), parts[1].(*fyne.Container).Objects[0].(*fyne.Container)
			mark.Hidden = i != s.marked
			mark.FillColor, mark.StrokeColor = theme.Color(ColorRow), theme.Color(theme.ColorNamePrimary)
			mark.Refresh()
			icon := row.Objects[0].(*fyne.Container).Objects[0].(*widget.Icon)
			icon.SetResource(nil)
			if name == s.of.Selected {
				icon.SetResource(theme.ConfirmIcon())
			}
			row.Objects[1].(*Text).SetText(name)
		})
	s.list.HideSeparators = true
	s.list.OnSelected = func(i widget.ListItemID) { s.take(i) }
	s.entry.OnChanged = func(string) { s.filter() }
	s.entry.Text = typed
	s.entry.CursorColumn = len([]rune(typed))
	s.filter()
	return s
}

// show puts the list under the choice, or above it where there is more room; it
// never covers the whole window.
func (s *search) show(at fyne.Canvas) {
	from, size := position(s.of), s.of.Size()
	width := min(max(size.Width, 320), at.Size().Width-2*GapWide)
	below, above := at.Size().Height-from.Y-size.Height-GapWide, from.Y-GapWide
	height := min(360, max(below, above))
	place := fyne.NewPos(min(from.X, at.Size().Width-width-GapWide), from.Y+size.Height)
	if s.above = height > below; s.above {
		place.Y = from.Y - height
	}
	body := Dock(s.entry, nil, nil, nil, Dock(s.none, nil, nil, nil, overWheel(s.list, func(_ fyne.CanvasObject, e *fyne.ScrollEvent) {
		s.list.ScrollToOffset(s.list.GetScrollOffset() - faster(e).Scrolled.DY)
	})))
	s.pop = widget.NewPopUp(body, at)
	s.pop.ShowAtPosition(place)
	s.most = fyne.NewSize(width, height)
	s.fit()
	at.Focus(s.entry)
	s.mark(s.current())
}

// current is the row of what is chosen, else the first.
func (s *search) current() int {
	for row, i := range s.visible {
		if s.of.Options[i] == s.of.Selected {
			return row
		}
	}
	return 0
}

func (s *search) filter() {
	s.visible = s.visible[:0]
	want := strings.Fields(Fold(s.entry.Text))
	for i, option := range s.folded {
		if containsAll(option, want) {
			s.visible = append(s.visible, i)
		}
	}
	s.none.Hidden = len(s.visible) > 0
	s.list.UnselectAll()
	s.list.Refresh()
	s.mark(0)
	if s.pop != nil {
		s.pop.Content.Refresh()
		s.fit()
	}
}

// fit makes the list below its choice as high as what it has to show.
func (s *search) fit() {
	least := s.pop.MinSize().Height - s.list.MinSize().Height
	if needs := least + float32(len(s.visible))*s.row; needs < s.most.Height && !s.above {
		s.pop.Resize(fyne.NewSize(s.most.Width, needs))
		return
	}
	s.pop.Resize(s.most)
}

func containsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

func (s *search) mark(row int) {
	s.marked = min(max(row, 0), len(s.visible)-1)
	if s.marked >= 0 && s.pop != nil {
		s.list.ScrollTo(s.marked)
		s.list.Refresh()
	}
}

func (s *search) take(row int) {
	if row < 0 || row >= len(s.visible) {
		return
	}
	option := s.of.Options[s.visible[row]]
	s.pop.Hide()
	s.of.SetSelected(option)
}

// searchEntry is the entry above the list: its arrows move in the list.
type searchEntry struct {
	widget.Entry
	search *search
}

// TypedRune leaves out a space at the beginning: the space bar opened the list.
func (e *searchEntry) TypedRune(r rune) {
	if r != ' ' || e.Text != "" {
		e.Entry.TypedRune(r)
	}
}

// TypedKey moves in the list, takes what is marked, or closes the list.
func (e *searchEntry) TypedKey(k *fyne.KeyEvent) {
	s := e.search
	switch k.Name {
	case fyne.KeyDown:
		s.mark(s.marked + 1)
	case fyne.KeyUp:
		s.mark(s.marked - 1)
	case fyne.KeyPageDown:
		s.mark(s.marked + 8)
	case fyne.KeyPageUp:
		s.mark(s.marked - 8)
	case fyne.KeyReturn, fyne.KeyEnter:
		s.take(s.marked)
	case fyne.KeyEscape:
		s.pop.Hide()
	default:
		e.Entry.TypedKey(k)
	}
}

// Fold makes text comparable for a search: without case and accents.
func Fold(text string) string {
	if isASCII(text) {
		return strings.ToLower(text)
	}
	plain, _, err := transform.String(transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn))), text)
	if err != nil {
		plain = text
	}
	return strings.ToLower(plain)
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
