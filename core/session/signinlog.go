package session

import (
	"context"
	"time"

	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/words"
)

// signInLogPatience is how long the person may take for a look that an undo can
// do without.
const signInLogPatience = 3 * time.Minute

// AllowSignInLog makes the administrator's sign-in able to read the tenant's
// sign-in log, for RegisterUndoPlan: without a page where that was consented to
// before, and else by asking the person. A refusal is no error: it stands in the
// plan as the reason why the last sign-in is unknown.
func (s *Session) AllowSignInLog(ctx context.Context, o SignIn) error {
	limited, cancel := context.WithTimeout(ctx, signInLogPatience)
	defer cancel()
	_, err := s.SignIn(limited, o, entra.ScopesSignIns)
	if ctx.Err() != nil {
		return problem.Of(ctx.Err())
	}
	if err != nil && limited.Err() != nil {
		err = problem.New(entra.CodeSignInTimeout, words.T("No consent to read the sign-in log within %d minutes.", int(signInLogPatience.Minutes()))).
			Fix(words.T("Check the sign-in log yourself, or plan the undo again."))
	}
	s.admin.mu.Lock()
	defer s.admin.mu.Unlock()
	if s.admin.logRefused = nil; err != nil {
		s.admin.logRefused = problem.Of(err)
	}
	return nil
}

// readsSignIns gives what an undo says of the application's use: the sign-in
// log where it may be read, and when a check last used the application.
func (s *Session) readsSignIns(ctx context.Context, in *register.Input) {
	s.admin.mu.Lock()
	if s.admin.admin != nil && s.admin.admin.Holds(entra.ScopesSignIns) {
		in.SignIns = s.admin.directory
	}
	in.SignInsRefused = s.admin.logRefused
	s.admin.mu.Unlock()
	in.LastToken = s.LastToken(ctx)
}
