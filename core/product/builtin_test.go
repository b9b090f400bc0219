package product

import (
	"slices"
	"testing"
)

func products(t *testing.T) *Catalog {
	t.Helper()
	c, problems := Load("")
	for _, p := range problems {
		t.Fatal(p)
	}
	return c
}

func get(t *testing.T, id string) Product {
	t.Helper()
	p, ok := products(t).Get(id)
	if !ok {
		t.Fatalf("no product %s", id)
	}
	return p
}

// The order of the list is that of the files, and each file says where its facts
// are from.
func TestBuiltIn(t *testing.T) {
	last := 0
	for _, p := range products(t).All() {
		if p.Place <= last {
			t.Errorf("%s has place %d, after place %d", p.ID, p.Place, last)
		}
		last = p.Place
		if p.ID != "custom" && (p.Source.Read == "" || p.Scoping.Way == "") {
			t.Errorf("%s does not say when its source was read, or how it can be limited", p.ID)
		}
	}
}

// What each product asks for, word by word: a permission that slips in or out
// is what an administrator consents to.
func TestNeeds(t *testing.T) {
	for _, tt := range []struct {
		id      string
		options []string
		want    []string
		lists   []string
		writes  Writes
	}{
		{"flexo", nil, []string{"Calendars.ReadWrite application"}, nil, WritesRoomsAndOrganizers},
		{"flexo", []string{"teams"}, []string{"Calendars.ReadWrite application", "Chat.Create application", "Chat.ReadWrite.All application",
			"Chat.ReadWrite delegated", "ChatMessage.Send delegated"}, nil, WritesRoomsAndOrganizers},
		{"flexo", []string{"no such option"}, []string{"Calendars.ReadWrite application"}, nil, WritesRoomsAndOrganizers},
		{"offision-application", nil, []string{"Calendars.ReadWrite application", "Group.Read.All application", "Place.Read.All application",
			"User.Read.All application", "openid delegated", "profile delegated", "email delegated"}, []string{listRooms, listPeople, listGroups}, WritesRoomsAndOrganizers},
		{"offision-application-resources", nil, []string{"Calendars.ReadWrite application", "Place.Read.All application"}, []string{listRooms}, WritesRooms},
		{"gfacility", nil, []string{"User.Read.All application", "Place.Read.All application", "Calendars.Read application",
			"Calendars.ReadWrite application", "User.Read delegated"}, []string{listRooms, listPeople}, WritesRooms},
		{"cronofy", nil, []string{"User.Read.All application", "Organization.Read.All application", "Place.Read.All application", "Calendars.ReadWrite application"},
			[]string{listRooms, listPeople}, WritesRoomsAndOrganizers},
		{"envoy-rooms", nil, []string{"Place.Read.All delegated", "Calendars.ReadWrite.Shared delegated", "offline_access delegated"}, nil, WritesRooms},
		{"condeco", nil, []string{"User.ReadBasic.All application", "Calendars.ReadWrite application", "User.Read delegated"}, []string{listPeople}, WritesPeople},
		{"condeco-exchange", nil, []string{"EWS.AccessAsUser.All delegated", "Calendars.ReadWrite application", "User.Read delegated"}, nil, WritesRooms},
		{"seatsurfing", nil, []string{"openid delegated", "profile delegated", "email delegated", "User.Read delegated"}, nil, WritesNothing},
		{"seatsurfing", []string{"rooms"}, []string{"openid delegated", "profile delegated", "email delegated", "User.Read delegated",
			"Place.Read.All application"}, []string{listRooms}, WritesNothing},
	} {
		p := get(t, tt.id)
		n := p.With(tt.options, []string{"Mail.Send"}) // chosen where nothing is to choose
		var got []string
		for _, need := range n.Permissions {
			got = append(got, need.Value+" "+string(need.Kind))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s %v asks for %v, want %v", tt.id, tt.options, got, tt.want)
		}
		if !slices.Equal(n.Lists, tt.lists) || p.Writes != tt.writes {
			t.Errorf("%s %v wants lists %v and writes %q", tt.id, tt.options, n.Lists, p.Writes)
		}
	}
}

