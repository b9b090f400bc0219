package exchange

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// columns are the parameters of Set-CalendarProcessing, which are also the
// columns of the CSVs with calendar processing.
func columns() []string {
	var out []string
	for _, s := range loaded().settings {
		out = append(out, s.Name)
	}
	return out
}

func settingOf(name string) (setting, bool) {
	for _, s := range loaded().settings {
		if strings.EqualFold(s.Name, name) {
			return s, true
		}
	}
	return setting{}, false
}

func loose() []string {
	var out []string
	for _, s := range loaded().settings {
		if s.Loose {
			out = append(out, s.Name)
		}
	}
	return out
}

// calendarShow is the script that only looks.
func (b *build) calendarShow() error {
	list := []string{}
	if !b.form.yes("every") {
		rooms, err := b.rooms()
		if err != nil {
			return err
		}
		list = rooms
	}
	b.data["Columns"], b.data["Rooms"] = columns(), list
	b.intent.Objects = list
	for _, r := range list {
		b.shared("Get-CalendarProcessing", r, encode(nil))
	}
	b.explain("Reads the calendar processing of each room and writes it to a CSV beside the script.")
	b.explain("Import the CSV file into Roomkey. It shows for each room what differs from what the product needs.")
	return nil
}

// calendarSet is the script that brings the rooms to the wanted policy.
func (b *build) calendarSet() error {
	rooms, err := b.rooms()
	if err != nil {
		return err
	}
	policy, subject := table{}, table{}
	for _, want := range b.Product.Policy {
		if _, ok := settingOf(want.Parameter); !ok {
			return problem.New(codePolicy, words.T("The product %s asks for %s, which Set-CalendarProcessing does not have.", b.Product.Name, want.Parameter)).
				Fix(words.T("Correct roomPolicy in the product's file."))
		}
	}
	for _, s := range loaded().settings {
		v := b.wanted(s.Name)
		switch {
		case v == nil:
		case s.Shows:
			subject[s.Name] = v
		default:
			policy[s.Name] = v
		}
	}
	if only := b.form.addresses("only"); len(only) > 0 {
		rooms = b.among(rooms, only, "only")
	}
	kept, private := b.split(rooms, len(subject) > 0)
	if err := b.form.err(); err != nil {
		return err
	}
	if len(policy)+len(subject) == 0 {
		return problem.New(codeNoPolicy, words.T("The product %s has no special requirements for its rooms.", b.Product.Name)).
			Fix(words.T("Fill in the settings that the rooms should have."))
	}
	b.data["Policy"], b.data["Subject"] = policy, subject
	b.data["Rooms"], b.data["Private"] = kept, private
	b.data["Columns"], b.data["Loose"] = columns(), loose()

	b.intent.Objects = append(append([]string{}, kept...), private...)
	full := table{}
	for _, t := range []table{policy, subject} {
		for k, v := range t {
			full[k] = v
		}
	}
	both, alone := encode(full), encode(policy)
	for _, r := range kept {
		b.shared("Set-CalendarProcessing", r, both)
	}
	for _, r := range private {
		b.shared("Set-CalendarProcessing", r, alone)
	}

	b.explain("Asks Exchange for all room mailboxes, so that an address that is not a room is refused.")
	b.explainN(len(kept)+len(private), "Compares %d room with the wanted settings and changes only what differs: %s.", "Compares each of %d rooms with the wanted settings and changes only what differs: %s.", len(kept)+len(private), describe(full))
	b.explain("Writes the previous values to a CSV file before each change, and reads each room again after it.")
	if len(private) > 0 && len(subject) > 0 {
		b.explainN(len(private), "In %d room the settings that show what is discussed stay as they are.", "In %d rooms the settings that show what is discussed stay as they are.", len(private))
	}
	if len(kept) > 0 && len(subject) > 0 {
		b.warn("In %s, everyone who can open the room's calendar can read what is discussed there. Remove the rooms where that is not allowed.", words.N(len(kept), "%d room", "%d rooms", len(kept)))
	}
	b.explain("For rooms that are created later, run it again with -AllRooms: only those that differ are changed. On a schedule it needs an application with a certificate instead of a person: register one with the permission Exchange.ManageAsApp and the role Exchange Recipient Administrator, and let the Task Scheduler start the script with -AllRooms -AutomationAppId ID -AutomationThumbprint THUMBPRINT -AutomationOrganization NAME.onmicrosoft.com.")
	return nil
}

