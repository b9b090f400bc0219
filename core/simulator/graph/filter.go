package graph

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// filterToken splits an OData filter: quoted text, brackets, commas, words.
var filterToken = regexp.MustCompile(`'(?:[^']|'')*'|[(),:]|[^\s(),:']+`)

// filterParser reads the part of OData's filters that clients use: eq, ne, in,
// not, and, or, startswith, endswith, contains and any().
type filterParser struct {
	tokens   []string
	known    []string
	advanced bool
}

type test = func(object) bool

// parseFilter also says whether the filter is of the kind that needs
// ConsistencyLevel on directory objects.
func parseFilter(text string, known []string) (test, bool, error) {
	if strings.Contains(filterToken.ReplaceAllString(text, ""), "'") {
		return nil, false, fmt.Errorf("there is an unterminated string literal in '%s'", text)
	}
	p := &filterParser{tokens: filterToken.FindAllString(text, -1), known: known}
	t, err := p.or()
	if err == nil && len(p.tokens) > 0 {
		err = fmt.Errorf("'%s' was not expected", p.tokens[0])
	}
	return t, p.advanced, err
}

func (p *filterParser) peek() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

func (p *filterParser) next() string {
	t := p.peek()
	if t != "" {
		p.tokens = p.tokens[1:]
	}
	return t
}

func (p *filterParser) expect(want string) error {
	if got := p.next(); got != want {
		return fmt.Errorf("'%s' was expected, not '%s'", want, got)
	}
	return nil
}

func (p *filterParser) or() (test, error) {
	return p.chain("or", p.and, func(a, b bool) bool { return a || b })
}

func (p *filterParser) and() (test, error) {
	return p.chain("and", p.term, func(a, b bool) bool { return a && b })
}

func (p *filterParser) chain(word string, part func() (test, error), join func(a, b bool) bool) (test, error) {
	left, err := part()
	for err == nil && strings.EqualFold(p.peek(), word) {
		p.next()
		var right test
		before := left
		if right, err = part(); err == nil {
			left = func(o object) bool { return join(before(o), right(o)) }
		}
	}
	return left, err
}

func (p *filterParser) term() (test, error) {
	switch word := p.next(); strings.ToLower(word) {
	case "":
		return nil, errors.New("the expression ends too early")
	case "(":
		t, err := p.or()
		if err == nil {
			err = p.expect(")")
		}
		return t, err
	case "not":
		p.advanced = true
		t, err := p.term()
		return func(o object) bool { return !t(o) }, err
	case "startswith", "endswith", "contains":
		return p.function(strings.ToLower(word))
	default:
		if name, ok := strings.CutSuffix(word, "/any"); ok {
			return p.any(name)
		}
		return p.comparison(word)
	}
}

func (p *filterParser) function(name string) (test, error) {
	if name != "startswith" {
		p.advanced = true
	}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	get, err := p.property(p.next())
	if err == nil {
		err = p.expect(",")
	}
	if err != nil {
		return nil, err
	}
	want, err := literal(p.next())
	if err == nil {
		err = p.expect(")")
	}
	compare := map[string]func(s, t string) bool{"startswith": strings.HasPrefix, "endswith": strings.HasSuffix, "contains": strings.Contains}[name]
	return func(o object) bool {
		v := get(o)
		return v != nil && compare(strings.ToLower(fmt.Sprint(v)), strings.ToLower(want))
	}, err
}

func (p *filterParser) comparison(word string) (test, error) {
	get, err := p.property(word)
	if err != nil {
		return nil, err
	}
	switch op := strings.ToLower(p.next()); op {
	case "eq", "ne":
		if op == "ne" {
			p.advanced = true
		}
		want, err := literal(p.next())
		return func(o object) bool { return same(get(o), want) == (op == "eq") }, err
	case "in":
		if err := p.expect("("); err != nil {
			return nil, err
		}
		var wants []string
		for {
			want, err := literal(p.next())
			if err != nil {
				return nil, err
			}
			wants = append(wants, want)
			if sep := p.next(); sep == ")" {
				break
			} else if sep != "," {
				return nil, fmt.Errorf("',' was expected, not '%s'", sep)
			}
		}
		return func(o object) bool {
			v := get(o)
			return slices.ContainsFunc(wants, func(w string) bool { return same(v, w) })
		}, nil
	default:
		return nil, fmt.Errorf("the operator '%s' is not supported", op)
	}
}

// any reads name/any(x:x eq 'value').
func (p *filterParser) any(name string) (test, error) {
	get, err := p.property(name)
	if err != nil {
		return nil, err
	}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	variable := p.next()
	if err := p.expect(":"); err != nil {
		return nil, err
	}
	inner := &filterParser{tokens: p.tokens, known: []string{variable}}
	t, err := inner.or()
	p.tokens = inner.tokens
	if err == nil {
		err = p.expect(")")
	}
	return func(o object) bool {
		switch list := get(o).(type) {
		case []string:
			return slices.ContainsFunc(list, func(v string) bool { return t(object{variable: v}) })
		case []any:
			return slices.ContainsFunc(list, func(v any) bool { return t(object{variable: v}) })
		}
		return false
	}, err
}

func (p *filterParser) property(path string) (func(object) any, error) {
	name, rest, _ := strings.Cut(path, "/")
	at := slices.IndexFunc(p.known, func(k string) bool { return strings.EqualFold(k, name) })
	if at < 0 {
		return nil, fmt.Errorf("could not find a property named '%s'", name)
	}
	name = p.known[at]
	return func(o object) any {
		v := o[name]
		if inner, ok := v.(object); ok && rest != "" {
			return inner[rest]
		}
		return v
	}, nil
}

// unquoted are the values that stand without quotes: truth, numbers, GUIDs, dates.
var unquoted = regexp.MustCompile(`^(?i:true|false|-?\d+(\.\d+)?|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\d.*)$`)

// literal gives the value of 'text', of what needs no quotes, or null.
func literal(token string) (string, error) {
	if token == "" || strings.ContainsAny(token[:1], "(),:") {
		return "", fmt.Errorf("a value was expected, not '%s'", token)
	}
	if token == "null" {
		return "<nil>", nil
	}
	if strings.HasPrefix(token, "'") {
		return strings.ReplaceAll(token[1:len(token)-1], "''", "'"), nil
	}
	if !unquoted.MatchString(token) {
		return "", fmt.Errorf("could not find a property named '%s'", token)
	}
	return token, nil
}

func same(v any, want string) bool { return strings.EqualFold(fmt.Sprint(deref(v)), want) }

// deref shows what a pointer to text points to.
func deref(v any) any {
	if p, ok := v.(*string); ok && p != nil {
		return *p
	}
	return v
}

func urlEscape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
