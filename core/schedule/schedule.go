// Package schedule has the system run a command daily: Task Scheduler on Windows,
// launchd on macOS, a systemd timer of the user elsewhere. What is handed to the
// system is made by functions of their input alone; only Install, Show and Remove
// write files and run the system's tool.
package schedule

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Job is a command that runs once a day.
type Job struct {
	// Program is its full path.
	Program string
	Args    []string
	// Hour and Minute are when, in the computer's own time.
	Hour, Minute int
}

// System is the computer on which jobs are scheduled.
type System struct {
	// OS is as in runtime.GOOS.
	OS string
	// Home is the person's folder, Config that of systemd's user units
	// (XDG_CONFIG_HOME or ~/.config); UID is the person's number.
	Home, Config, UID string
	// Run runs the system's tool and gives what it printed.
	Run func(ctx context.Context, name string, args ...string) (output string, err error)
}

// The names of the job.
const (
	unitName  = "roomkey-status"
	labelName = "com.roomkey.status"
	taskName  = "Roomkey daily status"
)

// file is one that the system reads.
type file struct {
	path string
	data []byte
}

// files are what a job needs on disk; on Windows one that is read once.
func (s System) files(j Job) []file {
	switch s.OS {
	case "windows":
		return []file{{filepath.Join(os.TempDir(), "roomkey-status.xml"), taskXML(j)}}
	case "darwin":
		return []file{{filepath.Join(s.Home, "Library", "LaunchAgents", labelName+".plist"), propertyList(j)}}
	}
	units := filepath.Join(s.Config, "systemd", "user")
	return []file{{filepath.Join(units, unitName+".service"), serviceUnit(j)}, {filepath.Join(units, unitName+".timer"), timerUnit(j)}}
}

// Install schedules the job in the place of the one from before. Where the system
// does not take the first one, nothing of it is left.
func (s System) Install(ctx context.Context, j Job) error {
	files := s.files(j)
	_, none := os.Stat(files[0].path)
	for _, f := range files {
		err := os.MkdirAll(filepath.Dir(f.path), 0o755)
		if err == nil {
			err = os.WriteFile(f.path, f.data, 0o600)
		}
		if err != nil {
			return problem.New(codeFile, words.T("%s cannot be written.", f.path)).With(words.Plain(err.Error())).By(err)
		}
	}
	err := s.load(ctx, files[0].path)
	if s.OS == "windows" || err != nil && none != nil { // Windows has its own copy
		return cmp.Or(err, s.forget())
	}
	return err
}

// load has the system take the files; path is the first.
func (s System) load(ctx context.Context, path string) error {
	switch s.OS {
	case "windows":
		return s.tool(ctx, "schtasks", "/Create", "/F", "/TN", taskName, "/XML", path)
	case "darwin":
		_, _ = s.Run(ctx, "launchctl", "bootout", s.service()) // none may be there
		return s.tool(ctx, "launchctl", "bootstrap", "gui/"+s.UID, path)
	}
	if err := s.tool(ctx, "systemctl", "--user", "daemon-reload"); err != nil {
		return err
	}
	if err := s.tool(ctx, "systemctl", "--user", "enable", unitName+".timer"); err != nil {
		return err
	}
	return s.tool(ctx, "systemctl", "--user", "restart", unitName+".timer")
}

// forget deletes the files, and the link by which systemd starts a timer.
func (s System) forget() error {
	files := s.files(Job{})
	if s.OS != "windows" && s.OS != "darwin" {
		files = append(files, file{path: filepath.Join(filepath.Dir(files[0].path), "timers.target.wants", unitName+".timer")})
	}
	for _, f := range files {
		if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return problem.New(codeFile, words.T("%s cannot be removed.", f.path)).With(words.Plain(err.Error())).By(err)
		}
	}
	return nil
}

// Show is what the system says of the job; "" when there is none.
func (s System) Show(ctx context.Context) (string, error) {
	var out string
	var err error
	switch s.OS {
	case "windows":
		out, err = s.Run(ctx, "schtasks", "/Query", "/TN", taskName, "/V", "/FO", "LIST")
	case "darwin":
		out, err = s.Run(ctx, "launchctl", "print", s.service())
	default:
		if _, gone := os.Stat(s.files(Job{})[1].path); errors.Is(gone, fs.ErrNotExist) {
			return "", nil
		}
		out, err = s.Run(ctx, "systemctl", "--user", "list-timers", "--all", "--no-pager", unitName+".timer")
		return strings.TrimSpace(out), s.refused("systemctl", out, err)
	}
	if err != nil && ctx.Err() == nil {
		return "", nil // both tools end with an error for what is not there
	}
	return strings.TrimSpace(out), ctx.Err()
}

// Remove takes the job away; it is not an error when there is none. The files go
// also where the system does not answer: it would find them at its next start.
func (s System) Remove(ctx context.Context) error {
	var err error
	switch s.OS {
	case "windows":
		err = s.unless(ctx, s.tool(ctx, "schtasks", "/Delete", "/F", "/TN", taskName))
	case "darwin":
		err = s.unless(ctx, s.tool(ctx, "launchctl", "bootout", s.service()))
	default:
		return s.removeTimer(ctx)
	}
	return cmp.Or(s.forget(), err)
}

// unless is why a job was not removed, nil where there is none: both tools end with an
// error then, too.
func (s System) unless(ctx context.Context, refusal error) error {
	if refusal == nil {
		return nil
	}
	if there, err := s.Show(ctx); err != nil || there == "" {
		return err
	}
	return refusal
}

func (s System) removeTimer(ctx context.Context) error {
	there, err := s.Show(ctx)
	if err == nil && there != "" {
		err = s.tool(ctx, "systemctl", "--user", "disable", "--now", unitName+".timer")
	}
	if gone := s.forget(); gone != nil || there == "" {
		return cmp.Or(gone, err)
	}
	return cmp.Or(err, s.tool(ctx, "systemctl", "--user", "daemon-reload"))
}

func (s System) service() string { return "gui/" + s.UID + "/" + labelName }

func (s System) tool(ctx context.Context, name string, args ...string) error {
	out, err := s.Run(ctx, name, args...)
	return s.refused(name, out, err)
}

// refused quotes what the system's tool said.
func (s System) refused(name, out string, err error) error {
	if err == nil {
		return nil
	}
	said := strings.TrimSpace(out)
	if said == "" {
		said = err.Error()
	}
	return problem.New(codeTool, words.T("%s did not do it.", name)).With(words.Plain(problem.Clean(said))).By(err).
		Fix(words.T("Try again when you are signed in to this computer yourself: the schedule is your account's.")).
		Fix(words.T("Or have another scheduler run this command daily: %s", "roomkeyctl status --all"))
}
