package check

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/transport"
)

// calling is a reader of calendars that makes one real call for each.
type calling struct {
	Calendars
	client *http.Client
	root   string
}

func (c calling) CalendarView(ctx context.Context, mailbox string, _, _ time.Time, _ int) ([]tenant.Event, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.root+"/"+mailbox, nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.client.Do(r)
	if err != nil {
		return nil, err
	}
	return nil, resp.Body.Close()
}

// TestRoomsShowTheirCalls holds that the rooms' finding carries the calls that
// proved it: some of many, each with the request id of Microsoft's answer.
func TestRoomsShowTheirCalls(t *testing.T) {
	at := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("request-id", "id of"+r.URL.Path)
	}))
	defer at.Close()
	client, err := transport.New(transport.Options{InsecureLoopback: true})
	if err != nil {
		t.Fatal(err)
	}
	for rooms, want := range map[int]int{1: 1, 5: 5, 50: 2 * exchangesKept} {
		w := healthy(rooms)
		w.in.Calendars = calling{w.in.Calendars, client, at.URL}
		f, _ := whole(t)(Diagnose(t.Context(), w.in, nil, nil)).Finding(RoomCalendars)
		if f.Status != Pass || len(f.Exchanges) != want {
			t.Errorf("%d rooms: %s with %d calls, want %d", rooms, f.Status, len(f.Exchanges), want)
		}
		for _, e := range f.Exchanges {
			if !strings.HasPrefix(e.URL, at.URL) || !strings.HasPrefix(e.RequestID, "id of/") {
				t.Errorf("%+v", e)
			}
		}
	}
}
