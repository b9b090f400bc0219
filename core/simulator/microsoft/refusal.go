package microsoft

import (
	"cmp"
	"errors"
	"net/http"
)

// refusal is how Graph says no.
type refusal struct {
	status        int
	code, message string
}

func (e refusal) Error() string { return e.code + ": " + e.message }

// BadRequest refuses what the request says.
func BadRequest(message string) error {
	return Refuse(http.StatusBadRequest, "Request_BadRequest", message)
}

// NotFound refuses an id that names nothing.
func NotFound(id string) error {
	return Refuse(http.StatusNotFound, "Request_ResourceNotFound", "Resource '"+id+"' does not exist or one of its queried reference-property objects are not present.")
}

// Denied refuses who asks, for want of a permission or a role.
func Denied() error {
	return Refuse(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
}

// NoSegment refuses a path that Graph does not have.
func NoSegment(name string) error {
	return Refuse(http.StatusBadRequest, "BadRequest", "Resource not found for the segment '"+name+"'.")
}

// Unauthorized refuses a token.
func Unauthorized(message string) error {
	return Refuse(http.StatusUnauthorized, "InvalidAuthenticationToken", message)
}

// Fail writes an error as Graph does.
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	var e refusal
	if !errors.As(err, &e) {
		e = refusal{status: http.StatusInternalServerError, code: "InternalServerError", message: err.Error()}
	}
	id := RequestID(r)
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("request-id", id)
	if e.status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="", authorization_uri="https://`+r.Host+`/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`)
	}
	JSON(w, e.status, map[string]any{"error": map[string]any{
		"code": e.code, "message": e.message,
		"innerError": map[string]any{"date": arrival(r).at.UTC().Format("2006-01-02T15:04:05"), "request-id": id, "client-request-id": cmp.Or(r.Header.Get("client-request-id"), id)},
	}})
}

// Refuse is a refusal with the status and the words of the answer.
func Refuse(status int, code, message string) error {
	return refusal{status: status, code: code, message: message}
}
