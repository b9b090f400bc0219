package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Gaps between things, in Fyne's device-independent pixels.
const (
	GapTight  float32 = 4
	Gap       float32 = 8
	GapWide   float32 = 16
	GapBlocks float32 = 24
)

// Column stacks objects over the full width, without a gap for empty ones. Unlike Fyne's box it gives each
// its width first and asks for the height afterwards, so that wrapped text has
// the height that it needs at once.
func Column(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(column{gap}, objects...)
}

type column struct{ gap float32 }

func (l column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		o.Move(fyne.NewPos(0, y))
		if height := fit(o, size.Width); height > 0 {
			y += height + l.gap
		}
	}
}

func (l column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var min fyne.Size
	gap := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		min.Width = fyne.Max(min.Width, m.Width)
		if m.Height > 0 {
			min.Height += m.Height + gap
			gap = l.gap
		}
	}
	return min
}

// fit gives an object a width and then the height that it wants at that width,
// which it answers.
func fit(o fyne.CanvasObject, width float32) float32 {
	if o.Size().Width != width {
		o.Resize(fyne.NewSize(width, o.MinSize().Height))
	}
	height := o.MinSize().Height
	o.Resize(fyne.NewSize(width, height))
	return height
}

// Row puts objects side by side at their least width, centred vertically; the
// one at index stretch takes what is left (-1 for none).
func Row(gap float32, stretch int, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(row{gap: gap, stretch: stretch}, objects...)
}

// TopRow is Row with the objects aligned at the top.
func TopRow(gap float32, stretch int, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(row{gap: gap, stretch: stretch, top: true}, objects...)
}

type row struct {
	gap     float32
	stretch int
	top     bool
}

func (l row) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	free := size.Width
	for i, o := range objects {
		if !o.Visible() {
			continue
		}
		if i != l.stretch {
			free -= o.MinSize().Width
		}
		free -= l.gap
	}
	free += l.gap
	x := float32(0)
	for i, o := range objects {
		if !o.Visible() {
			continue
		}
		width := o.MinSize().Width
		if i == l.stretch {
			width = fyne.Max(free, 0)
		}
		height := fit(o, width)
		y := float32(0)
		if !l.top {
			y = fyne.Max((size.Height-height)/2, 0)
		}
		o.Move(fyne.NewPos(x, y))
		x += width + l.gap
	}
}

func (l row) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var min fyne.Size
	gap := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		min.Height = fyne.Max(min.Height, m.Height)
		min.Width += m.Width + gap
		gap = l.gap
	}
	return min
}

// Pad puts space around an object.
func Pad(top, right, bottom, left float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(pad{top, right, bottom, left}, o)
}

type pad struct{ top, right, bottom, left float32 }

func (p pad) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(p.left, p.top))
		o.Resize(within(size, p.left+p.right, p.top+p.bottom))
	}
}

// within is what is left of a size, nothing less: what has no room yet is laid out
// all the same, and a negative size is not to be painted.
func within(size fyne.Size, width, height float32) fyne.Size {
	return fyne.NewSize(max(size.Width-width, 0), max(size.Height-height, 0))
}

func (p pad) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var min fyne.Size
	for _, o := range objects {
		min = min.Max(o.MinSize())
	}
	return min.AddWidthHeight(p.left+p.right, p.top+p.bottom)
}

// ReadableWidth is how wide a page of text and fields gets at most.
const ReadableWidth float32 = 840

// Readable keeps its object at a readable width, at the left.
func Readable(o fyne.CanvasObject) *fyne.Container { return container.New(readable{}, o) }

type readable struct{}

func (readable) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(0, 0))
		o.Resize(fyne.NewSize(fyne.Min(size.Width, ReadableWidth), size.Height))
	}
}

func (readable) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var min fyne.Size
	for _, o := range objects {
		min = min.Max(o.MinSize())
	}
	return min
}

// AtLeast gives an object a least size.
func AtLeast(width, height float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(atLeast{fyne.NewSize(width, height)}, o)
}

type atLeast struct{ size fyne.Size }

func (l atLeast) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.Position{})
		o.Resize(size)
	}
}

func (l atLeast) MinSize(objects []fyne.CanvasObject) fyne.Size {
	min := l.size
	for _, o := range objects {
		min = min.Max(o.MinSize())
	}
	return min
}

// Shares is an empty row whose objects share the width.
func Shares(shares []float32) *fyne.Container { return container.New(sharesLayout{shares: shares}) }

// SharesCentred is Shares with the objects in the middle of the row's height.
func SharesCentred(shares []float32) *fyne.Container {
	return container.New(sharesLayout{shares: shares, centre: true})
}

// SharesWithEnd is Shares whose last object has at least a width: what stands there
// is short and must not be broken.
func SharesWithEnd(shares []float32, end float32) *fyne.Container {
	return container.New(sharesLayout{shares: shares, end: end})
}

type sharesLayout struct {
	shares []float32
	centre bool
	end    float32
}

