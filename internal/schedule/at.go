package schedule

import (
	"fmt"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

const (
	// ahead is how far is looked for a change.
	ahead = 366 * 24 * time.Hour
	// patience is how many times at which something may change are looked at:
	// windows that open every minute have many.
	patience = 10_000
)

// At says whether the windows let an apply send at a time. Without windows
// nothing is given. What cannot be read leaves it unknown, with the reason.
func At(windows []plan.Window, now time.Time) plan.WindowFact {
	if len(windows) == 0 {
		return plan.WindowFact{Open: plan.Yes}
	}
	s := make(set, 0, len(windows))
	for _, w := range windows {
		one, err := read(w)
		if err != nil {
			return plan.WindowFact{Given: true, Open: plan.Unknown, Text: fmt.Sprintf("a window cannot be read: %s:%d: %v", w.Place.File, w.Place.Line, err)}
		}
		s = append(s, one)
	}
	now = now.UTC()
	v := s.at(now)
	return plan.WindowFact{Given: true, Open: plan.TruthOf(v.open), Text: s.text(v, now)}
}

// A set is all windows of a folder.
type set []*window

// A view is how things stand at one time.
type view struct {
	open bool
	// next is when that can change first, and by the clock of which window;
	// never is true if that is too far away.
	next  time.Time
	by    *window
	never bool
}

// at looks at one time, and says when to look again.
func (s set) at(t time.Time) view {
	var denies, allows []*window // open ones
	var opening, closing []*window
	allowing := false
	for _, w := range s {
		_, open := w.last(t)
		allowing = allowing || !w.deny
		switch {
		case w.deny && open:
			denies = append(denies, w)
		case open:
			allows = append(allows, w)
		case w.deny:
			closing = append(closing, w)
		default:
			opening = append(opening, w)
		}
	}
	switch {
	case len(denies) > 0: // nothing opens before all of them end
		return latestEnd(denies, t)
	case allowing && len(allows) == 0:
		return firstStart(opening, t)
	}
	v := firstStart(closing, t)
	if allowing {
		if end := latestEnd(allows, t); v.never || end.next.Before(v.next) {
			v = end
		}
	}
	v.open = true
	return v
}

func latestEnd(windows []*window, t time.Time) view {
	var v view
	for _, w := range windows {
		at, _ := w.last(t)
		if end := at.Add(w.open); v.by == nil || end.After(v.next) {
			v.next, v.by = end, w
		}
	}
	return v
}

func firstStart(windows []*window, t time.Time) view {
	v := view{never: true}
	for _, w := range windows {
		if at, ok := w.next(t, t.Add(ahead)); ok && (v.never || at.Before(v.next)) {
			v = view{next: at, by: w}
		}
	}
	return v
}

// change is when windows that are as v says at now become open, or closed, and
// by the clock of which one; ok is false where that is too far away. known is
// false where there was too much to look through.
func (s set) change(v view, now time.Time) (at time.Time, by *window, ok, known bool) {
	open, end := v.open, now.Add(ahead)
	for range patience {
		if v.never || v.next.After(end) {
			return time.Time{}, nil, false, true
		}
		at, by = v.next, v.by
		if v = s.at(at); v.open != open {
			return at, by, true, true
		}
	}
	return time.Time{}, nil, false, false
}

// text says until when it is open, or closed.
func (s set) text(v view, now time.Time) string {
	at, by, ok, known := s.change(v, now)
	switch {
	case ok && v.open:
		return "open until " + by.say(at, now)
	case ok:
		return "closed until " + by.say(at, now)
	case v.open && known:
		return "open for more than a year"
	case v.open:
		return "open"
	case known:
		return "closed for more than a year"
	}
	return "closed"
}

// say writes a time for people, by the window's clock. Of the same day the time
// alone does.
func (w *window) say(t, now time.Time) string {
	t, now = t.In(w.zone), now.In(w.zone)
	if t.Format(time.DateOnly) != now.Format(time.DateOnly) {
		return t.Format("2006-01-02 15:04 ") + w.name
	}
	if short := t.Format("MST"); short != "" && short[0] >= 'A' && short[0] <= 'Z' {
		return t.Format("15:04 MST")
	}
	return t.Format("15:04 ") + w.name
}
