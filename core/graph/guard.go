package graph

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/words"
)

// guard stands between the SDK and the network and lets only whole answers of
// Graph through: the SDK loses the status of an HTML answer, panics on errors
// without a message, and takes an empty body for "nothing". What is refused
// comes out of the SDK as the problem made here.
type guard struct {
	next  http.RoundTripper
	host  string
	owner transport.Owner
	renew *renewal
}

func (g guard) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, attempts, err := g.send(r)
	if err != nil {
		return nil, g.owner.Problem(err, g.host)
	}
	id := resp.Header.Get("request-id")
	a, _ := r.Context().Value(answerKey{}).(*answer)
	a.record(resp.StatusCode, id)
	// A challenge would make the SDK ask for another token with claims that
	// nobody here can meet; one of its paths panics on a malformed header.
	resp.Header.Del("WWW-Authenticate")
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, g.owner.Problem(err, g.host)
	}
	if p := judge(resp, body, r); p != nil {
		p.Attempts = attempts
		p.RequestID = id
		if p.RequestID == "" {
			p.RequestID = innerRequestID(body)
		}
		return nil, p
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	return resp, nil
}

// send sends the request, and once more with another token when Graph does not
// take the one it had any longer: nothing was done then, whatever the method.
func (g guard) send(r *http.Request) (resp *http.Response, attempts int, err error) {
	var body []byte
	if r.Body != nil {
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, 0, err
		}
	}
	once := func(authorization string) error {
		out := r.Clone(r.Context())
		out.Header.Set("Authorization", authorization)
		if strings.HasSuffix(r.URL.Path, "/getSchedule") {
			transport.Repeatable(out.Header) // it only reads
		}
		if r.Body != nil {
			out.Body = io.NopCloser(bytes.NewReader(body))
		}
		resp, err = g.next.RoundTrip(out) //nolint:bodyclose // whoever gets the answer closes it
		attempts += transport.Attempts(resp)
		return err
	}
	refused := r.Header.Get("Authorization")
	if err := once(refused); err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, attempts, err
	}
	renewed, err := g.renew.after(r.Context(), refused)
	if err != nil || renewed == "" {
		return resp, attempts, err
	}
	_ = resp.Body.Close()
	return resp, attempts, once(renewed)
}

// judge is nil for an answer that may be used.
func judge(resp *http.Response, body []byte, r *http.Request) *problem.Problem {
	what := r.Method + " " + r.URL.Path
	switch {
	case resp.StatusCode == http.StatusNoContent:
		return nil
	case resp.StatusCode < 200 || resp.StatusCode >= 300:
		return refused(resp, body, what)
	case len(bytes.TrimSpace(body)) == 0:
		if r.Method != http.MethodGet && resp.StatusCode != http.StatusOK {
			return nil // 202 and 201 to a writing call may be empty
		}
		return malformed(what, "it is empty")
	case !isJSON(resp.Header.Get("Content-Type")):
		return notGraph(resp.StatusCode, what)
	case !jsontext.Value(body).IsValid(tolerant):
		return malformed(what, "it is not whole JSON")
	case r.Method == http.MethodGet && resp.StatusCode != http.StatusOK:
		return malformed(what, words.T("its status is HTTP %d, not 200", resp.StatusCode).String())
	}
	return beside(body, what)
}

// beside is the error that an answer carries although it came as a success: what
// stands next to it need not be whole.
func beside(body []byte, what string) *problem.Problem {
	if !bytes.Contains(body, []byte(`rror"`)) { // most answers are spared the second reading
		return nil
	}
	var s struct {
		Error *struct{ Code, Message string } `json:"error"`
	}
	if err := json.Unmarshal(body, &s); s.Error == nil {
		return nil
	} else if err != nil {
		return malformed(what, "it came as a success with an error in it")
	}
	return malformed(what, words.T("it came as a success with an error in it (%s: %s)", s.Error.Code, s.Error.Message).String())
}

func isJSON(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && (media == "application/json" || strings.HasSuffix(media, "+json"))
}

// isNil also holds for a nil pointer in an interface.
func isNil(v any) bool {
	if v == nil {
		return true
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
		return r.IsNil()
	}
	return false
}
