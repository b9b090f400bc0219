//go:build !windows

package display

import (
	"os"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// softLibrary is empty: elsewhere the system's own packages bring software
// OpenGL.
const softLibrary = ""

func libraryFolder(string) error { return nil }

func remedy() words.Text {
	return words.T("Install Mesa's software OpenGL: on Debian and Ubuntu the package libgl1-mesa-dri.")
}

func tell(p *problem.Problem) { p.Terminal(os.Stderr, nil) }
