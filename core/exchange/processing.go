package exchange

import (
	"strconv"
	"strings"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/words"
)

// RoomState is one line of a CSV with calendar processing.
type RoomState struct {
	Room string `json:"room"`
	// Line is the line of the CSV, counted from 1 with the header.
	Line int `json:"line"`
	// Differences are where the room is not as the product needs it.
	Differences []Difference `json:"differences,omitempty"`
	// Problem is why the line cannot be used, nil when it can.
	Problem *problem.Problem `json:"problem,omitempty"`
	values  table
}

// Difference is one parameter that is not as the product needs it.
type Difference struct {
	Parameter string `json:"parameter"`
	Is        string `json:"is"`
	Wanted    string `json:"wanted"`
}

// ReadProcessing reads a CSV that a script of this connection wrote and says for
// each room what differs from the policy. A line that cannot be used carries its
// problem; the others are good. A CSV of another tenant is refused.
func ReadProcessing(data []byte, c *connection.Connection, policy []product.Setting) ([]RoomState, error) {
	states, err := readProcessing(data, c)
	if err != nil {
		return nil, err
	}
	for i := range states {
		for _, want := range policy {
			s, ok := settingOf(want.Parameter)
			is, seen := states[i].values[s.Name]
			if !ok || !seen {
				continue
			}
			if x, y := plainValue(is), plainValue(want.Value); !strings.EqualFold(x, y) {
				states[i].Differences = append(states[i].Differences, Difference{s.Name, x, y})
			}
		}
	}
	return states, nil
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

func readProcessing(data []byte, c *connection.Connection) ([]RoomState, error) {
	lines, err := readTable(data, "Tenant", "Room")
	if err != nil {
		return nil, err
	}
	var out []RoomState
	seen := map[string]int{}
	for _, l := range lines {
		if !strings.EqualFold(l.cell["Tenant"], c.Tenant.ID) {
			return nil, problem.New("exchange.other-tenant", words.T("Line %d of this CSV is of the tenant %s, not of this connection's.", l.number, problem.Line(l.cell["Tenant"]))).
				Fix(words.T("Open the connection that the CSV belongs to, or run the script for this one."))
		}
		s := RoomState{Room: strings.TrimSpace(l.cell["Room"]), Line: l.number, values: table{}}
		key := strings.ToLower(s.Room)
		switch {
		case !isAddress(s.Room):
			s.Problem = lineProblem(l.number, words.T("%s is not an e-mail address", problem.Line(s.Room)))
		case seen[key] > 0:
			s.Problem = lineProblem(l.number, words.T("the room is already on line %d", seen[key]))
		default:
			seen[key] = l.number
			s.Problem = s.fill(l)
		}
		out = append(out, s)
	}
	return out, nil
}

// fill takes the values of a line by their documented types.
func (s *RoomState) fill(l line) *problem.Problem {
	for _, p := range loaded().settings {
		text, ok := l.cell[p.Name]
		if !ok || text == "" && p.Kind != KindText && p.Kind != KindList {
			continue
		}
		switch p.Kind {
		case KindSwitch:
			if !strings.EqualFold(text, "true") && !strings.EqualFold(text, "false") {
				return lineProblem(l.number, words.T("%s is neither True nor False", p.Name))
			}
			s.values[p.Name] = strings.EqualFold(text, "true")
		case KindNumber:
			n, err := strconv.Atoi(text)
			if err != nil || p.Min != nil && n < *p.Min || p.Max != nil && n > *p.Max {
				return lineProblem(l.number, words.T("%s is no number in its range", p.Name))
			}
			s.values[p.Name] = n
		case KindList:
			list := []string{}
			for _, x := range strings.Split(text, "|") {
				if x != "" {
					list = append(list, x)
				}
			}
			s.values[p.Name] = list
		default:
			s.values[p.Name] = text
		}
	}
	return nil
}

func lineProblem(number int, what words.Text) *problem.Problem {
	return problem.New("exchange.csv-line", words.T("Line %d: %s.", number, what))
}
