package booking

import (
	"context"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/vault"
)

// TestBookingFaults: what each fault becomes for the client.
func TestBookingFaults(t *testing.T) {
	for _, c := range []struct {
		fault string
		call  string
		codes string
	}{
		{fault.ServerToken, "current", "booking.token-wrong"},
		{fault.ServerDown, "describe", "net.cut net.closed net.failed net.reset net.refused"},
		{fault.ServerHTML, "describe", "booking.unexpected-answer"},
		{fault.ServerHTML, "current", "booking.unexpected-answer"},
		{fault.ServerHTML, "push", "booking.unexpected-answer booking.unknown"},
		{fault.ServerCut, "current", "net.cut"},
		{fault.ServerOld, "describe", "booking.contract-version"},
		{fault.ServerOtherHost, "push", "booking.unconfirmed"},
		{fault.ServerRecipient, "push", "booking.recipient-changed"},
		{fault.ServerRecipient, "confirm", "booking.recipient-changed"},
		{fault.StaleETag, "push", "booking.etag-mismatch"},
		{fault.ServerMicrosoft, "status", ""},
		{fault.ServerTenant, "status", ""},
		{fault.ServerHostile, "describe", ""},
		{fault.ServerSlow, "current", ""},
	} {
		t.Run(c.fault+" "+c.call, func(t *testing.T) {
			b := newBench(t)
			log := &memoryLog{}
			client := b.client(log)
			if _, err := push(t, client, validConfiguration("d1", "a@contoso.example")); err != nil {
				t.Fatal(err)
			}
			seen, err := client.Current(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			lines := len(log.lines)
			b.fault(c.fault)
			switch c.call {
			case "describe":
				_, err = client.Describe(t.Context())
			case "current":
				_, err = client.Current(t.Context())
			case "status":
				var s booking.Status
				if s, err = client.Status(t.Context()); s.State != booking.StatusFailing || s.Checks[0].Code != map[string]string{fault.ServerMicrosoft: "AADSTS53003", fault.ServerTenant: "AADSTS90002"}[c.fault] {
					t.Errorf("%+v", s)
				}
			case "confirm":
				pin := connection.Server{URL: b.URL, PinnedRecipient: "age1other"}
				var d booking.Description
				if d, err = client.Describe(t.Context()); err == nil {
					_, err = booking.Confirmations(pin, d)
				}
			case "push":
				_, err = client.Push(t.Context(), validConfiguration("d2", "b@contoso.example"), vault.NewSecret(testSecret), cleared(t, "d2"), seen, booking.PushOptions{})
			}
			code := problem.CodeOf(err).String()
			if code != c.codes && (code == "" || !strings.Contains(" "+c.codes+" ", " "+code+" ")) {
				t.Fatalf("got %q (%v), want %q", code, err, c.codes)
			}
			if err != nil && len(problem.Of(err).Remedies) == 0 {
				t.Errorf("%s has no remedy", code)
			}
			if c.fault == fault.StaleETag && !strings.Contains(problem.Of(err).Detail.String(), "loginButton") {
				t.Errorf("it does not say what has changed: %q", problem.Of(err).Detail)
			}
			if c.fault == fault.ServerRecipient && len(log.lines) != lines {
				t.Error("a push was begun in spite of the other key")
			}
			b.fault()
			if now, err := client.Current(t.Context()); err != nil || now.Configuration.Digest == "d2" {
				t.Errorf("the server holds %+v, %v", now, err)
			}
		})
	}
}

// TestPushWithoutAnswer: whatever happens in the middle of a push, the server
// holds the old or the new configuration, and the next start says which.
func TestPushWithoutAnswer(t *testing.T) {
	for _, c := range []struct {
		name   string
		breaks func(b *bench, cancel func())
		code   string
		holds  string
	}{
		{"cancelled before the server saw it", func(b *bench, cancel func()) { f := cancel; b.leaves.Store(true); b.before.Store(&f) }, "booking.unknown", booking.HoldsOld},
		{"cancelled after the server stored it", func(b *bench, cancel func()) { b.fault(fault.ServerLost); f := cancel; b.after.Store(&f) }, "booking.unknown", booking.HoldsNew},
		{"the answer is lost each time", func(b *bench, _ func()) { b.fault(fault.ServerLost) }, "booking.unknown", booking.HoldsNew},
		{"the answer is lost once", func(b *bench, _ func()) { b.fault(fault.ServerLost); f := func() { b.fault() }; b.after.Store(&f) }, "", ""},
		{"the server goes down", func(b *bench, _ func()) { f := func() { b.fault(fault.ServerDown) }; b.before.Store(&f) }, "booking.unknown", ""},
	} {
		for _, had := range []bool{false, true} {
			t.Run(c.name+map[bool]string{true: ", something stored", false: ", nothing stored"}[had], func(t *testing.T) {
				b := newBench(t)
				log := &memoryLog{}
				client := b.client(log)
				if had {
					if _, err := push(t, client, validConfiguration("d1", "a@contoso.example")); err != nil {
						t.Fatal(err)
					}
				}
				seen, err := client.Current(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				c.breaks(b, cancel)
				_, err = client.Push(ctx, validConfiguration("d2", "b@contoso.example"), vault.NewSecret(testSecret), cleared(t, "d2"), seen, booking.PushOptions{})
				if code := problem.CodeOf(err).String(); code != c.code {
					t.Fatalf("got %q (%v), want %q", code, err, c.code)
				}
				b.before.Store(nil)
				b.after.Store(nil)
				b.fault()
				r, err := b.client(log).Resolve(t.Context(), nil)
				if err != nil {
					t.Fatal(err)
				}
				if c.code == "" {
					if r != nil {
						t.Errorf("a finished push is open: %+v", r)
					}
					return
				}
				_, onDisk, err := storedConfiguration(b.dir)
				if err != nil {
					t.Fatal(err)
				}
				want := booking.HoldsOld
				if onDisk == "d2" {
					want = booking.HoldsNew
				}
				if r == nil || r.Holds != want || c.holds != "" && r.Holds != c.holds {
					t.Fatalf("resolved %+v, the disk holds %q", r, onDisk)
				}
				if r.Text().IsZero() {
					t.Error("nothing is said")
				}
				if r, err := client.Resolve(t.Context(), nil); err != nil || r != nil {
					t.Errorf("it is told twice: %+v %v", r, err)
				}
			})
		}
	}
}
