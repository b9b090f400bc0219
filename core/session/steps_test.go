package session

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"golang.org/x/text/encoding/unicode"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/vault"
)

const tenantID = "0f5d4b6a-9c3e-4d8f-8a0b-1c2d3e4f5061"

// TestEvidenceOfExchange holds the step "Set up Exchange" to the results that
// were read back: it is done when the newest real one names every chosen room.
func TestEvidenceOfExchange(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	kept, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	clouds, _ := cloud.Load("")
	products, _ := product.Load("")
	env := &Environment{Store: kept, Vault: vault.Memory(), Clouds: clouds, Products: products, Now: func() time.Time { return now }}
	s, err := env.Create(t.Context(), "Contoso", func(c *connection.Connection) {
		c.Tenant.ID, c.Tenant.Domain, c.Product.ID = tenantID, "contoso.com", "offision-application"
		c.Server.URL = "https://booking.contoso.com"
		c.Rooms.Mode, c.Rooms.Items = connection.Selected, []string{"a@contoso.com", "b@contoso.com"}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	read := func(script string, ago time.Duration, whatIf bool, rooms ...string) error {
		r := exchange.Result{Schema: 1, Script: script, Connection: s.ID(), Tenant: tenantID, WhatIf: whatIf,
			StartedAt: now.Add(-ago), FinishedAt: now.Add(-ago), Summary: map[string]int{exchange.Changed: len(rooms)}}
		for _, room := range rooms {
			r.Results = append(r.Results, exchange.Outcome{Identity: room, Status: exchange.Changed})
		}
		_, err := s.ReadScriptResult(resultFile(t, r))
		return err
	}
	expect(t, s, "nothing was read back", setup.Ready)
	for _, next := range []struct {
		name   string
		script string
		ago    time.Duration
		whatIf bool
		rooms  []string
		want   setup.State
	}{
		{"one room of two", "calendar-processing", 5 * time.Hour, false, []string{"A@contoso.com"}, setup.Attention},
		{"both rooms", "calendar-processing", 4 * time.Hour, false, []string{"A@contoso.com", "b@contoso.com"}, setup.Attention},
		{"an older result does not count", "calendar-processing", 5 * time.Hour, false, []string{"a@contoso.com"}, setup.Attention},
		{"a dry run changes nothing", "calendar-processing", 3 * time.Hour, true, []string{"a@contoso.com"}, setup.Attention},
		{"the dry run of undoing changes nothing", "calendar-processing-undo", 3 * time.Hour, true, []string{"a@contoso.com"}, setup.Attention},
		{"undone", "calendar-processing-undo", 2 * time.Hour, false, []string{"a@contoso.com", "b@contoso.com"}, setup.Ready},
		{"done again", "calendar-processing", time.Hour, false, []string{"a@contoso.com", "b@contoso.com"}, setup.Attention},
	} {
		if err := read(next.script, next.ago, next.whatIf, next.rooms...); err != nil {
			t.Fatalf("%s: %v", next.name, err)
		}
		expect(t, s, next.name, next.want)
	}
	if err := read("calendar-processing", -2*time.Hour, false, "a@contoso.com"); problem.CodeOf(err).String() != "exchange.result-future" {
		t.Errorf("a result of the future: %v", err)
	}
	expect(t, s, "after a result of the future", setup.Attention)
}

func expect(t *testing.T, s *Session, when string, want setup.State) {
	t.Helper()
	steps, err := s.Steps(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range steps {
		if step.ID == setup.Restrict && step.State != want {
			t.Errorf("%s: the step is %s (%s), want %s", when, step.State, step.Reason, want)
		}
	}
}

// resultFile is a result as its script leaves it, with its checksum: it is
// written by hand, as anybody can.
func resultFile(t *testing.T, r exchange.Result) []byte {
	t.Helper()
	body, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	text, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes(body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Appendf(nil, `{"seal":"%x","result":%s}`, sha256.Sum256(text), body)
}

// TestNameAfter: a name that nobody chose follows tenant and product; one that
// somebody chose stays.
func TestNameAfter(t *testing.T) {
	kept, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	products, _ := product.Load("")
	env := &Environment{Store: kept, Vault: vault.Memory(), Products: products, Now: time.Now}
	s, err := env.Create(t.Context(), NewName, func(*connection.Connection) {})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, step := range []struct{ path, value, want string }{
		{"tenant.domain", "contoso.com", NewName},
		{"product.id", "flexo", "contoso.com – FlexO"},
		{"product.id", "flexo", "contoso.com – FlexO"},
		{"product.id", "gfacility", "contoso.com – Gfacility"},
		{"name", "Head office", "Head office"},
		{"product.id", "flexo", "Head office"},
	} {
		if err := s.Change(t.Context(), connection.Put(step.path, step.value)); err != nil {
			t.Fatal(err)
		}
		if err := s.NameAfter(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := s.Document().Name; got != step.want {
			t.Errorf("%s=%s: it is called %q, want %q", step.path, step.value, got, step.want)
		}
	}
}
