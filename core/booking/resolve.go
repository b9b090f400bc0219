package booking

import (
	"context"

	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/words"
)

// What a server turned out to hold after a push without an answer.
const (
	// HoldsNew is the configuration of the push, HoldsOld what it held before.
	HoldsNew = "new"
	HoldsOld = "old"
	// HoldsSame is both: the push was of what the server had, and it reports no
	// change since.
	HoldsSame = "same"
	// HoldsOther is neither for certain: somebody else has changed it since, or a
	// server that takes it in parts took some of them, of which a secret cannot be
	// read back.
	HoldsOther = "other"
	// HoldsElsewhere means that the push went to another server than the
	// connection has now, which was therefore not asked.
	HoldsElsewhere = "elsewhere"
)

// Resolution says what became of a push that got no answer.
type Resolution struct {
	Holds   string     `json:"holds"`
	Push    store.Push `json:"push"`
	Current Current    `json:"current"`
}

// Text is the resolution for the administrator.
func (r Resolution) Text() words.Text {
	at := r.Push.At.UTC().Format("2006-01-02 15:04 MST")
	switch {
	case r.Holds == HoldsNew:
		return words.T("The push of %s arrived: the booking server has the new configuration.", at)
	case r.Holds == HoldsOld && r.Current.Configuration == nil:
		return words.T("The push of %s did not arrive: the booking server has no configuration, as before.", at)
	case r.Holds == HoldsOld:
		return words.T("The push of %s did not arrive: the booking server has its previous configuration.", at)
	case r.Holds == HoldsSame:
		return words.T("It is not known whether the push of %s arrived. The booking server has the configuration that was pushed, and reports no change since before.", at)
	case r.Holds == HoldsElsewhere:
		return words.T("The push of %s went to %s, which is no longer this connection's server. What that server has is not known.", at, r.Push.Server)
	default:
		return words.T("The push of %s was interrupted, and the booking server may have neither its previous configuration nor the complete new one. Compare, and push again.", at)
	}
}

// Resolve asks the server what became of the last push, if that one got no
// answer; nil when no push is open. What is found goes into the log, so that it
// is told once. want is the configuration as it is here, nil where it is not
// known: when it is the one that was pushed, what the server holds is compared
// with it field by field, since a digest is easily repeated.
func (c *Client) Resolve(ctx context.Context, want *Configuration) (*Resolution, error) {
	if c.log == nil {
		return nil, nil
	}
	last, open, err := openPush(c.log)
	if err != nil || !open {
		return nil, err
	}
	r := &Resolution{Holds: HoldsElsewhere, Push: last}
	if last.Server != c.server.URL {
		return r, nil
	}
	if r.Current, err = c.adapter.Current(ctx); err != nil {
		return nil, err
	}
	line := last
	line.State = store.PushFailed
	arrived := r.Current.Configuration != nil && r.Current.Configuration.Digest == last.Digest &&
		(want == nil || want.Digest != last.Digest || c.Keeps(r.Current, *want))
	switch still := r.Current.ETag == last.ETag; {
	case still && arrived:
		r.Holds = HoldsSame
	case still:
		r.Holds = HoldsOld
	case arrived:
		r.Holds, line.State, line.ETag = HoldsNew, store.PushDone, r.Current.ETag
	default:
		r.Holds = HoldsOther
	}
	return r, c.note(line, nil)
}

// openPush is the last push when it has no outcome yet.
func openPush(log PushLog) (store.Push, bool, error) {
	all, err := log.Pushes()
	if err != nil || len(all) == 0 {
		return store.Push{}, false, err
	}
	last := all[len(all)-1]
	return last, last.State == store.PushStarted || last.State == store.PushUnknown, nil
}
