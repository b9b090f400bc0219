package booking

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/vault"
)

// TestStaleTime: a second push that is shown with the time of the first has none.
func TestStaleTime(t *testing.T) {
	l, log := newLiar(t), &memory{}
	first := time.Now().UTC().Add(-time.Minute).Format(time.RFC3339)
	l.body = func(s string) string { return s[:strings.Index(s, `"storedAt"`)] + `"storedAt":"` + first + `"}` }
	l.stored, _ = json.Marshal(lied("old")) // plain fields
	l.revision = 1
	c := l.open(t, log)
	seen, err := c.Current(t.Context())
	if err != nil || seen.StoredAt.IsZero() {
		t.Fatalf("%+v %v", seen, err)
	}
	cleared, err := Gate(Checked{Digest: "new", Verdict: "pass"}, "new", false)
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := c.Push(t.Context(), lied("new"), vault.NewSecret("s"), cleared, seen, PushOptions{})
	if err != nil || !receipt.Current.StoredAt.IsZero() {
		t.Errorf("believed: %v %v", receipt.Current.StoredAt, err)
	}
	push := log.lines[len(log.lines)-1]
	long := Current{ETag: push.ETag, StoredAt: push.At.Add(-time.Hour)}
	if !long.AfterPush(push).StoredAt.IsZero() {
		t.Error("an hour before the push")
	}
	if long.ETag = `"another"`; long.AfterPush(push).StoredAt.IsZero() {
		t.Error("what another push stored has its own time")
	}
}
