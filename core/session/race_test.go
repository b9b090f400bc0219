package session

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
)

// bare is an environment without a tenant.
func bare(t *testing.T, keychain vault.Vault) *Environment {
	t.Helper()
	s, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	clouds, _ := cloud.Load("")
	products, _ := product.Load("")
	permissions, err := permission.Load()
	if err != nil {
		t.Fatal(err)
	}
	return &Environment{Store: s, Vault: keychain, Clouds: clouds, Products: products, Permissions: permissions, Now: time.Now}
}

// TestManyGoroutines drives one session from all sides; it is for the race
// detector, and no change may be lost.
func TestManyGoroutines(t *testing.T) {
	env := bare(t, vault.Memory())
	env.HTTP = func(o transport.Options) (*http.Client, error) { return transport.New(o) }
	opened, err := env.Create(t.Context(), "Contoso", func(c *connection.Connection) {
		c.Tenant = connection.Tenant{ID: "5f6d7c1e-2a4b-4c3d-9e8f-0123456789ab", Domain: "contoso.com"}
		c.Product.ID, c.Application.ClientID = "flexo", "11111111-2222-4333-8444-555555555555"
	})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Watch(func(c *connection.Connection) { _ = c.Name })()
	ctx := t.Context()
	work := []func(i int) error{
		func(i int) error {
			return opened.Edit(ctx, func(c *connection.Connection) {
				c.People.Groups = append(c.People.Groups, fmt.Sprintf("00000000-0000-4000-8000-%012d", i))
			})
		},
		func(int) error {
			_, err := opened.SetSecret(ctx, vault.ClientSecret, vault.NewSecret("q8Q8Q~a-made-up-secret-of-some-length.x0"), vault.Secret{})
			return err
		},
		func(int) error { _, err := opened.application(ctx); _ = err; return nil },
		func(int) error { _, err := opened.Steps(ctx); return err },
		func(int) error { _, err := opened.Registration(ctx); return err },
		func(int) error { _ = opened.Administrator(); return opened.SignOut() },
		func(int) error { _, _, err := opened.LastCheck(ctx); return err },
		func(int) error {
			opened.ShowScript(exchange.Document{Name: "calendar-processing", Text: []byte("# nothing")})
			return opened.KeepShown()
		},
		func(i int) error {
			return opened.Draft(map[string]*store.Draft{fmt.Sprint(i): {Value: "typed"}})
		},
		func(int) error {
			env.Clouds.Add(cloud.Cloud{ID: "another", Name: "Another"})
			_, err := opened.Cloud()
			return err
		},
		func(int) error { _ = opened.KnownRooms(); _ = opened.Needs(); return opened.Refresh() },
	}
	var all sync.WaitGroup
	for i := range 6 {
		for _, do := range work {
			all.Go(func() {
				if err := do(i); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	if got := len(opened.Document().People.Groups); got != 6 {
		t.Errorf("%d of 6 changes are there", got)
	}
}

// TestANameIsGivenOnce: windows and terminals that create, rename and import at
// the same moment do not end with two connections of one name.
func TestANameIsGivenOnce(t *testing.T) {
	dir := t.TempDir()
	clouds, _ := cloud.Load("")
	products, _ := product.Load("")
	another := func() *Environment { // each is as good as a process of its own
		s, err := store.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		return &Environment{Store: s, Vault: vault.Memory(), Clouds: clouds, Products: products, Now: time.Now}
	}
	file, err := connection.New("Contoso").Encode()
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 3 {
		env, ctx := another(), t.Context()
		old, err := env.Create(ctx, fmt.Sprintf("Old %d", i), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, work := range []func() (*Session, error){
			func() (*Session, error) { return env.Create(ctx, "Contoso", nil) },
			func() (*Session, error) { s, _, err := env.Import(ctx, file, "contoso.roomkey"); return s, err },
			func() (*Session, error) { return nil, old.Change(ctx, connection.Put("name", "Contoso")) },
		} {
			all.Go(func() {
				s, err := work()
				if code := problem.CodeOf(err); err != nil && code != codeConnectionNameTaken {
					t.Error(err)
				}
				if s != nil {
					s.Close()
				}
			})
		}
	}
	all.Wait()
	entries, _ := another().Store.List()
	names := map[string]bool{}
	for _, e := range entries {
		if names[e.Name] {
			t.Errorf("two are called %s", e.Name)
		}
		names[e.Name] = true
	}
	if len(entries) < 6 || !names["Contoso"] {
		t.Errorf("%d connections: %v", len(entries), names)
	}
}
