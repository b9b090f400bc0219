package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/page"
)

// navWidth is the width of the left side.
const navWidth float32 = 272

func (s *Shell) navigation() fyne.CanvasObject {
	brand := kit.Row(10, 1, kit.Logo(28), kit.Heading(kit.L("Roomkey")))
	s.switcher = kit.SelectField("", "", nil)
	s.switcher.OnChanged = s.Load
	s.steps = kit.NewStepList(s.Go)
	s.others = kit.NewStepList(s.Go)
	s.nav = kit.Column(kit.GapWide, kit.Pad(2, 8, 2, 8, brand), kit.Pad(0, 4, 0, 4, s.switcher), s.steps)
	side := container.New(lowSide{s}, kit.Dock(nil, s.others, nil, nil, kit.NewVScroll(kit.Pad(0, 4, 0, 0, s.nav))))
	panel := kit.Ground(kit.ColorPanel, kit.Pad(18, 12, 12, 12, side))
	return kit.AtLeast(navWidth, 0, kit.Dock(nil, nil, nil, kit.Rule(), panel))
}

// lowSide lets the steps leave out their details where not all of them would be
// seen.
type lowSide struct{ s *Shell }

// lowWindow is the height under which they do.
const lowWindow float32 = 560

func (l lowSide) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.s.steps.Compact(size.Height < lowWindow)
	objects[0].Resize(size)
}

func (l lowSide) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

// tell shows again on which pages something is not saved.
func (s *Shell) tell() { s.showNavigation(s.known) }

func (s *Shell) showNavigation(steps []setup.Step) {
	s.known = steps
	var items []kit.Item
	for _, st := range steps {
		item := kit.Item{ID: st.ID, Title: kit.Say(st.Title), Detail: kit.Say(st.Reason), Mark: page.StepMark(st.State)}
		if s.env.Unsaved[st.ID] {
			item.Detail = kit.L("Not saved yet.")
			if st.State == setup.Done {
				item.Mark = kit.MarkReady
			}
		}
		items = append(items, item)
	}
	if s.steps.Len() != len(items) {
		s.showMenu(steps)
	}
	s.steps.Set(items)
	s.steps.Select(s.route)
	s.others.Set([]kit.Item{{ID: page.RouteSettings, Title: kit.L("Settings"), Icon: theme.SettingsIcon()}})
	s.others.Select(s.route)
	hide(s.switcher, s.env.Session == nil)
	s.nav.Refresh()
}
