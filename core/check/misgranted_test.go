package check

import (
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// TestWhatTheRegistrationShowsOfMissingPermissions is named, and nothing else is.
func TestWhatTheRegistrationShowsOfMissingPermissions(t *testing.T) {
	delegated := func(r *registration) {
		for i, a := range r.app.Required[0].Access {
			if a.ID == "a-pra" {
				r.app.Required[0].Access[i] = tenant.RequiredAccess{ID: "d-pra", Type: "Scope"}
			}
		}
	}
	elsewhere := func(r *registration) {
		r.namesakes = []tenant.Application{{AppID: "6f3a1d34-0000-4000-8000-000000000005", DisplayName: "Room booking"}}
		r.grants = []tenant.AppRoleGrant{{ResourceID: "graph", AppRoleID: "a-pra"}}
	}
	for name, c := range map[string]struct {
		spoil func(*registration)
		code  string
		says  string
	}{
		"nothing":                  {func(*registration) {}, "permission.missing", "lacks"},
		"added as delegated":       {delegated, "permission.delegated", "Place.Read.All was added as a delegated permission. An application needs application permissions."},
		"granted to a namesake":    {elsewhere, "permission.granted-elsewhere", "6f3a1d34-0000-4000-8000-000000000005"},
		"a namesake without it":    {func(r *registration) { elsewhere(r); r.grants[0].AppRoleID = "a-ura" }, "permission.missing", "lacks"},
		"a namesake of other APIs": {func(r *registration) { elsewhere(r); r.grants[0].ResourceID = "exchange" }, "permission.missing", "lacks"},
	} {
		place := someEntries["Place.Read.All"]
		place.DelegatedID = "d-pra"
		entries := fakePermissions{}
		for value, e := range someEntries {
			entries[value] = e
		}
		entries["Place.Read.All"] = place
		w, r := registered()
		w.in.Permissions = entries
		w.token.Claims.Roles = []string{"Calendars.ReadWrite", "User.Read.All", "Group.Read.All"}
		r.roles = nil
		c.spoil(r)
		f, _ := w.run(t).Finding(Roles)
		if f.Status != Fail || f.Problem.Code.String() != c.code || !strings.Contains(f.Problem.Title.String(), c.says) {
			t.Errorf("%s: %s %v", name, f.Status, f.Problem)
		}
	}
}

func TestRevokedWhileTheTokenWorks(t *testing.T) {
	w, r := registered()
	r.roles = r.roles[1:]
	run := w.run(t)
	f, _ := run.Finding(Consented)
	if run.Verdict != Failed || f.Problem == nil || f.Problem.Code.String() != "permission.revoked" || !strings.Contains(f.Problem.Title.String(), "ends at 13:00 UTC") {
		t.Errorf("%s, %s %v", run.Verdict, f.Status, f.Problem)
	}
}

func TestApplicationThatWasDeleted(t *testing.T) {
	for _, there := range []bool{true, false} {
		w, r := registered()
		w.tokenErr = problem.DeclareFamily("").New("entra.AADSTS700016", problem.Refused, words.T("Not found."))
		r.deleted = []tenant.Application{{AppID: "another"}}
		want := "entra.AADSTS700016"
		if there {
			r.deleted = append(r.deleted, tenant.Application{AppID: clientID, DeletedAt: noon})
			want = "application.deleted"
		}
		run := w.run(t)
		f, _ := run.Finding(Token)
		if f.Status != Fail || f.Problem.Code.String() != want || there && f.Problem.Title.String() != "The application was deleted on 2026-11-23." {
			t.Errorf("%v: %s %v", there, f.Status, f.Problem)
		}
	}
}
