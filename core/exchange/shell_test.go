package exchange_test

import (
	"bufio"
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/roomkey/roomkey/core/simulator/cmdlet"
)

//go:embed testdata/shell.ps1
var shellScript []byte

const mark = "##outcome## "

// powershell is a PowerShell that runs scripts one after the other, each in a
// runspace of its own, with the stand-in modules and no others of Microsoft's.
type powershell struct {
	in  io.WriteCloser
	out *bufio.Reader
	cmd *exec.Cmd
}

// shellRun is one run of a script.
type shellRun struct {
	Script string
	// Arguments are the script's, by name.
	Arguments map[string]any
	// Environment is set before; Prelude is run in the runspace before.
	Environment map[string]string
	Prelude     string
	// Constrained is Constrained Language Mode.
	Constrained bool
	// Seconds is how long it may take, 0 for four minutes.
	Seconds int
}

// shellOutcome is what became of a run.
type shellOutcome struct {
	// Killed is whether a fault ended it, Hung whether it did not end in time.
	Killed, Hung bool
	Exit         int
	Error        string
	// Output is what was printed.
	Output string `json:"-"`
}

// openShell starts pwsh, which has to be on PATH, with the modules in a folder.
func openShell(ctx context.Context, folder string, env ...string) (*powershell, error) {
	pwsh, err := exec.LookPath("pwsh")
	if err != nil {
		return nil, err
	}
	if err := cmdlet.WriteModules(filepath.Join(folder, "modules")); err != nil {
		return nil, err
	}
	script := filepath.Join(folder, "shell.ps1")
	if err := os.WriteFile(script, shellScript, 0o600); err != nil {
		return nil, err
	}
	s := &powershell{cmd: exec.CommandContext(ctx, pwsh, "-NoProfile", "-NonInteractive", "-File", script, "-Mark", mark)}
	s.cmd.Env = append(append(os.Environ(), "PSModulePath="+filepath.Join(folder, "modules"), "POWERSHELL_TELEMETRY_OPTOUT=1", "NO_COLOR=1"), env...)
	s.cmd.Stderr = os.Stderr
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.out = bufio.NewReader(out)
	return s, s.cmd.Start()
}

// Run runs a script and waits for its outcome.
func (s *powershell) Run(r shellRun) (shellOutcome, error) {
	var o shellOutcome
	if r.Arguments == nil {
		r.Arguments = map[string]any{}
	}
	r.Seconds = cmp.Or(r.Seconds, 240)
	line, err := json.Marshal(r)
	if err != nil {
		return o, err
	}
	if _, err := fmt.Fprintf(s.in, "%s\n", line); err != nil {
		return o, err
	}
	var printed strings.Builder
	for {
		text, err := s.out.ReadString('\n')
		if outcome, ok := strings.CutPrefix(text, mark); ok {
			o.Output = printed.String()
			return o, json.Unmarshal([]byte(outcome), &o)
		}
		printed.WriteString(text)
		if err != nil {
			return o, errors.Join(err, errors.New(printed.String()))
		}
	}
}

// Close ends the shell.
func (s *powershell) Close() error {
	_ = s.in.Close()
	return s.cmd.Wait()
}
