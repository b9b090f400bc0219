package check

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/tenant"
)

var (
	yes, no = true, false
	fine    = tenant.Person{ID: "a", UserPrincipalName: "a@x.example", Mail: "a@x.example", Enabled: &yes, CardNumber: "1"}
	other   = tenant.Person{ID: "e", UserPrincipalName: "e@x.example", Mail: "e@x.example", Enabled: &yes, UserType: "Guest"}
	off     = tenant.Person{ID: "b", UserPrincipalName: "b@x.example", Mail: "b@x.example", Enabled: &no}
	mute    = tenant.Person{ID: "c", UserPrincipalName: "c@x.example"}
	double  = tenant.Person{ID: "e", UserPrincipalName: "e@x.example", Mail: " A@X.example", CardNumber: "5"}
	twin    = tenant.Person{ID: "d", UserPrincipalName: "d@x.example", Mail: "d@x.example", CardNumber: "1"}
	hidden  = tenant.Person{ID: "h"}
	atRoom  = tenant.Person{ID: "r", UserPrincipalName: "room0@contoso.example", Mail: "Room0@contoso.example", Enabled: &yes}
)

// TestPeopleAreLookedAt is whoever a tenant may have, in every choice of people.
func TestPeopleAreLookedAt(t *testing.T) {
	for name, c := range map[string]struct {
		people []tenant.Person
		status Status
		code   string
		says   string
	}{
		"all of use":           {[]tenant.Person{fine, other}, Pass, "", "2"},
		"some without mail":    {[]tenant.Person{fine, mute}, Warn, "people.some-unusable", ""},
		"all disabled":         {[]tenant.Person{off}, Fail, "people.all-disabled", ""},
		"no mail":              {[]tenant.Person{mute}, Fail, "people.no-mail", ""},
		"disabled or no mail":  {[]tenant.Person{off, mute}, Fail, "people.none-usable", ""},
		"one card for two":     {[]tenant.Person{fine, twin}, Warn, "people.shared-card-number", "a@x.example and d@x.example have the same card number."},
		"one address for two":  {[]tenant.Person{fine, double}, Warn, "people.shared-email-address", "a@x.example and e@x.example have the same email address."},
		"an address of blanks": {[]tenant.Person{{ID: "x", UserPrincipalName: "x@x.example", Mail: " ", Enabled: &yes}}, Fail, "people.no-mail", ""},
		"no valid address":     {[]tenant.Person{{ID: "x", UserPrincipalName: "x@x.example", Mail: "none", Enabled: &yes}}, Fail, "people.none-usable", ""},
		"nothing but ids":      {[]tenant.Person{fine, hidden}, Unknown, "people.hidden", ""},
	} {
		for _, mode := range []string{connection.All, connection.Groups} {
			w := healthy(2)
			w.people.Items = c.people
			id := PeopleList
			w.in.Connection.People = connection.People{Mode: mode}
			if mode == connection.Groups {
				id = ChosenGroups
				w.in.Connection.People.Groups = []string{"g1", "g2"}
				w.members = map[string]members{"g1": {people: c.people}, "g2": {people: []tenant.Person{c.people[0]}}}
			}
			f, ran := w.run(t).Finding(id)
			got := ""
			if f.Problem != nil {
				got = f.Problem.Code.String()
			}
			// Where each group has nobody of use, that is said of the group.
			if strings.HasPrefix(got, "groups.") && c.status == Fail {
				got = c.code
			}
			if !ran || f.Status != c.status || got != c.code || f.Evidence["people"] != len(c.people) {
				t.Errorf("%s, %s: %s %s %v", name, mode, f.Status, got, f.Evidence)
			}
			if f.Problem != nil && c.says != "" && f.Problem.Title.String() != c.says && !strings.HasPrefix(f.Problem.Code.String(), "groups.") {
				t.Errorf("%s, %s: %q", name, mode, f.Problem.Title)
			}
		}
	}
}

// TestWhatIsNotShownIsNotCounted: with User.ReadBasic.All nobody learns which
// accounts are disabled, and 0 would be a claim.
func TestWhatIsNotShownIsNotCounted(t *testing.T) {
	for _, enabled := range []*bool{&yes, nil} {
		person := fine
		person.Enabled = enabled
		w := healthy(2)
		w.people.Items = []tenant.Person{person}
		f, _ := w.run(t).Finding(PeopleList)
		if f.Status != Pass || strings.Contains(f.Note.String(), "did not show") != (enabled == nil) || strings.Contains(f.Note.String(), "Disabled: 0") {
			t.Errorf("%v: %s %q", enabled, f.Status, f.Note)
		}
	}
	w := healthy(2)
	unshown := other
	unshown.Enabled = nil
	w.people.Items = []tenant.Person{fine, unshown}
	if f, _ := w.run(t).Finding(PeopleList); !strings.Contains(f.Note.String(), "Of 1 account, Microsoft did not show") {
		t.Errorf("one of two is not shown: %q", f.Note)
	}
}

