package session

import (
	"context"
	"slices"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/setup"
)

// Registration is what is known of the application without asking Microsoft.
type Registration struct {
	// Account is who is signed in, nil for nobody.
	Account *Signed
	// OwnClient is the application of one's own that was used last for a sign-in,
	// "" for Microsoft's; HowToMake says how one is made.
	OwnClient string
	HowToMake []problem.Remedy
	// Expiring is whether the credential ends soon.
	Expiring bool
	// Unfinished is whether a run was cut off, Restorable whether what was
	// registered was removed and may still be restored.
	Unfinished, Restorable bool
	// Proven is whether the step is done: everything that a registration has to
	// give was seen to work, and still counts.
	Proven bool
	// Unheld is whether the credential is known not to be in the keychain, so that
	// no test can use it.
	Unheld bool
	// Rotation is one whose old credential still works, nil for none.
	Rotation *register.Rotation
}

// Registration looks at what is kept here.
func (s *Session) Registration(ctx context.Context) (Registration, error) {
	row, err := s.Cloud()
	if err != nil {
		return Registration{}, err
	}
	out := Registration{HowToMake: entra.OwnClient(row), Account: s.Administrator()}
	if last := s.lastClient(); last != entra.CommandLineTools {
		out.OwnClient = last
	}
	application := s.Document().Application
	if end := application.Credential.Expires; !end.IsZero() {
		out.Expiring = end.Sub(s.env.Now()) < register.ExpiryWarning
	}
	if out.Rotation, err = s.pendingRotation(); err != nil {
		return out, err
	}
	known, err := s.known(ctx)
	if err != nil {
		return out, err
	}
	out.Unheld = known.Credential == setup.Absent
	out.Proven = setup.Steps(known)[slices.Index(setup.Order(), setup.Register)].State == setup.Done
	history, err := s.registerHistory()
	out.Unfinished, out.Restorable = left(history, application.ClientID != "")
	return out, err
}

// left is what the record says about the last run: an Apply that began and did
// not end, or an Undo after which the connection has no application.
func left(history []change.Record, registered bool) (unfinished, restorable bool) {
	for _, r := range history {
		switch r.Phase {
		case change.PhaseStart:
			unfinished, restorable = r.Verb == "apply", r.Verb == "undo" && !registered
		case change.PhaseEnd:
			unfinished = false
		}
	}
	return unfinished, restorable
}
