package booking

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// PushLog remembers pushes across restarts. Append returns when the line is on
// disk: the line "started" must survive a crash in the middle of the call.
type PushLog interface {
	Append(store.Push) error
	// Pushes are all lines, oldest first.
	Pushes() ([]store.Push, error)
}

// PushOptions are what a push may be told beside what it hands over.
type PushOptions struct {
	Choices  Choices
	Progress task.Report
}

// Receipt says what the server holds after a push.
type Receipt struct {
	At      time.Time `json:"at"`
	Current Current   `json:"current"`
}

// Push hands cfg and the credential over. The clearance is Gate's; seen is what
// the administrator was shown of the server (Preview.Current): when the server
// holds something else by now, the problem is booking.etag-mismatch and names
// what has changed.
//
// The idempotency key is in the log before the call. An answer that was lost is
// asked for once more under the same key; when that fails too, or the context
// ends, the push stays "unknown" in the log and Resolve finds out. Success means
// that the server was asked again and holds what was pushed.
func (c *Client) Push(ctx context.Context, cfg Configuration, credential vault.Secret, clearance Clearance, seen Current, o PushOptions) (Receipt, error) {
	if clearance.digest == "" || clearance.digest != cfg.Digest {
		_, err := Gate(Checked{Digest: clearance.digest, Verdict: "pass"}, cfg.Digest, false)
		return Receipt{}, err
	}
	if c.log == nil {
		return Receipt{}, problem.New(codeNoLog, words.T("The push cannot be recorded, so it was not started.")).
			Fix(words.T("Use the copy of Roomkey in which the connection is open."))
	}
	said, err := c.adapter.Describe(ctx)
	if err != nil {
		return Receipt{}, err
	}
	if err := pinned(c.server, said); err != nil {
		return Receipt{}, err
	}
	put := attempt{
		Configuration: cfg, Credential: credential, Recipient: c.server.PinnedRecipient,
		ETag: seen.ETag, IdempotencyKey: rand.Text(), sealed: new(string), Choices: o.Choices, Progress: o.Progress,
	}
	line := store.Push{At: c.now().UTC(), Digest: cfg.Digest, State: store.PushStarted, ETag: seen.ETag, IdempotencyKey: put.IdempotencyKey, Server: c.server.URL}
	if err := c.log.Append(line); err != nil {
		return Receipt{}, err
	}
	err = c.adapter.Put(ctx, put)
	answered := !lost(err)
	if !answered && ctx.Err() == nil {
		err = c.adapter.Put(ctx, put)
	}
	want := c.adapter.After(seen, cfg, o.Choices)
	switch {
	case err == nil:
		return c.verify(ctx, line, seen, want)
	case problem.CodeOf(err) == codePartRefused:
		line.State = store.PushFailed
		return Receipt{}, c.note(line, err)
	case ctx.Err() != nil || lost(err):
		line.State = store.PushUnknown
		return Receipt{}, c.note(line, unanswered(err))
	}
	return c.refusedPush(ctx, line, err, answered, seen, want)
}

// refusedPush looks whether a refusal is the truth: after an answer that was
// lost it proves nothing, and a server, or something on the way, may refuse what
// it has stored. Where it holds what it held, that decides: what was pushed may
// be the same.
func (c *Client) refusedPush(ctx context.Context, line store.Push, refusal error, answered bool, seen Current, want Configuration) (Receipt, error) {
	now, err := c.adapter.Current(ctx)
	line.State = store.PushFailed
	switch {
	case err != nil:
		line.State = store.PushUnknown
		return Receipt{}, c.note(line, unanswered(refusal))
	case same(now, seen):
		return Receipt{}, c.note(line, c.compared(refusal, seen, now))
	case holds(now, want) && !answered:
		line.State, line.ETag = store.PushDone, now.ETag
		return Receipt{At: c.now().UTC(), Current: now}, c.note(line, nil)
	case holds(now, want):
		p := problem.New(codeContradiction, words.T("The booking server refused the configuration but has it anyway.")).
			With(titleAndDetail(refusal)).
			Fix(words.T("Give this text to whoever runs the booking server: its response does not match what it has."))
		return Receipt{Current: now}, c.note(line, p)
	case problem.CodeOf(refusal) == codeETagMismatch:
		return Receipt{}, c.note(line, c.compared(refusal, seen, now))
	}
	p := problem.New(codeOtherContent, words.T("The booking server has neither its previous configuration nor the one that was handed over.")).
		With(words.Lines(titleAndDetail(refusal), listed(Changes(&want, valueOf(now.Configuration))))).
		Lead(words.T("Check what the server has, then push again."), problem.PlaceLook)
	return Receipt{Current: now}, c.note(line, p)
}

