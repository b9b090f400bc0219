package schedule

import (
	"context"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/roomkey/roomkey/core/problem"
)

var job = Job{Program: `/opt/Room & key/roomkeyctl`, Args: []string{"status", "--all", "--config-dir", `a "b" 100% $HOME\`}, Hour: 7, Minute: 5}

// TestContents: what each system reads is well formed and says program, arguments
// and time, whatever is in a path.
func TestContents(t *testing.T) {
	want := `ExecStart="/opt/Room & key/roomkeyctl" "status" "--all" "--config-dir" "a \"b\" 100%% $$HOME\\"`
	if got := string(serviceUnit(job)); !strings.Contains(got, "\n[Service]\n") || !strings.Contains(got, want+"\n") {
		t.Errorf("%s\nlacks %s", got, want)
	}
	if got := string(timerUnit(job)); !strings.Contains(got, "\n[Timer]\nOnCalendar=*-*-* 07:05:00\n") || !strings.Contains(got, "Persistent=true") {
		t.Error(got)
	}
	var plist struct {
		Dict struct {
			Array struct {
				String []string `xml:"string"`
			} `xml:"array"`
			Dict struct {
				Integer []int `xml:"integer"`
			} `xml:"dict"`
		} `xml:"dict"`
	}
	if err := xml.Unmarshal(propertyList(job), &plist); err != nil || !slices.Equal(plist.Dict.Array.String, append([]string{job.Program}, job.Args...)) ||
		!slices.Equal(plist.Dict.Dict.Integer, []int{7, 5}) {
		t.Errorf("%v: %+v", err, plist)
	}
	raw := taskXML(job)
	if raw[0] != 0xff || raw[1] != 0xfe {
		t.Fatal("no mark of UTF-16")
	}
	units := make([]uint16, len(raw)/2-1)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(raw[2+2*i:])
	}
	text := strings.Replace(string(utf16.Decode(units)), `encoding="UTF-16"`, `encoding="UTF-8"`, 1)
	var task struct {
		Start   string `xml:"Triggers>CalendarTrigger>StartBoundary"`
		Command string `xml:"Actions>Exec>Command"`
		Args    string `xml:"Actions>Exec>Arguments"`
	}
	if err := xml.Unmarshal([]byte(text), &task); err != nil || task.Command != job.Program || !strings.HasSuffix(task.Start, "T07:05:00") ||
		task.Args != `status --all --config-dir "a \"b\" 100% $HOME\\"` {
		t.Errorf("%v: %+v", err, task)
	}
}

// TestJob is installed, shown and removed on every system; its tool is told what
// it knows.
func TestJob(t *testing.T) {
	for system, want := range map[string][]string{
		"linux": {"systemctl --user daemon-reload", "systemctl --user enable roomkey-status.timer", "systemctl --user restart roomkey-status.timer",
			"systemctl --user list-timers --all --no-pager roomkey-status.timer", "systemctl --user list-timers --all --no-pager roomkey-status.timer",
			"systemctl --user disable --now roomkey-status.timer", "systemctl --user daemon-reload"},
		"darwin": {"launchctl bootout gui/501/com.roomkey.status", "launchctl bootstrap gui/501 HOME/Library/LaunchAgents/com.roomkey.status.plist",
			"launchctl print gui/501/com.roomkey.status", "launchctl bootout gui/501/com.roomkey.status"},
		"windows": {`schtasks /Create /F /TN Roomkey daily status /XML TEMP`, `schtasks /Query /TN Roomkey daily status /V /FO LIST`,
			`schtasks /Delete /F /TN Roomkey daily status`},
	} {
		home := t.TempDir()
		var ran []string
		s := System{OS: system, Home: home, Config: home, UID: "501", Run: func(_ context.Context, name string, args ...string) (string, error) {
			if system == "windows" && args[0] == "/Create" {
				if data, err := os.ReadFile(args[len(args)-1]); err != nil || len(data) < 1000 {
					t.Errorf("the system finds no task: %v", err)
				}
				args[len(args)-1] = "TEMP"
			}
			ran = append(ran, strings.ReplaceAll(strings.ReplaceAll(name+" "+strings.Join(args, " "), home, "HOME"), `\Library\LaunchAgents\`, "/Library/LaunchAgents/"))
			return "there", nil
		}}
		if err := s.Install(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		if said, err := s.Show(t.Context()); err != nil || said != "there" {
			t.Errorf("%s: %q, %v", system, said, err)
		}
		if err := s.Remove(t.Context()); err != nil {
			t.Error(err)
		}
		if !slices.Equal(ran, want) {
			t.Errorf("%s ran\n%s\nwant\n%s", system, strings.Join(ran, "\n"), strings.Join(want, "\n"))
		}
		for _, f := range s.files(job) {
			if _, err := os.Stat(f.path); err == nil {
				t.Errorf("%s: %s is still there", system, f.path)
			}
		}
	}
}

// TestToolRefuses: what the system's tool says is the reason, and of a job that it
// does not take, or does not let go, nothing stays for its next start.
func TestToolRefuses(t *testing.T) {
	for _, system := range []string{"linux", "darwin", "windows"} {
		home := t.TempDir()
		works := false
		s := System{OS: system, Home: home, Config: home, Run: func(context.Context, string, ...string) (string, error) {
			if works {
				return "there", nil
			}
			return "Failed to connect to bus: No medium found\n", errors.New("exit status 1")
		}}
		left := func(when string) {
			for _, f := range s.files(job) {
				if _, err := os.Stat(f.path); err == nil {
					t.Errorf("%s, %s: %s is there", system, when, f.path)
				}
			}
		}
		err := s.Install(t.Context(), job)
		if p := problem.Of(err); problem.CodeOf(err) != codeTool || !strings.Contains(p.Detail.String(), "No medium found") || len(p.Remedies) == 0 {
			t.Error(err)
		}
		left("not installed")
		works = true
		if err := s.Install(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		works = false
		if err := s.Remove(t.Context()); system == "linux" && problem.CodeOf(err) != codeTool || system != "linux" && err != nil {
			t.Errorf("%s: %v", system, err)
		}
		left("not let go")
		if err := s.Remove(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// TestRemovedWhateverIsShown: a job goes also where the system shows nothing of it, as
// Wine does; and one that does not go is not said to have gone.
func TestRemovedWhateverIsShown(t *testing.T) {
	for _, system := range []string{"darwin", "windows"} {
		scheduled, shows, refuses := true, "", false
		s := System{OS: system, Home: t.TempDir(), Run: func(_ context.Context, _ string, args ...string) (string, error) {
			switch args[0] {
			case "/Query", "print":
				return shows, nil
			}
			if refuses {
				return "Access is denied.", errors.New("exit status 1")
			}
			scheduled = false
			return "", nil
		}}
		if err := s.Remove(t.Context()); err != nil || scheduled {
			t.Errorf("%s: %v, still scheduled: %v", system, err, scheduled)
		}
		shows, refuses = "there", true
		if err := s.Remove(t.Context()); problem.CodeOf(err) != codeTool {
			t.Errorf("%s: %v", system, err)
		}
	}
}
