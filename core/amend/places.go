package amend

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// inGraph are the parameters of Set-Place in Graph's words.
var inGraph = map[string]string{
	"Capacity": "capacity", "Building": "building", "Floor": "floorNumber", "FloorLabel": "floorLabel", "Label": "label", "Phone": "phone", "Tags": "tags",
	"IsWheelChairAccessible": "isWheelChairAccessible", "AudioDeviceName": "audioDeviceName", "VideoDeviceName": "videoDeviceName", "DisplayDeviceName": "displayDeviceName",
}

// describedRoom is what is known of a room: building, capacity, equipment.
var describedRoom = kind{
	action: "place", back: "place", request: "PATCH /places/{id}", title: words.T("Description of a room"),
	look: func(ctx context.Context, e *view, i Item) (object, error) {
		p, err := e.room(ctx, i.Identity)
		return object{id: p.ID, kind: cmp.Or(p.Type, "room"), values: valuesOf(p.Room)}, err
	},
	change: func(ctx context.Context, e *view, o object, i Item) error {
		properties := map[string]any{}
		for name, value := range i.After {
			if name == "Tags" && canonical(value) == "" {
				value = []string{} // Graph takes no null for it
			}
			properties[inGraph[name]] = value
		}
		return e.Directory.ChangePlace(ctx, o.id, o.kind, properties)
	},
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

// The parameters of New-Place and Set-PlaceV3. A floor is known by its building and
// its name, joined as the script joins them.
const (
	spaceType     = "Type"
	spaceName     = "Name"
	spaceBuilding = "Building"
	parentFloor   = "ParentId"
)

// tree are the buildings, floors and sections of the tenant by id.
type tree map[string]tenant.Space

// readSpaces reads the tree once, and again when one was made or removed.
func (e *view) readSpaces(ctx context.Context) (tree, error) {
	if e.spaces != nil {
		return *e.spaces, nil
	}
	t := tree{}
	for _, kind := range []string{"building", "floor", "section"} {
		list, err := e.Directory.Spaces(ctx, kind)
		if err != nil {
			return nil, err
		}
		for _, s := range list {
			t[s.ID] = s
		}
	}
	e.spaces = &t
	return t, nil
}

// path is how a building or a floor is called in a plan; for a section it is that of
// its floor, "" where sections are in each other and on no floor.
func (t tree) path(id string) string {
	for range t {
		if t[id].Kind != "section" {
			break
		}
		id = t[id].ParentID
	}
	switch s := t[id]; s.Kind {
	case "building":
		return s.Name
	case "floor":
		return t[s.ParentID].Name + "|" + s.Name
	}
	return ""
}

// find is a building or a floor by its path; of two with one path the one with the
// lower id, so that it is always the same.
func (t tree) find(kind, path string) (found tenant.Space) {
	for id, s := range t {
		if s.Kind == kind && t.path(id) == path && (found.ID == "" || id < found.ID) {
			found = s
		}
	}
	return found
}

// madeSpace is a building, or a floor of one.
var madeSpace = kind{
	action: "building or floor", back: "building or floor removed", request: "POST /places", title: words.T("Building or floor"), made: true, inTree: true,
	look: func(ctx context.Context, e *view, i Item) (object, error) {
		t, err := e.readSpaces(ctx)
		if err != nil {
			return object{}, err
		}
		if s := t.find("floor", i.Identity); s.ID != "" {
			return object{id: s.ID, values: Values{spaceType: "Floor", spaceName: s.Name, spaceBuilding: t[s.ParentID].Name}}, nil
		}
		if s := t.find("building", i.Identity); s.ID != "" {
			return object{id: s.ID, values: Values{spaceType: "Building"}}, nil
		}
		if m, made := e.made[keyOf(i)]; len(t) == 0 && made && !m.removing && !e.undo {
			return object{}, hidden(i)
		}
		return object{}, nil
	},
	change: func(ctx context.Context, e *view, o object, i Item) error {
		t, err := e.readSpaces(ctx)
		if err != nil {
			return err
		}
		if i.After.empty() {
			if err := e.holdsNothing(ctx, t, o.id); err != nil {
				return err
			}
			return e.Directory.DeleteSpace(ctx, o.id)
		}
		s := tenant.Space{Kind: "building", Name: i.Identity}
		if i.After[spaceType] == "Floor" {
			building := canonical(i.After[spaceBuilding])
			s = tenant.Space{Kind: "floor", Name: canonical(i.After[spaceName]), ParentID: t.find("building", building).ID}
			if s.ParentID == "" {
				return problem.New(codeNoSpace, words.T("The building %s is not there.", problem.Line(building))).Fix(words.T("Plan again."))
			}
		}
		return e.Directory.CreateSpace(ctx, s)
	},
}

// hidden is said of what was made where Microsoft shows no building at all.
func hidden(i Item) *problem.Problem {
	return problem.New(codeHidden, words.T("Roomkey has created %s, but Microsoft shows no building of this tenant.", problem.Line(i.Identity))).
		Run(words.T("Switch buildings on once, in PowerShell with the module MicrosoftPlaces:"), "Connect-MicrosoftPlaces; Set-PlacesSettings -EnableBuildings 'Default:true'").
		Fix(words.T("Microsoft may take a day to show them. Then plan again. Nothing is created twice until then.")).
		Lead(words.T("If someone has removed it, run the script, which switches buildings on and creates what is missing."), problem.PlaceScript("places-buildings"))
}

// holdsNothing refuses to remove a building or a floor in which something is.
func (e *view) holdsNothing(ctx context.Context, t tree, id string) error {
	inside := ""
	for _, s := range t {
		if s.ParentID == id {
			inside = s.Name
		}
	}
	rooms := e.Directory.Rooms(ctx, nil)
	if rooms.Problem != nil {
		return rooms.Problem
	}
	for _, r := range rooms.Items {
		if r.ParentID == id {
			inside = r.EmailAddress
		}
	}
	if inside == "" {
		return nil
	}
	return problem.New(codeInUse, words.T("%s contains %s, so it remains.", problem.Line(t[id].Name), problem.Line(inside))).
		Fix(words.T("Remove it in Microsoft Places when it is empty."))
}

// roomOnFloor is the floor on which a room is. One that is in a section is on the
// floor of that, and stays in the section, whatever floor is wanted, as by the script.
var roomOnFloor = kind{
	action: "floor of the room", back: "floor of the room", request: "PATCH /places/{id}", title: words.T("Floor of a room"), inTree: true,
	look: func(ctx context.Context, e *view, i Item) (object, error) {
		p, err := e.room(ctx, i.Identity)
		if err != nil {
			return object{}, err
		}
		t, err := e.readSpaces(ctx)
		o := object{id: p.ID, kind: cmp.Or(p.Type, "room"), values: Values{}}
		if path := t.path(p.ParentID); path != "" {
			o.values[parentFloor] = path
		}
		if s, of := t[p.ParentID], o.values[parentFloor]; s.Kind == "section" {
			o.leave = words.T("It is in the section %s. Move it in Microsoft Places if that is wrong.", problem.Line(s.Name))
			if of != nil {
				o.leave = words.T("It is in the section %s of %s. Move it in Microsoft Places if that is wrong.", problem.Line(s.Name), problem.Line(canonical(of)))
			}
		}
		return o, err
	},
	change: func(ctx context.Context, e *view, o object, i Item) error {
		path := canonical(i.After[parentFloor])
		if path == "" {
			return e.Directory.ChangePlace(ctx, o.id, o.kind, map[string]any{"parentId": nil})
		}
		t, err := e.readSpaces(ctx)
		if err != nil {
			return err
		}
		floor := t.find("floor", path)
		if floor.ID == "" {
			return problem.New(codeNoSpace, words.T("The floor %s is not there.", problem.Line(path))).Fix(words.T("Plan again."))
		}
		return e.Directory.ChangePlace(ctx, o.id, o.kind, map[string]any{"parentId": floor.ID})
	},
}
