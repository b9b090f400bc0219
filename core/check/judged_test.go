package check

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/tenant"
)

// notJudged are fields that come with what a check fetches and that no rule of a
// check looks at, with who does.
var notJudged = map[string]string{
	"Room.Capacity": shownToPeople, "Room.Building": shownToPeople, "Room.FloorNumber": shownToPeople, "Room.FloorLabel": shownToPeople,
	"Room.Label": shownToPeople, "Room.Phone": shownToPeople, "Room.Tags": shownToPeople, "Room.Accessible": shownToPeople,
	"Room.Audio": shownToPeople, "Room.Video": shownToPeople, "Room.Display": shownToPeople,
	"Room.Hidden":       "it comes from Exchange's script, and the quality of rooms judges it",
	"Room.ParentID":     "amend leaves a room in its section",
	"Person.Department": shownToPeople, "Group.Description": shownToPeople,
	"Event.Private":                      "the private flag is judged by RemovePrivateProperty",
	"Application.UniqueName":             ofRegister,
	"Application.CreatedAt":              ofRegister,
	"Application.HomePage":               ofRegister,
	"Application.Branding":               ofRegister,
	"ServicePrincipal.OwnerOrganization": ofRegister,
	"ServicePrincipal.Publisher":         "the consent to a vendor's application is compared with it",
	"Account.Licences":                   "session judges it at a vendor's service account, amend at a room's",
	"Account.Synced":                     "amend leaves accounts of a local directory alone",
	"Claims.ObjectID":                    ofSignIn,
	"Claims.UPN":                         ofSignIn,
	"Claims.WIDs":                        ofSignIn,
	"Claims.IssuedAt":                    "the end of a token is judged, not its beginning",
}

const (
	shownToPeople = "the preview shows it, and any value is right"
	ofRegister    = "register compares it with what it plans"
	ofSignIn      = "it describes a person's sign-in"
)

// TestEveryFieldIsJudged holds what a check fetches against the rules: a field
// that is read and that nobody judges hides what it would have said.
func TestEveryFieldIsJudged(t *testing.T) {
	used, left := selectors(t), maps.Clone(notJudged)
	for _, noun := range []any{
		tenant.Room{}, tenant.Person{}, tenant.Group{}, tenant.Account{}, tenant.Event{}, tenant.Schedule{}, tenant.WorkingHours{},
		tenant.Application{}, tenant.RequiredResource{}, tenant.RequiredAccess{}, tenant.Credential{}, tenant.ServicePrincipal{},
		tenant.Permission{}, tenant.AppRoleGrant{}, tenant.DelegatedGrant{},
		ServerDescription{}, ServerCurrent{}, ServerStatus{}, entra.Token{}, entra.Claims{},
	} {
		kind := reflect.TypeOf(noun)
		for _, f := range reflect.VisibleFields(kind) {
			name := kind.Name() + "." + f.Name
			why, excused := notJudged[name]
			switch {
			case used[f.Name] && excused:
				t.Errorf("%s is judged, and the table says that it is not: %s", name, why)
			case !used[f.Name] && !excused:
				t.Errorf("%s is fetched and no rule looks at it", name)
			}
			delete(left, name)
		}
	}
	for name := range left {
		t.Errorf("%s is in the table and is no field", name)
	}
}

// selectors are the names of the fields that the checks look at.
func selectors(t *testing.T) map[string]bool {
	used, files := map[string]bool{}, token.NewFileSet()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				used[s.Sel.Name] = true
			}
			return true
		})
	}
	return used
}
