package exchange

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// placeColumns are what the script rooms-show takes from Get-Place.
var placeColumns = []string{"Capacity", "Building", "Floor", "FloorLabel", "Label", "Phone", "Tags", "IsWheelChairAccessible", "AudioDeviceName", "VideoDeviceName", "DisplayDeviceName"}

func (b *build) roomsShow() error {
	b.data["Place"] = placeColumns
	b.data["Columns"] = append([]string{"Tenant", "Room", "DisplayName", "Account", "Hidden"}, placeColumns...)
	b.will("Get-EXOMailbox", "all room mailboxes", nil)
	b.explain("Reads every room mailbox and its place, and writes them to a CSV beside the script.")
	b.explain("Import the CSV file into Roomkey. You can then choose rooms from it, with Exchange as their source.")
	return nil
}

func (b *build) createRooms() error {
	if _, ok := b.form.raw("table"); !ok {
		return problem.New(codeNoTable, words.T("There is no table of rooms yet.")).
			Fix(words.T("Give a CSV with the columns Name and Address, and Capacity, Building and Floor as far as they are known."))
	}
	rooms, err := b.table("Name", "DisplayName", "Alias", "Capacity")
	if err != nil {
		return err
	}
	var data rows
	for _, r := range rooms {
		name := shortName(or(r.Name, r.DisplayName))
		if name == "" {
			b.warn("Left out: Line %d: the room %s has no name.", r.Line, r.EmailAddress)
			continue
		}
		row := table{"Name": name, "DisplayName": or(r.DisplayName, r.Name), "PrimarySmtpAddress": r.EmailAddress}
		for k, v := range map[string]string{"Alias": r.Alias, "Office": r.Office, "Phone": r.Phone} {
			if v != "" {
				row[k] = v
			}
		}
		if r.Capacity != nil {
			row["ResourceCapacity"] = *r.Capacity
		}
		data = append(data, row)
		b.intent.Objects = append(b.intent.Objects, r.EmailAddress)
		b.will("New-Mailbox", r.EmailAddress, row)
	}
	if len(data) == 0 {
		b.form.fail("table", words.T("No room in the table has a name."))
	}
	b.data["Rows"] = data
	b.explainN(len(data), "Creates %d room mailbox. An address that is already a room mailbox is left alone; one that belongs to something else is refused.", "Creates %d room mailboxes. An address that is already a room mailbox is left alone; one that belongs to something else is refused.", len(data))
	b.explain("Exchange gives each room an account with a random password. Block its sign-in with the script block-room-sign-in.")
	b.explain("Describe the rooms with set-places and put them into lists with room-lists, from the same table.")
	b.warn("Graph, and with it the booking server, may need up to two days until it lists a new room.")
	return nil
}

func (b *build) roomLists() error {
	b.data["Undo"] = false
	if changed, ok, err := b.undone(); err != nil {
		return err
	} else if ok {
		b.data["Undo"] = true
		return b.undoMembers(changed)
	}
	rooms, err := b.table("RoomList")
	if err != nil {
		return err
	}
	members := map[string][]string{}
	var names []string
	for _, r := range rooms {
		name := or(r.RoomList, r.Building)
		if name == "" {
			continue
		}
		if members[name] == nil {
			names = append(names, name)
		}
		members[name] = append(members[name], r.EmailAddress)
	}
	if len(names) == 0 {
		return problem.New(codeNoLists, words.T("No room has a room list or a building.")).
			Fix(words.T("Give a CSV with the columns Address and RoomList."))
	}
	var data rows
	for _, n := range names {
		data = append(data, table{"Name": shortName(n), "Alias": b.alias("list", shortName(n)), "Rooms": members[n]})
		b.intent.Objects = append(b.intent.Objects, n)
		b.will("New-DistributionGroup", n, map[string]any{"RoomList": true})
		for _, r := range members[n] {
			b.will("Add-DistributionGroupMember", n, map[string]any{"Member": r})
		}
	}
	b.data["Rows"] = data
	b.explain("Creates the room lists that are missing (%s) and adds the rooms that are not in them yet. No room is taken out.", strings.Join(names, ", "))
	return nil
}

// place are the parameters of Set-Place for what is known of a room.
func place(r NewRoom) table {
	want := table{}
	for k, v := range map[string]string{
		"Building": r.Building, "FloorLabel": r.FloorLabel, "Label": r.Label, "Phone": r.Phone,
		"AudioDeviceName": r.Audio, "VideoDeviceName": r.Video, "DisplayDeviceName": r.Display,
	} {
		if v != "" {
			want[k] = v
		}
	}
	if r.Capacity != nil {
		want["Capacity"] = *r.Capacity
	}
	if r.FloorNumber != nil {
		want["Floor"] = *r.FloorNumber
	}
	if r.Accessible != nil {
		want["IsWheelChairAccessible"] = *r.Accessible
	}
	if len(r.Tags) > 0 {
		want["Tags"] = r.Tags
	}
	return want
}

