package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// mapDrag is the frame that the mouse draws over a RoomMap.
type mapDrag struct {
	on       bool
	from, to fyne.Position
	// choosing is whether it chooses what it holds, or takes the choice away; was is the
	// choice of what it holds before.
	choosing bool
	was      map[string]bool
}

// Dragged chooses the rooms in the frame that is drawn; those that it leaves again are
// as they were.
func (m *RoomMap) Dragged(e *fyne.DragEvent) {
	if m.OnChoose == nil {
		return
	}
	d := &m.drag
	if !d.on {
		from := e.Position.Subtract(e.Dragged)
		_, cell := m.at(from)
		*d = mapDrag{on: true, from: from, choosing: cell == nil || !m.chosen[cell.Key], was: map[string]bool{}}
	}
	d.to = e.Position
	m.reveal(d.to.Y, 0)
	held := map[string]bool{}
	var taken []string
	for _, key := range m.within(d.from, d.to) {
		held[key] = true
		if _, already := d.was[key]; !already {
			d.was[key] = m.chosen[key]
			taken = append(taken, key)
		}
	}
	var back []string
	for key, was := range d.was {
		if !held[key] {
			delete(d.was, key)
			if was != d.choosing {
				back = append(back, key)
			}
		}
	}
	if len(taken) > 0 {
		m.choose(taken, d.choosing)
	}
	if len(back) > 0 {
		m.choose(back, !d.choosing)
	}
	m.draw()
}

// DragEnd takes the frame away.
func (m *RoomMap) DragEnd() {
	m.drag = mapDrag{}
	m.draw()
}

// within are the rooms between two corners.
func (m *RoomMap) within(a, b fyne.Position) (keys []string) {
	left, right, top, bottom := min(a.X, b.X), max(a.X, b.X), min(a.Y, b.Y), max(a.Y, b.Y)
	for _, shelf := range m.shelves[m.shelfBelow(top):] {
		if shelf.top > bottom {
			break
		}
		for _, l := range m.lines[shelf.from:shelf.to] {
			if l.top > bottom || l.top+mapCellHigh < top {
				continue
			}
			for _, c := range l.cells {
				if c.x <= right && c.x+c.wide >= left {
					keys = append(keys, c.cell.Key)
				}
			}
		}
	}
	return keys
}

func (m *RoomMap) fillDrag() {
	if !m.drag.on {
		return
	}
	a, b := m.drag.from, m.drag.to
	at := fyne.NewPos(min(a.X, b.X), min(a.Y, b.Y))
	frame := m.box(at, fyne.NewSize(max(a.X, b.X)-at.X, max(a.Y, b.Y)-at.Y), 0, theme.ColorNameSelection)
	outline(frame, 1, theme.ColorNamePrimary)
}
