package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
)

// The exit statuses, documented in the README.
const (
	exitDone     = 0
	exitFailed   = 1
	exitUsage    = 2
	exitFindings = 3
	exitSignIn   = 4
	exitRefused  = 5
)

// terminal is where the command reads and writes. Results go to out (with
// --output json nothing else does), everything that is said on the way to err.
type terminal struct {
	in       *os.File
	out, err io.Writer
	json     bool
	// waits guards what follows: several may wait at once.
	waits sync.Mutex
	// last is the last line of a terminal, once something is shown on it, and said
	// what was said last of a wait elsewhere.
	last *progressLine
	said string
}

// status is an error that carries its exit status. A silent one has been shown
// already.
type status struct {
	code   int
	err    error
	silent bool
}

func (s *status) Error() string { return s.err.Error() }
func (s *status) Unwrap() error { return s.err }

// mistake is what is wrong with the command line.
type mistake words.Text

func (m mistake) Error() string { return words.Text(m).String() }

func usage(key words.Key, args ...any) error {
	return mistake(words.T(key, args...))
}

// exit shows err and gives the exit status for it.
func (t *terminal) exit(err error) int {
	if err == nil {
		return exitDone
	}
	var s *status
	var p *problem.Problem
	known := errors.As(err, &s)
	switch {
	case known && s.silent:
		return s.code
	case errors.As(err, &p):
		t.problem(p)
		if known {
			return s.code
		}
		return exitOf(p.Kind)
	}
	if said, ok := complaint(err); ok {
		t.mistyped(said)
		if known {
			return s.code
		}
		return exitUsage
	}
	t.problem(problem.Of(err))
	return exitFailed
}

// mistyped shows what is wrong with the command line.
func (t *terminal) mistyped(said words.Text) {
	if t.json {
		t.problem(problem.New(codeUsageCommand, said))
		return
	}
	printLine(t.err, "%s", said)
}

// exitOf is the documented status of a problem of this kind.
func exitOf(kind problem.Kind) int {
	switch kind {
	case problem.WrongInput, problem.Unsupported:
		return exitUsage
	case problem.SignInNeeded:
		return exitSignIn
	case problem.Refused, problem.Denied, problem.Throttled, problem.Blocked:
		return exitRefused
	}
	return exitFailed
}

// problem shows p on the error stream, as JSON when JSON was asked for.
func (t *terminal) problem(p *problem.Problem) {
	if t.json {
		_ = json.NewEncoder(t.err).Encode(map[string]any{"problem": p})
		return
	}
	p.Terminal(t.err, language)
}

// say says a sentence on the way to the result.
func (t *terminal) say(key words.Key, args ...any) { printLine(t.err, key, args...) }

// show writes a result: v as JSON, or what human writes.
func (t *terminal) show(v any, human func(w io.Writer)) error {
	if !t.json {
		human(t.out)
		return nil
	}
	e := json.NewEncoder(escaping{t.out})
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// escaping writes JSON so that it is harmless on a terminal, too: characters
// that steer one or are not seen become \u escapes, which mean
// the same. It is given whole characters.
type escaping struct{ to io.Writer }

func (e escaping) Write(p []byte) (int, error) {
	done := 0
	for i := 0; i < len(p); {
		if ' ' <= p[i] && p[i] < 0x7F {
			i++
			continue
		}
		r, size := utf8.DecodeRune(p[i:])
		broken := r == utf8.RuneError && size == 1
		if i += size; !broken && (r == '\n' || !problem.Invisible(r)) {
			continue
		}
		escaped := p[done : i-size : i-size]
		for _, unit := range utf16.AppendRune(nil, r) {
			escaped = fmt.Appendf(escaped, `\u%04x`, unit)
		}
		if _, err := e.to.Write(escaped); err != nil {
			return done, err
		}
		done = i
	}
	n, err := e.to.Write(p[done:])
	return done + n, err
}

// written is the result of a command that wrote files, which were named already
// where a person reads.
func (t *terminal) written(paths ...string) error {
	return t.show(map[string]any{"written": paths}, func(io.Writer) {})
}

// rows writes a plain table; cells are made harmless.
func rows(w io.Writer, header []words.Key, cells [][]string) {
	(&printer{w: w, header: header}).add(cells)
}

// printer writes a table as its rows come. Its columns are as wide as the rows so
// far want them.
type printer struct {
	w      io.Writer
	header []words.Key
	widths []int
}

// add writes more rows, the first time below the header.
func (t *printer) add(cells [][]string) {
	tw := table.NewWriter()
	tw.SetOutputMirror(t.w)
	style := table.StyleLight
	style.Options = table.OptionsNoBordersAndSeparators
	style.Format.Header = text.FormatUpper
	tw.SetStyle(style)
	if t.widths == nil {
		t.widths = make([]int, len(t.header))
		head := table.Row{}
		for i, h := range t.header {
			head = append(head, l(h))
			t.widths[i] = text.StringWidth(l(h))
		}
		tw.AppendHeader(head)
	}
	for _, c := range cells {
		row := table.Row{}
		for i, cell := range c {
			cell = short(problem.Line(cell))
			row = append(row, cell)
			t.widths[i] = max(t.widths[i], text.StringWidth(cell))
		}
		tw.AppendRow(row)
	}
	columns := make([]table.ColumnConfig, len(t.widths))
	for i, width := range t.widths {
		columns[i] = table.ColumnConfig{Number: i + 1, WidthMin: width}
	}
	tw.SetColumnConfigs(columns)
	tw.Render()
}

// short keeps a hostile name from filling the screen.
func short(s string) string {
	const most = 120
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// progress reports long work on the error stream, on one line of a terminal.
func (t *terminal) progress() task.Report {
	line := t.lastLine()
	if line == nil {
		return nil
	}
	return func(p task.Progress) {
		now := problem.Line(say(p.Now))
		if p.Total > 0 {
			now = fmt.Sprintf("%d/%d %s", p.Done, p.Total, now)
		}
		line.show(now)
		if p.Total > 0 && p.Done >= p.Total {
			line.show("")
		}
	}
}

// waiting says what is waited for: in the place of progress, or as a line where
// there is none.
func (t *terminal) waiting(what words.Text) {
	now := problem.Line(say(what))
	if line := t.lastLine(); line != nil {
		line.show(now)
		return
	}
	t.waits.Lock()
	defer t.waits.Unlock()
	if now != "" && now != t.said {
		t.said = now
		fmt.Fprintln(t.err, now)
	}
}

// lastLine is where progress is shown, nil where no person reads along.
func (t *terminal) lastLine() *progressLine {
	f, ok := t.err.(*os.File)
	if t.json || !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	t.waits.Lock()
	defer t.waits.Unlock()
	if t.last == nil {
		t.last = &progressLine{to: f, width: func() int {
			width, _, err := term.GetSize(int(f.Fd()))
			if err != nil || width < 2 {
				return 80
			}
			return width
		}}
	}
	return t.last
}

// progressLine is the last line of a terminal, written over and over. It takes
// no escape sequences, which the console of Windows shows as they are unless
// they were switched on, and never fills the line, so that it is never two.
type progressLine struct {
	to    io.Writer
	width func() int

	mu  sync.Mutex
	was int
}

func (l *progressLine) show(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	line = text.Trim(line, l.width()-1)
	fmt.Fprintf(l.to, "\r%s\r%s", strings.Repeat(" ", l.was), line)
	l.was = text.StringWidth(line)
}
