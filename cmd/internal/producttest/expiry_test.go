package producttest

import (
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/setup"
)

// TestSignInRunsOut: the sign-in of a service account at the vendor is warned of
// before it ends, has failed from that day on, and counts anew when somebody says
// that it was done again.
func TestSignInRunsOut(t *testing.T) {
	l := newLab(t)
	now := l.env.Now()
	clock := now
	l.env.Now = func() time.Time { return clock }
	p, _ := l.env.Products.Get("mystreserve")
	s := l.connect(p)
	l.theirs(s, p)
	later := func(days int) setup.Step {
		clock = now.AddDate(0, 0, days)
		return l.steps(s)[setup.HandOver]
	}
	ends := now.AddDate(0, 0, p.ServiceAccount.SignInDays).Format(time.DateOnly)
	for _, want := range []struct {
		days  int
		state setup.State
		says  string
	}{
		{1, setup.Done, ""},
		{80, setup.Attention, "The sign-in of the service account at the vendor ends on " + ends + ". Sign in there before then, and confirm it."},
		{90, setup.Failed, "The sign-in of the service account at the vendor ended on " + ends + ". Sign in there again, then confirm it."},
		{400, setup.Failed, "The sign-in of the service account at the vendor ended on " + ends + ". Sign in there again, then confirm it."},
	} {
		if st := later(want.days); st.State != want.state || want.says != "" && st.Reason.String() != want.says {
			t.Errorf("after %d days: %s, %s", want.days, st.State, st.Reason)
		}
	}
	if err := s.Entered(t.Context(), "Ada"); err != nil {
		t.Fatal(err)
	}
	if st := later(401); st.State != setup.Done {
		t.Errorf("confirmed again: %s, %s", st.State, st.Reason)
	}
}
