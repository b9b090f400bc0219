// Package facts is what Roomkey is held to by tests: what Microsoft Graph, Entra
// ID, Exchange Online and Seatsurfing say of themselves, reduced to names and
// types by `make facts`. No program links it.
//
// Where a variable names the full description, that one is used instead:
// ROOMKEY_GRAPH_OPENAPI and ROOMKEY_SEATSURFING_OPENAPI (OpenAPI),
// ROOMKEY_EXCHANGE_CMDLETS and ROOMKEY_ENTRA_ERRORS (JSON).
package facts

import (
	"embed"
	"encoding/json"
	"os"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

//go:embed testdata
var files embed.FS

// Graph finds the operation of Microsoft Graph v1.0 that a request to server
// ("/v1.0", or a whole address) means.
func Graph(server string) (routers.Router, error) {
	return router("ROOMKEY_GRAPH_OPENAPI", "graph.json", server)
}

// Seatsurfing finds the operation of Seatsurfing's REST API that a request to
// server means.
func Seatsurfing(server string) (routers.Router, error) {
	return router("ROOMKEY_SEATSURFING_OPENAPI", "seatsurfing.json", server)
}

func router(variable, name, server string) (routers.Router, error) {
	data, err := read(variable, name)
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, err
	}
	doc.Servers = openapi3.Servers{{URL: server}}
	return gorillamux.NewRouter(doc)
}

func read(variable, name string) ([]byte, error) {
	if file := os.Getenv(variable); file != "" {
		return os.ReadFile(file)
	}
	return files.ReadFile("testdata/" + name)
}

// Cmdlets are cmdlets of Exchange Online with their parameters, without those
// that every cmdlet has.
func Cmdlets() (map[string][]string, error) {
	data, err := read("ROOMKEY_EXCHANGE_CMDLETS", "exchange.txt")
	if err != nil {
		return nil, err
	}
	cmdlets := map[string][]string{}
	if data[0] == '{' {
		var full map[string]struct{ Params []string }
		if err := json.Unmarshal(data, &full); err != nil {
			return nil, err
		}
		for name, c := range full {
			cmdlets[name] = c.Params
		}
		return cmdlets, nil
	}
	for line := range strings.Lines(string(data)) {
		if f := strings.Fields(line); len(f) > 0 {
			cmdlets[f[0]] = f[1:]
		}
	}
	return cmdlets, nil
}

// ErrorBody is a refusal of Entra ID as it comes over the wire.
type ErrorBody struct {
	Name   string
	Status int
	Body   []byte
	Code   int // the number after AADSTS

	TraceID, CorrelationID string // empty when the answer has none
}

// EntraErrors are refusals of Entra ID in the shapes that were seen: which fields
// there are, and how the text is parted from the ids.
func EntraErrors() ([]ErrorBody, error) {
	data, err := read("ROOMKEY_ENTRA_ERRORS", "entra.json")
	if err != nil {
		return nil, err
	}
	var out []ErrorBody
	if data[0] == '{' {
		var full map[string]json.RawMessage
		if err := json.Unmarshal(data, &full); err != nil {
			return nil, err
		}
		for name, raw := range full {
			var sample struct {
				Status int
				Body   json.RawMessage
			}
			if json.Unmarshal(raw, &sample) != nil {
				continue // a note
			}
			if b, ok := errorBody(name, sample.Status, sample.Body); ok {
				out = append(out, b)
			}
		}
		return out, nil
	}
	var shapes []shape
	if err := json.Unmarshal(data, &shapes); err != nil {
		return nil, err
	}
	for _, s := range shapes {
		if b, ok := errorBody(s.Name, s.Status, s.body()); ok {
			out = append(out, b)
		}
	}
	return out, nil
}

func errorBody(name string, status int, body []byte) (ErrorBody, bool) {
	var fields struct {
		Codes         []int  `json:"error_codes"`
		TraceID       string `json:"trace_id"`
		CorrelationID string `json:"correlation_id"`
	}
	if json.Unmarshal(body, &fields) != nil || len(fields.Codes) == 0 {
		return ErrorBody{}, false // an answer of Graph
	}
	return ErrorBody{Name: name, Status: status, Body: body, Code: fields.Codes[0], TraceID: fields.TraceID, CorrelationID: fields.CorrelationID}, true
}

type shape struct {
	Name, Error, Suberror string
	Status                int
	Codes                 []int
	Separator             string
	Fields                []string
}

// body writes an answer of this shape, with a message and ids of our own.
func (s shape) body() []byte {
	const trace, correlation, at = "0a1b2c3d-0001-4000-8000-000000000001", "0a1b2c3d-0002-4000-8000-000000000002", "2026-07-06 08:00:00Z"
	code, _ := json.Marshal(s.Codes[0]) // a number
	text := "AADSTS" + string(code) + ": Message."
	if s.Separator != "" {
		text += s.Separator + "Trace ID: " + trace + s.Separator + "Correlation ID: " + correlation + s.Separator + "Timestamp: " + at
	}
	known := map[string]any{"error": s.Error, "suberror": s.Suberror, "error_description": text, "error_codes": s.Codes, "timestamp": at,
		"trace_id": trace, "correlation_id": correlation, "error_uri": "https://login.microsoftonline.com/error?code=" + string(code), "claims": "{}"}
	fields := map[string]any{}
	for _, f := range s.Fields {
		fields[f] = known[f]
	}
	body, _ := json.Marshal(fields) // texts and numbers
	return body
}
