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

func main() { os.Exit(run()) }

func run() int {
	only := flag.String("only", "", "run the scenarios whose name contains this")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	all, err := runAll(ctx, *only)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if !print(all) {
		return 3
	}
	return 0
}

// scenarios are all but the large tenant.
func scenarios() []scenario {
	all := slices.Concat(broken, brokenPeople, brokenLists, brokenRules, seenByAdministrator, given, misset, misgranted, healthy, soundPeople, soundLists, soundToAdministrator, calm, rareAnswers, rareAndSound, fieldTenants, fieldSound, furtherTenants, furtherSound, recipients, tokens, recorded, otherForms, otherSound)
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
	defer func() { _ = b.close() }()
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
	apart, err := runApart(ctx, 10, 50, limited, only)
	if err != nil {
		return nil, err
	}
	big, err := runApart(ctx, 3000, 500, []scenario{large}, only)
	return slices.Concat(all, apart, big), err
}

// runApart diagnoses scenarios on a tenant of their own, in which Exchange
// grants the calendars of the rooms.
func runApart(ctx context.Context, rooms, users int, list []scenario, only string) ([]outcome, error) {
	list = slices.DeleteFunc(slices.Clone(list), func(sc scenario) bool { return !strings.Contains(sc.area+" "+sc.name, only) })
	if len(list) == 0 {
		return nil, nil
	}
	b, err := start(ctx, rooms, users, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = b.close() }()
	if err := b.limit(); err != nil {
		return nil, err
	}
	all := []outcome{}
	for _, sc := range list {
		began := time.Now()
		run, err := b.diagnose(ctx, sc)
		all = append(all, outcome{sc, run, err, time.Since(began)})
	}
	return all, ctx.Err()
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
