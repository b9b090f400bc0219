package check

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

type memory struct {
	mu      sync.Mutex
	entries []json.RawMessage
	full    error
}

func (m *memory) Append(entry any) error {
	if m.full != nil {
		return m.full
	}
	b, err := json.Marshal(entry)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries = append(m.entries, b)
	return err
}

func (m *memory) states() (states []string) {
	for _, e := range m.entries {
		var t Trace
		_ = json.Unmarshal(e, &t)
		states = append(states, t.State)
	}
	return states
}

type subscriber struct {
	err, removeErr error
	id             string
	asked          []Subscription
	// second is what comes of the second call, nil for the same as of the first.
	second  *error
	removed []string
}

func (s *subscriber) Subscribe(_ context.Context, sub Subscription) (string, error) {
	s.asked = append(s.asked, sub)
	if len(s.asked) > 1 && s.second != nil {
		return s.id, *s.second
	}
	return s.id, s.err
}
func (s *subscriber) Unsubscribe(_ context.Context, id string) error {
	s.removed = append(s.removed, id)
	return s.removeErr
}

func writing() (*world, *memory, *subscriber) {
	w, m, s := healthy(2), &memory{}, &subscriber{id: "sub"}
	w.in.Journal, w.in.Subscriber = m, s
	w.in.Product.Notifications = true
	w.in.Connection.Notifications.URL = "https://booking.example/notify"
	w.in.Connection.Notifications.LifecycleURL = "https://booking.example/lifecycle"
	w.in.Options.AllowWrites = true
	w.in.Options.Organizer, w.in.Options.TestRoom = "anna@contoso.example", "room1@contoso.example"
	w.in.Options.BookingWait = 300 * time.Millisecond
	w.in.Calendars.(*calendars).answer = "accepted"
	return w, m, s
}

func said(detail string) error {
	return problem.DeclareFamily("").New("graph.ValidationError", problem.Refused, words.T("Microsoft Graph refused the request.")).With(words.Plain(detail))
}

