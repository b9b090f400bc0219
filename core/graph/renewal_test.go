package graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// doorkeeper takes some tokens and answers the others with 401.
type doorkeeper struct {
	mu    sync.Mutex
	takes string
	seen  []string
}

func (d *doorkeeper) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		if body, _ := io.ReadAll(r.Body); len(body) == 0 {
			return nil, errors.New("the body did not come again")
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	d.seen = append(d.seen, token)
	status, body := 200, `{"value":[]}`
	if token != d.takes {
		status, body = 401, `{"error":{"code":"InvalidAuthenticationToken","message":"Access token has been revoked."}}`
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func TestWithdrawnTokenIsRenewedOnce(t *testing.T) {
	for _, tt := range []struct {
		name, takes string
		broken      error
		complete    bool
		seen        string
		renewals    int
	}{
		{"taken", "old", nil, true, "[old old old]", 0},
		{"withdrawn", "new-1", nil, true, "[old new-1 new-1 new-1]", 1},
		{"refused for a reason", "none", nil, false, "[old new-1 old new-1 old new-1]", 1},
		{"cannot be renewed", "none", problem.New(codeNoToken, words.T("The client secret has expired.")), false, "[old old old]", 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			door := &doorkeeper{takes: tt.takes}
			renewals, current := 0, "old"
			c := New(Options{
				Cloud: cloud.Cloud{Graph: "https://graph.example"}, HTTP: &http.Client{Transport: door},
				Token: func(context.Context) (vault.Secret, error) { return vault.NewSecret(current), nil },
				Renew: func(context.Context) (vault.Secret, error) {
					renewals++
					if tt.broken != nil {
						return vault.Secret{}, tt.broken
					}
					token := fmt.Sprint("new-", renewals)
					if tt.takes == token {
						current = token
					}
					return vault.NewSecret(token), nil
				},
			})
			for range 3 {
				list := c.Groups(t.Context(), nil)
				if list.Complete != tt.complete {
					t.Errorf("complete %v, %v", list.Complete, list.Problem)
				}
				if tt.broken != nil && !errors.Is(list.Problem, tt.broken) {
					t.Errorf("the reason is lost: %v", list.Problem)
				}
			}
			if got := fmt.Sprint(door.seen); got != tt.seen || renewals != tt.renewals {
				t.Errorf("sent with %s, %d renewals; want %s, %d", got, renewals, tt.seen, tt.renewals)
			}
		})
	}
}