// wanted is what the form says about a parameter, or else what the product
// needs; nil leaves it as it is.
func (b *build) wanted(name string) any {
	if b.form.given(name) {
		return b.form.value(name)
	}
	for _, want := range b.Product.Policy {
		if strings.EqualFold(want.Parameter, name) && want.Value == nil {
			b.form.fail(name, words.T("It must have the same value as “%s” in %s. Enter that value.", want.Matches, b.Product.Name))
			return nil
		}
		if strings.EqualFold(want.Parameter, name) {
			f := newForm(b.script, map[string]any{name: want.Value})
			v := f.value(name)
			if err := f.err(); err != nil {
				b.form.fail(name, words.Plain(err.Error()))
			}
			return v
		}
	}
	return nil
}

// split parts the rooms into those that keep their subject and the others.
func (b *build) split(rooms []string, matters bool) (kept, private []string) {
	kept, private = []string{}, []string{}
	if !matters {
		return rooms, private
	}
	chosen := map[string]bool{}
	switch said := strings.ToLower(b.form.text("keepSubject")); said {
	case "all":
		return rooms, private
	case "none":
	case "":
		for _, a := range keepers(b.Rooms) {
			chosen[strings.ToLower(a)] = true
		}
	default:
		for _, a := range b.form.addresses("keepSubject") {
			chosen[strings.ToLower(a)] = true
		}
	}
	for _, r := range rooms {
		if chosen[strings.ToLower(r)] {
			kept = append(kept, r)
		} else {
			private = append(private, r)
		}
	}
	return kept, private
}

// among are the rooms that are also in picked; a picked one that is no chosen
// room is a mistake in the field.
func (b *build) among(rooms, picked []string, field string) []string {
	want := map[string]bool{}
	for _, p := range picked {
		want[strings.ToLower(p)] = true
	}
	out := []string{}
	for _, r := range rooms {
		if want[strings.ToLower(r)] {
			out = append(out, r)
			delete(want, strings.ToLower(r))
		}
	}
	for _, p := range picked {
		if want[strings.ToLower(p)] {
			b.form.fail(field, words.T("%s is not one of the chosen rooms.", p))
		}
	}
	return out
}

// subjectChoice is the proposal for one room: whether its calendar may show what
// is discussed there, and the word in its name that speaks against it.
type subjectChoice struct {
	Room    tenant.Room `json:"room"`
	Keep    bool        `json:"keep"`
	Because string      `json:"because,omitempty"`
}

// proposeSubject proposes for each room whether it keeps subject, text and
// private flag. Board rooms and the like are proposed as off; the administrator
// decides.
func proposeSubject(rooms []tenant.Room) []subjectChoice {
	words := map[string]bool{}
	for _, w := range loaded().private {
		words[w] = true
	}
	out := make([]subjectChoice, len(rooms))
	for i, r := range rooms {
		out[i] = subjectChoice{Room: r, Keep: true}
		local, _, _ := strings.Cut(r.EmailAddress, "@")
		for _, w := range strings.FieldsFunc(strings.ToLower(r.DisplayName+" "+local+" "+r.Label), func(c rune) bool { return !unicode.IsLetter(c) }) {
			if words[w] {
				out[i].Keep, out[i].Because = false, w
				break
			}
		}
	}
	return out
}

func keepers(rooms []tenant.Room) []string {
	var out []string
	for _, c := range proposeSubject(rooms) {
		if c.Keep {
			out = append(out, c.Room.EmailAddress)
		}
	}
	return out
}

// describe is a policy in one line.
func describe(t table) string {
	var parts []string
	for _, s := range loaded().settings {
		if v, ok := t[s.Name]; ok {
			parts = append(parts, fmt.Sprintf("%s %v", s.Name, v))
		}
	}
	return strings.Join(parts, ", ")
}

// calendarUndo is the script that brings the values from before back: those of
// a CSV that is at hand, or of the CSV that is named when it is run.
func (b *build) calendarUndo() error {
	b.data["Columns"], b.data["Loose"], b.data["Plan"] = columns(), loose(), rows(nil)
	kinds := table{}
	for _, s := range loaded().settings {
		kinds[s.Name] = s.Kind
	}
	b.data["Kinds"] = kinds
	b.explain("Reads the previous values from the CSV file that the change wrote, and sets only what differs from them.")
	text, ok := b.form.raw("before")
	if !ok {
		b.explain("Asks for the CSV file at the start: -Before FILE.")
		return nil
	}
	states, counted, err := readProcessing([]byte(text), b.Connection)
	if err != nil {
		return err
	}
	if !counted {
		b.warn("%s", maybeCut().Title)
	}
	plan := make(rows, 0, len(states))
	for _, s := range states {
		if s.Problem != nil {
			b.form.fail("before", s.Problem.Title)
			continue
		}
		plan = append(plan, table{"Room": s.Room, "Want": s.values})
		b.intent.Objects = append(b.intent.Objects, s.Room)
		b.will("Set-CalendarProcessing", s.Room, s.values)
	}
	b.data["Plan"] = plan
	return nil
}
