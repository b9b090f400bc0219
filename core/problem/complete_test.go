package problem

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
)

// TestComplete takes each part away from what something is built of.
func TestComplete(t *testing.T) {
	type Parts struct {
		Writer io.Writer
		Do     func()
		Name   string
		Spare  *int `optional:"there is none"`
		inside *int
	}
	whole := func() *Parts { return &Parts{Writer: new(bytes.Buffer), Do: func() {}, Name: "x"} }
	if err := Complete(whole()); err != nil || whole().inside != nil {
		t.Fatal(err)
	}
	for name, without := range map[string]func(*Parts){
		"Writer":              func(p *Parts) { p.Writer = nil },
		"Writer, a nil in it": func(p *Parts) { p.Writer = (*bytes.Buffer)(nil) },
		"Do":                  func(p *Parts) { p.Do = nil },
		"Name":                func(p *Parts) { p.Name = "" },
	} {
		p := whole()
		without(p)
		field, _, _ := strings.Cut(name, ",")
		if err := Complete(*p); CodeOf(err) != codeIncomplete || !strings.Contains(fmt.Sprint(err), "without "+field+", which problem.Parts needs") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
