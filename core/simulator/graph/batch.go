package graph

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/roomkey/roomkey/core/simulator/entra"
	"github.com/roomkey/roomkey/core/simulator/microsoft"
)

const maxBatch = 20

// serveBatch answers up to twenty calls in one; the whole is 200 whatever
// became of the parts.
func (g *Graph) serveBatch(w http.ResponseWriter, r *http.Request, token *entra.Claims) {
	var b struct {
		Requests []struct {
			ID        string            `json:"id"`
			Method    string            `json:"method"`
			URL       string            `json:"url"`
			Headers   map[string]string `json:"headers"`
			Body      json.RawMessage   `json:"body"`
			DependsOn []string          `json:"dependsOn"`
		} `json:"requests"`
	}
	c := &call{g: g, r: r}
	err := c.body(&b)
	if r.Method != http.MethodPost {
		err = microsoft.Refuse(http.StatusMethodNotAllowed, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
	}
	if err == nil && (len(b.Requests) == 0 || len(b.Requests) > maxBatch) {
		err = microsoft.Refuse(http.StatusBadRequest, "BadRequest", "The number of requests in a batch must be between 1 and 20.")
	}
	if err != nil {
		microsoft.Fail(w, r, err)
		return
	}
	answers := make([]object, 0, len(b.Requests))
	failed := map[string]bool{}
	for _, part := range b.Requests {
		rec := &microsoft.Recorded{}
		sub, err := http.NewRequestWithContext(r.Context(), part.Method, g.Root+"/v1.0/"+strings.TrimPrefix(part.URL, "/"), bytes.NewReader(part.Body))
		switch {
		case err != nil:
			microsoft.Fail(rec, r, microsoft.BadRequest("The URL of a request in the batch cannot be read."))
		case dependsOnFailure(part.DependsOn, failed):
			microsoft.Fail(rec, r, microsoft.Refuse(http.StatusFailedDependency, "FailedDependency", "A request that this one depends on failed."))
		default:
			for k, v := range part.Headers {
				sub.Header.Set(k, v)
			}
			if !g.way.Instead(rec, sub) {
				g.dispatch(rec, sub, token)
			}
		}
		failed[part.ID] = rec.Status >= 400
		headers := object{}
		for k := range rec.Header() {
			headers[k] = rec.Header().Get(k)
		}
		answer := object{"id": part.ID, "status": rec.Status, "headers": headers}
		if rec.Body.Len() > 0 {
			answer["body"] = json.RawMessage(rec.Body.Bytes())
			if !json.Valid(rec.Body.Bytes()) {
				answer["body"] = rec.Body.String()
			}
		}
		answers = append(answers, answer)
	}
	microsoft.JSON(w, http.StatusOK, object{"responses": answers})
}

func dependsOnFailure(on []string, failed map[string]bool) bool {
	for _, id := range on {
		if failed[id] {
			return true
		}
	}
	return false
}
