package check

import (
	"context"
	"crypto/rand"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/words"
)

const (
	// subscriptionLife is the shortest that Microsoft makes; asked for less it
	// makes it this long.
	subscriptionLife = 45 * time.Minute
	// cleaning is how long a cancelled check may take to remove what it made;
	// what is still there then is in the journal.
	cleaning = 500 * time.Millisecond
)

func notificationChecks() []Check {
	return []Check{{
		ID: NotificationAddresses, Claim: evidence.Notifications, Title: words.T("The addresses for notifications are complete"),
		DependsOn: []string{Lint}, After: []string{ServerContract}, Applies: hasNotifications, Run: checkAddresses,
	}, {
		ID: Notifications, Claim: evidence.Notifications, Proves: true, Title: words.T("Microsoft reaches the booking server with notifications"),
		DependsOn: []string{Token}, After: []string{RoomCalendars}, Applies: hasNotifications, Wanted: wantsNotifications, Run: checkNotifications,
	}}
}

func hasNotifications(in Input) (bool, words.Text) {
	if !in.Product.Notifications {
		return false, words.T("%s polls for changes and needs no notifications.", in.Product.Name)
	}
	return !in.Cloud.Lacks(cloud.FeatureSubscriptions), words.T("%s has no change notifications.", in.Cloud.Name)
}

func wantsNotifications(in Input) (bool, words.Text) {
	return in.Options.AllowWrites && !in.Options.NoSubscription,
		words.T("The test creates a subscription for 45 minutes and then removes it. Allow writes to run it.")
}

// checkAddresses compares the addresses of the connection with what the product
// wants and what the booking server says of itself. It makes no call.
func checkAddresses(_ context.Context, s *State) Finding {
	own := s.Connection.Notifications
	s.mu.Lock()
	said := s.server
	s.mu.Unlock()
	for _, a := range []struct{ said, own string }{{said.NotificationURL, own.URL}, {said.LifecycleURL, own.LifecycleURL}} {
		if a.said != "" && a.own != "" && a.said != a.own {
			return warn(problem.New(codeNotificationsDiffers, words.T("The booking server expects notifications at %s, and the connection names %s.", a.said, a.own)).
				Lead(words.T("Enter the notification URL and the lifecycle URL that the booking server shows."), problem.PlaceNotifications))
		}
	}
	for _, address := range []string{own.URL, own.LifecycleURL} {
		if host, err := hostname(address); err == nil && inside(host) && !s.laboratory() {
			return fail(problem.New(codeNotificationsInside, words.T("Microsoft cannot reach %s: the name or address exists only inside a network.", host)).
				Lead(words.T("Enter the address under which the booking server is reached from the internet. If it has none, have whoever runs it publish the notification URL."), problem.PlaceNotifications))
		}
	}
	wantsLifecycle := !s.Product.Choose && slices.ContainsFunc(s.Product.Form, func(f product.Field) bool { return f.Value == "notifications.lifecycleUrl" })
	if own.LifecycleURL == "" && (wantsLifecycle || said.LifecycleURL != "" && own.URL != "") {
		return warn(problem.New(codeNotificationsNoLifecycle, words.T("%s needs a lifecycle URL, and the connection has none.", s.Product.Name)).
			With(words.T("Without it, the booking server does not learn that a subscription has ended or that notifications were missed.")).
			Lead(words.T("Enter the lifecycle URL that the booking server shows."), problem.PlaceLifecycle))
	}
	return s.asDescribed(pass(words.T("Every address that %s needs is there.", s.Product.Name)))
}

// inside reports whether a host cannot be one of the internet: a private address, a
// name without a dot, or one of the endings that public DNS does not have (RFC 6761,
// RFC 6762, ICANN's .internal and the names that it does not delegate).
func inside(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsUnspecified()
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	return host != "" && (!strings.Contains(host, ".") ||
		slices.ContainsFunc([]string{".localhost", ".local", ".internal", ".lan", ".home", ".corp"}, func(end string) bool { return strings.HasSuffix(host, end) }))
}

