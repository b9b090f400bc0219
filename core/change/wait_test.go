package change

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/problem"
)

// TestUntil: it tries until a try is the last one, tells each wait, gives up at
// the end of its patience with the last reason, and stops when it is cancelled.
func TestUntil(t *testing.T) {
	now, waits := time.Unix(0, 0), 0
	c := Clock{Now: func() time.Time { return now }, Pace: func(int) time.Duration { now = now.Add(time.Second); return time.Millisecond }, Patience: 5 * time.Second}
	waiting := func(int, time.Duration) { waits++ }
	late := func(waited time.Duration, last error) error { return errors.Join(errors.New("late"), last) }

	tries := 0
	if err := c.Until(t.Context(), func() (bool, error) { tries++; return tries < 3, nil }, waiting, late); err != nil || tries != 3 || waits != 2 {
		t.Fatal(err, tries, waits)
	}
	last := errors.New("not there")
	if err := c.Until(t.Context(), func() (bool, error) { return true, last }, waiting, late); !errors.Is(err, last) || err.Error() != "late\nnot there" {
		t.Fatal(err)
	}
	if err := c.Until(t.Context(), func() (bool, error) { return false, last }, waiting, late); err != last { //nolint:errorlint // itself
		t.Fatal(err)
	}
	c.Pace = func(int) time.Duration { return time.Hour }
	c.Patience = 24 * time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	err := c.Until(ctx, func() (bool, error) { return true, nil }, func(int, time.Duration) { cancel() }, late)
	if problem.CodeOf(err) != problem.CodeCancelled {
		t.Fatal(err)
	}
}