func TestMailOption(t *testing.T) {
	p := get(t, "offision-application")
	n := p.With([]string{"mail"}, nil)
	last := n.Permissions[len(n.Permissions)-1]
	if last.Value != "Mail.Send" || last.Kind != "application" {
		t.Errorf("the option adds %v", last.Ref)
	}
	if !p.MultiTenant([]string{"mail"}) || p.MultiTenant(nil) {
		t.Error("only the option mail makes the application multi-tenant")
	}
	if len(p.Needs.Permissions) != 7 {
		t.Error("the option changed the product")
	}
}

func TestChosen(t *testing.T) {
	n := get(t, "custom").With(nil, []string{"Place.Read.All", "delegated:User.Read", "Place.Read.All", "Group.Read.All", "Nobody.Knows"})
	var got []string
	for _, need := range n.Permissions {
		got = append(got, string(need.Kind)+":"+need.Value)
		if need.Reason == "" {
			t.Errorf("%s has no reason", need.Value)
		}
	}
	// A value that nobody knows stays: it has to show up as missing, not vanish.
	want := []string{"application:Place.Read.All", "delegated:User.Read", "application:Group.Read.All", "application:Nobody.Knows"}
	if !slices.Equal(got, want) || !slices.Equal(n.Lists, []string{listRooms, listGroups}) {
		t.Errorf("got %v and lists %v", got, n.Lists)
	}
}

// The vendor's form in the vendor's order.
func TestForms(t *testing.T) {
	for id, want := range map[string][]string{
		"flexo": {"Tenant ID", "Application ID", "Application Secret Key", "Redirection URL", "Lifecycle URL"},
		"offision-application": {"Name of integration", "Microsoft 365 service operator", "Directory (tenant) ID", "Application (client) ID",
			"Client secret", "[Test settings]", "[Save and next]", "Sync all rooms / Sync specified room", "[Save and next]", "Redirect URI",
			"Default user groups", "Card number of user (Pager)", "Login button name", "[Save and close]"},
		"gfacility": {"Tenant", "Client", "Secret"},
	} {
		var got []string
		for _, f := range get(t, id).Form {
			if f.Action {
				f.Label = "[" + f.Label + "]"
			}
			got = append(got, f.Label)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
}

// Each setting of a room policy says why, and has a value or asks for one.
func TestRoomPolicy(t *testing.T) {
	for _, p := range products(t).All() {
		for _, s := range p.Policy {
			if s.Reason == "" || s.Value == nil && s.Matches == "" {
				t.Errorf("%s: %s = %v, reason %q", p.ID, s.Parameter, s.Value, s.Reason)
			}
		}
	}
}

// No product that Roomkey brings along asks for what no booking server should hold.
func TestNothingDangerous(t *testing.T) {
	for _, p := range products(t).All() {
		var all []string
		for _, o := range p.Options {
			all = append(all, o.ID)
		}
		for _, need := range p.With(all, nil).Permissions {
			if e, _ := permissions().Get(need.Value); e.Dangerous != "" && p.Ends == "" {
				t.Errorf("%s asks for %s: %s", p.ID, need.Value, e.Dangerous)
			}
		}
	}
}

func TestSupports(t *testing.T) {
	offision, flexo := get(t, "offision-application"), get(t, "flexo")
	for _, tt := range []struct {
		p     Product
		cloud string
		own   bool
		want  bool
	}{{offision, "china", false, true}, {offision, "dod", false, false}, {offision, "laboratory", true, true}, {flexo, "dod", false, true}} {
		if got := tt.p.Supports(tt.cloud, tt.own); got != tt.want {
			t.Errorf("%s in %s: %v", tt.p.ID, tt.cloud, got)
		}
	}
}
