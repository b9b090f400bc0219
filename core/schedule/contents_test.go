package schedule

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// installed is the job as a system gets it, with a program that this computer has.
func installed(t *testing.T, system string) []file {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	j := job
	j.Program = filepath.Join(t.TempDir(), "Room & key 50%")
	if err := os.Symlink(program, j.Program); err != nil {
		t.Skip(err)
	}
	s := System{OS: system, Home: t.TempDir(), Config: t.TempDir()}
	files := s.files(j)
	for _, f := range files {
		if err := os.MkdirAll(filepath.Dir(f.path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f.path, f.data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// tool runs a program of the system, and skips the test where there is none.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not on PATH", name)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

// TestSystemdTakesTheUnits: systemd itself finds nothing to say of them.
func TestSystemdTakesTheUnits(t *testing.T) {
	files := installed(t, "linux")
	if said := tool(t, "systemd-analyze", "verify", "--user", "--man=no", files[0].path, files[1].path); strings.TrimSpace(said) != "" {
		t.Error(said)
	}
}

// TestPropertyListIsRead by a parser of property lists, key by key.
func TestPropertyListIsRead(t *testing.T) {
	path := installed(t, "darwin")[0].path
	got := tool(t, "python3", "-c", `import plistlib,sys; d=plistlib.load(open(sys.argv[1],"rb")); print(sorted(d), d["Label"], d["ProgramArguments"][1:], sorted(d["StartCalendarInterval"].items()))`, path)
	want := `['Label', 'ProgramArguments', 'StartCalendarInterval'] com.roomkey.status ['status', '--all', '--config-dir', 'a "b" 100% $HOME\\'] [('Hour', 7), ('Minute', 5)]`
	if strings.TrimSpace(got) != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// schema is what Task Scheduler's schema lets stand in an element ("Task Scheduler
// Schema Elements" at Microsoft). Where ordered, the order of the schema counts.
var schema = map[string]struct {
	ordered  bool
	children []string
}{
	"Task":             {false, []string{"RegistrationInfo", "Triggers", "Settings", "Data", "Principals", "Actions"}},
	"RegistrationInfo": {false, []string{"URI", "SecurityDescriptor", "Source", "Date", "Author", "Version", "Description", "Documentation"}},
	"Triggers":         {false, []string{"CalendarTrigger"}},
	"CalendarTrigger":  {true, []string{"Enabled", "StartBoundary", "EndBoundary", "Repetition", "ExecutionTimeLimit", "RandomDelay", "ScheduleByDay"}},
	"ScheduleByDay":    {true, []string{"DaysInterval"}},
	"Principals":       {true, []string{"Principal"}},
	"Principal":        {false, []string{"UserId", "LogonType", "GroupId", "DisplayName", "RunLevel"}},
	"Settings": {false, []string{"AllowStartOnDemand", "RestartOnFailure", "MultipleInstancesPolicy", "DisallowStartIfOnBatteries", "StopIfGoingOnBatteries", "AllowHardTerminate",
		"StartWhenAvailable", "RunOnlyIfNetworkAvailable", "WakeToRun", "Enabled", "Hidden", "DeleteExpiredTaskAfter", "IdleSettings", "NetworkSettings", "ExecutionTimeLimit", "Priority", "RunOnlyIfIdle"}},
	"Actions": {false, []string{"Exec"}},
	"Exec":    {true, []string{"Command", "Arguments", "WorkingDirectory"}},
}

// TestTaskKeepsToTheSchema: every element is one that the schema has there, and in
// its order.
func TestTaskKeepsToTheSchema(t *testing.T) {
	raw := taskXML(job)[2:]
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(raw[2*i:])
	}
	text := strings.Replace(string(utf16.Decode(units)), `encoding="UTF-16"`, `encoding="UTF-8"`, 1)
	decoder := xml.NewDecoder(bytes.NewReader([]byte(text)))
	type open struct {
		name string
		at   int
	}
	var inside []open
	seen := 0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			seen++
			if e.Name.Space != "http://schemas.microsoft.com/windows/2004/02/mit/task" {
				t.Errorf("%s is of the namespace %q", e.Name.Local, e.Name.Space)
			}
			if len(inside) > 0 {
				parent := &inside[len(inside)-1]
				at := slices.Index(schema[parent.name].children, e.Name.Local)
				if at < 0 || schema[parent.name].ordered && at < parent.at {
					t.Errorf("%s may not stand here in %s", e.Name.Local, parent.name)
				}
				parent.at = at
			}
			inside = append(inside, open{e.Name.Local, 0})
		case xml.EndElement:
			inside = inside[:len(inside)-1]
		}
	}
	if seen < 15 {
		t.Errorf("only %d elements", seen)
	}
}
