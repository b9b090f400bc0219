package resources

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// TestContractIsValid loads the booking-server contract as OpenAPI 3.1 and holds
// its examples to its own schemas.
func TestContractIsValid(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(Contract)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context(), openapi3.EnableExamplesValidation()); err != nil {
		t.Fatal(err)
	}
	for path, methods := range map[string][]string{
		"/.well-known/room-booking-integration":     {"GET"},
		"/api/room-booking/v1/microsoft365":         {"GET", "PUT", "DELETE"},
		"/api/room-booking/v1/microsoft365/dry-run": {"POST"},
		"/api/room-booking/v1/microsoft365/status":  {"GET"},
	} {
		item := doc.Paths.Find(path)
		if item == nil {
			t.Errorf("the contract has no %s", path)
			continue
		}
		for _, m := range methods {
			if item.GetOperation(m) == nil {
				t.Errorf("the contract has no %s %s", m, path)
			}
		}
	}
}
