package wire

import (
	"context"
	"testing"
	"time"
)

// TestToolLeavesSomethingBehind: a program that ended has ended, also while one that
// it started has its output open; and a cancel ends one that hangs so.
func TestToolLeavesSomethingBehind(t *testing.T) {
	began := time.Now()
	if out, err := tool(t.Context(), "sh", "-c", "echo done; sleep 20 &"); err != nil || out != "done\n" {
		t.Errorf("%q %v", out, err)
	}
	if _, err := tool(t.Context(), "sh", "-c", "exit 7"); err == nil {
		t.Error("a refusal is success")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := tool(ctx, "sh", "-c", "sleep 20; true"); err == nil {
		t.Error("what was killed is success")
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}
