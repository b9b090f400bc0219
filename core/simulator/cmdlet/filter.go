package cmdlet

import (
	"fmt"
	"slices"
	"strings"
)

// test is a compiled recipient filter; nil matches all.
type test func(*Organization, Object) bool

func (o *Organization) match(t test, r Object) bool { return t == nil || t(o, r) }

// compile reads an OPATH filter: comparisons with -eq, -ne and -like, joined by
// -and, -or, -not and parentheses. Quotes in a value are doubled.
func compile(filter string) (test, error) {
	if strings.TrimSpace(filter) == "" {
		return nil, nil
	}
	p := &parser{rest: filter}
	t := p.or()
	if p.rest = strings.TrimSpace(p.rest); p.bad == "" && p.rest != "" {
		p.bad = p.rest
	}
	if p.bad != "" {
		return nil, refused("Data.Common.ParsingInvalidFilterException", "The filter %q is not valid: %s", filter, p.bad)
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

func (p *parser) or() test {
	left := p.and()
	for p.take("-or") {
		a, b := left, p.and()
		left = func(o *Organization, r Object) bool { return a(o, r) || b(o, r) }
	}
	return left
}

func (p *parser) and() test {
	left := p.one()
	for p.take("-and") {
		a, b := left, p.one()
		left = func(o *Organization, r Object) bool { return a(o, r) && b(o, r) }
	}
	return left
}

func (p *parser) one() test {
	never := func(*Organization, Object) bool { return false }
	if p.take("-not") {
		t := p.one()
		return func(o *Organization, r Object) bool { return !t(o, r) }
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
	is := func(o *Organization, r Object) bool {
		switch strings.ToLower(name) {
		case "memberofgroup":
			for g, members := range o.State.Members {
				if strings.EqualFold(str(o.State.Recipients[g], "DistinguishedName"), want) {
					return slices.Contains(members, strings.ToLower(str(r, "PrimarySmtpAddress")))
				}
			}
			return false
		case "emailaddresses":
			return slices.ContainsFunc(texts(r, "EmailAddresses"), func(a string) bool { return strings.EqualFold(a, want) })
		}
		if op == "-like" {
			return strings.HasPrefix(strings.ToLower(str(r, name)), strings.ToLower(strings.TrimSuffix(want, "*")))
		}
		return strings.EqualFold(str(r, name), want)
	}
	if op == "-ne" {
		return func(o *Organization, r Object) bool { return !is(o, r) }
	}
	return is
}
