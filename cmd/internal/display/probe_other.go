//go:build !windows && !(linux && cgo)

package display

import "errors"

var errNoDisplay = errors.New("no display")

// probe finds nothing wrong where the system always has OpenGL, as macOS does.
func probe() (version string, err error) { return "2.1", nil }
