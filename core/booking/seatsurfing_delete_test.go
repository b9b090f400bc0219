package booking

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// TestSeatsurfingKeepsSpaces: the server answers a bulk for each space, and what
// it refuses to delete is neither forgotten nor deleted with its location.
func TestSeatsurfingKeepsSpaces(t *testing.T) {
	left := map[string]func(s *surf) error{
		"a push with a yes": func(s *surf) error { return s.push(surfing("d2"), Choices{Remove: true}) },
		"a removal": func(s *surf) error {
			c := s.open()
			removal, err := c.Removal(t.Context())
			s.must(err)
			return c.Remove(t.Context(), removal)
		},
	}
	for name, remove := range left {
		t.Run(name, func(t *testing.T) {
			s := newSurf(t, "")
			rooms := []Room{room("lab@x", "Lab", "Annex")}
			for i := range 70 {
				rooms = append(rooms, room(fmt.Sprintf("r%d@x", i), fmt.Sprint("Room ", i), "Main"))
			}
			s.must(s.push(surfing("d1", rooms...)))
			main := s.find("/location/", "Main")["id"].(string)
			s.real.Keep(s.find("/location/"+main+"/space/", "Room 7")["id"].(string))
			// One that a person moved: its location is the one it is in.
			kept := s.find("/location/"+main+"/space/", "Room 8")
			annex := s.find("/location/", "Annex")["id"].(string)
			s.console("PUT", "/location/"+annex+"/space/"+kept["id"].(string), kept)
			s.real.Keep(kept["id"].(string))

			before := s.real.Writes()
			err := remove(s)
			p := problem.Of(err)
			if p == nil || p.Code != codePartRefused || p.Detail.String() != "r8@x\nr7@x" && p.Detail.String() != "r7@x\nr8@x" {
				t.Fatalf("said: %v %+v", err, p)
			}
			if n := s.real.Writes() - before; n > 4 {
				t.Errorf("%d writes for 71 spaces of two locations", n)
			}
			if got := s.holds(); !slices.Contains(got, "Main/Room 7") || !slices.Contains(got, "Annex/Room 8") || slices.Contains(got, "Main/Room 9") || !slices.Contains(got, "sign-in Microsoft 365") {
				t.Errorf("it has %q", got)
			}
			if now, err := s.open().Current(t.Context()); err != nil || len(now.Configuration.Rooms.Items) != 2 {
				t.Errorf("the rooms that are left are forgotten: %+v %v", now.Configuration, err)
			}
		})
	}
}

// TestSeatsurfingLeavesLocation: a location that stays for a space of people's
// own is not Roomkey's after the removal, which is complete then.
func TestSeatsurfingLeavesLocation(t *testing.T) {
	s := newSurf(t, "")
	s.must(s.push(surfing("d1", room("a@x", "Alpha", "Main"))))
	main := s.find("/location/", "Main")["id"].(string)
	s.console("POST", "/location/"+main+"/space/bulk", map[string]any{"creates": []any{map[string]any{"name": "By hand", "enabled": true, "shape": "rect", "fontSize": "big"}}})
	c := s.open()
	removal, err := c.Removal(t.Context())
	s.must(err)
	s.must(c.Remove(t.Context(), removal))
	s.want("Main", "Main/By hand")
}

// TestSeatsurfingStray: a space that people moved into a location of theirs is
// still Roomkey's: it is shown where it is, moved back by a push that wants it,
// and removed by a removal, and nothing else there is touched.
func TestSeatsurfingStray(t *testing.T) {
	all := []Room{room("a@x", "Alpha", "Main"), room("b@x", "Beta", "Main")}
	begin := func(t *testing.T) *surf {
		s := newSurf(t, "")
		s.must(s.push(surfing("d1", all...)))
		main := s.find("/location/", "Main")["id"].(string)
		s.console("POST", "/location/", map[string]any{"name": "Theirs", "enabled": true})
		theirs := s.find("/location/", "Theirs")["id"].(string)
		s.console("POST", "/location/"+theirs+"/space/bulk", map[string]any{"creates": []any{map[string]any{"name": "By hand", "enabled": true, "shape": "rect", "fontSize": "big"}}})
		moved := s.find("/location/"+main+"/space/", "Alpha")
		s.console("PUT", "/location/"+theirs+"/space/"+moved["id"].(string), moved)
		s.want("Main", "Main/Beta", "Theirs", "Theirs/Alpha", "Theirs/By hand", "sign-in Microsoft 365")
		return s
	}
	t.Run("deleted", func(t *testing.T) {
		s := begin(t)
		theirs := "/location/" + s.find("/location/", "Theirs")["id"].(string) + "/space/"
		s.console("DELETE", theirs+s.find(theirs, "Alpha")["id"].(string), nil)
		look := func() int {
			before := s.count
			now, err := s.open().Current(t.Context())
			s.must(err)
			if got := len(now.Configuration.Rooms.Items); got != 1 {
				t.Errorf("%d rooms", got)
			}
			return s.count - before
		}
		if first, next := look(), look(); first != 4 || next != 3 {
			t.Errorf("%d requests, then %d: a space that is nowhere is looked for again", first, next)
		}
		s.must(s.push(surfing("d1", all...)))
		s.want("Main", "Main/Alpha", "Main/Beta", "Theirs", "Theirs/By hand", "sign-in Microsoft 365")
	})
	t.Run("pushed again", func(t *testing.T) {
		s := begin(t)
		s.must(s.push(surfing("d1", all...)))
		s.want("Main", "Main/Alpha", "Main/Beta", "Theirs", "Theirs/By hand", "sign-in Microsoft 365")
	})
	t.Run("wanted no more", func(t *testing.T) {
		s := begin(t)
		s.must(s.push(surfing("d2", all[1]), Choices{Remove: true}))
		s.want("Main", "Main/Beta", "Theirs", "Theirs/By hand", "sign-in Microsoft 365")
	})
	t.Run("removed", func(t *testing.T) {
		s := begin(t)
		c := s.open()
		removal, err := c.Removal(t.Context())
		s.must(err)
		if got := words.Lines(removal.Goes...).String(); !strings.Contains(got, "“Alpha” in “Theirs”") || strings.Contains(got, "By hand") {
			t.Errorf("it is said to take away\n%s", got)
		}
		s.must(c.Remove(t.Context(), removal))
		s.want("Theirs", "Theirs/By hand")
	})
}
