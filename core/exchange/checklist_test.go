package exchange

import (
	"slices"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/tenant"
)

func TestChecklist(t *testing.T) {
	policy := []product.Setting{{Parameter: "DeleteSubject", Value: false}}
	at := time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
	done := func(script, status string) Result {
		return NewResult(Result{Script: script, FinishedAt: at, Results: []Outcome{{Identity: "room@contoso.com", Status: status}}})
	}
	lists := product.Needs{Lists: []string{"rooms"}}
	for name, c := range map[string]struct {
		scope   string
		product product.Product
		rooms   []tenant.Room
		results []Result
		needed  []string
		stage   map[string]Stage
	}{
		"nothing": {product: product.Product{Needs: lists}},
		"settings": {product: product.Product{Needs: lists, Policy: policy}, needed: []string{"calendar-processing"},
			stage: map[string]Stage{"calendar-processing-show": Optional, "block-room-sign-in": Optional, "calendar-processing-undo": "", "set-places": ""}},
		"no list of rooms": {product: product.Product{Policy: policy}, needed: []string{"rooms-show", "calendar-processing"}},
		"rooms that were typed": {product: product.Product{Policy: policy}, rooms: []tenant.Room{{EmailAddress: "oslo@contoso.com"}}, needed: []string{"calendar-processing"},
			stage: map[string]Stage{"rooms-show": Optional}},
		"rooms that an administrator lists": {product: product.Product{Model: product.User, Policy: policy}, needed: []string{"calendar-processing"}, stage: map[string]Stage{"rooms-show": ""}},
		"limit": {scope: connection.ScopeRBAC, product: product.Product{Needs: lists, Policy: policy},
			needed: []string{"calendar-processing", "limit-application", "remove-grant"}},
		"limit first": {product: product.Product{Needs: lists, LimitFirst: true}, needed: []string{"limit-application", "remove-grant"}},
		"limit first, by policy": {product: product.Product{Needs: lists, LimitFirst: true, Scoping: product.Scoping{Way: product.ScopingPolicy}},
			needed: []string{"access-policy"}},
		"vendor, by policy": {product: product.Product{Model: product.Vendor, Writes: product.WritesRooms, Needs: lists, Scoping: product.Scoping{Way: product.ScopingPolicy}},
			stage: map[string]Stage{"access-policy": Optional, "limit-application": ""}},
		"vendor, by RBAC": {product: product.Product{Model: product.Vendor, Writes: product.WritesRooms, Needs: lists, Scoping: product.Scoping{Way: product.ScopingRBAC}},
			stage: map[string]Stage{"access-policy": "", "limit-application": Optional}},
		"policy":       {scope: connection.ScopePolicy, product: product.Product{Needs: lists}, needed: []string{"access-policy"}},
		"undescribed":  {product: product.Product{Needs: lists}, rooms: []tenant.Room{{DisplayName: "Oslo", EmailAddress: "oslo@contoso.com"}}, stage: map[string]Stage{"set-places": Optional}},
		"reported":     {product: product.Product{Needs: lists, Policy: policy}, results: []Result{done("calendar-processing", Changed)}, stage: map[string]Stage{"calendar-processing": Reported}},
		"undone":       {product: product.Product{Needs: lists}, results: []Result{{Script: "block-room-sign-in", Undo: true, Results: []Outcome{{Status: Changed}}, Summary: map[string]int{Changed: 1}}}, stage: map[string]Stage{"block-room-sign-in": Optional}},
		"failed":       {product: product.Product{Needs: lists, Policy: policy}, results: []Result{done("calendar-processing", Failed)}, needed: []string{"calendar-processing"}},
		"not on it":    {product: product.Product{Needs: lists}, results: []Result{done("ews-allow", Changed)}, stage: map[string]Stage{"ews-allow": ""}},
		"optional too": {product: product.Product{Needs: lists}, results: []Result{done("block-room-sign-in", Same)}, stage: map[string]Stage{"block-room-sign-in": Reported}},
	} {
		t.Run(name, func(t *testing.T) {
			list := Checklist(Target{Connection: &connection.Connection{Scope: connection.Scope{Kind: c.scope}}, Product: c.product, Rooms: c.rooms, Results: c.results})
			if len(list) != len(Catalogue()) {
				t.Errorf("%d of %d scripts", len(list), len(Catalogue()))
			}
			var needed []string
			for _, task := range list {
				if task.Stage == Needed {
					needed = append(needed, task.Script.Name)
				}
				if want, asked := c.stage[task.Script.Name]; asked && task.Stage != want {
					t.Errorf("%s is %q: %s", task.Script.Name, task.Stage, task.Text())
				}
				if (task.Stage == "") != task.Text().IsZero() {
					t.Errorf("%s: %q", task.Script.Name, task.Text())
				}
			}
			if !slices.Equal(needed, c.needed) {
				t.Errorf("needed are %v", needed)
			}
			at := func(name string) int {
				return slices.IndexFunc(list, func(t Task) bool { return t.Script.Name == name })
			}
			if before := at("calendar-processing-show"); list[before].Stage == Optional && before != at("calendar-processing")-1 {
				t.Error("the script that shows what would change does not stand before the one that changes it")
			}
			if first := slices.IndexFunc(list, func(t Task) bool { return t.Stage == "" }); slices.ContainsFunc(list[first:], func(t Task) bool { return t.Stage != "" }) {
				t.Error("others come before the end of the checklist")
			}
		})
	}
}
