package task

import (
	"context"
	"time"

	"github.com/roomkey/roomkey/core/words"
)

type waitingKey struct{}

// WithWaiting has say told what work under the context waits for, and nothing
// ("") when the wait is over. It must not block. Any work may have to wait, as a
// server wishes, so that this comes with the context and not as an argument.
func WithWaiting(ctx context.Context, say func(words.Text)) context.Context {
	return context.WithValue(ctx, waitingKey{}, say)
}

// noticed is the shortest wait that people are told of.
const noticed = 3 * time.Second

// Waiting tells whoever listens what is waited for during rest, and gives what
// says that it is over.
func Waiting(ctx context.Context, rest time.Duration, what words.Text) (over func()) {
	say, _ := ctx.Value(waitingKey{}).(func(words.Text))
	if say == nil || rest < noticed {
		return func() {}
	}
	say(what)
	return func() { say(words.Text{}) }
}
