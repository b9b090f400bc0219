package exchange

import "testing"

// TestRoomNumbersAreNoStatus: a room called 401 or 503 does not make an error one of
// the sign-in or of the service.
func TestRoomNumbersAreNoStatus(t *testing.T) {
	for text, code := range map[string]string{
		"The operation couldn't be performed because object 'Room 401' couldn't be found on 'DB9PR01'.":  "script.not-found",
		"The operation couldn't be performed because object 'room-503@c.com' couldn't be found on 'D'.":  "script.not-found",
		`The recipient "room 404" is already a member of the group "Floor 500".`:                         "exchange.script-failed",
		"Response status code does not indicate success: 429 (Too Many Requests). Retry-After: 7":        "script.throttled",
		"Response status code does not indicate success: 503 (Service Unavailable).":                     "script.unavailable",
		"The remote server returned an error: (401) Unauthorized.":                                       "script.signed-out",
		"504 UnknownError: Retry-After: 3":                                                               "script.unavailable",
		"Response status code does not indicate success: NotFound (Not Found). Request_ResourceNotFound": "script.not-found",
	} {
		if got := failure(text, Script{}).Code.String(); got != code {
			t.Errorf("%s: %s, not %s", text, got, code)
		}
	}
}