func TestNotifications(t *testing.T) {
	tests := []struct {
		name   string
		spoil  func(*world, *memory, *subscriber)
		status Status
		code   string
		states []string
	}{
		{"reached", func(*world, *memory, *subscriber) {}, Pass, "", []string{TraceIntended, TraceCreated, TraceRemoved}},
		{"name", func(_ *world, _ *memory, s *subscriber) {
			s.err = said("Subscription validation request failed. The remote name could not be resolved: 'booking.example'")
		}, Fail, "notifications.name", []string{TraceIntended}},
		{"certificate", func(_ *world, _ *memory, s *subscriber) {
			s.err = said("Subscription validation request failed. Could not establish trust relationship for the SSL/TLS secure channel.")
		}, Fail, "notifications.tls", []string{TraceIntended}},
		{"time-out", func(_ *world, _ *memory, s *subscriber) {
			s.err = said("Subscription validation request timed out.")
		}, Fail, "notifications.timeout", []string{TraceIntended}},
		{"echo", func(_ *world, _ *memory, s *subscriber) {
			s.err = said("Subscription validation request failed. Response must contain the validation token.")
		}, Fail, "notifications.echo", []string{TraceIntended}},
		{"refused", func(_ *world, _ *memory, s *subscriber) {
			s.err = said("Subscription validation request failed. HTTP status code is 'NotFound'.")
		}, Fail, "notifications.refused", []string{TraceIntended}},
		{"not told", func(_ *world, _ *memory, s *subscriber) { s.err = said("Subscription validation request failed.") }, Fail, "notifications.not-reached", []string{TraceIntended}},
		{"as Microsoft mostly says", func(_ *world, _ *memory, s *subscriber) {
			s.err = said("Request: POST /subscriptions. Microsoft says: Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.")
		}, Fail, "notifications.not-reached", []string{TraceIntended}},
		{"a status that is no refusal", func(_ *world, _ *memory, s *subscriber) {
			s.err = said("Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request. HTTP status code is 'BadGateway'.")
		}, Fail, "notifications.fails", []string{TraceIntended}},
		{"redirect", func(_ *world, _ *memory, s *subscriber) {
			s.err = said("Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request. HTTP status code is 'Found'.")
		}, Fail, "notifications.redirect", []string{TraceIntended}},
		{"intermediate certificate missing", func(_ *world, _ *memory, s *subscriber) {
			s.err = said("Subscription validation request failed. The remote certificate is invalid because of errors in the certificate chain: PartialChain")
		}, Fail, "notifications.chain", []string{TraceIntended}},
		{"no match", func(_ *world, _ *memory, s *subscriber) {
			s.err = said("Subscription validation request failed. Response must exactly match validationToken query parameter.")
		}, Fail, "notifications.echo", []string{TraceIntended}},
		{"a host that is called like a fault", func(_ *world, _ *memory, s *subscriber) {
			s.err = said("Subscription validation request failed for https://tls.dns.example/timeout/certificate.")
		}, Fail, "notifications.not-reached", []string{TraceIntended}},
		{"words that nobody knows", func(_ *world, _ *memory, s *subscriber) { s.err = said("Der Endpunkt passt uns nicht.") }, Fail, "notifications.unknown-words", []string{TraceIntended}},
		{"not about the endpoint", func(_ *world, _ *memory, s *subscriber) {
			s.err = problem.DeclareFamily("").New("graph.InvalidRequest", problem.Refused, words.T("Microsoft Graph refused the request.")).With(words.Plain("The property expirationDateTime is wrong."))
		}, Fail, "graph.InvalidRequest", []string{TraceIntended}},
		{"the mailbox refuses", func(_ *world, _ *memory, s *subscriber) {
			s.err = problem.DeclareFamily("").New("graph.ExtensionError", problem.Refused, words.T("Microsoft Graph refused the request.")).With(words.Plain("Operation: Create; Exception: [Status Code: Forbidden; Reason: Access is denied.]"))
		}, Fail, "graph.ExtensionError", []string{TraceIntended}},
		{"the mailbox is out of order", func(_ *world, _ *memory, s *subscriber) {
			s.err = problem.DeclareFamily("").New("graph.ExtensionError", problem.Refused, words.T("Microsoft Graph refused the request.")).With(words.Plain("Operation: Create; Exception: [Status Code: InternalServerError; Reason: Request has been quarantined by condition.]"))
		}, Unknown, "graph.ExtensionError", []string{TraceIntended}},
		{"the mailbox has one", func(_ *world, _ *memory, s *subscriber) {
			s.err = problem.DeclareFamily("").New("graph.ExtensionError", problem.Refused, words.T("Microsoft Graph refused the request.")).With(words.Plain("Operation: Create; Exception: [Status Code: Conflict; Reason: ]"))
		}, Unknown, "notifications.exists", []string{TraceIntended}},
		{"exists", func(_ *world, _ *memory, s *subscriber) {
			s.err = problem.DeclareFamily("").New("graph.Conflict", problem.Stale, words.T("Refused."))
		}, Unknown, "notifications.exists", []string{TraceIntended}},
		{"Graph is busy", func(_ *world, _ *memory, s *subscriber) { s.err = refusal("graph.throttled") }, Unknown, "graph.throttled", []string{TraceIntended}},
		{"without an id", func(_ *world, _ *memory, s *subscriber) { s.id = "" }, Unknown, "check.unexpected-answer", []string{TraceIntended}},
		{"not removed", func(_ *world, _ *memory, s *subscriber) { s.removeErr = refusal("graph.unavailable") }, Warn, "notifications.left-behind", []string{TraceIntended, TraceCreated, TraceLeft}},
		{"removed already", func(_ *world, _ *memory, s *subscriber) { s.removeErr = notFound() }, Pass, "", []string{TraceIntended, TraceCreated, TraceRemoved}},
		{"no address", func(w *world, _ *memory, _ *subscriber) { w.in.Connection.Notifications.URL = "" }, Fail, "notifications.no-address", nil},
		{"the journal cannot be written", func(_ *world, m *memory, _ *subscriber) { m.full = refusal("store.disk-full") }, Fail, "store.disk-full", nil},
		{"no yes", func(w *world, _ *memory, _ *subscriber) { w.in.Options.AllowWrites = false }, Skipped, "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w, m, s := writing()
			w.in.Options.Organizer, w.in.Connection.Notifications.LifecycleURL = "", ""
			tt.spoil(w, m, s)
			r := w.run(t)
			f, _ := r.Finding(Notifications)
			if tt.name == "the journal cannot be written" {
				if len(s.asked) > 0 {
					t.Error("something was made although it could not be written down before")
				}
				tt.status = Unknown
			}
			if f.Status != tt.status || problem.CodeOf(f.err()).String() != tt.code || !cmp.Equal(m.states(), tt.states) {
				t.Errorf("%s %s %v, want %s %s %v", f.Status, problem.CodeOf(f.err()).String(), m.states(), tt.status, tt.code, tt.states)
			}
			for _, sub := range s.asked {
				if sub.Resource != "/users/room0@contoso.example/events" || !sub.Expires.Equal(noon.Add(45*time.Minute)) {
					t.Errorf("%+v", sub)
				}
			}
			for _, id := range s.removed {
				if id != "sub" {
					t.Errorf("removed %q, which this run did not make", id)
				}
			}
			if state := stateOf(r, "notifications"); (state == FeatureWorks) != (tt.status == Pass || tt.status == Warn) {
				t.Errorf("the feature is %s", state)
			}
		})
	}
}