func TestChosenGroups(t *testing.T) {
	for name, c := range map[string]struct {
		groups map[string]members
		status Status
		code   string
	}{
		"members":                    {map[string]members{"g1": {people: []tenant.Person{fine}}, "g2": {people: []tenant.Person{fine, other}}}, Pass, ""},
		"one is gone":                {map[string]members{"g1": {people: []tenant.Person{fine}}}, Fail, "groups.gone"},
		"one is empty":               {map[string]members{"g1": {people: []tenant.Person{fine}}, "g2": {}}, Warn, "groups.empty"},
		"all are empty":              {map[string]members{"g1": {}, "g2": {}}, Fail, "groups.empty"},
		"one holds only groups":      {map[string]members{"g1": {groups: []string{"g3", "g4"}}, "g2": {people: []tenant.Person{fine}}}, Warn, "groups.nested-only"},
		"all hold only groups":       {map[string]members{"g1": {groups: []string{"g3"}}, "g2": {groups: []string{"g3"}}}, Fail, "groups.nested-only"},
		"one holds disabled people":  {map[string]members{"g1": {people: []tenant.Person{fine}}, "g2": {people: []tenant.Person{off}}}, Warn, "groups.all-disabled"},
		"disabled, or without mail":  {map[string]members{"g1": {people: []tenant.Person{fine}}, "g2": {people: []tenant.Person{off, mute}}}, Warn, "groups.none-usable"},
		"a room beside the people":   {map[string]members{"g1": {people: []tenant.Person{fine, atRoom}}, "g2": {people: []tenant.Person{fine}}}, Pass, ""},
		"a room instead of a person": {map[string]members{"g1": {people: []tenant.Person{fine}}, "g2": {people: []tenant.Person{atRoom}}}, Warn, "groups.no-people"},
		"only contacts and devices":  {map[string]members{"g1": {others: 2}, "g2": {others: 1}}, Fail, "groups.no-people"},
		"contacts beside people":     {map[string]members{"g1": {people: []tenant.Person{fine}, others: 3}, "g2": {people: []tenant.Person{other}}}, Pass, ""},
		"groups beside people":       {map[string]members{"g1": {people: []tenant.Person{fine}, groups: []string{"g3"}}, "g2": {people: []tenant.Person{other}}}, Warn, "groups.nested-beside"},
	} {
		w := healthy(2)
		w.in.Connection.People = connection.People{Mode: connection.Groups, Groups: []string{"g1", "g2"}}
		w.members = c.groups
		r := w.run(t)
		f, _ := r.Finding(ChosenGroups)
		got := ""
		if f.Problem != nil {
			got = f.Problem.Code.String()
		}
		if f.Status != c.status || got != c.code {
			t.Errorf("%s: %s %s", name, f.Status, got)
		}
		if works := f.Status == Pass || f.Status == Warn; (stateOf(r, "people") == FeatureWorks) != works {
			t.Errorf("%s: importing people is said to be %s", name, stateOf(r, "people"))
		}
	}
}

// TestWhoIsListedIsWhoIsCounted is the list that a person sees, beside the count
// of the check.
func TestWhoIsListedIsWhoIsCounted(t *testing.T) {
	w := healthy(2)
	w.people.Items = []tenant.Person{fine, other, atRoom, fine}
	w.members = map[string]members{"g1": {people: []tenant.Person{other, atRoom}}, "g2": {people: []tenant.Person{other}}}
	for _, choice := range []connection.People{{Mode: connection.All}, {Mode: connection.Groups, Groups: []string{"g1", "g2"}}, {Mode: connection.Groups, Groups: []string{"gone", "g1"}}} {
		w.in.Connection.People = choice
		listed := People(context.Background(), w.in.Directory, choice, false, already([]string{"room0@contoso.example"}), nil)
		id := PeopleList
		if choice.Mode == connection.Groups {
			id = ChosenGroups
		}
		f, _ := w.run(t).Finding(id)
		if f.Evidence["people"] != len(listed.Items) || listed.Rooms != 1 || listed.Complete == (choice.Groups != nil && choice.Groups[0] == "gone") {
			t.Errorf("%+v: %v counted, %d listed, %d rooms", choice, f.Evidence["people"], len(listed.Items), listed.Rooms)
		}
	}
}

// pagesOfPeople hands out people page by page.
type pagesOfPeople struct {
	Directory
	pages [][]tenant.Person
	// before is called before each page.
	before func(page int)
}

func (d pagesOfPeople) People(_ context.Context, _ string, page func([]tenant.Person)) tenant.Listing[tenant.Person] {
	for i, people := range d.pages {
		d.before(i)
		page(people)
	}
	return tenant.Listing[tenant.Person]{Items: slices.Concat(d.pages...), Complete: true}
}

