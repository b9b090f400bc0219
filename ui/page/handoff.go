package page

import (
	"context"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/ui/kit"
)

// openHandOff shows what a colleague who may consent needs.
func (p *planner) openHandOff(plan register.Plan) {
	var h session.HandOff
	p.env.Scope.Run(func(context.Context) (err error) {
		h, err = p.env.Session.RegisterHandOff(plan)
		return err
	}, func(err error) {
		if err != nil {
			p.fail(problem.Of(err))
			return
		}
		p.handOff = p.handOffCard(h)
		p.show()
		p.page.frame.ToTop()
	})
}

func (p *planner) handOffCard(h session.HandOff) fyne.CanvasObject {
	column := kit.Column(kit.GapWide, kit.Heading(kit.L("For a colleague who can consent")))
	if h.ClientID != "" && h.PermissionsPage != "" {
		column.Add(p.address(kit.L("This application's permissions, where you select “Grant admin consent”"), h.PermissionsPage))
	}
	if h.ConsentLink != "" {
		column.Add(p.address(kit.L("Or send the colleague the consent link"), h.ConsentLink))
	} else if h.ClientID != "" {
		column.Add(kit.Muted(kit.L("There is no consent link, because the application has no redirect URI that could receive the response.")))
	}
	list := kit.Column(kit.Gap)
	for i, t := range h.Checklist {
		list.Add(kit.TopRow(kit.Gap, 1, kit.Muted(strconv.Itoa(i+1)+".").As(kit.Whole, kit.ColorMuted), kit.NewText(kit.Say(t))))
	}
	column.Add(list)
	save := kit.NewButtonWithIcon(kit.L("Save plan, checklist and script…"), theme.DocumentSaveIcon(), func() { p.saveHandOff(h) })
	again := kit.NewButtonWithIcon(kit.L("Check what was granted"), theme.ViewRefreshIcon(), func() {
		p.result = nil
		p.makePlan()
	})
	done := kit.QuietButton(kit.L("Close"), theme.CancelIcon(), func() {
		p.handOff = nil
		p.show()
	})
	column.Add(kit.Row(kit.Gap, -1, save, p.able(again), done))
	return kit.Card(column)
}

// address is an address to open or to copy, on one line.
func (p *planner) address(title, address string) fyne.CanvasObject {
	ground := kit.Ground(theme.ColorNameInputBackground, kit.Pad(4, 4, 4, 10, kit.Row(kit.GapTight, 0, kit.Mono(address).As(kit.Clip, ""),
		kit.QuietButton(kit.L("Open"), theme.ComputerIcon(), func() { p.env.Host.Open(address) }),
		kit.NewCopyButton(p.env.Host, kit.L("Copy"), func() string { return address }))))
	ground.Radius, ground.Border = 6, kit.ColorLine
	return kit.Column(kit.GapTight, kit.NewText(title), ground)
}

func (p *planner) saveHandOff(h session.HandOff) {
	p.env.Files.Folder(func(folder string) {
		var paths []string
		p.env.Scope.Run(func(context.Context) (err error) {
			paths, err = h.Save(folder)
			return err
		}, func(err error) {
			p.notice.fail(problem.Of(err))
			if err == nil {
				p.notice.good(kit.L("%d files were written to %s: the plan, a checklist and a script that a privileged colleague runs. No secret is in them.", len(paths), folder))
			}
			p.page.frame.ToTop()
			p.page.relayout()
		})
	})
}
