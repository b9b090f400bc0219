package reach

import (
	"fmt"
	"testing"

	"github.com/roomkey/roomkey/core/permission"
)

// Thirty applications with and without reach: each by what it holds, what its
// policy says and which roles have the room in scope.
func TestThirtyApplications(t *testing.T) {
	catalog, err := permission.Load()
	if err != nil {
		t.Fatal(err)
	}
	const cw, cr, rb = "Application Calendars.ReadWrite", "Application Calendars.Read", permission.CalendarBasic
	write, read := permission.CalendarWrite, permission.CalendarRead
	all := []struct {
		granted []string
		policy  string // "", "granted", "denied"
		roles   []string
		off     bool
		failed  bool
		state   State // "" for not listed
		level   permission.Calendar
	}{
		{granted: []string{"Calendars.ReadWrite"}, state: Reaches, level: write},
		{granted: []string{"Calendars.Read"}, state: Reaches, level: read},
		{granted: []string{"Calendars.ReadBasic.All"}, state: Reaches, level: rb},
		{granted: []string{"full_access_as_app"}, state: Reaches, level: write},
		{granted: []string{"Calendars.Read", "Calendars.ReadWrite"}, state: Reaches, level: write},
		{granted: []string{"User.Read.All", "Calendars.Read"}, state: Reaches, level: read},
		{granted: []string{"Calendars.ReadWrite"}, policy: "granted", state: Reaches, level: write},
		{granted: []string{"Calendars.ReadWrite"}, policy: "denied", state: No},
		{granted: []string{"full_access_as_app"}, policy: "denied", state: No},
		{granted: []string{"Calendars.Read"}, policy: "denied", state: No},
		{granted: []string{"Calendars.ReadWrite"}, off: true, state: No},
		{granted: []string{"Calendars.Read"}, policy: "granted", off: true, state: No},
		{roles: []string{cw}, off: true, state: No},
		{roles: []string{cw}, state: Reaches, level: write},
		{roles: []string{cr}, state: Reaches, level: read},
		{roles: []string{fullAccess}, state: Reaches, level: write},
		{roles: []string{"Application EWS.AccessAsApp"}, state: Reaches, level: write},
		{roles: []string{"Application Mail.Send"}},
		{roles: []string{"Application MailboxSettings.Read"}},
		{granted: []string{"Calendars.Read"}, roles: []string{cw}, state: Reaches, level: write},
		{granted: []string{"Calendars.ReadWrite"}, policy: "denied", roles: []string{cr}, state: Reaches, level: read},
		{granted: []string{"Calendars.ReadWrite"}, policy: "denied", roles: []string{"Application Mail.Send"}, state: No},
		{granted: []string{"User.Read.All"}},
		{granted: []string{"Calendars.Read.All"}},      // work hours
		{granted: []string{"Calendars.ReadWrite.All"}}, // work hours
		{granted: []string{"Place.Read.All", "Group.Read.All"}},
		{granted: []string{"Mail.Send"}, policy: "granted"},
		{granted: []string{"Calendars.ReadWrite"}, failed: true, state: Unknown, level: write},
		{failed: true, state: Unknown},
		{granted: []string{"Calendars.ReadWrite"}, failed: true, roles: []string{cr}, state: Reaches, level: write},
	}
	if len(all) != 30 {
		t.Fatalf("%d applications", len(all))
	}
	exchange := &Exchange{Roles: map[string][]Role{}, Policies: map[string]bool{}, Failed: map[string]bool{}}
	var apps []Application
	for i, a := range all {
		id := fmt.Sprintf("00000000-0000-0000-0000-%012d", i)
		apps = append(apps, Application{AppID: id, Name: id, Granted: a.granted, Enabled: !a.off})
		for _, name := range a.roles {
			exchange.Roles[id] = append(exchange.Roles[id], Role{Name: name})
		}
		exchange.Failed[id] = a.failed
		if a.policy != "" {
			exchange.Policies[id] = a.policy == "granted"
		}
	}
	found := map[string]Access{}
	worst := -1
	for _, a := range Of(apps, exchange, catalog) {
		if rank(a.State) < worst {
			t.Errorf("%s is not in the order of the worst first", a.AppID)
		}
		worst, found[a.AppID] = rank(a.State), a
		if len(a.Ways) == 0 {
			t.Errorf("%s does not say by which way", a.AppID)
		}
	}
	for i, want := range all {
		got, listed := found[apps[i].AppID]
		if listed != (want.state != "") || got.State != want.state || got.Level != want.level {
			t.Errorf("application %d %+v: %s %s, listed %v", i, want, got.State, got.Level, listed)
		}
	}
	// Without Exchange nothing that Entra granted is called harmless, and nothing
	// is called certain.
	for _, a := range Of(apps, nil, catalog) {
		if a.Enabled && a.State != Unknown {
			t.Errorf("%s is %s although Exchange was not asked", a.AppID, a.State)
		}
	}
}

// TestOwners are shown as texts, and kept as they always were.
func TestOwners(t *testing.T) {
	var own, other Application
	own.ThisTenant()
	other.OtherTenant("d8680000-0000-4000-8000-000000000001")
	for _, c := range []struct {
		a    Application
		want string
	}{{own, "this tenant"}, {other, "tenant d8680000-0000-4000-8000-000000000001"}, {Application{Owner: "Contoso"}, "Contoso"}} {
		if got := c.a.OwnerText(); got.String() != c.want || c.a.Owner != c.want {
			t.Errorf("%q is shown as %q, want %q", c.a.Owner, got, c.want)
		}
	}
}
