// Package microsoft is how Microsoft Entra ID and Microsoft Graph answer,
// whatever they are asked: request ids, JSON, pages and refusals.
package microsoft

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"
)

// requestKey finds what [Received] noted.
type requestKey struct{}

type request struct {
	id string
	at time.Time
}

// Received gives a request its id and the time at which it arrived.
func Received(r *http.Request, id string, at time.Time) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), requestKey{}, request{id, at}))
}

// RequestID is what Microsoft's support asks for.
func RequestID(r *http.Request) string { return arrival(r).id }

func arrival(r *http.Request) request {
	v, _ := r.Context().Value(requestKey{}).(request)
	return v
}

// Time is a time as Graph writes it.
func Time(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// JSON writes an answer of Entra, or a whole batch.
func JSON(w http.ResponseWriter, status int, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	w.WriteHeader(status)
	_, _ = w.Write(data)
}

// AsObject is what a struct looks like on the wire.
func AsObject(v any) map[string]any {
	var o map[string]any
	data, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(data, &o)
	}
	if err != nil {
		panic(err) // the simulator's types always encode
	}
	return o
}

// Page is a page of Microsoft's own: what a person in a browser sees.
func Page(w http.ResponseWriter, status int, title, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>%[1]s</title></head><body><h1>%[1]s</h1>%[2]s</body></html>\n", html.EscapeString(title), body)
}

// Recorded is an answer that has not been sent yet.
type Recorded struct {
	Status int
	Body   bytes.Buffer
	header http.Header
}

// Header makes Recorded an [http.ResponseWriter].
func (r *Recorded) Header() http.Header {
	if r.header == nil {
		r.header = http.Header{}
	}
	return r.header
}

// WriteHeader keeps the first status.
func (r *Recorded) WriteHeader(status int) { r.Status = cmp.Or(r.Status, status) }

// Write keeps the body.
func (r *Recorded) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.Body.Write(b)
}

// IsGUID reports whether a text is a GUID in the form that Microsoft writes.
func IsGUID(text string) bool { return len(text) == 36 && uuid.Validate(text) == nil }

// IsWebAddress accepts https, and http to this computer only.
func IsWebAddress(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && slices.Contains([]string{"127.0.0.1", "::1", "localhost"}, u.Hostname())
}
