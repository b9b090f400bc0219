package exchange

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// misset applies the fault room-settings to a room whose settings no script has
// changed yet.
func (x *Exchange) misset(address string, p *tenant.Processing) *tenant.Processing {
	arg, on := x.Fault(fault.RoomSettings)
	if !on {
		return p
	}
	now, hit, setting := microsoft.AsObject(p), true, true
	// The settings after a list of addresses are those rooms'.
	for _, part := range strings.Split(cmp.Or(arg, "AllowConflicts=True"), ",") {
		name, value, isSetting := strings.Cut(strings.TrimSpace(part), "=")
		switch {
		case !isSetting:
			hit = !setting && hit || strings.EqualFold(name, address)
		case hit:
			now[name] = typed(value, now[name])
		}
		setting = isSetting
	}
	data, err := json.Marshal(now)
	changed := &tenant.Processing{}
	if err != nil || json.Unmarshal(data, changed) != nil {
		return p
	}
	return changed
}

// ProcessingTable is the CSV that the script calendar-processing-show writes about
// every room.
func (x *Exchange) ProcessingTable() []byte {
	x.Lock()
	defer x.Unlock()
	names := []string{}
	for t, i := reflect.TypeFor[tenant.Processing](), 0; i < t.NumField(); i++ {
		names = append(names, t.Field(i).Name)
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	_ = w.Write(slices.Concat([]string{"Tenant", "Room", "Read"}, names)) // a buffer takes everything
	rooms := []string{}
	for i := range x.Directory.Rooms {
		rooms = append(rooms, x.Directory.Room(i).Email)
	}
	for _, m := range x.State.Exchange.MadeRooms {
		rooms = append(rooms, m.Email)
	}
	for _, r := range rooms {
		if !x.isRoom(r) {
			continue
		}
		now := microsoft.AsObject(x.processingOf(r))
		row := []string{x.Directory.TenantID(), r, microsoft.Time(x.Now())}
		for _, name := range names {
			row = append(row, shownValue(now[name]))
		}
		_ = w.Write(row)
	}
	w.Flush()
	return out.Bytes()
}
