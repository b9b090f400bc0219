package facts

import (
	"net/http"
	"slices"
	"testing"
)

func TestGraph(t *testing.T) {
	router, err := Graph("/v1.0")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		method, path string
		known        bool
	}{
		{"GET", "/v1.0/places/microsoft.graph.room", true},
		{"POST", "/v1.0/applications/1/addPassword", true},
		{"POST", "/v1.0/users/a@b/calendar/getSchedule", true},
		{"DELETE", "/v1.0/organization", false},
		{"GET", "/v1.0/rooms", false},
	} {
		r, _ := http.NewRequestWithContext(t.Context(), tt.method, "https://graph.example"+tt.path, nil)
		if _, _, err := router.FindRoute(r); (err == nil) != tt.known {
			t.Errorf("%s %s: %v", tt.method, tt.path, err)
		}
	}
}

func TestCmdlets(t *testing.T) {
	cmdlets, err := Cmdlets()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(cmdlets["Set-CalendarProcessing"], "AddOrganizerToSubject") || len(cmdlets) < 200 {
		t.Errorf("%d cmdlets, Set-CalendarProcessing %v", len(cmdlets), cmdlets["Set-CalendarProcessing"])
	}
}

func TestEntraErrors(t *testing.T) {
	bodies, err := EntraErrors()
	if err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(bodies, func(b ErrorBody) bool { return b.Code == 53003 }); i < 0 || bodies[i].TraceID == "" {
		t.Errorf("Conditional Access is not among %d bodies", len(bodies))
	}
}
