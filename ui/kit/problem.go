package kit

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/problem"
)

// ProblemCard shows a problem where it stays: title, detail, what to do
// (numbered, commands to copy), links, and the ids to quote to support.
func ProblemCard(host *Host, p *problem.Problem) fyne.CanvasObject {
	return ProblemAs(host, MarkFail, p)
}

// ProblemAs is a ProblemCard in the colour of another mark, for a warning or
// something merely to know.
func ProblemAs(host *Host, mark Mark, p *problem.Problem) fyne.CanvasObject {
	if p == nil {
		return Column(0)
	}
	_, icon := iconAt(mark.Icon(), 20)
	body := Column(Gap, TopRow(Gap, 1, icon, Strong(Say(p.Title))))
	body.Add(Pad(0, 0, 0, 28, problemBody(host, p)))
	return Tinted(mark.Tint(), mark.Color(), body)
}

// ProblemRows is a problem without its ids and in few lines, for a place that has
// little room.
func ProblemRows(host *Host, p *problem.Problem) fyne.CanvasObject {
	rows := Column(GapTight, Strong(Say(p.Title)))
	for _, r := range p.Remedies {
		row := Row(Gap, 0, NewText(Say(r.Text)))
		rows.Add(row)
		switch {
		case !r.Place.IsZero():
			row.Add(TakeThere(host, r.Place))
		case r.Command != "":
			rows.Add(Command(host, r.Command))
		}
	}
	return Tinted(MarkAttention.Tint(), MarkAttention.Color(), rows)
}

// TakeThere is the button that opens a place in Roomkey.
func TakeThere(host *Host, to problem.Place) *Button {
	return QuietButton(L("Take me there"), theme.NavigateNextIcon(), func() { host.Lead(to) })
}

// problemBody is everything of a problem but its title.
func problemBody(host *Host, p *problem.Problem) *fyne.Container {
	body := Column(Gap)
	if !p.Detail.IsZero() {
		body.Add(NewText(Say(p.Detail)))
	}
	for i, r := range p.Remedies {
		number := styled(&Text{Fit: Whole, Color: ColorMuted, Style: fyne.TextStyle{Bold: true}}, strconv.Itoa(i+1)+".")
		remedy := Column(GapTight, NewText(Say(r.Text)))
		switch {
		case !r.Place.IsZero() && host != nil && host.Lead != nil:
			remedy.Add(Row(0, -1, TakeThere(host, r.Place)))
		case r.Command != "":
			remedy.Add(Command(host, r.Command))
		}
		body.Add(TopRow(Gap, 1, number, remedy))
	}
	for _, l := range p.Links {
		body.Add(Link(host, Say(l.Title), l.URL))
	}
	body.Add(Row(GapTight, 0, Small(problemIDs(p)),
		NewCopyButton(host, L("Copy details"), func() string { return problemDetails(p) })))
	return body
}

func problemIDs(p *problem.Problem) string {
	s := p.Code.String()
	for _, q := range p.Quotes() {
		s += "  ·  " + Say(q)
	}
	return s
}

// problemDetails is the whole problem as text, to paste into a ticket.
func problemDetails(p *problem.Problem) string {
	lines := []string{problemIDs(p), Say(p.Title)}
	if !p.Detail.IsZero() {
		lines = append(lines, Say(p.Detail))
	}
	for i, r := range p.Remedies {
		lines = append(lines, strconv.Itoa(i+1)+". "+Say(r.Text))
		if r.Command != "" {
			lines = append(lines, "   "+problem.Clean(r.Command))
		}
	}
	for _, l := range p.Links {
		lines = append(lines, Say(l.Title)+": "+l.URL)
	}
	return strings.Join(lines, "\n") + "\n"
}

// Command is a command on a ground of its own with a copy button.
func Command(host *Host, command string) fyne.CanvasObject {
	ground := Ground(theme.ColorNameInputBackground, Pad(4, 4, 4, 10,
		Row(Gap, 0, Mono(command), NewCopyButton(host, "", func() string { return command }))))
	ground.Radius, ground.Border = 6, ColorLine
	return ground
}

// Link is a hyperlink that opens in the browser.
func Link(host *Host, title, address string) fyne.CanvasObject {
	link := widget.NewHyperlink(problem.Line(title), nil)
	link.OnTapped = func() { host.Open(address) }
	return Row(0, -1, Pad(-6, 0, -6, -8, link))
}
