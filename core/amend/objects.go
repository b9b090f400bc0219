package amend

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// object is what a look at one object found; one without an id is not there yet.
type object struct {
	id, kind string
	values   Values
	// leave is why it is not changed, note what a person should know of it.
	leave, note words.Text
}

// kind is how Graph reads and changes what a cmdlet of a script is about.
type kind struct {
	// action and back are what changing it, and taking that back, are called in a
	// result; request stands in the record. What has no back is not taken back.
	action, back, request string
	title                 words.Text
	// made is whether the script makes the object: one that is there is left as it
	// is, whatever its values, and taking it back removes it.
	made bool
	// ofApplication is whether it is about the connection's application, inTree
	// whether it is about buildings and floors, preview whether Microsoft has it as a
	// preview only.
	ofApplication, inTree, preview bool
	// wanted are the values that the parameters of the cmdlet stand for, nil for the
	// parameters themselves.
	wanted func(Values) (Values, error)
	// about is what a plan says of the parameters, nil for nothing.
	about func(context.Context, *view, Values) (words.Text, error)
	// look finds the object of an item, change brings its values about. What many
	// objects have in common is read once, through the view.
	look   func(context.Context, *view, Item) (object, error)
	change func(context.Context, *view, object, Item) error
}

// kinds are by the cmdlet of the operation.
var kinds = map[string]kind{
	"PATCH /users":                 blockedAccount,
	"POST /users":                  serviceAccount,
	"Set-Place":                    describedRoom,
	"New-Place":                    madeSpace,
	"Set-PlaceV3":                  roomOnFloor,
	"remove appRoleAssignment":     grantTaken,
	"restore appRoleAssignment":    grantGiven,
	"New-ManagementScope":          limitScope,
	"New-ManagementRoleAssignment": limitRole,
}

// view is what one plan or one run reads of the tenant, the common parts once.
type view struct {
	Input
	// listed are the rooms as they were when a plan looked at many.
	listed map[string]tenant.Room
	spaces *tree
	access *access
	// entries are the journal's of the script, made the objects that runs of it made
	// before, by keyOf.
	entries []entry
	made    map[string]making
	// undo is whether it is about taking back.
	undo bool
}

// look finds the object of an item.
func (e *view) look(ctx context.Context, i Item) (object, error) {
	return kinds[i.Cmdlet].look(ctx, e, i)
}

// room is a room as a list of the tenant has it, or by itself.
func (e *view) room(ctx context.Context, address string) (tenant.Place, error) {
	if r, there := e.listed[strings.ToLower(address)]; there {
		return tenant.Place{Room: r}, nil
	}
	p, err := e.Directory.Place(ctx, address)
	if why := problem.Of(err); why != nil && why.Kind == problem.Absent {
		absent := problem.New(codeNoRoom, words.T("Microsoft finds no room with the address %s.", problem.Line(address))).
			With(why.Detail).
			Fix(words.T("Check the address: a renamed room has a new one. A new room takes some minutes to appear.")).By(why)
		absent.RequestID = why.RequestID
		return p, absent
	}
	return p, err
}

// ahead reads what many items of a plan have in common. Many rooms come in few calls
// as a list, which leaves out those that are hidden.
func (e *view) ahead(ctx context.Context, items []Item) error {
	rooms := 0
	for _, i := range items {
		var err error
		switch k := kinds[i.Cmdlet]; {
		case k.inTree:
			_, err = e.readSpaces(ctx)
		case k.ofApplication && !k.preview:
			_, err = e.readAccess(ctx)
		}
		if err != nil {
			return err
		}
		if i.Cmdlet == "Set-Place" || i.Cmdlet == "Set-PlaceV3" {
			rooms++
		}
	}
	if rooms < 2 {
		return nil
	}
	e.listed = map[string]tenant.Room{}
	for _, r := range e.Directory.Rooms(ctx, nil).Items {
		e.listed[strings.ToLower(r.EmailAddress)] = r
	}
	return nil
}

// does is what an item does, going by what is there and what is wanted.
func (k kind) does(now object, after Values) change.Action {
	switch {
	case k.made && after.empty():
		return change.Remove
	case now.id == "":
		return change.Create
	}
	switch after[granted] {
	case true:
		return change.Grant
	case false:
		return change.Remove
	}
	return change.Change
}

// empty is whether none of the values says anything.
func (v Values) empty() bool {
	for one := range maps.Values(v) {
		if canonical(one) != "" {
			return false
		}
	}
	return true
}

// titles are what the properties are called, for a person.
var titles = map[string]words.Text{
	accountEnabled: words.T("Sign-in"), "FloorLabel": words.T("Floor label"), "IsWheelChairAccessible": words.T("Accessible"),
	"AudioDeviceName": words.T("Audio"), "VideoDeviceName": words.T("Video"), "DisplayDeviceName": words.T("Display"),
	spaceType: words.T("Kind"), spaceName: words.T("Name"), parentFloor: words.T("Floor of the room"), displayName: words.T("Name"), granted: words.T("Granted tenant-wide"),
	scopeFilter: words.T("Filter"), roleHolder: words.T("Enterprise application"), roleName: words.T("Exchange role"), roleScope: words.T("Scope"),
	"Building": words.T("Building"), "Floor": words.T("Floor"), "Capacity": words.T("Capacity"), "Label": words.T("Label"), "Phone": words.T("Phone"), "Tags": words.T("Tags"),
}

func titleOf(name string) words.Text {
	if title, known := titles[name]; known {
		return title
	}
	return words.Plain(name)
}

// same compares two values whichever way they came: as Go has them or out of
// JSON.
func same(a, b any) bool { return canonical(a) == canonical(b) }

func canonical(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return strings.TrimSpace(v)
	case []string:
		return strings.Join(slices.Sorted(slices.Values(v)), "\n")
	case []any:
		var list []string
		for _, one := range v {
			list = append(list, fmt.Sprint(one))
		}
		return canonical(list)
	}
	return fmt.Sprint(v)
}

// holds is whether an object has these values.
func (o object) holds(v Values) bool {
	for name, want := range v {
		if !same(o.values[name], want) {
			return false
		}
	}
	return true
}

// shown is a value for a person.
func shown(v any) words.Text {
	switch text := canonical(v); text {
	case "":
		return words.T("none")
	case "true":
		return words.T("yes")
	case "false":
		return words.T("no")
	default:
		return words.Plain(strings.ReplaceAll(text, "\n", ", "))
	}
}
