package kit

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/task"
)

// TaskBar stands at the bottom of the window: what runs now, how far it is, and
// its cancel.
type TaskBar struct {
	Object  fyne.CanvasObject
	title   *Text
	now     *Text
	more    *Text
	bar     *widget.ProgressBar
	endless *widget.ProgressBarInfinite
	measure *fyne.Container
	stop    *Button
	jobs    []*job
}

type job struct {
	title     string
	cancel    func()
	progress  task.Progress
	cancelled bool
}

// NewTaskBar is a bar with nothing in it.
func NewTaskBar() *TaskBar {
	b := &TaskBar{
		title:   Strong("").As(Whole, ""),
		now:     Muted("").As(Clip, ColorMuted),
		more:    Small("").As(Whole, ColorMuted),
		bar:     widget.NewProgressBar(),
		endless: widget.NewProgressBarInfinite(),
	}
	b.endless.Stop()
	b.bar.TextFormatter = func() string { return "" }
	b.stop = NewButtonWithIcon(L("Cancel"), theme.CancelIcon(), func() {
		if n := len(b.jobs); n > 0 {
			b.jobs[n-1].cancelled = true
			b.jobs[n-1].cancel()
			b.show()
		}
	})
	b.measure = AtLeast(180, 10, container.NewStack(b.bar, b.endless))
	line := Row(GapWide, 1, b.title, b.now, b.more, b.measure, b.stop)
	b.Object = Ground(ColorPanel, Column(0, Rule(), AtLeast(0, 44, Pad(4, 16, 4, 24, line))))
	b.show()
	return b
}

// Rule is a hairline.
func Rule() fyne.CanvasObject { return AtLeast(1, 1, Ground(ColorLine, Column(0))) }

// Running is the title of what runs, "" for nothing.
func (b *TaskBar) Running() string {
	if len(b.jobs) == 0 {
		return ""
	}
	return b.jobs[len(b.jobs)-1].title
}

// Busy reports whether something is shown.
func (b *TaskBar) Busy() bool { return len(b.jobs) > 0 }

func (b *TaskBar) begin(title string, cancel func()) *job {
	j := &job{title: title, cancel: cancel}
	b.jobs = append(b.jobs, j)
	b.show()
	return j
}

func (b *TaskBar) progress(j *job, p task.Progress) { j.progress = p; b.show() }

func (b *TaskBar) end(j *job) {
	for i := range b.jobs {
		if b.jobs[i] == j {
			b.jobs = append(b.jobs[:i], b.jobs[i+1:]...)
			break
		}
	}
	b.show()
}

// show draws the newest job.
func (b *TaskBar) show() {
	n := len(b.jobs)
	if n == 0 {
		b.endless.Stop()
		b.title.SetText("")
		b.now.SetText(L("Nothing is running."))
		b.more.SetText("")
		b.measure.Hide()
		b.stop.Hide()
		b.Object.Refresh() // the line starts again where the title ended
		return
	}
	j := b.jobs[n-1]
	b.title.SetText(j.title)
	now := Say(j.progress.Now)
	if j.progress.Total > 0 {
		now = fmt.Sprintf("%d / %d   %s", j.progress.Done, j.progress.Total, now)
		b.bar.SetValue(float64(j.progress.Done) / float64(j.progress.Total))
	}
	if j.cancelled {
		now = L("Stopping…")
		b.stop.Disable()
	} else {
		b.stop.Enable()
	}
	b.now.SetText(now)
	b.more.SetText("")
	b.stop.SetText(L("Cancel"))
	if n > 1 {
		var others []string
		for _, o := range b.jobs[:n-1] {
			others = append(others, o.title)
		}
		b.more.SetText(L("Also running: %s", strings.Join(others, ", ")))
		b.stop.SetText(L("Cancel: %s", j.title))
	}
	b.measure.Show()
	b.stop.Show()
	if j.progress.Total > 0 {
		b.endless.Stop()
		b.endless.Hide()
		b.bar.Show()
	} else {
		b.bar.Hide()
		b.endless.Show()
		b.endless.Start()
	}
	b.Object.Refresh()
}
