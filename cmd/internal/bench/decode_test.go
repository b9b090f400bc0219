package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/graph"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
)

// BenchmarkDecode holds the way of one page of people through the Graph SDK to
// tenant's nouns against encoding/json into the same nouns, without a network.
func BenchmarkDecode(b *testing.B) {
	body := onePage(b)
	canned := RoundTripFunc(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
			Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(body))}, nil
	})
	client := graph.New(graph.Options{
		Cloud: cloud.Cloud{Graph: "https://graph.invalid"}, HTTP: &http.Client{Transport: canned},
		Token: func(context.Context) (vault.Secret, error) { return vault.NewSecret("token"), nil },
	})
	const times = 30 // it is so short that much else comes between
	var ours, plain []time.Duration
	for b.Loop() {
		for range times {
			started := time.Now()
			whole(b, client.People(b.Context(), graph.PeopleQuery{}, nil), 999)
			ours = append(ours, time.Since(started))

			started = time.Now()
			var page struct{ Value []tenant.Person }
			must(b, json.Unmarshal(body, &page))
			plain = append(plain, time.Since(started))
			if len(page.Value) < 999 {
				b.Fatal("half a page")
			}
		}
	}
	held("one page of 999 people read, checked and made nouns", ours, "encoding/json into the same nouns", median(plain))
}

// onePage is a page of people as the simulated tenant sends it, made the last.
func onePage(b *testing.B) []byte {
	l := newLab(b, 10, 2000, 0)
	var body []byte
	l.seen = func(r *http.Response) {
		if body == nil && strings.HasSuffix(r.Request.URL.Path, "/users") {
			data, err := io.ReadAll(r.Body)
			must(b, errors.Join(err, r.Body.Close()))
			body, r.Body = data, io.NopCloser(bytes.NewReader(data))
		}
	}
	whole(b, l.People(b.Context(), nil).Listing, 2000)
	var page map[string]json.RawMessage
	must(b, json.Unmarshal(body, &page))
	delete(page, "@odata.nextLink")
	body, err := json.Marshal(page)
	must(b, err)
	return body
}