// same reports whether a server holds what it was seen to hold; an ETag alone is
// no proof of that.
func same(now, seen Current) bool {
	if now.Configuration == nil || seen.Configuration == nil {
		return now.Configuration == seen.Configuration
	}
	return now.ETag == seen.ETag && now.Configuration.Digest == seen.Configuration.Digest && len(Changes(seen.Configuration, *now.Configuration)) == 0
}

// verify reads back what the server holds and compares it with what it should.
func (c *Client) verify(ctx context.Context, line store.Push, seen Current, want Configuration) (Receipt, error) {
	line.State = store.PushUnknown
	now, err := c.adapter.Current(ctx)
	if err != nil {
		return Receipt{}, c.note(line, unanswered(err))
	}
	if !holds(now, want) {
		line.State = store.PushFailed
		held := valueOf(now.Configuration)
		different := append(Changes(&want, held), now.Altered...)
		if len(different) == 0 {
			different = []Change{{Path: "digest", Kind: changed, From: want.Digest, To: held.Digest}}
		}
		p := problem.New(codeNotKept, words.T("The booking server accepted the configuration but has a different one.")).
			With(listed(different)).
			Lead(words.T("Check what the server has. If it happens again, give this text to the server's vendor."), problem.PlaceLook)
		return Receipt{Current: now}, c.note(line, p)
	}
	if now.ETag != seen.ETag && !now.StoredAt.After(seen.StoredAt) {
		now.StoredAt = time.Time{} // that of what was there before
	}
	line.State, line.ETag = store.PushDone, now.ETag
	now = now.AfterPush(line)
	return Receipt{At: c.now().UTC(), Current: now}, c.note(line, nil)
}

// AfterPush is now without a time that is not that of the push, if it holds what that
// handed over.
func (now Current) AfterPush(push store.Push) Current {
	if push.State == store.PushDone && push.ETag == now.ETag && now.StoredAt.Before(push.At.Add(-skew)) {
		now.StoredAt = time.Time{}
	}
	return now
}

// skew is how far a server's clock may be off before what it says of times is
// taken for not known.
const skew = 5 * time.Minute

// holds reports whether now is want, in its digest and in every field.
func holds(now Current, want Configuration) bool {
	return now.Configuration != nil && len(now.Altered) == 0 && now.Configuration.Digest == want.Digest && len(Changes(&want, *now.Configuration)) == 0
}

// Keeps reports whether a server that holds now holds all of want that it can.
// Of rooms the addresses count, in whatever case, which are what was checked. Their
// names are the tenant's and may change there, but not on the server. What was
// handed over once and is wanted no more may have stayed.
func (c *Client) Keeps(now Current, want Configuration) bool {
	if now.Configuration == nil {
		return false
	}
	for _, r := range want.Rooms.Items {
		if slices.ContainsFunc(now.Renamed, func(c Change) bool { return strings.HasPrefix(c.Path, roomPath(strings.ToLower(r.EmailAddress))) }) {
			return false
		}
	}
	held, next := *now.Configuration, c.adapter.After(now, want, Choices{})
	held.Rooms.Items, next.Rooms.Items = addresses(held), addresses(next)
	return holds(Current{Configuration: &held, Altered: now.Altered}, next)
}

