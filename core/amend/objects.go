package amend

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// object is what a look at one object found.
type object struct {
	id, kind string
	values   Values
	// leave is why it is not changed.
	leave words.Text
}

// kind is how Graph reads and changes what a cmdlet of a script is about.
type kind struct {
	// action and back are what changing it, and taking that back, are called in a
	// result; request stands in the record.
	action, back, request string
	title                 words.Text
	look                  func(context.Context, Directory, string) (object, error)
	change                func(context.Context, Directory, object, Values) error
}

// kinds are by the cmdlet of the operation.
var kinds = map[string]kind{
	"PATCH /users": {
		action: "sign-in blocked", back: "sign-in allowed", request: "PATCH /users/{id}", title: words.T("Sign-in of a room account"),
		look: lookAccount,
		change: func(ctx context.Context, d Directory, o object, v Values) error {
			allowed, _ := v[accountEnabled].(bool)
			return d.AllowSignIn(ctx, o.id, allowed)
		},
	},
	"Set-Place": {
		action: "place", back: "place", request: "PATCH /places/{id}", title: words.T("Description of a room"),
		look: lookPlace,
		change: func(ctx context.Context, d Directory, o object, v Values) error {
			properties := map[string]any{}
			for name, value := range v {
				if name == "Tags" && canonical(value) == "" {
					value = []string{} // Graph takes no null for it
				}
				properties[inGraph[name]] = value
			}
			return d.ChangePlace(ctx, o.id, o.kind, properties)
		},
	},
}

const accountEnabled = "accountEnabled"

// titles are what the properties are called, for a person.
var titles = map[string]words.Text{
	accountEnabled: words.T("Sign-in"), "FloorLabel": words.T("Floor label"), "IsWheelChairAccessible": words.T("Accessible"),
	"AudioDeviceName": words.T("Audio"), "VideoDeviceName": words.T("Video"), "DisplayDeviceName": words.T("Display"),
	"Building": words.T("Building"), "Floor": words.T("Floor"), "Capacity": words.T("Capacity"), "Label": words.T("Label"), "Phone": words.T("Phone"), "Tags": words.T("Tags"),
}

func titleOf(name string) words.Text {
	if title, known := titles[name]; known {
		return title
	}
	return words.Plain(name)
}

func lookAccount(ctx context.Context, d Directory, address string) (object, error) {
	a, err := d.Account(ctx, address)
	if err != nil {
		return object{}, err
	}
	if a.ID == "" {
		return object{}, problem.New(codeNoAccount, words.T("No account of the tenant has the address %s.", problem.Line(address))).
			Lead(words.T("Choose the rooms again."), problem.PlaceRooms)
	}
	o := object{id: a.ID, values: Values{}}
	if a.Enabled != nil {
		o.values[accountEnabled] = *a.Enabled
	}
	switch {
	case a.Synced:
		o.leave = words.T("The account comes from the local Active Directory. Change it there.")
	case len(a.Licences) > 0 && a.Enabled != nil && *a.Enabled:
		o.leave = words.T("The account has a license, so it may be a Teams Room or a panel, which could no longer sign in.")
	}
	return o, nil
}

// inGraph are the parameters of Set-Place in Graph's words.
var inGraph = map[string]string{
	"Capacity": "capacity", "Building": "building", "Floor": "floorNumber", "FloorLabel": "floorLabel", "Label": "label", "Phone": "phone", "Tags": "tags",
	"IsWheelChairAccessible": "isWheelChairAccessible", "AudioDeviceName": "audioDeviceName", "VideoDeviceName": "videoDeviceName", "DisplayDeviceName": "displayDeviceName",
}

func lookPlace(ctx context.Context, d Directory, address string) (object, error) {
	p, err := d.Place(ctx, address)
	return placeObject(p), err
}

func placeObject(p tenant.Place) object {
	return object{id: p.ID, kind: cmp.Or(p.Type, "room"), values: valuesOf(p.Room)}
}

// valuesOf are the properties of a room that Set-Place has.
func valuesOf(r tenant.Room) Values {
	data, _ := json.Marshal(r)
	var graph map[string]any
	_ = json.Unmarshal(data, &graph)
	out := Values{}
	for name, property := range inGraph {
		if v, there := graph[property]; there {
			out[name] = v
		}
	}
	return out
}

// looks gives the way to look at the objects of a plan: many rooms come in few
// calls as a list, which leaves out those that are hidden.
func (in Input) looks(ctx context.Context, items []Item) func(context.Context, string, string) (object, error) {
	listed := map[string]tenant.Room{}
	if n := len(items); n > 1 && items[0].Cmdlet == "Set-Place" {
		for _, r := range in.Directory.Rooms(ctx, nil).Items {
			listed[strings.ToLower(r.EmailAddress)] = r
		}
	}
	return func(ctx context.Context, cmdlet, identity string) (object, error) {
		if r, there := listed[strings.ToLower(identity)]; there && cmdlet == "Set-Place" {
			return placeObject(tenant.Place{Room: r}), nil
		}
		return kinds[cmdlet].look(ctx, in.Directory, identity)
	}
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
