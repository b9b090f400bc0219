package check

import (
	"context"
	"crypto/rand"
	"regexp"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
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
	switch {
	case !in.Options.AllowWrites || in.Options.NoSubscription:
		return false, words.T("The test creates a subscription for 45 minutes and removes it at once. Allow writes to run it.")
	case in.Subscriber == nil || in.Journal == nil:
		return false, words.T("There is no place to write down what would be made.")
	}
	return true, words.Text{}
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
		return unknown(problem.New(codeRoomsNoneChosen, words.T("No room is known whose changes could be asked for.")).
			Lead(words.T("Choose rooms."), problem.PlaceRooms))
	}
	trace := Trace{Kind: "subscription", Key: rand.Text(), State: TraceIntended, Room: rooms[0], At: s.now()}
	if err := s.Journal.Append(trace); err != nil {
		return unknown(problem.Of(err))
	}
	var id string
	inner, seen := transport.Record(ctx)
	err := s.onMailbox(inner, func() (err error) {
		id, err = s.Subscriber.Subscribe(inner, Subscription{
			Resource: "/users/" + rooms[0] + "/events", NotificationURL: n.URL, LifecycleURL: n.LifecycleURL,
			Expires: s.now().Add(subscriptionLife), ClientState: trace.Key,
		})
		return err
	})
	seen.Repeat(ctx)
	if err != nil {
		return s.judgeSubscription(err).saw("url", n.URL).saw("room", rooms[0])
	}
	if id == "" {
		return unknown(unexpected(words.T("The subscription was made without an id; it ends by itself within 45 minutes.")))
	}
	trace.ID, trace.State = id, TraceCreated
	written := s.Journal.Append(trace)
	s.prove(seen.Last().RequestID, "Calendars.Read")
	f := pass(words.T("Microsoft called %s and got the right answer.", n.URL)).saw("url", n.URL).saw("room", rooms[0])
	cleanup, done := context.WithTimeout(context.WithoutCancel(ctx), s.cleanupTime(ctx))
	defer done()
	if err := s.onMailbox(cleanup, func() error { return s.Subscriber.Unsubscribe(cleanup, id) }); err != nil && !missing(err) {
		trace.State = TraceLeft
		_ = s.Journal.Append(trace)
		return warn(problem.New(codeNotificationsLeftBehind, words.T("The test subscription could not be removed.")).
			With(words.T("It ends by itself within 45 minutes. Until then Microsoft sends changes of %s to the booking server.", rooms[0])).
			Fix(words.T("Nothing needs to be done; the next start offers to remove it.")).By(err)).saw("id", id)
	}
	trace.State = TraceRemoved
	if err := s.Journal.Append(trace); err != nil || written != nil {
		f = f.saw("journal", "incomplete")
	}
	return f
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

// judgeSubscription tells apart how the call from outside failed: by Microsoft's
// code where there is one for it, then by what it says. Words that nobody here
// knows are passed on and not interpreted.
func (s *State) judgeSubscription(err error) Finding {
	p := problem.Of(err)
	said := addresses.ReplaceAllString(p.Detail.String(), "")
	inner := innerStatus.FindStringSubmatch(said)
	switch {
	case p.Kind == problem.Stale || inner != nil && inner[1] == "Conflict" || strings.Contains(p.Title.String(), "HTTP 409") || strings.Contains(strings.ToLower(said), "already exists"):
		return unknown(problem.New(codeNotificationsExists, words.T("There is a subscription like this one already, so no new one was made and nothing was proven.")).
			Fix(words.T("It is the booking server's own, or one of an interrupted check that ends within 45 minutes: check again then.")))
	case inner != nil && busy[inner[1]]:
		return unknown(p)
	case denied(err), !p.Kind.Decided(), inner != nil, p.Code != tenant.CodeValidation && !aboutEndpoint.MatchString(said):
		return judge(err)
	}
	told := way{codeNotificationsUnknownWords, nil, "Microsoft does not accept %s for notifications, for a reason that Roomkey does not know.",
		words.T("Read what Microsoft says, and look into the booking server's log whether Microsoft called it at this time.")}
	for _, w := range ways {
		if w.signs.MatchString(said) {
			told = w
			break
		}
	}
	q := problem.New(told.code, words.T(told.title, s.Connection.Notifications.URL)).With(p.Detail).Fix(told.fix).Fix(tunnel)
	q.RequestID = p.RequestID
	return fail(q)
}

// inbound is where Microsoft publishes from where it calls.
var inbound = words.T("they are on Microsoft's page \"Additional endpoints not included in the Microsoft 365 IP Address and URL Web service\", section Microsoft Graph Change Notifications.")

var tunnel = words.T("A server that must not be reachable from outside needs a tunnel that ends at it, or has to ask for changes by itself: see the booking product's guide.")

var (
	// addresses are left out of what is looked at: a host's name says nothing.
	addresses = regexp.MustCompile(`https?://\S*`)
	// innerStatus is what the service behind Graph answered ("ExtensionError").
	innerStatus = regexp.MustCompile(`Status Code: (\w+); Reason:`)
	// busy are its answers that decide nothing.
	busy = map[string]bool{"TooManyRequests": true, "InternalServerError": true, "BadGateway": true,
		"ServiceUnavailable": true, "GatewayTimeout": true, "RequestTimeout": true}
	aboutEndpoint = regexp.MustCompile(`(?i)validation request|notification ?url|endpoint`)
)

// way is how the call from outside can fail, by words that Microsoft uses.
type way struct {
	code  problem.Code
	signs *regexp.Regexp
	title string
	fix   words.Text
}

var ways = []way{
	{codeNotificationsName, regexp.MustCompile(`(?i)could not be resolved|no such host|name ?resolution|\bdns\b`), "Microsoft cannot resolve the name in %s.",
		words.T("Publish the booking server's name in public DNS; a name that only your own network knows is not enough.")},
	{codeNotificationsTLS, regexp.MustCompile(`(?i)\bssl\b|\btls\b|certificate|trust ?(relationship|failure)|secure ?channel`), "Microsoft does not trust the certificate at %s.",
		words.T("Install a certificate of a public authority with its whole chain (intermediate certificates included) on the booking server.")},
	{codeNotificationsTimeout, regexp.MustCompile(`(?i)timed out|time-?out|took too long|10 seconds`), "The booking server at %s does not answer Microsoft within 10 seconds.",
		words.T("Let the firewall pass HTTPS from Microsoft to the booking server, and look into the server's log for slow answers.")},
	{codeNotificationsEcho, regexp.MustCompile(`(?i)validation ?token|content.?type|text/plain|response body|did not match|exactly match`), "The booking server at %s answers Microsoft's question with something else than its echo.",
		words.T("Check that the URL is exactly the one that the booking server shows, and that nothing in front of it (sign-in page, web filter) answers instead.")},
	{codeNotificationsRefused, regexp.MustCompile(`(?i)status code (is )?'?\w+|unauthorized|forbidden|not ?found|bad ?request|method ?not ?allowed`), "The booking server refuses Microsoft's call at %s.",
		words.T("Check that the URL is exactly the one that the booking server shows, and let it be called without a sign-in.")},
	{codeNotificationsNotReached, regexp.MustCompile(`(?i)200 ok|unreachable|connection|connect\b|validation request failed`), "Microsoft does not reach the booking server at %s, or gets another answer than 200 OK.",
		words.T("Check that the URL is exactly the one that the booking server shows, and let Microsoft's addresses for change notifications in: %s", inbound)},
}

// missing is whether what was to be removed is not there.
func missing(err error) bool {
	return problem.KindOf(err) == problem.Absent
}
