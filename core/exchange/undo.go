package exchange

import (
	"slices"
	"strconv"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// undone are the objects that a run of this script changed, out of the result
// file in the form; ok is false where none was given.
func (b *build) undone() (changed []Outcome, ok bool, err error) {
	text, ok := b.form.raw("undo")
	if !ok {
		return nil, false, nil
	}
	b.undo = true
	r, err := ReadResult([]byte(text), b.Connection)
	if err != nil {
		return nil, true, err
	}
	if r.Script != b.script.Name || r.WhatIf {
		return nil, true, problem.New(codeWrongEvidence, words.T("This is the result of %s. The result of %s is needed, from a run without -WhatIf.", problem.Line(r.Script), b.script.Name)).
			Fix(words.T("Choose the other result file."))
	}
	b.ran = r
	for _, o := range r.Results {
		if o.sent() {
			changed = append(changed, o)
		}
	}
	return changed, true, nil
}

// sent is whether a change was sent, seen or not: undo compares before it restores.
func (o Outcome) sent() bool {
	return o.Status == Changed || o.Status == Failed && len(o.After) > 0
}

// restore takes the rows of what is brought back and the outcomes that they are
// about, and says how many these are.
func (b *build) restore(data rows, back []Outcome) error {
	if len(data) == 0 {
		return problem.New(codeNothingToUndo, words.T("That run changed nothing that can be restored.")).With(words.Sentences(b.doc.Warnings...))
	}
	b.data["Rows"] = data
	seen := 0
	for _, o := range back {
		if o.Status == Changed {
			seen++
		}
	}
	if seen > 0 {
		b.explainN(seen, "Restores %d object to its state before the run of %s.", "Restores %d objects to their state before the run of %s.", seen, b.ran.FinishedAt.UTC().Format("2 January 2006 15:04 UTC"))
	}
	if n := len(back) - seen; n > 0 {
		b.explainN(n, "Compares %d object that failed in that run, and restores it if it was changed.", "Compares %d objects that failed in that run, and restores those that were changed.", n)
	}
	b.explain("What someone has changed since that run stays as it is, and is listed.")
	return nil
}

// did are the objects to which a run did one of these actions, in one line.
func (b *build) did(changed []Outcome, actions ...string) string {
	var out []string
	for _, o := range changed {
		if slices.Contains(actions, o.Action) {
			out = append(out, problem.Line(o.Identity))
		}
	}
	return strings.Join(out, ", ")
}

// undoPlaces sets the places of rooms back. Set-Place takes numbers only, so that
// a number that was not there before stays.
func (b *build) undoPlaces(changed []Outcome) error {
	var data rows
	var back []Outcome
	for _, o := range changed {
		want, left := table{}, table{}
		for name, before := range o.Before {
			v, settable := placeValue(name, before)
			if !settable {
				b.warn("%s of %s was empty before and stays as it is: Set-Place cannot clear a number.", name, o.Identity)
				continue
			}
			want[name], left[name] = v, o.After[name]
		}
		if len(want) > 0 {
			data, back = append(data, table{"Room": o.Identity, "Want": want, "Left": left}), append(back, o)
			b.intent.Objects = append(b.intent.Objects, o.Identity)
			b.will("Set-Place", o.Identity, want)
		}
	}
	return b.restore(data, back)
}

// placeValue is a value of a place as Set-Place takes it, out of its text in a
// result; false for a number that was not there.
func placeValue(name, text string) (any, bool) {
	switch name {
	case "Capacity", "Floor":
		n, err := strconv.Atoi(text)
		return n, err == nil
	case "IsWheelChairAccessible":
		return strings.EqualFold(text, "True"), true
	case "Tags":
		if list := unjoin(text); len(list) > 0 {
			return list, true
		}
		return nil, true
	}
	if text == "" {
		return nil, true
	}
	return text, true
}

// unjoin takes the parts of a list that a script joined by |, with a backslash
// before a | inside a part.
func unjoin(text string) []string {
	if text == "" {
		return nil
	}
	parts := []string{""}
	for i := 0; i < len(text); i++ {
		last := len(parts) - 1
		switch {
		case text[i] == '\\' && i+1 < len(text) && text[i+1] == '|':
			parts[last] += "|"
			i++
		case text[i] == '|':
			parts = append(parts, "")
		default:
			parts[last] += text[i : i+1]
		}
	}
	return parts
}

// undoFolders gives the rights on calendars back that there were before.
func (b *build) undoFolders(changed []Outcome) error {
	var data rows
	var back []Outcome
	for _, o := range changed {
		user, ok := strings.CutPrefix(o.Action, "calendar for ")
		if !ok {
			continue
		}
		data, back = append(data, table{"Room": o.Identity, "User": user, "Right": o.Before["AccessRights"], "Left": o.After["AccessRights"]}), append(back, o)
		b.intent.Objects = append(b.intent.Objects, o.Identity)
		b.will("Set-MailboxFolderPermission", o.Identity, map[string]any{"User": user, "AccessRights": o.Before["AccessRights"]})
	}
	return b.restore(data, back)
}

// undoMembers takes the rooms out of the lists that a run put them into. The
// lists stay: a list that is empty does no harm.
func (b *build) undoMembers(changed []Outcome) error {
	members := map[string][]string{}
	var names []string
	var back []Outcome
	for _, o := range changed {
		name, ok := strings.CutPrefix(o.Action, "member of ")
		if !ok {
			continue
		}
		back = append(back, o)
		if members[name] == nil {
			names = append(names, name)
		}
		members[name] = append(members[name], o.Identity)
	}
	var data rows
	for _, n := range names {
		data = append(data, table{"Name": n, "Alias": b.alias("list", n), "Rooms": members[n]})
		b.intent.Objects = append(b.intent.Objects, n)
		for _, r := range members[n] {
			b.will("Remove-DistributionGroupMember", n, map[string]any{"Member": r})
		}
	}
	if made := b.did(changed, "room list"); made != "" {
		b.warn("These room lists, which the run created, remain without the rooms: %s. Remove them in the Exchange admin center under Recipients > Groups.", made)
	}
	return b.restore(data, back)
}

// undoParents puts rooms back on the floor on which they were.
func (b *build) undoParents(changed []Outcome) error {
	var data rows
	var back []Outcome
	for _, o := range changed {
		if o.Action != "floor of the room" {
			continue
		}
		if o.Before["ParentId"] == "" {
			b.warn("%s was not assigned to a floor before and stays where it is.", o.Identity)
			continue
		}
		data, back = append(data, table{"Room": o.Identity, "Parent": o.Before["ParentId"], "Left": o.After["ParentId"]}), append(back, o)
		b.intent.Objects = append(b.intent.Objects, o.Identity)
		b.will("Set-PlaceV3", o.Identity, map[string]any{"ParentId": o.Before["ParentId"]})
	}
	b.data["Buildings"] = rows(nil)
	if made := b.did(changed, "building", "floor"); made != "" {
		b.warn("These buildings and floors, which the run created, remain: %s. If no one else uses them, remove them with Remove-Place.", made)
	}
	if b.did(changed, "buildings enabled") != "" {
		b.warn("Buildings remain switched on for the tenant. Set-PlacesSettings -EnableBuildings 'Default:false' hides them again.")
	}
	return b.restore(data, back)
}
