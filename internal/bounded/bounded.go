// Package bounded holds what reads input from outside to a bound of time and
// memory, in tests: a hostile file must cost no more than an honest one.
package bounded

import (
	"runtime"
	"testing"
	"time"
)

// Patience is how long any input may take on a computer that is busy with other
// things. It is a guard against hanging, no measure of speed.
const Patience = time.Minute

// Run fails the test when work is not done in time, or when all that it
// allocated together is more than megabytes. What still runs then is left behind.
func Run(t testing.TB, megabytes uint64, work func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	done := make(chan struct{})
	start := time.Now()
	go func() {
		defer close(done)
		work()
	}()
	select {
	case <-done:
	case <-time.After(Patience):
		t.Fatalf("not done after %s", Patience)
	}
	runtime.ReadMemStats(&after)
	used := (after.TotalAlloc - before.TotalAlloc) >> 20
	t.Logf("%s, %d MB", time.Since(start).Round(time.Millisecond), used)
	if used > megabytes {
		t.Errorf("it took %d MB of memory, more than %d", used, megabytes)
	}
}
