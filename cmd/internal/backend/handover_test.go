package backend

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"filippo.io/age"

	"github.com/roomkey/roomkey/core/problem"
)

// TestAnAPIOnAnotherHostIsConfirmedFirst: nothing is known of what the server
// holds before its API's host is confirmed, and the window can confirm it.
func TestAnAPIOnAnotherHostIsConfirmedFirst(t *testing.T) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"product":"P","contractVersion":1,"apiBase":"https://api.example/v1","sealingRecipient":"%s"}`, key.Recipient())
	}))
	defer server.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	b, id := simulatedTenant(t)
	s, err := b.session(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	c := s.Document()
	c.Server.URL, c.Server.CAFile = server.URL, ca
	if err := b.Save(t.Context(), c); err != nil {
		t.Fatal(err)
	}

	plan, err := b.Plan(t.Context(), id)
	if err != nil || plan.Unchanged || plan.Gate != nil || len(plan.Confirmations) != 2 {
		t.Fatalf("%+v, %v", plan, err)
	}
	var yes []string
	for _, q := range plan.Confirmations {
		yes = append(yes, q.ID)
	}
	if _, err := b.Push(t.Context(), id, plan.ID, yes, nil); problem.CodeOf(err).String() != "booking.plan-stale" {
		t.Errorf("pushed unseen: %v", err)
	}
	if kept := s.Document().Server; !slices.Contains(kept.ConfirmedHosts, "api.example") || kept.PinnedRecipient != key.Recipient().String() {
		t.Errorf("not kept: %+v", kept)
	}
}
