package problem

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/roomkey/roomkey/core/words"
)

// Kind is what became of what was tried, in the few ways that make a
// difference to what happens next. Whether to try again, whether a check is
// decided, and the exit status follow from it, and from nothing else.
type Kind string

// The kinds.
const (
	// Refused: the other side understood the request and said no.
	Refused Kind = "refused"
	// Denied: it said no because a permission or a role is missing.
	Denied Kind = "denied"
	// NoAnswer: nothing that can be relied on came back in time; what was asked
	// for may have been done all the same.
	NoAnswer Kind = "no answer"
	// Unreachable: the request did not get there: no such name, nothing listens.
	Unreachable Kind = "unreachable"
	// Untrusted: what answers cannot be trusted: its certificate, or another host.
	Untrusted Kind = "untrusted"
	// Throttled: the other side is busy and asks to come back later.
	Throttled Kind = "throttled"
	// UnexpectedAnswer: an answer came that says nothing about what was asked.
	UnexpectedAnswer Kind = "unexpected answer"
	// Absent: what was asked for is not there.
	Absent Kind = "absent"
	// Stale: what was decided on has changed since.
	Stale Kind = "stale"
	// WrongInput: what was typed, or a file that was given, is wrong; nobody was
	// asked.
	WrongInput Kind = "wrong input"
	// SignInNeeded: a sign-in, a secret or an open keychain is needed first.
	SignInNeeded Kind = "sign-in needed"
	// Blocked: Roomkey goes on only after a person has done or confirmed
	// something.
	Blocked Kind = "blocked"
	// Unmet: it was read, and it is not as it has to be.
	Unmet Kind = "unmet"
	// Unsupported: this cloud, product or server does not offer it.
	Unsupported Kind = "unsupported"
	// Local: this computer could not do it: a disk, a file, a program.
	Local Kind = "local"
	// Cancelled: somebody stopped it.
	Cancelled Kind = "cancelled"
	// Internal: a mistake in Roomkey.
	Internal Kind = "internal"
)

// Decided reports whether a problem of this kind settles what was asked: the
// other side spoke, or it was seen without it. Anything else leaves it unknown.
func (k Kind) Decided() bool {
	switch k {
	case NoAnswer, Throttled, UnexpectedAnswer, Cancelled, Internal, "":
		return false
	}
	return true
}

// Passing reports whether trying the same again may succeed without anybody
// changing anything.
func (k Kind) Passing() bool { return k == NoAnswer || k == Throttled || k == Unreachable }

// Rejected reports whether the other side said no, so that nothing was done
// there.
func (k Kind) Rejected() bool {
	switch k {
	case Refused, Denied, Throttled, Absent, Stale, Unsupported:
		return true
	}
	return false
}

// Lost reports whether the other side may have done what was asked although
// this came back.
func (k Kind) Lost() bool {
	switch k {
	case NoAnswer, Unreachable, Untrusted, UnexpectedAnswer, Cancelled, Internal, "":
		return true
	}
	return false
}

// Code names one problem. It is stable across versions and is what scripts and
// tests match, for instance "entra.AADSTS7000215". Only Declare and a Family
// make one, so that a code that nobody declared does not compile.
type Code struct{ name string }

var register = struct {
	sync.Mutex
	kinds map[string]Kind
}{kinds: map[string]Kind{}}

// Declare makes a code of a kind. It panics when the name is taken: a code is
// declared once.
func Declare(name string, kind Kind) Code {
	register.Lock()
	defer register.Unlock()
	if _, taken := register.kinds[name]; taken {
		panic(fmt.Sprintf("the code %s is declared twice", name))
	}
	register.kinds[name] = kind
	return Code{name}
}

// Declared lists every code with its kind, for the tests that ask for each.
func Declared() map[string]Kind {
	register.Lock()
	defer register.Unlock()
	return maps.Clone(register.kinds)
}

// Family is a group of codes whose last part comes from outside, such as
// Microsoft's own error codes.
type Family struct{ prefix string }

// DeclareFamily makes a family of all codes that begin with prefix.
func DeclareFamily(prefix string) Family { return Family{prefix} }

// New starts a problem with one of the family's codes. Its kind is the one that
// the code was declared with, else kind.
func (f Family) New(suffix string, kind Kind, title words.Text) *Problem {
	c := Code{f.prefix + suffix}
	if declared, ok := c.kind(); ok {
		kind = declared
	}
	return &Problem{Code: c, Kind: kind, Title: title}
}

// Suffix is the part of the code that came from outside, "" for a code of
// another family.
func (f Family) Suffix(c Code) string {
	suffix, ok := strings.CutPrefix(c.name, f.prefix)
	if !ok {
		return ""
	}
	return suffix
}

func (c Code) kind() (Kind, bool) {
	register.Lock()
	defer register.Unlock()
	k, ok := register.kinds[c.name]
	return k, ok
}

// String is the code as it is shown and stored.
func (c Code) String() string { return c.name }

// MarshalText is String.
func (c Code) MarshalText() ([]byte, error) { return []byte(c.name), nil }

// UnmarshalText reads back a stored code, also one of another version.
func (c *Code) UnmarshalText(b []byte) error { c.name = string(b); return nil }

// In reports whether c is one of codes.
func (c Code) In(codes ...Code) bool { return slices.Contains(codes, c) }
