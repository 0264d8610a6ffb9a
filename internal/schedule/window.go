package schedule

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/reseat-cli/reseat/plan"
)

// Bounds of what a window may say.
const (
	longest  = 366 * 24 * time.Hour
	longText = 200
)

// Check returns why a window cannot be read, or "". Its cron text has five
// fields: minute, hour, day of the month, month (or jan to dec), day of the week
// (0 to 6, or sun to sat).
func Check(w plan.Window) (cause string) {
	if _, err := read(w); err != nil {
		return err.Error()
	}
	return ""
}

// A window is one that was read.
type window struct {
	deny  bool
	opens cron.Schedule // by a clock that never jumps
	open  time.Duration
	zone  *time.Location
	name  string // of the zone
}

func read(w plan.Window) (*window, error) {
	switch {
	case w.For <= 0:
		return nil, fmt.Errorf("a window stays open for some time, not %s", w.For)
	case w.For > longest:
		return nil, fmt.Errorf("a window stays open for %s at most, not %s", longest, w.For)
	}
	opens, err := readCron(w.Cron)
	if err != nil {
		return nil, err
	}
	name := w.Zone
	if name == "" {
		name = "UTC"
	}
	if strings.EqualFold(name, "local") { // would be another one on every machine
		return nil, errors.New("a zone has a name, as Europe/Stockholm, not Local")
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("there is no zone %.60q", name)
	}
	return &window{deny: w.Deny, opens: opens, open: w.For, zone: zone, name: name}, nil
}

func readCron(text string) (cron.Schedule, error) {
	fields := strings.Fields(text)
	switch {
	case len(text) > longText:
		return nil, fmt.Errorf("a cron text has %d characters at most", longText)
	case strings.ContainsAny(text, "=@"): // a zone within, or @daily
		return nil, fmt.Errorf("%q is no cron text: five fields, as in 0 6 * * MON-FRI; the zone has a field of its own", text)
	case len(fields) != 5:
		return nil, fmt.Errorf("%q is no cron text: got %d fields, want five, as in 0 6 * * MON-FRI", text, len(fields))
	}
	s, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(strings.Join(fields, " "))
	if err != nil {
		said, _, _ := strings.Cut(err.Error(), ": strconv.") // how it was found out helps nobody
		return nil, fmt.Errorf("%q is no cron text: %s", text, said)
	}
	spec, ok := s.(*cron.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("%q is no cron text: it names no times", text)
	}
	spec.Location = time.UTC
	if spec.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() { // the year has a 29th of February
		return nil, fmt.Errorf("%q names a day that never comes", text)
	}
	return spec, nil
}

// clock is what the clock of the zone shows at t, written as if in UTC.
func (w *window) clock(t time.Time) time.Time {
	_, offset := t.In(w.zone).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// next returns the first time after t at which the window opens, and false if
// that is after end. It walks from one jump of the clock to the next: between
// two of them the clock and the time go alike.
func (w *window) next(t, end time.Time) (time.Time, bool) {
	shown := w.clock(t) // all up to here is past
	for {
		lead := w.clock(t).Sub(t)
		_, jump := t.In(w.zone).ZoneBounds()
		at := w.opens.Next(shown).Add(-lead)
		found := at.Unix() > 0 && at.After(t) // Next is the zero time after five years of nothing
		if found && (jump.IsZero() || at.Before(jump)) {
			return at, !at.After(end)
		}
		if jump.IsZero() || jump.After(end) {
			return time.Time{}, false
		}
		before, after := jump.UTC().Add(lead), w.clock(jump)
		if skipped := w.opens.Next(before.Add(-time.Second)); !skipped.IsZero() && !skipped.After(after) {
			return jump.UTC(), true
		}
		t, shown = jump.UTC(), after.Add(-time.Second)
		if again := w.opens.Next(shown); again.Equal(after) {
			return t, true
		}
	}
}

// last returns the latest time up to t at which the window opened, and false
// if it is not open by that at t.
func (w *window) last(t time.Time) (time.Time, bool) {
	since := t.Add(-w.open)
	for back := 2 * time.Minute; ; back *= 2 {
		from := t.Add(-min(back, w.open))
		at, ok := w.next(from, t)
		if !ok && from.Equal(since) {
			return time.Time{}, false
		}
		if !ok {
			continue
		}
		for more := at; ok; more, ok = w.next(at, t) {
			at = more
		}
		return at, true
	}
}
