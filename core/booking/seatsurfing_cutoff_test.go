package booking

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/task"
)

// TestSeatsurfingCutOff kills the server's answer, or Roomkey, before and after
// every request of a first and of a changed push: the next one ends at the same,
// with no duplicate and no loss.
func TestSeatsurfingCutOff(t *testing.T) {
	first := surfing("d1", room("a@x", "Alpha", "Main"), room("b@x", "Beta", "Annex"), room("c@x", "Gamma", "Annex"))
	second := surfing("d2", room("a@x", "Aleph", "Main"), room("b@x", "Beta", "Main"), room("d@x", "Delta", "New"), room("e@x", "Epsilon", "New"))
	second.Credential.Fingerprint = "f2"
	one := []string{"Annex", "Annex/Beta", "Annex/Gamma", "Main", "Main/Alpha", "sign-in Microsoft 365"}
	two := []string{"Main", "Main/Aleph", "Main/Beta", "New", "New/Delta", "New/Epsilon", "sign-in Microsoft 365"}
	cases, told := 0, map[string]int{}
	for _, changed := range []bool{false, true} {
		for _, kill := range []bool{false, true} {
			for _, after := range []bool{false, true} {
				for at, ended := 1, false; !ended; at++ {
					s := newSurf(t, "")
					cfg, want, choices := first, one, Choices{}
					if changed {
						s.must(s.push(first))
						cfg, want, choices = second, two, Choices{Remove: true}
					}
					before, writes := s.holds(), s.real.Writes()
					ctx, cancel := context.WithCancel(t.Context())
					s.mu.Lock()
					s.cut, s.count, s.after = at, 0, after
					if kill {
						s.onCut = cancel
					}
					s.mu.Unlock()
					err := s.pushWith(ctx, s.open(), cfg, nil, choices)
					s.mu.Lock()
					ended = s.count < at
					s.cut = 0
					s.mu.Unlock()
					cancel()
					name := fmt.Sprintf("changed %v kill %v after %v request %d", changed, kill, after, at)
					if err != nil {
						// The next start says what is there.
						there := s.holds()
						r, err := s.open().Resolve(t.Context(), &cfg)
						switch {
						case err != nil:
							t.Errorf("%s: resolve: %v", name, err)
						case r == nil && kill && s.real.Writes() > writes:
							t.Errorf("%s: a push that has begun is forgotten", name)
						case r == nil:
						case r.Holds == HoldsNew && !slices.Equal(there, want), r.Holds == HoldsOld && !slices.Equal(there, before):
							t.Errorf("%s: it is said to hold what is %s: %q", name, r.Holds, there)
						}
						told[holding(r)]++
						if err := s.push(cfg, choices); err != nil {
							t.Errorf("%s: the next push: %v", name, err)
						}
					}
					if got := s.holds(); !slices.Equal(got, want) {
						t.Errorf("%s: holds %q", name, got)
					}
					cases++
				}
			}
		}
	}
	if cases < 60 {
		t.Errorf("only %d places to be cut at", cases)
	}
	if told[HoldsNew] == 0 || told[HoldsOld] == 0 || told[HoldsOther] == 0 {
		t.Errorf("the next start says %v", told)
	}
}

func holding(r *Resolution) string {
	if r == nil {
		return ""
	}
	return r.Holds
}

// TestSeatsurfingLimit: 200 rooms in 80 buildings and 2,000 rooms get there at
// the limit, without one request too many.
func TestSeatsurfingLimit(t *testing.T) {
	for _, size := range []struct{ rooms, buildings, minutes int }{{200, 80, 2}, {2000, 10, 1}, {2000, 400, 8}} {
		t.Run(fmt.Sprint(size.rooms, " in ", size.buildings), func(t *testing.T) {
			s := newSurf(t, "")
			cfg := surfing("d1")
			for i := range size.rooms {
				cfg.Rooms.Items = append(cfg.Rooms.Items, room(fmt.Sprintf("r%d@x", i), fmt.Sprintf("Room %d", i), fmt.Sprintf("Building %d", i%size.buildings)))
			}
			var said []task.Progress
			s.must(s.pushWith(t.Context(), s.open(), cfg, func(p task.Progress) { said = append(said, p) }))
			if s.rateLimited > 0 || s.waited > time.Duration(size.minutes)*time.Minute+time.Duration(size.minutes+1)*time.Second {
				t.Errorf("%d times too many, waited %v", s.rateLimited, s.waited)
			}
			last := said[len(said)-1]
			if last.Total != len(said) || last.Done != len(said)-1 {
				t.Errorf("progress ends at %+v of %d", last, len(said))
			}
			if ends := strings.Contains(said[0].Now.String(), "ends at about"); ends != (len(said) > 250) {
				t.Errorf("the expected end: %q", said[0].Now)
			}
			before := s.real.Writes()
			s.must(s.push(cfg))
			if s.real.Writes() != before {
				t.Error("an unchanged push wrote")
			}
			if got := len(s.memory.held.Objects); got != size.rooms+size.buildings+1 {
				t.Errorf("%d objects", got)
			}
		})
	}
}

// TestSeatsurfingWaitIsCancelled: a wait for the limit ends with the context.
func TestSeatsurfingWaitIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
