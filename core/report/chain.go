package report

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
)

// picture is the chain as it is drawn: rows of boxes with lines between them,
// in the units of its view box.
type picture struct {
	Width, Height int
	Boxes         []box
	Lines         []line
}

// box is one link; its texts stand below one another.
type box struct {
	evidence.Link
	Class               string
	X, Y, W, H          int
	Sign, Says          string
	Title               []textLine
	When                textLine
	SignX, SaysX, SignY int
}

type textLine struct {
	X, Y int
	Text string
}

// line joins a link with the one before it.
type line struct {
	Class  string
	Points string
}

// classes are how the states are drawn; what was not tested is dashed, so that
// it differs in black and white, too.
var classes = map[evidence.Standing]string{
	evidence.Works: "pass", evidence.Attention: "warn", evidence.Failed: "fail", evidence.Unknown: "unknown",
	evidence.Void: "warn idle", evidence.Untested: "skipped idle", evidence.NotReached: "skipped idle", evidence.Lacking: "skipped idle",
}

const (
	boxWidth, boxHeight = 176, 96
	boxGap, rowsGap     = 18, 28
	acrossMost          = 5
	titleRunes          = 18
)

// draw lays a chain out.
func draw(run check.Run, say func(evidence.Link) (title, text, when string)) picture {
	n := len(run.Chain)
	if n == 0 {
		return picture{}
	}
	rows := (n + acrossMost - 1) / acrossMost
	across := (n + rows - 1) / rows
	p := picture{Width: across*(boxWidth+boxGap) - boxGap + 4, Height: rows*(boxHeight+rowsGap) - rowsGap + 4}
	for i, l := range run.Chain {
		title, note, when := say(l)
		x, y := 2+i%across*(boxWidth+boxGap), 2+i/across*(boxHeight+rowsGap)
		b := box{Link: l, Class: classes[l.Standing], X: x, Y: y, W: boxWidth, H: boxHeight, Sign: l.Standing.Sign(), Says: note,
			SignX: x + 12, SaysX: x + 32, SignY: y + 24}
		for j, text := range wrap(title, titleRunes) {
			b.Title = append(b.Title, textLine{x + 12, y + 46 + 17*j, text})
		}
		b.When = textLine{x + 12, y + boxHeight - 10, when}
		if i > 0 {
			p.Lines = append(p.Lines, line{b.Class, join(p.Boxes[i-1], b)})
		}
		p.Boxes = append(p.Boxes, b)
	}
	return p
}

// join is the way from one box to the next: straight in a row, around the corner
// to the next row.
func join(a, b box) string {
	if a.Y == b.Y {
		return points(a.X+a.W, a.Y+a.H/2, b.X, b.Y+b.H/2)
	}
	middle := b.Y - rowsGap/2
	return points(a.X+a.W/2, a.Y+a.H, a.X+a.W/2, middle, b.X+b.W/2, middle, b.X+b.W/2, b.Y)
}

func points(numbers ...int) string {
	var b strings.Builder
	for i := 0; i+1 < len(numbers); i += 2 {
		fmt.Fprintf(&b, "%d,%d ", numbers[i], numbers[i+1])
	}
	return strings.TrimSpace(b.String())
}

// wrap breaks a title into at most two lines at its spaces.
func wrap(title string, most int) []string {
	lines := []string{""}
	for _, word := range strings.Fields(problem.Line(title)) {
		last := lines[len(lines)-1]
		switch {
		case last == "":
			lines[len(lines)-1] = word
		case utf8.RuneCountInString(last+" "+word) > most && len(lines) < 2:
			lines = append(lines, word)
		default:
			lines[len(lines)-1] = last + " " + word
		}
	}
	return lines
}
