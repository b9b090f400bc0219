package page

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// roomDay shows when the rooms in sight are free and busy. It asks only for what
// is seen, and never for what a meeting is about.
type roomDay struct {
	env    *Env
	object *fyne.Container
	view   *kit.DayView
	hint   *kit.Text
	title  *kit.Text
	date   time.Time
	rooms  map[string]tenant.Room
	days   map[string]tenant.Day
	// wanted are the rooms in sight; asking is whether a call is under way.
	wanted []string
	asking bool
}

func newRoomDay(env *Env) *roomDay {
	d := &roomDay{env: env, date: env.Now(), rooms: map[string]tenant.Room{}, days: map[string]tenant.Day{},
		hint: kit.Small("").As(kit.Clip, kit.ColorMuted), title: kit.Strong("").As(kit.Clip, theme.ColorNameForeground)}
	view, scroll := kit.NewDayView(tenant.DayFrom, tenant.DayTo)
	d.view = view
	view.InSight = func(keys []string) {
		d.wanted = keys
		d.ask()
	}
	view.Hovered = d.hovered
	move := func(icon fyne.Resource, days int) *kit.Button {
		return kit.QuietButton("", icon, func() { d.on(d.date.AddDate(0, 0, days)) })
	}
	today := kit.QuietButton(kit.L("Today"), nil, func() { d.on(d.env.Now()) })
	bar := kit.Row(4, 0, d.hint, kit.AtLeast(120, 0, d.title), move(theme.NavigateBackIcon(), -1), today, move(theme.NavigateNextIcon(), 1))
	frame := kit.Ground(kit.ColorCard, kit.Dock(nil, bar, nil, nil, scroll))
	frame.Border, frame.Radius, frame.Pad = kit.ColorLine, 8, 10
	d.object = kit.Pad(0, 0, kit.Gap, 0, frame)
	d.hovered(nil, 0)
	return d
}

// turn shows the day, or hides it.
func (d *roomDay) turn(on bool) {
	hide(d.object, !on)
	hide(d.view, !on)
	if on {
		d.on(d.date)
	}
}

// on shows another day, or the same as it is now.
func (d *roomDay) on(date time.Time) {
	d.date, d.days = date, map[string]tenant.Day{}
	d.title.SetText(date.Format("Mon 2006-01-02"))
	d.view.Clear()
}

func (d *roomDay) arrange(rooms []tenant.Room) {
	for _, r := range rooms {
		d.rooms[strings.ToLower(r.EmailAddress)] = r
	}
	d.view.SetRows(dayRows(rooms))
}

// dayRows names the rooms; those of one name are told apart by their buildings.
func dayRows(rooms []tenant.Room) []kit.DayRow {
	rows, alike := make([]kit.DayRow, len(rooms)), map[string]int{}
	for _, r := range rooms {
		alike[r.DisplayName]++
	}
	for i, r := range rooms {
		name := cmp.Or(r.DisplayName, r.EmailAddress)
		if alike[r.DisplayName] > 1 && r.DisplayName != "" && r.Building != "" {
			name += " · " + r.Building
		}
		rows[i] = kit.DayRow{Key: strings.ToLower(r.EmailAddress), Name: problem.Line(name)}
	}
	return rows
}

// ask reads the days of the rooms in sight that are not here yet. While a call is
// under way, only what is in sight when it ends is asked for next.
func (d *roomDay) ask() {
	missing := slices.DeleteFunc(slices.Clone(d.wanted), func(key string) bool { _, here := d.days[key]; return here })
	if d.asking || len(missing) == 0 || !d.object.Visible() {
		return
	}
	d.asking = true
	date := d.date
	var days []tenant.Day
	d.env.Scope.Run(func(ctx context.Context) (err error) {
		days, err = d.env.Session.Days(ctx, date, missing)
		return err
	}, func(err error) {
		d.asking = false
		if !date.Equal(d.date) {
			d.ask()
			return
		}
		if err != nil {
			for _, key := range missing {
				days = append(days, tenant.Day{Room: key, Problem: problem.Of(err)})
			}
		}
		strips := map[string]kit.DayStrip{}
		for _, day := range days {
			key := strings.ToLower(day.Room)
			d.days[key], strips[key] = day, strip(day, d.env.Now())
		}
		d.view.Fill(strips)
		if err == nil {
			d.ask()
		}
	})
}

// strip draws a day.
func strip(d tenant.Day, now time.Time) kit.DayStrip {
	if d.Problem != nil {
		return kit.DayStrip{Now: -1, Note: kit.Say(d.Problem.Title)}
	}
	hours := func(t time.Time) float32 { return tenant.DayFrom + float32(t.Sub(d.Start).Hours()) }
	s := kit.DayStrip{Now: hours(now)}
	for _, m := range d.Meetings() {
		look := map[tenant.Presence]kit.DayLook{tenant.Busy: kit.DayBusy, tenant.Tentative: kit.DayTentative, tenant.Unknown: kit.DayUnknown}[m.Presence]
		s.Marks = append(s.Marks, kit.DayMark{From: hours(m.Start), To: hours(m.End), Look: look})
	}
	return s
}

// hovered says what is known of a room at a time.
func (d *roomDay) hovered(row *kit.DayRow, hour float32) {
	if row == nil {
		d.hint.SetText(kit.L("In local time. Blue: busy. Blue outline: tentative. Red: now."))
		return
	}
	parts := []string{row.Name, d.rooms[row.Key].EmailAddress}
	day, known := d.days[row.Key]
	switch {
	case !known:
	case day.Problem != nil:
		parts = append(parts, kit.Say(day.Problem.Title))
	default:
		if hour >= tenant.DayFrom && hour < tenant.DayTo {
			parts = append(parts, kit.Say(told(day, day.Start.Add(time.Duration(float64(hour-tenant.DayFrom)*float64(time.Hour))))))
		}
		zone := day.Start.Location().String()
		if !day.ZoneKnown {
			zone = kit.L("its time zone is not known")
		}
		parts = append(parts, zone)
	}
	d.hint.SetText(strings.Join(parts, "  ·  "))
}

// told says what a room's calendar shows at a time.
func told(day tenant.Day, at time.Time) words.Text {
	for _, m := range day.Meetings() {
		if at.Before(m.Start) || !at.Before(m.End) {
			continue
		}
		from, to := m.Start.Format("15:04"), m.End.Format("15:04")
		switch m.Presence {
		case tenant.Busy:
			return words.T("%s to %s: busy", from, to)
		case tenant.Tentative:
			return words.T("%s to %s: tentative", from, to)
		default:
			return words.T("%s to %s: not known", from, to)
		}
	}
	return words.T("%s: free", at.Format("15:04"))
}
