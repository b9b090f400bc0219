package exchange

import (
	"bytes"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/sheet"
	"github.com/roomkey/roomkey/core/words"
)

// RoomState is one line of a CSV with calendar processing.
type RoomState struct {
	Room string `json:"room"`
	// Line is the line of the CSV, counted from 1 with the header.
	Line int `json:"line"`
	// Read is when the script looked, zero where the CSV does not say.
	Read time.Time `json:"read,omitzero"`
	// Differences are where the room is not as the product needs it.
	Differences []Difference `json:"differences,omitempty"`
	// Effects are what the settings do to bookings, the worst first.
	Effects []*problem.Problem `json:"effects,omitempty"`
	// Unread are settings that count and that the CSV does not have.
	Unread []string `json:"unread,omitempty"`
	// Problem is why the line cannot be used, nil when it can.
	Problem *problem.Problem `json:"problem,omitempty"`
	values  table
	// replaced is whether these are the values from before a change.
	replaced bool
}

// Difference is one parameter that is not as the product needs it.
type Difference struct {
	Parameter string `json:"parameter"`
	Is        string `json:"is"`
	Wanted    string `json:"wanted"`
}

// ReadProcessing reads a CSV that a script of this connection wrote and says for
// each room what differs from the policy. A line that cannot be used carries its
// problem; the others are good. A CSV of another tenant is refused, and so is one
// that was cut off or has the values from before a change (CodeNotCurrent).
func ReadProcessing(data []byte, c *connection.Connection, policy []product.Setting) ([]RoomState, error) {
	states, _, err := readProcessing(data, c)
	if err != nil {
		return nil, err
	}
	useless := true
	for i := range states {
		if states[i].replaced {
			return nil, savedBefore(CodeNotCurrent, states,
				words.N(len(states), "This CSV file has the values of %d room from before a change, not today's.", "This CSV file has the values of %d rooms from before a change, not today's.", len(states)))
		}
		if states[i].Problem != nil {
			useless = false
			continue
		}
		useless = useless && len(states[i].values) == 0
		for _, want := range policy {
			if want.Value == nil {
				continue // it must match a value of the vendor's, which only the script was told
			}
			s, ok := settingOf(want.Parameter)
			is, seen := states[i].values[s.Name]
			if !seen {
				states[i].unread(want.Parameter)
			}
			if !ok || !seen {
				continue
			}
			if longer(s.Name, is, want.Value) {
				continue
			}
			if x, y := plainValue(is), plainValue(want.Value); !strings.EqualFold(x, y) {
				states[i].Differences = append(states[i].Differences, Difference{s.Name, x, y})
			}
		}
		states[i].judge()
	}
	if useless {
		return nil, problem.New(CodeNoSettings, words.T("This CSV file has no calendar processing settings.")).
			Fix(words.T("Run the script calendar-processing-show and bring its CSV file to Roomkey."))
	}
	return states, nil
}

// longer is whether a room can be booked further ahead than the product needs.
func longer(parameter string, is, wanted any) bool {
	days, _ := is.(int)
	least, known := wanted.(int)
	return parameter == "BookingWindowInDays" && known && days > least
}

// Value is a setting of the room as the CSV had it, as PowerShell prints it; ""
// when the CSV did not say.
func (s RoomState) Value(parameter string) string {
	v, ok := s.values[parameter]
	if !ok {
		return ""
	}
	return plainValue(v)
}

// Differing are the rooms that are not as the product needs them: what the
// script calendar-processing takes as its field "only".
func Differing(states []RoomState) []string {
	var out []string
	for _, s := range states {
		if len(s.Differences)+len(s.Effects) > 0 {
			out = append(out, s.Room)
		}
	}
	return out
}

// plainValue is a value as PowerShell prints it.
func plainValue(v any) string {
	switch v := v.(type) {
	case bool:
		if v {
			return "True"
		}
		return "False"
	case int:
		return strconv.Itoa(v)
	case []string:
		return strings.Join(v, "|")
	case string:
		return v
	}
	return ""
}

