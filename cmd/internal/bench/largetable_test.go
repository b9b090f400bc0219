package bench

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/uitest"
)

// BenchmarkTable types into the filter of 150,000 people, and turns the wheel.
func BenchmarkTable(b *testing.B) {
	const (
		people, mayHold      = 150_000, 150_000_000 // bytes
		mayType, mayScroll   = 30 * time.Millisecond, 16 * time.Millisecond
		typed                = "mueller 99 sales"
		notches, notchOfFyne = 20, 10
	)
	before := live()
	test.NewTempApp(b).Settings().SetTheme(kit.ForcedTheme(theme.VariantLight))
	table := kit.NewDataTable("", []kit.TableColumn[tenant.Person]{
		{Title: "Name", Share: 2, Text: func(p tenant.Person) string { return p.DisplayName }},
		{Title: "Sign-in name", Share: 3, Text: func(p tenant.Person) string { return p.UserPrincipalName }},
		{Title: "Department", Share: 2, Text: func(p tenant.Person) string { return p.Department }},
		{Title: "Mail", Share: 3, Text: func(p tenant.Person) string { return p.Mail }},
	}, func(p tenant.Person) string { return p.ID }, false, nil)
	w := test.NewTempWindow(b, table.Object)
	w.Resize(fyne.NewSize(1000, 700))
	departments := []string{"Sales", "Facility Management", "Personalabteilung", "Information Technology", ""}
	for from := 0; from < people; from += 1000 {
		page := make([]tenant.Person, 1000)
		for i := range page {
			n := from + i
			address := fmt.Sprintf("zoe.mueller.%d@contoso.example", n)
			page[i] = tenant.Person{ID: fmt.Sprintf("%08x-0000-4000-8000-%012x", n, n), DisplayName: fmt.Sprintf("Zoë Müller %d", n),
				UserPrincipalName: address, Mail: address, Department: departments[n%len(departments)]}
		}
		table.Append(page)
	}
	grown := live() - before

	kit.FindIn(table.Object)
	filter := w.Canvas().Focused()
	rows, ok := uitest.Find(table.Object, func(*kit.Scroll) bool { return true })
	if filter == nil || !ok {
		b.Fatal("no filter or no rows")
	}
	var keys, wheel, drawn []time.Duration
	for b.Loop() {
		for _, r := range typed {
			began := time.Now()
			filter.TypedRune(r)
			keys = append(keys, time.Since(began))
		}
		if n := table.Rows(); n != people {
			b.Fatalf("%d people", n)
		}
		filter.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
		for range notches {
			began := time.Now()
			rows.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -notchOfFyne)})
			wheel = append(wheel, time.Since(began))
			w.Canvas().Capture()
			drawn = append(drawn, time.Since(began))
		}
		if rows.Offset.Y < notches*notchOfFyne {
			b.Fatal("the wheel moves nothing")
		}
		rows.ScrollToTop()
	}
	held("a key typed into the filter of 150,000 people", keys, short(mayType), mayType)
	held("a notch of the wheel over them, until the window can draw", wheel, short(mayScroll), mayScroll)
	held("the same until their picture of 1000 × 700 is drawn, in software", drawn, short(mayScroll), mayScroll)
	row("memory of the table with 150,000 people, their records included", fmt.Sprintf("%.0f MB", float64(grown)/1e6), "150 MB", float64(grown)/mayHold)
}
