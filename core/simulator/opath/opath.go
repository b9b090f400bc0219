// Package opath reads the filters by which Exchange finds recipients.
package opath

import (
	"fmt"
	"strings"
)

// Is says whether a recipient's property has a value, or begins with what stands
// before the * of a pattern.
type Is func(property, value string, like bool) bool

// Test is a compiled filter.
type Test func(Is) bool

// Compile reads a filter: comparisons with -eq, -ne and -like, joined by -and, -or,
// -not and parentheses. Quotes in a value are doubled. An empty one matches all.
func Compile(filter string) (Test, error) {
	if strings.TrimSpace(filter) == "" {
		return func(Is) bool { return true }, nil
	}
	p := &parser{rest: filter}
	t := p.or()
	if p.rest = strings.TrimSpace(p.rest); p.bad == "" && p.rest != "" {
		p.bad = p.rest
	}
	if p.bad != "" {
		return nil, fmt.Errorf("the filter %q is not valid: %s", filter, p.bad)
	}
	return t, nil
}

type parser struct{ rest, bad string }

func (p *parser) take(word string) bool {
	p.rest = strings.TrimSpace(p.rest)
	if len(p.rest) >= len(word) && strings.EqualFold(p.rest[:len(word)], word) {
		p.rest = p.rest[len(word):]
		return true
	}
	return false
}

func (p *parser) or() Test {
	left := p.and()
	for p.take("-or") {
		a, b := left, p.and()
		left = func(is Is) bool { return a(is) || b(is) }
	}
	return left
}

func (p *parser) and() Test {
	left := p.one()
	for p.take("-and") {
		a, b := left, p.one()
		left = func(is Is) bool { return a(is) && b(is) }
	}
	return left
}

func (p *parser) one() Test {
	never := func(Is) bool { return false }
	if p.take("-not") {
		t := p.one()
		return func(is Is) bool { return !t(is) }
	}
	if p.take("(") {
		t := p.or()
		if !p.take(")") {
			p.bad = "a parenthesis is missing"
		}
		return t
	}
	p.rest = strings.TrimSpace(p.rest)
	name, rest, ok := strings.Cut(p.rest, " ")
	if !ok {
		p.bad = "a comparison is missing"
		return never
	}
	p.rest = rest
	op := ""
	for _, known := range []string{"-eq", "-ne", "-like"} {
		if op == "" && p.take(known) {
			op = known
		}
	}
	if op == "" || !p.take("'") {
		p.bad = fmt.Sprintf("%s is compared with nothing", name)
		return never
	}
	var value strings.Builder
	for {
		i := strings.IndexByte(p.rest, '\'')
		if i < 0 {
			p.bad = "a quote is missing"
			return never
		}
		value.WriteString(p.rest[:i])
		p.rest = p.rest[i+1:]
		if !strings.HasPrefix(p.rest, "'") {
			break
		}
		value.WriteByte('\'')
		p.rest = p.rest[1:]
	}
	want := value.String()
	is := func(is Is) bool { return is(name, want, op == "-like") }
	if op == "-ne" {
		return func(x Is) bool { return !is(x) }
	}
	return is
}
