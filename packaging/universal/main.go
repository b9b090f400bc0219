// Command universal joins programs for several kinds of Mac into one file, as
// Apple's lipo does: universal OUT PROGRAM…
package main

import (
	"bytes"
	"debug/macho"
	"encoding/binary"
	"fmt"
	"os"
)

// align is the power of two at which each program begins: a page of arm64.
const align = 14

func main() {
	if err := join(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "universal:", err)
		os.Exit(1)
	}
}

func join(out string, names []string) error {
	header := []uint32{macho.MagicFat, uint32(len(names))}
	var body bytes.Buffer
	for _, name := range names {
		program, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		f, err := macho.NewFile(bytes.NewReader(program))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		body.Write(make([]byte, -body.Len()&(1<<align-1)))
		at := 1<<align + body.Len() // the header has the first page
		header = append(header, uint32(f.Cpu), f.SubCpu, uint32(at), uint32(len(program)), align)
		body.Write(program)
	}
	var file bytes.Buffer
	if err := binary.Write(&file, binary.BigEndian, header); err != nil {
		return err
	}
	file.Write(make([]byte, 1<<align-file.Len()))
	file.Write(body.Bytes())
	if _, err := macho.NewFatFile(bytes.NewReader(file.Bytes())); err != nil {
		return err
	}
	return os.WriteFile(out, file.Bytes(), 0o755)
}
