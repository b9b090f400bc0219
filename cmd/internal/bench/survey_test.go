package bench

import (
	"fmt"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/vault"
)

// BenchmarkStatusOfMany holds 50 connections against one that is asked alone: 8
// at a time are seven rounds of that.
func BenchmarkStatusOfMany(b *testing.B) {
	const connections, beside = 50, 8
	l := newLab(b, 10, 50, latency)
	survey := func() time.Duration {
		started := time.Now()
		_, problems := l.env.Survey(b.Context(), session.SurveyOptions{Beside: beside}, nil)
		if len(problems) > 0 {
			b.Fatal(problems[0])
		}
		return time.Since(started)
	}
	alone := []time.Duration{survey(), survey(), survey()}
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
	for b.Loop() {
		took = append(took, survey())
	}
	const rounds = (connections + beside - 1) / beside
	held(fmt.Sprintf("status of %d connections", connections), took,
		fmt.Sprintf("%d rounds of one connection alone (%s), %d at a time", rounds, short(median(alone)), beside), rounds*median(alone))
}