// Proves reports whether a server's own view is one of what push handed over:
// it works, it names that configuration, and it was tried after the push began
// and not before the server stored it. Only then may a credential go that the
// push has replaced.
func Proves(push store.Push, now Current, view Status) bool {
	return push.State == store.PushDone && now.Configuration != nil && now.Configuration.Digest == push.Digest &&
		view.State == StatusOK && view.Digest == push.Digest && (view.ETag == "" || view.ETag == now.ETag) &&
		!view.CheckedAt.Before(push.At.Truncate(time.Second)) && !view.CheckedAt.Before(now.StoredAt.Truncate(time.Second))
}

// addresses are the rooms of cfg without what they are called, in lower case: a
// room may be typed otherwise than the tenant spells it.
func addresses(cfg Configuration) []Room {
	rooms := []Room{}
	for _, r := range cfg.Rooms.Items {
		if r.EmailAddress != "" {
			rooms = append(rooms, Room{EmailAddress: strings.ToLower(r.EmailAddress)})
		}
	}
	return rooms
}

func valueOf(c *Configuration) Configuration {
	if c == nil {
		return Configuration{}
	}
	return *c
}

// note writes the outcome and gives err; a log that cannot be written is the
// error only when there is no other.
func (c *Client) note(line store.Push, err error) error {
	if failed := c.log.Append(line); err == nil {
		return failed
	}
	return err
}

// lost reports whether the server may have done what was asked although err
// came back.
func lost(err error) bool {
	return err != nil && problem.KindOf(err).Lost()
}

// unanswered says that it is not known what the server holds, keeping the
// reason.
func unanswered(err error) error {
	why := problem.Of(err)
	p := problem.New(codeUnknown, words.T("It is not known whether the booking server has taken the configuration.")).
		With(titleAndDetail(err)).By(err)
	p.Remedies = why.Remedies
	return p.Lead(words.T("Check what the server has. Roomkey also asks it at the next start."), problem.PlaceLook)
}

func titleAndDetail(err error) words.Text {
	p := problem.Of(err)
	return words.Lines(p.Title, p.Detail)
}

var changedSince = words.T("The booking server's configuration changed after it was shown.")

// compared is a refusal as what the server was read to hold after it bears it out.
func (c *Client) compared(refusal error, seen, now Current) error {
	p, still := *problem.Of(refusal), same(now, seen)
	switch {
	case p.Code == codeRefused && still:
		p.Title = words.T("%s refused the request; nothing was changed.", hostOf(c.server.URL))
	case p.Code != codeETagMismatch && still && !lost(refusal):
		p.Title = words.Sentences(p.Title, words.T("Nothing was changed."))
	case p.Code != codeETagMismatch:
	case still:
		return problem.New(codeContradiction, words.T("The booking server reports that its configuration has changed, but has the one that was shown.")).
			With(p.Detail).By(refusal).
			Fix(words.T("Give this text to whoever runs the booking server: its response does not match what it has."))
	case now.Configuration == nil:
		p.Title = changedSince
		p.Detail = words.T("The server no longer has a configuration.")
	default:
		p.Title = changedSince
		differ := Changes(seen.Configuration, *now.Configuration)
		if p.Detail = listed(differ); len(differ) == 0 {
			p.Detail = words.T("Only its ETag is different. If this happens at every attempt, give this text to the server's vendor.")
		}
	}
	return &p
}

// listed is changes as text, a line each, at most ten.
func listed(changes []Change) words.Text {
	var lines []string
	for i, c := range changes {
		if i == 10 {
			lines = append(lines, "…")
			break
		}
		lines = append(lines, c.Path+": "+c.From+" → "+c.To)
	}
	return words.Plain(strings.Join(lines, "\n"))
}