// TestLifecycleURL tells the lifecycle URL from the notification URL by a second
// try without it.
func TestLifecycleURL(t *testing.T) {
	refused := said("Subscription validation request failed. HTTP status code is 'NotFound'.")
	for _, tt := range []struct {
		name   string
		second error
		code   string
		note   bool
	}{
		{"lifecycle alone", nil, "notifications.lifecycle", false},
		{"both", refused, "notifications.refused", false},
		{"the second try is not answered", refusal("graph.TooManyRequests"), "notifications.refused", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, _, s := writing()
			w.in.Options.Organizer = ""
			s.err, s.second = refused, &tt.second
			f, _ := w.run(t).Finding(Notifications)
			if f.Status != Fail || problem.CodeOf(f.err()).String() != tt.code || f.Note.IsZero() == tt.note {
				t.Errorf("%s %v %q", f.Status, f.err(), f.Note)
			}
			if len(s.asked) != 2 || s.asked[0].LifecycleURL == "" || s.asked[1].LifecycleURL != "" {
				t.Errorf("asked %+v", s.asked)
			}
			if (tt.second == nil) != (len(s.removed) == 1) {
				t.Errorf("removed %v", s.removed)
			}
		})
	}
}

// TestNotificationAddresses wants what the product's form and the server name.
func TestNotificationAddresses(t *testing.T) {
	form := []product.Field{{Label: "Lifecycle URL", Value: "notifications.lifecycleUrl"}}
	for _, tt := range []struct {
		name  string
		spoil func(*world)
		code  string
	}{
		{"complete", func(w *world) { w.in.Product.Form = form }, ""},
		{"missing", func(w *world) { w.in.Product.Form, w.in.Connection.Notifications.LifecycleURL = form, "" }, "notifications.no-lifecycle-address"},
		{"the server has one", func(w *world) {
			w.description.LifecycleURL, w.in.Connection.Notifications.LifecycleURL = "https://booking.example/lifecycle", ""
		}, "notifications.no-lifecycle-address"},
		{"nobody wants one", func(w *world) { w.in.Connection.Notifications.LifecycleURL = "" }, ""},
		{"another than the server's", func(w *world) { w.description.NotificationURL = "https://booking.example/new" }, "notifications.differs"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, _, _ := writing()
			w.in.Options.AllowWrites, w.in.Options.Organizer = false, ""
			tt.spoil(w)
			if f, _ := w.run(t).Finding(NotificationAddresses); problem.CodeOf(f.err()).String() != tt.code || (f.Status == Pass) != (tt.code == "") {
				t.Errorf("%s %v", f.Status, f.err())
			}
		})
	}
}

// nobody is what Graph says of a mailbox that there is not.
func nobody() error {
	return problem.New(tenant.CodeNotFound, words.T("No mailbox has this address.")).
		Fix(words.T("Check the address in the Exchange admin center under Recipients > Resources."))
}

