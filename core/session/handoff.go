package session

import (
	"os"
	"path/filepath"

	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/register"
)

// HandOff is what a colleague who may consent needs, and the script that does
// it from PowerShell.
type HandOff struct {
	register.HandOff
	// Script is the text of a PowerShell script, ScriptFile its name.
	ScriptFile string `json:"scriptFile,omitempty"`
	Script     string `json:"script,omitempty"`
}

// RegisterHandOff makes the hand-off of a plan.
func (s *Session) RegisterHandOff(plan register.Plan) (HandOff, error) {
	in, err := s.registerInput(plan.Options, nil)
	if err != nil {
		return HandOff{}, err
	}
	h := HandOff{HandOff: register.MakeHandOff(in, plan)}
	target, err := s.scriptTarget(nil)
	if err != nil {
		return h, err
	}
	script, err := exchange.Generate("register-application", target, nil)
	if err != nil {
		return h, err
	}
	h.ScriptFile, h.Script = script.File, string(script.Text)
	return h, nil
}

// Save writes plan, checklist and script into a folder, which is made where it
// is not there, and names what was written.
func (h HandOff) Save(folder string) (paths []string, err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, cannotWrite(folder, err)
	}
	plan, err := h.Plan.File()
	if err != nil {
		return nil, err
	}
	for _, f := range []struct {
		name string
		data []byte
	}{{"plan.json", plan}, {"checklist.txt", []byte(h.In(nil))}, {h.ScriptFile, []byte(h.Script)}} {
		path := filepath.Join(folder, f.name)
		if err := WriteFile(path, f.data); err != nil {
			return paths, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}
