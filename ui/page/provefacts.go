package page

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/ui/kit"
)

// comparison is what got better and what got worse since the run before.
func comparison(run *diagnosis) fyne.CanvasObject {
	changes := check.Compare(*run.before, run.Run)
	since := at(changes.Before, run.Finished)
	if len(changes.Better)+len(changes.Worse) == 0 {
		return kit.Small(kit.L("Every check that the test of %s also made found the same again.", since))
	}
	column := kit.Column(kit.GapTight, kit.Strong(kit.L("Since the test of %s: %d better, %d worse", since, len(changes.Better), len(changes.Worse))))
	for _, part := range []struct {
		mark    kit.Mark
		text    string
		changes []check.Change
	}{{kit.MarkFail, kit.L("worse"), changes.Worse}, {kit.MarkDone, kit.L("better"), changes.Better}} {
		unseen := 0
		for _, c := range part.changes {
			if c.After == check.Skipped {
				unseen++ // they follow from the others
				continue
			}
			column.Add(marked(part.mark, kit.L("%s: %s (%s, was %s)", part.text, c.Title, statusName(c.After), statusName(c.Before)), ""))
		}
		if unseen > 0 {
			column.Add(marked(kit.MarkSkipped, kit.L("not checked because of it: %d", unseen), ""))
		}
	}
	return column
}

// statusName is a status in words.
func statusName(status check.Status) string {
	switch status {
	case check.Pass:
		return kit.L("passes")
	case check.Warn:
		return kit.L("warns")
	case check.Fail:
		return kit.L("fails")
	case check.Skipped:
		return kit.L("not tested")
	}
	return kit.L("unknown")
}

// featureList is what the product does and whether it will, and what nobody
// exercised.
func featureList(run check.Run) fyne.CanvasObject {
	column := kit.Column(kit.Gap)
	if len(run.Features) > 0 {
		column.Add(kit.Heading(kit.L("What will work")))
		column.Add(kit.Muted(kit.L("Based on the tests: a feature works only if every check that covers it passed.")))
	}
	for _, f := range run.Features {
		mark, text := kit.MarkUnknown, kit.L("unproven")
		switch f.State {
		case check.FeatureWorks:
			mark, text = kit.MarkDone, kit.L("works")
		case check.FeatureBroken:
			mark, text = kit.MarkFail, kit.L("will not work")
		}
		column.Add(marked(mark, kit.L("%s: %s", f.Title, text), kit.Say(f.Because)))
	}
	if len(run.Unproven) > 0 {
		column.Add(kit.Strong(kit.L("Not tested")))
	}
	for _, u := range run.Unproven {
		column.Add(marked(kit.MarkUnknown, kit.Say(u), ""))
	}
	return kit.Card(column)
}

// marked is a wrapping line with a mark before it.
func marked(mark kit.Mark, text, detail string) fyne.CanvasObject {
	note := kit.Column(1, kit.NewText(text))
	if detail != "" {
		note.Add(kit.Small(detail))
	}
	return kit.TopRow(kit.Gap, 1, kit.Pad(2, 0, 0, 0, kit.MarkIcon(mark, 16)), note)
}

// endpointList is the list for the people who run the firewall.
func endpointList(host *kit.Host, endpoints []check.Endpoint) fyne.CanvasObject {
	column := kit.Column(kit.Gap, kit.Heading(kit.L("For the firewall of the booking server")),
		kit.Muted(kit.L("What the booking server needs in this cloud. What this computer reaches says nothing about what the server reaches.")))
	for _, e := range endpoints {
		line := kit.Shares([]float32{1, 3.7, 3})
		line.Add(kit.NewText(direction(e)))
		line.Add(kit.Pad(0, 12, 0, 0, kit.Mono(fmt.Sprintf("%s:%d", problem.Line(e.Host), e.Port))))
		line.Add(kit.Small(kit.Say(e.Why)))
		column.Add(kit.Rule())
		column.Add(line)
	}
	column.Add(kit.Row(0, -1, kit.NewCopyButton(host, kit.L("Copy the list"), func() string { return endpointText(endpoints) })))
	return kit.Card(column)
}

func direction(e check.Endpoint) string {
	if e.Direction == "in" {
		return kit.L("Inbound")
	}
	return kit.L("Outbound")
}

// endpointText is the list as a table that a mail or a ticket takes.
func endpointText(endpoints []check.Endpoint) string {
	var b strings.Builder
	for _, e := range endpoints {
		fmt.Fprintf(&b, "%s\t%s\tTCP %d\t%s\n", direction(e), problem.Line(e.Host), e.Port, problem.Line(kit.Say(e.Why)))
	}
	return b.String()
}

// layerShares leave "not needed" room at the least width of the window.
var layerShares = []float32{2, 1, 1, 1, 1}

// permissionTable shows the four layers of truth about each permission.
func (p *Prove) permissionTable(rows []permission.Layers) fyne.CanvasObject {
	column := kit.Column(kit.Gap, kit.Heading(kit.L("Permissions, in four layers")),
		kit.Muted(kit.L("Declared on the application, consented by an administrator, carried by the token, and proven by a call. What could not be read is unknown and counts as not good.")))
	head := kit.Shares(layerShares)
	for _, title := range []string{kit.L("Permission"), kit.L("Declared"), kit.L("Consented"), kit.L("In token"), kit.L("Proven")} {
		head.Add(kit.Small(title).As(kit.Clip, kit.ColorMuted))
	}
	column.Add(kit.Pad(kit.Gap, 0, 0, 0, head))
	for _, r := range rows {
		line := kit.Shares(layerShares)
		name := kit.Column(2, kit.Mono(r.Value).As(kit.Clip, ""))
		if text := p.permissionNote(r); text != "" {
			name.Add(kit.Small(text))
		}
		line.Add(kit.Pad(0, 12, 0, 0, name))
		for _, layer := range []permission.Truth{r.Declared, r.Consented, r.InToken, r.Proven} {
			line.Add(layerMark(layer))
		}
		column.Add(kit.Rule())
		column.Add(line)
	}
	return kit.Card(column)
}

// permissionNote is why the product needs a permission, or what to know about one
// that it does not ask for.
func (p *Prove) permissionNote(l permission.Layers) string {
	entry, _ := p.env.Home.Permissions().Get(l.Value)
	if entry.Dangerous != "" && l.InToken == permission.Yes {
		return kit.L("Dangerous: %s", entry.Dangerous)
	}
	if !l.Wanted {
		return kit.L("The product does not request it.")
	}
	for _, n := range p.env.Session.Needs().Permissions {
		if n.Ref == l.Ref {
			return kit.L(n.Reason)
		}
	}
	return ""
}

func layerMark(layer permission.Truth) fyne.CanvasObject {
	mark, text := kit.MarkUnknown, kit.L("unknown")
	switch layer {
	case permission.Yes:
		mark, text = kit.MarkDone, kit.L("yes")
	case permission.No:
		mark, text = kit.MarkFail, kit.L("no")
	case permission.NotApplicable:
		mark, text = kit.MarkSkipped, kit.L("not needed")
	}
	return kit.MarkedText(mark, text)
}