// TestWrongOrganizer: the advice is about the organizer's mailbox, not about a
// room's, before anything is made.
func TestWrongOrganizer(t *testing.T) {
	w, _, _ := writing()
	w.in.Calendars.(*calendars).schedule = func() (tenant.Schedule, error) { return tenant.Schedule{}, nobody() }
	_, err := PlanBooking(t.Context(), w.in)
	p := problem.Of(err)
	if p == nil || p.Code != CodeNoOrganizer || p.Remedies[0].Place != problem.PlaceOrganizer {
		t.Fatalf("%v", err)
	}
	for _, r := range p.Remedies {
		if strings.Contains(r.Text.String(), "Resources") {
			t.Errorf("a person's mailbox is looked for among the rooms: %s", r.Text)
		}
	}
}

func TestBookingTheWayRealOnesCome(t *testing.T) {
	tests := []struct {
		name   string
		spoil  func(*world, *calendars)
		status Status
		code   string
		last   string
	}{
		{"accepted and kept", func(*world, *calendars) {}, Pass, "", TraceRemoved},
		{"subject replaced", func(_ *world, c *calendars) {
			c.changes = func(e tenant.Event) tenant.Event { e.Subject = "Anna"; return e }
		}, Warn, "booking.test-not-kept", TraceRemoved},
		{"declined", func(_ *world, c *calendars) { c.answer = "declined" }, Fail, "booking.declined", TraceRemoved},
		{"tentative", func(_ *world, c *calendars) { c.answer = "tentativelyAccepted" }, Fail, "booking.tentative", TraceRemoved},
		{"silent", func(_ *world, c *calendars) { c.answer = "none" }, Fail, "booking.room-silent", TraceRemoved},
		{"organizer out of reach", func(_ *world, c *calendars) { c.refuse = map[string]error{"create": forbidden()} }, Fail, "graph.ErrorAccessDenied", TraceRemoved},
		{"no such organizer", func(_ *world, c *calendars) { c.refuse = map[string]error{"create": nobody()} }, Fail, "booking.organizer-without-mailbox", TraceRemoved},
		{"answer lost", func(_ *world, c *calendars) { c.refuse = map[string]error{"create": refusal("net.cut")} }, Unknown, "net.cut", TraceIntended},
		{"answer lost, meeting made", func(_ *world, c *calendars) { c.refuse = map[string]error{"created": refusal("net.cut")} }, Pass, "", TraceRemoved},
		{"copy cannot be read", func(_ *world, c *calendars) { c.refuse = map[string]error{"find": refusal("graph.unavailable")} }, Unknown, "graph.unavailable", TraceLeft},
		{"room with delegates", func(w *world, _ *calendars) {
			w.in.Options.TestRoomPolicy = &RoomPolicy{AutoAccept: true, HasDelegates: true}
		}, Unknown, "booking.room-asks-people", ""},
		{"room with approval", func(w *world, _ *calendars) {
			w.in.Options.TestRoomPolicy = &RoomPolicy{AutoAccept: true, NeedsApproval: true}
		}, Unknown, "booking.room-asks-people", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w, m, _ := writing()
			w.in.Product.Notifications = false
			c := w.in.Calendars.(*calendars)
			tt.spoil(w, c)
			if c.refuse["find"] != nil { // it is tried again for a minute
				old := cleanupPatience
				cleanupPatience = 50 * time.Millisecond
				t.Cleanup(func() { cleanupPatience = old })
			}
			r := w.run(t)
			f, _ := r.Finding(TestBooking)
			states := m.states()
			last := ""
			if len(states) > 0 {
				last = states[len(states)-1]
			}
			if f.Status != tt.status || problem.CodeOf(f.err()).String() != tt.code || last != tt.last {
				t.Errorf("%s %s %v, want %s %s, at last %s", f.Status, problem.CodeOf(f.err()).String(), states, tt.status, tt.code, tt.last)
			}
			if len(c.events) > 0 && last == TraceRemoved {
				t.Errorf("left in the calendars: %v", c.events)
			}
			for _, e := range c.made {
				if e.Room != "room1@contoso.example" || e.Start.Before(noon) || e.Start.Weekday() == time.Saturday || e.Start.Weekday() == time.Sunday || e.TransactionID == "" {
					t.Errorf("%+v", e)
				}
			}
			proven := false
			for _, l := range r.Layers {
				proven = proven || l.Value == "Calendars.ReadWrite" && l.Proven.String() == "yes"
			}
			if wrote := len(c.made) > 0; proven != wrote {
				t.Errorf("Calendars.ReadWrite proven: %v, written: %v", proven, wrote)
			}
		})
	}
}

