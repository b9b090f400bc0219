// Command diagnosebench diagnoses broken and healthy tenants in the simulator
// and says whether the right cause was named: "make diagnose-bench".
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

func main() {
	only := flag.String("only", "", "run the scenarios whose name contains this")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	all, err := runAll(ctx, *only)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if !print(all) {
		os.Exit(3)
	}
}

// scenarios are all but the large tenant.
func scenarios() []scenario {
	all := slices.Concat(broken, seenByAdministrator, healthy, soundToAdministrator)
	for _, p := range pairs {
		all = append(all, p.scenario())
	}
	return all
}

// runAll diagnoses every scenario, one after another: they share a tenant.
func runAll(ctx context.Context, only string) ([]outcome, error) {
	b, err := start(ctx, 10, 50, 0)
	if err != nil {
		return nil, err
	}
	defer b.close()
	all := []outcome{}
	for _, sc := range scenarios() {
		if !strings.Contains(sc.area+" "+sc.name, only) {
			continue
		}
		began := time.Now()
		run, err := b.diagnose(ctx, sc)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		all = append(all, outcome{sc, run, err, time.Since(began)})
	}
	if strings.Contains(large.area+" "+large.name, only) {
		o, err := runLarge(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, nil
}

// runLarge diagnoses a tenant of 3,000 rooms.
func runLarge(ctx context.Context) (outcome, error) {
	b, err := start(ctx, 3000, 500, 0)
	if err != nil {
		return outcome{}, err
	}
	defer b.close()
	began := time.Now()
	run, err := b.diagnose(ctx, large)
	return outcome{large, run, err, time.Since(began)}, nil
}

// print shows the table and reports whether everything was right.
func print(all []outcome) bool {
	t := table.NewWriter()
	t.SetOutputMirror(os.Stdout)
	t.AppendHeader(table.Row{"area", "scenario", "outcome", "found", "took"})
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 4, WidthMax: 90, WidthMaxEnforcer: text.WrapSoft}})
	count := map[string]int{}
	for _, o := range all {
		count[o.kind()]++
		t.AppendRow(table.Row{o.scenario.area, o.scenario.name, o.kind(), o.said(), o.took.Round(10 * time.Millisecond)})
	}
	t.Render()
	fmt.Printf("%d scenarios: %d right cause, %d wrong cause, %d false green, %d false red\n",
		len(all), count[right], count[wrong], count[falseGreen], count[falseRed])
	return count[right] == len(all)
}