func (b *build) setPlaces() error {
	if changed, ok, err := b.undone(); err != nil {
		return err
	} else if ok {
		return b.undoPlaces(changed)
	}
	rooms, err := b.table("Capacity", "Floor", "Accessible")
	if err != nil {
		return err
	}
	var data rows
	for _, r := range rooms {
		want := place(r)
		if len(want) == 0 {
			continue
		}
		data = append(data, table{"Room": r.EmailAddress, "Want": want, "Left": nil})
		b.intent.Objects = append(b.intent.Objects, r.EmailAddress)
		b.will("Set-Place", r.EmailAddress, want)
	}
	if len(data) == 0 {
		return problem.New(codeNoPlaces, words.T("No settable room is known.")).
			Fix(words.T("Give a CSV with the column Address and any of Capacity, Building, Floor, FloorLabel."))
	}
	b.data["Rows"] = data
	b.explainN(len(data), "Compares the data of %d room in Exchange with the data here, and updates what differs. Fields that are empty here stay unchanged.", "Compares the data of %d rooms in Exchange with the data here, and updates what differs. Fields that are empty here stay unchanged.", len(data))
	b.warn("For rooms that come from the local Active Directory, the phone number is set there.")
	return nil
}

func (b *build) placesBuildings() error {
	changed, undo, err := b.undone()
	if err != nil {
		return err
	}
	if undo {
		err := b.undoParents(changed)
		b.prove(b.intent.Objects)
		return err
	}
	rooms, err := b.table("Floor")
	if err != nil {
		return err
	}
	floors := map[string][]string{}
	var names []string
	var data rows
	for _, r := range rooms {
		floor := r.FloorLabel
		if floor == "" && r.FloorNumber != nil {
			floor = plainValue(*r.FloorNumber)
		}
		if r.Building == "" || floor == "" {
			continue
		}
		if !slices.Contains(names, r.Building) {
			names = append(names, r.Building)
		}
		if !slices.Contains(floors[r.Building], floor) {
			floors[r.Building] = append(floors[r.Building], floor)
		}
		data = append(data, table{"Room": r.EmailAddress, "Floor": r.Building + "|" + floor, "Parent": "", "Left": ""})
		b.intent.Objects = append(b.intent.Objects, r.EmailAddress)
	}
	if len(data) == 0 {
		return problem.New(codeNoBuildings, words.T("No room has a building and a floor.")).
			Fix(words.T("Give a CSV with the columns Address, Building and Floor."))
	}
	b.will("Set-PlacesSettings", "tenant", map[string]any{"EnableBuildings": "Default:true"})
	var buildings rows
	for _, n := range names {
		buildings = append(buildings, table{"Name": n, "Floors": floors[n]})
		b.will("New-Place", n, map[string]any{"Type": "Building"})
	}
	for _, n := range names {
		for _, floor := range floors[n] {
			b.will("New-Place", n+"|"+floor, map[string]any{"Type": "Floor", "Building": n, "Name": floor})
		}
	}
	for _, row := range data {
		b.will("Set-PlaceV3", row["Room"].(string), map[string]any{"ParentId": row["Floor"]})
	}
	b.data["Buildings"], b.data["Rows"] = buildings, data
	var addresses []string
	for _, r := range rooms {
		addresses = append(addresses, r.EmailAddress)
	}
	b.prove(addresses)
	b.explain("Switches on buildings for the tenant, creates %s with their floors where they are missing, and assigns %s to their floors.",
		words.N(len(names), "%d building", "%d buildings", len(names)), words.N(len(data), "%d room", "%d rooms", len(data)))
	b.explain("A room that is in a section stays there. If the section is on another floor, the result says so.")
	return nil
}

// prove names rooms by which the script knows the tenant again.
func (b *build) prove(rooms []string) { b.data["Proof"] = rooms[:min(5, len(rooms))] }

// alias is one of our own for a group, by which it is found again whatever a
// naming policy or a person makes of its name.
func (b *build) alias(kind, name string) string {
	sum := sha256.Sum256([]byte(b.Connection.ID + "\x00" + name))
	return "roomkey-" + kind + "-" + hex.EncodeToString(sum[:5])
}

// shortName is a name of at most 64 characters; one that is cut ends in a number
// that tells it from others with the same beginning.
func shortName(name string) string {
	r := []rune(name)
	if len(r) <= nameLimit {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return string(r[:nameLimit-7]) + " " + hex.EncodeToString(sum[:3])
}
