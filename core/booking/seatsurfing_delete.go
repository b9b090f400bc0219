package booking

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Delete takes away everything of ours: spaces with their bookings, locations
// that hold nothing else, and the sign-in last, which stays where people belong
// to it.
func (s *seatsurfing) Delete(ctx context.Context, etag string) error {
	state, err := s.readAll(ctx, true)
	if err != nil {
		return err
	}
	if state.current().ETag != etag {
		return s.ofStatus(http.MethodDelete, hostOf(s.server.URL), answer{status: http.StatusPreconditionFailed}, refusal{})
	}
	state.made.Digest = ""
	w := &writer{seatsurfing: s, state: state, touched: map[string]bool{}}
	keys := slices.SortedFunc(maps.Keys(state.made.Objects), func(a, b string) int {
		return -strings.Compare(a, b) // spaces, sign-in, locations
	})
	keys = slices.DeleteFunc(keys, func(k string) bool { return k == ssProviderKey })
	s.last = nil
	if err := w.remove(ctx, keys); err != nil {
		return err
	}
	own := state.provider()
	if own != nil {
		err := w.send(ctx, http.MethodDelete, "/auth-provider/"+own.text("id"), nil)
		if problem.CodeOf(err) == codeRefused {
			return problem.New(CodeSignInUsed, words.T("The sign-in “%s” remains: Seatsurfing refused to delete it. Everything else that Roomkey created is removed.", own.text("name"))).
				With(words.Sentences(problem.Of(err).Title, problem.Of(err).Detail, words.T("Seatsurfing keeps a sign-in that people belong to. Its answer does not say whether that is the reason."))).
				Fix(words.T("If people use this sign-in, move them to another one in Seatsurfing or delete their accounts, then remove again.")).
				Fix(words.T("Until then, no one can sign in with it after the app registration is undone.")).By(err)
		}
		if err != nil {
			return err
		}
	}
	// A location that stays for what is in it is the people's from now on.
	clear(state.made.Objects)
	state.made.Fingerprint = ""
	return w.save(ctx)
}
