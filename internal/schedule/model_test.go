package schedule_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/internal/schedule"
	"github.com/reseat-cli/reseat/plan"
)

// A plain window is one as a person would work it out: minute by minute, with a
// look at the clock on the wall.
type plain struct {
	deny                             bool
	minutes, hours, days, months, on []int // empty is every
	open                             time.Duration
	zone                             *time.Location
}

func (p plain) window() plan.Window {
	field := func(list []int) string {
		if len(list) == 0 {
			return "*"
		}
		return strings.Trim(strings.Join(strings.Fields(fmt.Sprint(list)), ","), "[]")
	}
	return plan.Window{Deny: p.deny, For: p.open, Zone: p.zone.String(),
		Cron: strings.Join([]string{field(p.minutes), field(p.hours), field(p.days), field(p.months), field(p.on)}, " ")}
}

// named reports whether the window opens when the clock shows so.
func (p plain) named(c time.Time) bool {
	in := func(list []int, n int) bool { return len(list) == 0 || slices.Contains(list, n) }
	day := in(p.days, c.Day()) && in(p.on, int(c.Weekday()))
	if len(p.days) > 0 && len(p.on) > 0 {
		day = in(p.days, c.Day()) || in(p.on, int(c.Weekday()))
	}
	return in(p.minutes, c.Minute()) && in(p.hours, c.Hour()) && in(p.months, int(c.Month())) && day
}

// shown is the clock on the wall at t, written as if in UTC.
func (p plain) shown(t time.Time) time.Time {
	c := t.In(p.zone)
	return time.Date(c.Year(), c.Month(), c.Day(), c.Hour(), c.Minute(), 0, 0, time.UTC)
}

// isOpen goes back minute by minute. What the clock skipped from the minute
// before counts as shown now.
func (p plain) isOpen(now time.Time) bool {
	for t := now.Truncate(time.Minute); t.After(now.Add(-p.open)); t = t.Add(-time.Minute) {
		last := p.shown(t.Add(-time.Minute))
		for c := p.shown(t); ; c = c.Add(-time.Minute) {
			if p.named(c) {
				return true
			}
			if !c.Add(-time.Minute).After(last) {
				break
			}
		}
	}
	return false
}

func allOpen(all []plain, now time.Time) bool {
	allowing, allowed := false, false
	for _, p := range all {
		if p.deny && p.isOpen(now) {
			return false
		}
		if !p.deny {
			allowing = true
			allowed = allowed || p.isOpen(now)
		}
	}
	return allowed || !allowing
}

// Days on which clocks of these zones jump, and others.
var (
	modelZones = []string{"UTC", sthlm, "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo", "Asia/Beirut", "Pacific/Apia"}
	modelDays  = []string{"2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04", "2026-09-06", "2026-04-24",
		"2011-12-30", "2026-12-31", "2028-02-29"}
)

func drawPlain(t *rapid.T, near time.Time) plain {
	list := func(name string, values ...int) []int {
		if rapid.Bool().Draw(t, "any "+name) {
			return nil
		}
		return rapid.SliceOfNDistinct(rapid.SampledFrom(values), 1, 3, rapid.ID[int]).Draw(t, name)
	}
	zone, err := time.LoadLocation(rapid.SampledFrom(modelZones).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	p := plain{zone: zone, deny: rapid.Bool().Draw(t, "deny"), minutes: list("minutes", 0, 15, 30, 59), hours: list("hours", 0, 1, 2, 3, 12, 23)}
	p.days = list("days", near.Day(), near.AddDate(0, 0, -1).Day(), 1, 15)
	p.months = list("months", int(near.Month()), int(near.AddDate(0, -1, 0).Month()))
	p.on = list("weekdays", int(near.Weekday()), int(near.AddDate(0, 0, 1).Weekday()), 3)
	p.open = time.Duration(rapid.SampledFrom([]int{1, 15, 60, 61, 180, 1440}).Draw(t, "minutes open")) * time.Minute
	return p
}

// TestModel holds windows, one and several, against the plain ones around the
// days on which clocks jump; and what they say of later: until then nothing
// changes, and then it does.
func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day, err := time.Parse(time.DateOnly, rapid.SampledFrom(modelDays).Draw(t, "day"))
		if err != nil {
			t.Fatal(err)
		}
		now := day.Add(time.Duration(rapid.IntRange(-24*60, 48*60).Draw(t, "minute"))*time.Minute +
			time.Duration(rapid.IntRange(0, 59).Draw(t, "second"))*time.Second)
		var all []plain
		var windows []plan.Window
		for range rapid.IntRange(1, 3).Draw(t, "windows") {
			p := drawPlain(t, day)
			if schedule.Check(p.window()) != "" {
				t.Skip("never opens")
			}
			all, windows = append(all, p), append(windows, p.window())
		}
		got := schedule.At(windows, now)
		want := allOpen(all, now)
		if !got.Given || got.Open != plan.TruthOf(want) {
			t.Fatalf("%v at %s: got %+v, want open %t", windows, now, got, want)
		}
		change, ok := schedule.Change(windows, now)
		for m := now.Truncate(time.Minute).Add(time.Minute); m.Before(now.Add(2 * time.Hour)); m = m.Add(time.Minute) {
			if allOpen(all, m) == want {
				continue
			}
			if !ok || !change.Equal(m) {
				t.Fatalf("%v at %s: got a change at %s, %t, want %s", windows, now, change, ok, m)
			}
			return
		}
		if ok && change.Before(now.Add(2*time.Hour)) {
			t.Fatalf("%v at %s: got a change at %s, want none within two hours", windows, now, change)
		}
	})
}
