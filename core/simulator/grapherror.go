package simulator

import (
	"encoding/json"
	"errors"
	"net/http"
)

// graphError is Graph's way of saying no.
type graphError struct {
	status        int
	code, message string
}

func (e graphError) Error() string { return e.code + ": " + e.message }

func badRequest(message string) error {
	return graphError{http.StatusBadRequest, "Request_BadRequest", message}
}

func missing(id string) error {
	return graphError{http.StatusNotFound, "Request_ResourceNotFound", "Resource '" + id + "' does not exist or one of its queried reference-property objects are not present."}
}

func denied() error {
	return graphError{http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."}
}

func noSegment(name string) error {
	return graphError{http.StatusBadRequest, "BadRequest", "Resource not found for the segment '" + name + "'."}
}

func unauthorized(message string) error {
	return graphError{http.StatusUnauthorized, "InvalidAuthenticationToken", message}
}

// fail writes an error as Graph does.
func (s *Simulator) fail(w http.ResponseWriter, r *http.Request, err error) {
	var e graphError
	if !errors.As(err, &e) {
		e = graphError{http.StatusInternalServerError, "InternalServerError", err.Error()}
	}
	client := r.Header.Get("client-request-id")
	if client == "" {
		client = requestID(r.Context())
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("request-id", requestID(r.Context()))
	if e.status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="", authorization_uri="`+s.microsoft.url()+`/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`)
	}
	body, merr := json.Marshal(object{"error": object{
		"code": e.code, "message": e.message,
		"innerError": object{"date": s.now().UTC().Format("2006-01-02T15:04:05"), "request-id": requestID(r.Context()), "client-request-id": client},
	}})
	if merr != nil {
		body = []byte(`{"error":{"code":"InternalServerError","message":""}}`)
	}
	w.WriteHeader(e.status)
	_, _ = w.Write(body)
}
