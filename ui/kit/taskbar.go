package kit

import (
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/task"
)

// TaskBar stands at the bottom of the window: each task that runs, how far it
// is, and its cancel.
type TaskBar struct {
	Object fyne.CanvasObject
	// OnLong is told when a task has ended that ran so long that the person may
	// have turned to something else, and that nobody cancelled.
	OnLong func(title string)
	// OnChange is told the titles of what runs, "" for nothing, each time that
	// changes.
	OnChange func(titles string)

	idle  fyne.CanvasObject
	lines *fyne.Container
	jobs  []*job
}

// long is how long work takes that nobody watches to its end.
const long = 10 * time.Second

type job struct {
	title     string
	cancel    func()
	begun     time.Time
	cancelled bool

	line    fyne.CanvasObject
	now     *Text
	bar     *widget.ProgressBar
	endless *widget.ProgressBarInfinite
	stop    *Button
}

// NewTaskBar is a bar with nothing in it.
func NewTaskBar() *TaskBar {
	b := &TaskBar{lines: Column(0), idle: barLine(Muted(L("Nothing is running.")).As(Clip, ColorMuted))}
	b.Object = Ground(ColorPanel, Column(0, Rule(), b.lines))
	b.show()
	return b
}

func barLine(o fyne.CanvasObject) fyne.CanvasObject {
	return AtLeast(0, 30, Pad(2, 16, 2, 24, Row(GapWide, 0, o)))
}

// Rule is a hairline.
func Rule() fyne.CanvasObject { return AtLeast(1, 1, Ground(ColorLine, Column(0))) }

// Busy reports whether something is shown.
func (b *TaskBar) Busy() bool { return len(b.jobs) > 0 }

func (b *TaskBar) begin(title string, cancel func()) *job {
	j := &job{title: title, cancel: cancel, begun: time.Now(), now: Muted("").As(Clip, ColorMuted), bar: widget.NewProgressBar(), endless: widget.NewProgressBarInfinite()}
	j.bar.TextFormatter = func() string { return "" }
	j.bar.Hide()
	j.stop = NewButtonWithIcon(L("Cancel"), theme.CancelIcon(), func() {
		j.cancelled = true
		j.now.SetText(L("Stopping…"))
		j.stop.Disable()
		j.cancel()
	})
	measure := AtLeast(180, 10, container.NewStack(j.bar, j.endless))
	j.line = AtLeast(0, 44, Pad(4, 16, 4, 24, Row(GapWide, 1, Strong(title).As(Whole, ""), j.now, measure, j.stop)))
	b.jobs = append(b.jobs, j)
	b.show()
	return j
}

func (b *TaskBar) progress(j *job, p task.Progress) {
	now := Say(p.Now)
	if now == j.title {
		now = "" // it stands beside it
	}
	if p.Total > 0 {
		now = fmt.Sprintf("%d / %d   %s", p.Done, p.Total, now)
		j.bar.SetValue(float64(p.Done) / float64(p.Total))
	}
	if p.Total > 0 != j.bar.Visible() {
		j.bar.Hidden, j.endless.Hidden = p.Total <= 0, p.Total > 0
		if p.Total > 0 {
			j.endless.Stop()
		} else {
			j.endless.Start()
		}
		b.Object.Refresh()
	}
	if !j.cancelled {
		j.now.SetText(now)
	}
}

func (b *TaskBar) end(j *job) {
	j.endless.Stop()
	for i := range b.jobs {
		if b.jobs[i] == j {
			b.jobs = append(b.jobs[:i], b.jobs[i+1:]...)
			break
		}
	}
	b.show()
	if b.OnLong != nil && !j.cancelled && time.Since(j.begun) >= long {
		b.OnLong(j.title)
	}
}

// show draws a line a job, the newest at the bottom.
func (b *TaskBar) show() {
	b.lines.Objects = nil
	var titles []string
	for _, j := range b.jobs {
		b.lines.Objects = append(b.lines.Objects, j.line)
		titles = append(titles, j.title)
	}
	if len(b.jobs) == 0 {
		b.lines.Objects = []fyne.CanvasObject{b.idle}
	}
	b.lines.Refresh()
	b.Object.Refresh()
	if b.OnChange != nil {
		b.OnChange(strings.Join(titles, ", "))
	}
}