// widths are those of the objects.
func (l sharesLayout) widths(width float32) []float32 {
	widths, total, last := make([]float32, len(l.shares)), float32(0), len(l.shares)-1
	for _, s := range l.shares {
		total += s
	}
	end := max(width*l.shares[last]/total, l.end)
	for i, s := range l.shares[:last] {
		widths[i] = max(width-end, 0) * s / (total - l.shares[last])
	}
	widths[last] = end
	return widths
}

func (l sharesLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	x, widths := float32(0), l.widths(size.Width)
	for i, o := range objects {
		y := float32(0)
		if height := fit(o, widths[i]); l.centre {
			y = fyne.Max((size.Height-height)/2, 0)
		}
		o.Move(fyne.NewPos(x, y))
		x += widths[i]
	}
}

func (l sharesLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	height := float32(0)
	for _, o := range objects {
		height = fyne.Max(height, o.MinSize().Height)
	}
	return fyne.NewSize(120, height)
}

// Dock puts objects at the edges and gives the rest to the one in the middle;
// any of them may be nil. Unlike Fyne's border it leaves no gaps. Tab goes from top to
// bottom, and to the sides after the middle.
func Dock(top, bottom, left, right, middle fyne.CanvasObject) *fyne.Container {
	d := dock{top, bottom, left, right, middle}
	var objects []fyne.CanvasObject
	for _, o := range []fyne.CanvasObject{top, middle, left, right, bottom} {
		if o != nil {
			objects = append(objects, o)
		}
	}
	return container.New(d, objects...)
}

type dock struct{ top, bottom, left, right, middle fyne.CanvasObject }

func (d dock) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	at, rest := fyne.Position{}, size
	if shown(d.top) {
		height := fit(d.top, size.Width)
		d.top.Move(at)
		at.Y, rest.Height = height, rest.Height-height
	}
	if shown(d.bottom) {
		height := fit(d.bottom, size.Width)
		d.bottom.Move(fyne.NewPos(0, size.Height-height))
		rest.Height -= height
	}
	if shown(d.left) {
		width := d.left.MinSize().Width
		d.left.Move(at)
		d.left.Resize(fyne.NewSize(width, max(rest.Height, 0)))
		at.X, rest.Width = width, rest.Width-width
	}
	if shown(d.right) {
		width := d.right.MinSize().Width
		d.right.Move(fyne.NewPos(size.Width-width, at.Y))
		d.right.Resize(fyne.NewSize(width, max(rest.Height, 0)))
		rest.Width -= width
	}
	if shown(d.middle) {
		d.middle.Move(at)
		d.middle.Resize(within(rest, 0, 0))
	}
}

func shown(o fyne.CanvasObject) bool { return o != nil && o.Visible() }

func (d dock) MinSize([]fyne.CanvasObject) fyne.Size {
	var min fyne.Size
	for _, o := range []fyne.CanvasObject{d.left, d.middle, d.right} {
		if shown(o) {
			m := o.MinSize()
			min.Width += m.Width
			min.Height = fyne.Max(min.Height, m.Height)
		}
	}
	for _, o := range []fyne.CanvasObject{d.top, d.bottom} {
		if shown(o) {
			m := o.MinSize()
			min.Width = fyne.Max(min.Width, m.Width)
			min.Height += m.Height
		}
	}
	return min
}

// Wants is how high what is over a table would like to be.
type Wants struct {
	High float32
	// Least is how low it is still of use.
	Least float32
	// Insists shows it however little room there is, Whole leaves the table no more
	// than it must have.
	Insists, Whole bool
}

// Overview puts a picture of what a table shows over it: as high as it wants, at
// most two fifths if it is not wanted whole. Where the table would lose rows that it
// must have, nothing is over it, unless somebody insists: both are then as low as
// they can be, and the page around them scrolls.
func Overview(over, table fyne.CanvasObject, wants func() Wants) *fyne.Container {
	l := &overview{over: over, wants: wants, box: container.NewStack(over)}
	return container.New(l, l.box, table)
}

type overview struct {
	over  fyne.CanvasObject
	wants func() Wants
	box   *fyne.Container
}

// leastOver is how low a picture is of use if it does not say so itself.
const leastOver float32 = 100

// want is how high the picture would be, and how high it must be to be shown.
func (l *overview) want() (w Wants, least float32) {
	if w = l.wants(); !l.over.Visible() {
		w = Wants{}
	}
	return w, min(w.High, max(w.Least, leastOver))
}

func (l *overview) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	table := objects[1]
	wants, least := l.want()
	free := size.Height - table.MinSize().Height
	if !wants.Whole {
		free = min(free, size.Height*2/5)
	}
	high := min(wants.High, max(free, least))
	if !wants.Insists && size.Height-high < table.MinSize().Height {
		high = 0
	}
	l.box.Hidden = high == 0
	l.box.Move(fyne.Position{})
	l.box.Resize(fyne.NewSize(size.Width, high))
	table.Move(fyne.NewPos(0, high))
	table.Resize(within(size, 0, high))
}

func (l *overview) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := objects[1].MinSize()
	if wants, least := l.want(); wants.Insists {
		size.Height += least
	}
	return size
}