// TestPagesWaitForTheRooms: no account of a room is shown, whenever the rooms come.
func TestPagesWaitForTheRooms(t *testing.T) {
	third := tenant.Person{ID: "third"}
	for comesBefore := range 4 {
		rooms := make(chan []string, 1)
		come := func(page int) {
			if page == comesBefore {
				rooms <- []string{"room0@contoso.example"}
			}
		}
		if comesBefore == 3 { // after the last page
			time.AfterFunc(10*time.Millisecond, func() { come(3) })
		}
		var seen []string
		listed := People(context.Background(), pagesOfPeople{pages: [][]tenant.Person{{fine, atRoom}, {other}, {third}}, before: come}, connection.People{Mode: connection.All}, false, rooms,
			func(people []tenant.Person) {
				for _, p := range people {
					seen = append(seen, p.ID)
				}
			})
		if want := []string{fine.ID, other.ID, third.ID}; !slices.Equal(seen, want) || len(listed.Items) != 3 || listed.Rooms != 1 {
			t.Errorf("rooms before page %d: saw %v, listed %d, %d rooms", comesBefore, seen, len(listed.Items), listed.Rooms)
		}
	}
}

// TestProductThatFollowsNestedGroups reads a circle of groups once.
func TestProductThatFollowsNestedGroups(t *testing.T) {
	w := healthy(2)
	w.in.Connection.People = connection.People{Mode: connection.Groups, Groups: []string{"g1"}}
	w.in.Product.NestedGroups = true
	w.members = map[string]members{"g1": {groups: []string{"g2"}}, "g2": {people: []tenant.Person{fine}, groups: []string{"g1", "g3"}}, "g3": {people: []tenant.Person{other}}}
	if f, _ := w.run(t).Finding(ChosenGroups); f.Status != Pass || f.Evidence["people"] != 2 {
		t.Errorf("%s %v %v", f.Status, f.Problem, f.Evidence)
	}
}

// TestDisabledAccountsAreNormal: among all accounts of a tenant disabled ones are
// a fact. Somebody chose those of a group, so there they are a warning.
func TestDisabledAccountsAreNormal(t *testing.T) {
	for _, c := range []struct {
		people        []tenant.Person
		all, inGroups string
	}{
		{[]tenant.Person{fine, off}, "", "1 of 2 people has no email address or is disabled: b@x.example."},
		{[]tenant.Person{fine, off, mute}, "1 of 3 people has no email address: c@x.example.", "2 of 3 people have no email address or are disabled: b@x.example and c@x.example."},
	} {
		for mode, want := range map[string]string{connection.All: c.all, connection.Groups: c.inGroups} {
			w := healthy(2)
			w.people.Items = c.people
			w.in.Connection.People = connection.People{Mode: mode}
			id := PeopleList
			if mode == connection.Groups {
				id, w.in.Connection.People.Groups = ChosenGroups, []string{"g1"}
				w.members = map[string]members{"g1": {people: c.people}}
			}
			f, _ := w.run(t).Finding(id)
			said := ""
			if f.Problem != nil {
				said = f.Problem.Title.String()
			}
			if said != want || f.Evidence["disabled"] != 1 {
				t.Errorf("%s: %s %q, want %q", mode, f.Status, said, want)
			}
			if want == "" && !strings.Contains(f.Note.String(), "Disabled: 1.") {
				t.Errorf("the fact is not said: %s", f.Note)
			}
		}
	}
}

func TestDefaultGroups(t *testing.T) {
	some := members{people: []tenant.Person{fine}}
	for _, c := range []struct {
		given string
		has   members
		code  string
	}{
		{"Visitors", members{}, ""},
		{"G1", some, ""},
		{"All@Contoso.example", some, ""},
		{"6f3a1d34-0000-4000-8000-000000000001", some, "groups.default-gone"},
		{"nobody@contoso.example", some, "groups.default-gone"},
		{"all@contoso.example", members{}, "groups.empty"},
		{idOfGroup, members{people: []tenant.Person{off}}, "groups.all-disabled"},
		{idOfGroup, members{groups: []string{"g3"}}, "groups.nested-only"},
	} {
		w := healthy(1)
		w.groups.Items = []tenant.Group{{ID: idOfGroup, Mail: "all@contoso.example"}}
		w.members = map[string]members{idOfGroup: c.has}
		w.in.Connection.People.DefaultGroups = []string{c.given}
		f, _ := w.run(t).Finding(GroupList)
		if got := f.Problem; (got == nil) != (c.code == "") || got != nil && got.Code.String() != c.code {
			t.Errorf("%s, %+v: %v", c.given, c.has, got)
		}
	}
}

const idOfGroup = "6f3a1d34-0000-4000-8000-000000000007"
