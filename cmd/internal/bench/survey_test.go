package bench

import (
	"fmt"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/vault"
)

func BenchmarkStatusOfMany(b *testing.B) {
	const connections, beside = 50, 8
	l := newLab(b, 10, 50, latency)
	for i := range connections - 1 {
		s, err := l.env.Create(b.Context(), fmt.Sprintf("Lab %d", i), func(c *connection.Connection) {
			id, name := c.ID, c.Name
			*c = *l.Document().Clone()
			c.ID, c.Name, c.Revision = id, name, ""
		})
		must(b, err)
		for _, kind := range []vault.Kind{vault.ClientSecret, vault.ServerToken} {
			secret, err := l.Secret(b.Context(), kind)
			must(b, err)
			_, err = s.SetSecret(b.Context(), kind, secret, vault.Secret{})
			must(b, err)
		}
		s.Close()
	}
	var took []time.Duration
	var calls int64
	for b.Loop() {
		before, started := l.calls.Load(), time.Now()
		_, problems := l.env.Survey(b.Context(), session.SurveyOptions{Beside: beside}, nil)
		took, calls = append(took, time.Since(started)), l.calls.Load()-before
		if len(problems) > 0 {
			b.Fatal(problems[0])
		}
	}
	held(fmt.Sprintf("status of %d connections", connections), took,
		fmt.Sprintf("%d calls, %d at a time", calls, beside), time.Duration(calls)*latency/beside)
}
