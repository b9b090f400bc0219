package kit

import "fyne.io/fyne/v2"

// mapKeys is where the keyboard is on a RoomMap: a line, and a cell of it or, before
// the first, its title.
type mapKeys struct{ line, cell int }

const mapTitle = -1

var _ fyne.Focusable = (*RoomMap)(nil)

// FocusGained shows where the keyboard is.
func (m *RoomMap) FocusGained() {
	m.focused = true
	m.goTo(m.keys.line, m.keys.cell)
}

// TypedKey goes to another room, floor or, with Page Up and Down, building, and
// presses it.
func (m *RoomMap) TypedKey(e *fyne.KeyEvent) {
	k := &m.keys
	if len(m.lines) == 0 {
		pass(m, e)
		return
	}
	switch e.Name {
	case fyne.KeyRight:
		if k.cell+1 < len(m.lines[k.line].cells) {
			m.goTo(k.line, k.cell+1)
		} else if k.line+1 < len(m.lines) {
			m.goTo(k.line+1, mapTitle)
		}
	case fyne.KeyLeft:
		if k.cell > m.first(k.line) {
			m.goTo(k.line, k.cell-1)
		} else if k.line > 0 {
			m.goTo(k.line-1, len(m.lines[k.line-1].cells)-1)
		}
	case fyne.KeyDown:
		m.goTo(k.line+1, k.cell)
	case fyne.KeyUp:
		m.goTo(k.line-1, k.cell)
	case fyne.KeyPageDown:
		m.goTo(m.building(1), mapTitle)
	case fyne.KeyPageUp:
		m.goTo(m.building(-1), mapTitle)
	case fyne.KeyHome:
		m.goTo(0, mapTitle)
	case fyne.KeyEnd:
		m.goTo(len(m.lines)-1, len(m.cells))
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		if m.OnChoose == nil {
			pass(m, e)
			return
		}
		m.press(&m.lines[k.line], m.here())
		m.hover(m.here()) // a change of the choice told of nothing
	default:
		pass(m, e)
	}
}

// first is the first cell of a line, or its title where it has one.
func (m *RoomMap) first(line int) int {
	if m.lines[line].title == "" {
		return 0
	}
	return mapTitle
}

// building is the line of the next building one way or the other, else the line at the
// end.
func (m *RoomMap) building(step int) int {
	i := m.keys.line + step
	for i > 0 && i < len(m.lines)-1 && !m.lines[i].building {
		i += step
	}
	return i
}

// here is the cell with the keyboard, nil on a title.
func (m *RoomMap) here() *Cell {
	if m.keys.cell == mapTitle {
		return nil
	}
	return m.lines[m.keys.line].cells[m.keys.cell].cell
}

// goTo moves the keyboard to a cell, or as near to it as there is one, and tells about
// it as if the mouse was there.
func (m *RoomMap) goTo(line, cell int) {
	if len(m.lines) == 0 {
		return
	}
	line = max(0, min(line, len(m.lines)-1))
	m.keys.line, m.keys.cell = line, max(m.first(line), min(cell, len(m.lines[line].cells)-1))
	m.reveal(m.lines[line].top, m.lines[line].height)
	m.hover(m.here())
	m.draw()
}

// fillKeys draws the ring around what has the keyboard.
func (m *RoomMap) fillKeys() {
	if !m.focused || m.keys.line >= len(m.lines) {
		return
	}
	l := m.lines[m.keys.line]
	at, wide := fyne.NewPos(l.left, l.top), mapTitleWide-Gap
	if l.building {
		wide = max(l.wide, mapTitleWide)
	}
	if m.keys.cell != mapTitle && m.keys.cell < len(l.cells) {
		at.X, wide = l.cells[m.keys.cell].x, l.cells[m.keys.cell].wide
	}
	m.ring(at, fyne.NewSize(wide, l.height-mapCellGap))
}
