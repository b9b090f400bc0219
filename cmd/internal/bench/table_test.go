package bench

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"
)

// rows are the table of results, in the order of the benchmarks.
var rows bytes.Buffer

// TestMain writes the table of what was measured into the file that
// ROOMKEY_BENCH_TABLE names.
func TestMain(m *testing.M) {
	code := m.Run()
	if file := os.Getenv("ROOMKEY_BENCH_TABLE"); file != "" && rows.Len() > 0 {
		table := "| what | measured | held against | ratio |\n|---|---:|---|---:|\n" + rows.String()
		if err := os.WriteFile(file, []byte(table), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// row adds a line to the table.
func row(what, measured, against string, ratio float64) {
	fmt.Fprintf(&rows, "| %s | %s | %s | %.2f |\n", what, measured, against, ratio)
}

// held adds the median of durations beside the duration that they are held
// against.
func held(what string, took []time.Duration, against string, bound time.Duration) {
	m := median(took)
	row(what, short(m), against, float64(m)/float64(bound))
}

func median[T int64 | float64 | time.Duration](of []T) T {
	sorted := slices.Sorted(slices.Values(of))
	return sorted[len(sorted)/2]
}

// short is a duration with three digits or so.
func short(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d >= time.Millisecond:
		return fmt.Sprintf("%.0f ms", float64(d)/1e6)
	}
	return fmt.Sprintf("%.0f µs", float64(d)/1e3)
}

// program is a built program of Roomkey's; without it the benchmark is skipped.
func program(b *testing.B, name string) string {
	path := os.Getenv("ROOMKEY_BENCH_BIN") + "/" + name
	if _, err := os.Stat(path); err != nil {
		b.Skipf("%s is not built; run make bench", name)
	}
	return path
}