// readProcessing reads the lines; counted is whether the file says that it came to
// its end.
func readProcessing(data []byte, c *connection.Connection) (out []RoomState, counted bool, err error) {
	known := []sheet.Column{{Key: "Tenant", Title: "Tenant", Required: true}, {Key: "Room", Title: "Room", Required: true, Check: checkAddress},
		{Key: "Read", Title: "Read"}, {Key: "Replaced", Title: "Replaced"}, lineCount}
	for _, s := range loaded().settings {
		known = append(known, sheet.Column{Key: s.Name, Title: s.Name})
	}
	read, wrong, err := sheet.Read(bytes.NewReader(data), known)
	if err != nil {
		return nil, false, err
	}
	for _, w := range wrong {
		if w.Skipped {
			out = append(out, RoomState{Line: w.Line, Problem: w.Problem})
		}
	}
	for _, row := range read.Rows {
		if err := sameTenant(row.Line, row.Get("Tenant"), c); err != nil {
			return nil, false, err
		}
		s := RoomState{Room: row.Get("Room"), Line: row.Line, values: table{}, replaced: row.Get("Replaced") != ""}
		s.Problem = s.fill(row, read.Columns)
		if slices.Contains(read.Columns, "Read") {
			var err error
			if s.Read, err = time.Parse(time.RFC3339, row.Get("Read")); err != nil { // a spreadsheet may have made something else of it
				s.Problem = lineProblem(row.Line, words.T("Read is %q, and not the time at which the script read the room", problem.Line(row.Get("Read"))))
			}
		}
		if i := slices.IndexFunc(out, func(o RoomState) bool { return strings.EqualFold(o.Room, s.Room) }); i >= 0 {
			first := &out[i]
			if first.Problem == nil && s.Problem == nil && reflect.DeepEqual(first.values, s.values) {
				continue
			}
			// Neither line can be told to be the room's.
			first.Problem = lineProblem(first.Line, words.T("%s is also in line %d, with other settings", s.Room, s.Line))
			s.Problem = lineProblem(s.Line, words.T("%s is also in line %d, with other settings", s.Room, first.Line))
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b RoomState) int { return a.Line - b.Line })
	counted, cut := whole(read, wrong)
	return out, counted, cut.Err()
}

// fill takes the values of a line by their documented types. An empty cell of a
// text or a list is an empty text or list; of anything else it says nothing, and so
// does one in a line that may be cut off.
func (s *RoomState) fill(row sheet.Row, columns []string) *problem.Problem {
	for _, p := range loaded().settings {
		text := row.Get(p.Name)
		if !slices.Contains(columns, p.Name) || text == "" && (row.Short || p.Kind != KindText && p.Kind != KindList) {
			continue
		}
		switch p.Kind {
		case KindSwitch:
			if !strings.EqualFold(text, "true") && !strings.EqualFold(text, "false") {
				return lineProblem(row.Line, words.T("%s is %q, and not True or False", p.Name, problem.Line(text)))
			}
			s.values[p.Name] = strings.EqualFold(text, "true")
		case KindNumber:
			n, err := strconv.Atoi(text)
			if err != nil {
				return lineProblem(row.Line, words.T("%s is %q, and not a whole number", p.Name, problem.Line(text)))
			}
			if p.Min != nil && n < *p.Min || p.Max != nil && n > *p.Max {
				return lineProblem(row.Line, words.T("%s is %d, which is out of range", p.Name, n))
			}
			s.values[p.Name] = n
		case KindList:
			// An empty list is $null: that is how a list is cleared.
			s.values[p.Name] = nil
			if list := slices.DeleteFunc(unjoin(text), func(one string) bool { return one == "" }); len(list) > 0 {
				s.values[p.Name] = list
			}
		case KindChoice:
			at := slices.IndexFunc(p.Choices, func(c string) bool { return strings.EqualFold(c, text) })
			if at < 0 {
				return lineProblem(row.Line, words.T("%s is %q, and none of %s", p.Name, problem.Line(text), strings.Join(p.Choices, ", ")))
			}
			s.values[p.Name] = p.Choices[at]
		default:
			s.values[p.Name] = text
		}
	}
	return nil
}

func lineProblem(number int, what words.Text) *problem.Problem {
	return problem.New(codeCSVLine, words.T("Line %d: %s.", number, what))
}
