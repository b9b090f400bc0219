package fault

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Switches are the faults that are on. The zero value has none.
type Switches struct{ current atomic.Pointer[faultSet] }

// faultSet is what is switched on, and how often it has struck.
type faultSet struct {
	args  map[string]string
	since int

	mu     sync.Mutex
	struck map[string]int
	acts   int
}

// Set replaces what is switched on. A name may be followed by "=" and an
// argument; an unknown name is an error and changes nothing. since is how much
// has happened in the tenant until now.
func (s *Switches) Set(since int, names ...string) error {
	next := &faultSet{args: map[string]string{}, since: since, struck: map[string]int{}}
	var each []string
	for _, n := range names {
		each = append(each, split(n)...)
	}
	for _, n := range each {
		name, arg, _ := strings.Cut(strings.TrimSpace(n), "=")
		at := slices.IndexFunc(faults, func(f Fault) bool { return f.Name == name })
		if at < 0 {
			return fmt.Errorf("there is no fault %q; roomkeyctl simulate --help lists them", name)
		}
		if arg != "" && faults[at].Argument == "" {
			return fmt.Errorf("the fault %q takes no argument", name)
		}
		next.args[name] = arg
	}
	s.current.Store(next)
	return nil
}

var none faultSet

func (s *Switches) on() *faultSet {
	if set := s.current.Load(); set != nil {
		return set
	}
	return &none
}

// Fault reports whether a fault is on, and its argument.
func (s *Switches) Fault(name string) (arg string, on bool) {
	arg, on = s.on().args[name]
	return arg, on
}

// Has reports whether a fault is on.
func (s *Switches) Has(name string) bool { _, on := s.Fault(name); return on }

// Since is how much had happened in the tenant when the faults were switched on:
// what was done later repairs them.
func (s *Switches) Since() int { return s.on().since }

// split parts a list of faults at its commas, which also stand in arguments: what
// follows a comma begins another fault only where it is the name of one.
func split(list string) []string {
	var out []string
	for _, part := range strings.Split(list, ",") {
		name, _, _ := strings.Cut(strings.TrimSpace(part), "=")
		if len(out) > 0 && !slices.ContainsFunc(faults, func(f Fault) bool { return f.Name == name }) {
			out[len(out)-1] += "," + part
			continue
		}
		out = append(out, part)
	}
	return out
}

// strikes counts how often a fault met a key and reports whether it is still
// within its times.
func (f *faultSet) strikes(key string, times int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.struck[key]++
	return f.struck[key] <= times
}

// Once reports whether a fault meets a key the first time.
func (s *Switches) Once(key string) bool { return s.on().strikes(key, 1) }

// acted counts the changing calls.
func (f *faultSet) acted() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.acts++
	return f.acts
}

// Duration is an argument that says how long.
func Duration(arg string, otherwise time.Duration) time.Duration {
	if d, err := time.ParseDuration(arg); err == nil {
		return d
	}
	return otherwise
}

// Hits reports whether a mailbox is among those that the argument names; an
// empty argument is everybody or nobody, as the caller says.
func Hits(arg, address string, everybody bool) bool {
	if arg == "" {
		return everybody
	}
	return slices.ContainsFunc(strings.Split(arg, ","), func(a string) bool { return strings.EqualFold(strings.TrimSpace(a), address) })
}
