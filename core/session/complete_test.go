package session

import (
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
)

func everything() *Environment {
	return &Environment{
		Store: &store.Store{}, Vault: vault.Memory(), Clouds: &cloud.Catalog{}, Products: &product.Catalog{}, Permissions: &permission.Catalog{},
		HTTP:  func(transport.Options) (*http.Client, error) { return nil, nil },
		Graph: func(GraphOptions) Tenant { return nil }, Directory: func(GraphOptions) Directory { return nil },
		Now: time.Now, Log: slog.Default(), Daily: Daily{Program: "roomkeyctl"},
	}
}

// TestWhatIsMissingIsSaidWhenItIsBuilt takes each part away; some may be
// empty.
func TestWhatIsMissingIsSaidWhenItIsBuilt(t *testing.T) {
	if _, err := Complete(everything()); err != nil {
		t.Fatal(err)
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Environment]()) {
		if !f.IsExported() {
			continue
		}
		e := everything()
		v := reflect.ValueOf(e).Elem().FieldByIndex(f.Index)
		v.SetZero()
		_, err := Complete(e)
		if missing := err != nil && strings.Contains(err.Error(), f.Name); missing != (!mayBeEmpty[f.Name]) {
			t.Errorf("without %s: %v", f.Name, err)
		}
	}
}