// checkNotifications has Microsoft itself call the booking server: it does so
// before it makes a subscription.
func checkNotifications(ctx context.Context, s *State) Finding {
	n := s.Connection.Notifications
	if n.URL == "" {
		return fail(problem.New(codeNotificationsNoAddress, words.T("The connection names no notification URL.")).
			Lead(words.T("Enter the notification URL and the lifecycle URL that the booking server shows."), problem.PlaceNotifications))
	}
	rooms, _ := s.chosen()
	if len(rooms) == 0 {
		return unknown(problem.New(codeRoomsNoneChosen, words.T("No known room could be asked for changes.")).
			Lead(words.T("Choose rooms."), problem.PlaceRooms))
	}
	trace, err := s.subscribe(ctx, rooms[0], n.LifecycleURL)
	f := pass(words.T("Microsoft called %s and got the right response.", n.URL))
	switch {
	case trace.Key == "":
		return unknown(problem.Of(err))
	case err != nil:
		f = s.judgeSubscription(err)
		if n.LifecycleURL != "" && aboutAddress(f) {
			f = s.withoutLifecycle(ctx, rooms[0], f)
		}
	default:
		if left := s.unsubscribe(ctx, trace); left != nil {
			f = warn(left).with("id", trace.ID)
		}
	}
	return f.with("url", n.URL).with("room", rooms[0])
}

// withoutLifecycle tells a lifecycle URL that fails from a notification URL that
// does: without a lifecycle URL Microsoft calls the other one alone.
func (s *State) withoutLifecycle(ctx context.Context, room string, f Finding) Finding {
	n := s.Connection.Notifications
	trace, err := s.subscribe(ctx, room, "")
	switch {
	case err != nil && aboutAddress(s.judgeSubscription(err)):
		return f // the notification URL fails by itself
	case err != nil:
		return f.noted(words.T("It is not known whether the notification URL or the lifecycle URL fails: %s", problem.Of(err).Title))
	}
	told := *f.Problem
	told.Code, told.Title = codeNotificationsLifecycle, words.T("Microsoft reaches the notification URL, but not the lifecycle URL %s.", n.LifecycleURL)
	f = fail(&told).with("lifecycleUrl", n.LifecycleURL)
	if left := s.unsubscribe(ctx, trace); left != nil {
		f = f.with("left", left.Title.String())
	}
	return f
}

// subscribe makes the test subscription, which is written down before and after.
// The trace has no key when it could not be written down and nothing was made.
func (s *State) subscribe(ctx context.Context, room, lifecycleURL string) (Trace, error) {
	trace := Trace{Kind: "subscription", Key: rand.Text(), State: TraceIntended, Room: room, At: s.now()}
	if err := s.Journal.Append(trace); err != nil {
		return Trace{}, err
	}
	inner, seen := transport.Record(ctx)
	err := s.onMailbox(inner, func() (err error) {
		trace.ID, err = s.Subscriber.Subscribe(inner, Subscription{
			Resource: "/users/" + room + "/events", NotificationURL: s.Connection.Notifications.URL, LifecycleURL: lifecycleURL,
			Expires: s.now().Add(subscriptionLife), ClientState: trace.Key,
		})
		return err
	})
	seen.Repeat(ctx)
	if err == nil && trace.ID == "" {
		err = unexpected(words.T("The subscription was created without an ID. It expires within 45 minutes."))
	}
	if err != nil {
		return trace, err
	}
	trace.State = TraceCreated
	_ = s.Journal.Append(trace) // the next line removes it, and the key is written down
	s.prove(seen.Last().RequestID, "Calendars.Read")
	return trace, nil
}

// unsubscribe removes the test subscription; it gives the problem of one that
// stays.
func (s *State) unsubscribe(ctx context.Context, trace Trace) *problem.Problem {
	cleanup, done := context.WithTimeout(context.WithoutCancel(ctx), s.cleanupTime(ctx))
	defer done()
	err := s.onMailbox(cleanup, func() error { return s.Subscriber.Unsubscribe(cleanup, trace.ID) })
	if err == nil || missing(err) {
		trace.State = TraceRemoved
		_ = s.Journal.Append(trace) // removed twice is no harm
		return nil
	}
	trace.State = TraceLeft
	_ = s.Journal.Append(trace)
	return problem.New(codeNotificationsLeftBehind, words.T("The test subscription could not be removed.")).
		With(words.T("It expires within 45 minutes. Until then, Microsoft sends changes of %s to the booking server.", trace.Room)).
		Fix(words.T("No action is needed. The next start offers to remove it.")).By(err)
}

// cleanupPatience is how long a removal is tried when nobody is waiting for a
// cancel.
var cleanupPatience = time.Minute

func (s *State) cleanupTime(ctx context.Context) time.Duration {
	if ctx.Err() != nil {
		return cleaning
	}
	return cleanupPatience
}

// missing is whether what was to be removed is not there.
func missing(err error) bool {
	return problem.KindOf(err) == problem.Absent
}
