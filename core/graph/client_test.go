package graph

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/vault"
)

// TestMissing: a client is not made without what it needs.
func TestMissing(t *testing.T) {
	for part, without := range map[string]func(*Options){
		"Cloud": func(o *Options) { o.Cloud = cloud.Cloud{} },
		"HTTP":  func(o *Options) { o.HTTP = nil },
		"Token": func(o *Options) { o.Token = nil },
	} {
		o := Options{Cloud: cloud.Cloud{Graph: "https://graph.invalid"}, HTTP: http.DefaultClient,
			Token: func(context.Context) (vault.Secret, error) { return vault.Secret{}, nil }}
		without(&o)
		func() {
			defer func() {
				if said := fmt.Sprint(recover()); !strings.Contains(said, "without "+part+", which graph.Options needs") {
					t.Errorf("without %s: %s", part, said)
				}
			}()
			New(o)
		}()
	}
}