func TestCancelledBookingIsTakenBackOrJournalled(t *testing.T) {
	w, m, _ := writing()
	w.in.Product.Notifications = false
	w.in.Options.BookingWait = time.Minute
	w.in.Calendars.(*calendars).answer = "none"
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(400*time.Millisecond, cancel)
	started := time.Now()
	r := whole(t)(Diagnose(ctx, w.in, nil, nil))
	if took := time.Since(started); took > 1600*time.Millisecond || r.Verdict != Incomplete {
		t.Errorf("%s after %s", r.Verdict, took)
	}
	if s := m.states(); len(s) == 0 || s[len(s)-1] != TraceRemoved {
		t.Errorf("%v", s)
	}
}

// TestMeetingWithoutAnIDIsFoundAgain: what an interrupted run intended is
// removed if it was made, and forgotten if it never was.
func TestMeetingWithoutAnIDIsFoundAgain(t *testing.T) {
	for _, made := range []bool{true, false} {
		w, _, _ := writing()
		c := w.in.Calendars.(*calendars)
		trace := Trace{Kind: "event", Key: "THEKEY", State: TraceIntended, Mailbox: "anna@contoso.example", Room: "room1@contoso.example", Start: noon}
		c.events = map[string]tenant.Event{trace.Mailbox: {ID: "hers", ICalUID: "u1", Subject: testSubject, Body: testBody + " ANOTHERKEY"}}
		if made {
			c.events[trace.Mailbox] = tenant.Event{ID: "own", ICalUID: "u2", Body: testBody + " THEKEY"}
		}
		if err := Remove(t.Context(), c, trace); err != nil {
			t.Error(err)
		}
		if left := len(c.events); (left == 0) != made {
			t.Errorf("made %v: %d meetings are left", made, left)
		}
	}
}

func TestLeftovers(t *testing.T) {
	entry := func(tr Trace) json.RawMessage { b, _ := json.Marshal(tr); return b }
	entries := []json.RawMessage{
		entry(Trace{Kind: "event", Key: "1", State: TraceIntended, At: noon}),
		entry(Trace{Kind: "event", Key: "1", State: TraceCreated, ID: "e1", At: noon}),
		entry(Trace{Kind: "event", Key: "2", State: TraceCreated, ID: "e2", At: noon}),
		entry(Trace{Kind: "event", Key: "2", State: TraceRemoved, ID: "e2", At: noon}),
		entry(Trace{Kind: "subscription", Key: "3", State: TraceCreated, ID: "s3", At: noon.Add(-time.Hour)}),
		entry(Trace{Kind: "subscription", Key: "4", State: TraceLeft, ID: "s4", At: noon}),
		json.RawMessage(`{"step":"register"}`), json.RawMessage(`nonsense`),
	}
	got := []string{}
	for _, l := range Leftovers(entries, noon.Add(time.Minute)) {
		got = append(got, l.Key+" "+l.ID)
	}
	if want := []string{"1 e1", "4 s4"}; !cmp.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestMicrosoftIsNotAskedToReachInside: an address that exists only inside a network
// is said to be one, whatever Microsoft would answer.
func TestMicrosoftIsNotAskedToReachInside(t *testing.T) {
	for address, bad := range map[string]bool{
		"https://10.1.2.3/n": true, "https://192.168.0.9:8443/n": true, "https://[fd00::1]/n": true, "https://localhost/n": true, "https://booking/n": true,
		"https://booking.contoso.local/n": true, "https://booking.CORP./n": true, "https://booking.contoso.com/n": false, "https://203.0.113.9/n": false, "https://localhost.contoso.com/n": false,
	} {
		w := healthy(1)
		w.in.Product.Notifications = true
		w.in.Connection.Notifications = connection.Notifications{URL: address}
		f, ran := w.run(t).Finding(NotificationAddresses)
		if got := problem.CodeOf(f.Problem.Err()) == codeNotificationsInside; got != bad || !ran {
			t.Errorf("%s: %s %v", address, f.Status, f.Problem)
		}
	}
}
