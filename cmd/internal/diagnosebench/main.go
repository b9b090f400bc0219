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

// print shows every scenario, then the count by area as it stands in the
// README, and reports whether everything was right.
func print(all []outcome) bool {
	each, areas := table.NewWriter(), table.NewWriter()
	each.SetColumnConfigs([]table.ColumnConfig{{Number: 4, WidthMax: 90, WidthMaxEnforcer: text.WrapSoft}})
	each.AppendHeader(table.Row{"area", "scenario", "outcome", "found", "took"})
	areas.AppendHeader(table.Row{"area", "scenarios", right, wrong, falseGreen, falseRed})
	names, counts, total := []string{}, map[string]map[string]int{}, map[string]int{}
	for _, o := range all {
		area := o.scenario.area
		if counts[area] == nil {
			names, counts[area] = append(names, area), map[string]int{}
		}
		counts[area][o.kind()]++
		total[o.kind()]++
		each.AppendRow(table.Row{area, o.scenario.name, o.kind(), o.said(), o.took.Round(10 * time.Millisecond)})
	}
	row := func(name string, c map[string]int) {
		n := c[right] + c[wrong] + c[falseGreen] + c[falseRed]
		areas.AppendRow(table.Row{name, n, c[right], c[wrong], c[falseGreen], c[falseRed]})
	}
	for _, area := range names {
		row(area, counts[area])
	}
	row("all", total)
	fmt.Println(each.Render())
	fmt.Println()
	fmt.Println(areas.RenderMarkdown())
	return total[right] == len(all)
}
