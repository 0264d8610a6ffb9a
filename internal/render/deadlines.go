package render

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A deadline is the last moment at which giving a seat back saves the data.
type deadline struct {
	user    plan.UserID
	product plan.SKU
	text    safe
	until   time.Time // zero: the term could not be read
	term    safe      // as it was written
	sure    bool      // the removal is known to have happened
}

// deadlines print until when what was taken can be given back without loss.
// The days count from when the seat was taken, or where that is not sure from
// the start of the run, so that no deadline is ever told too late.
func (s *account) deadlines() {
	var all []deadline
	from := s.report.StartedAt
	if from.IsZero() {
		from = s.report.EndedAt
	}
	for _, at := range []fate{done, uncertain, unconfirmed} {
		for _, o := range s.fates[at] {
			c := s.changes[o]
			if c == nil {
				continue
			}
			for _, e := range c.Effects {
				if e.RecoverableFor == "" {
					continue
				}
				d := deadline{user: o.User, product: o.SKU, text: s.text(e.Text), term: s.cut(s.text(e.RecoverableFor), 20), sure: at != uncertain}
				if t, ok := after(s.tookAt(o, from), e.RecoverableFor); ok {
					d.until = t
				}
				all = append(all, d)
			}
		}
	}
	if len(all) == 0 {
		return
	}
	slices.SortStableFunc(all, func(a, b deadline) int {
		return cmp.Or(a.until.Compare(b.until), cmp.Compare(a.text, b.text), s.compare(a.user, b.user), cmp.Compare(a.product, b.product))
	})
	s.heading("DATA", "can be had back by giving the licence back, until")
	rows := together(all)
	shown := s.upTo(len(rows), specialRows)
	for _, same := range rows[:shown] {
		s.deadline(same)
	}
	left := 0
	for _, same := range rows[shown:] {
		left += len(same)
	}
	s.rest(left, either(left, " deadline", " deadlines"))
}

// tookAt is when a seat was taken at the earliest: what Graph answered to was
// sent at most an hour before, what was found by reading may be as old as the run.
func (s *account) tookAt(o *plan.Outcome, start time.Time) time.Time {
	if t := o.At.Add(-time.Hour); o.Evidence == "answer" && t.After(start) {
		return t
	}
	return start
}

// together parts sorted deadlines into those that differ only in whose they are.
func together(all []deadline) [][]deadline {
	var out [][]deadline
	at := map[deadline]int{}
	for _, d := range all {
		key := d
		key.user, key.product, key.until = "", "", d.until.Truncate(24*time.Hour)
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], d)
	}
	return out
}

// deadline prints a day, what it ends, and for whom.
func (s *account) deadline(same []deadline) {
	d := same[0]
	until := day(d.until)
	if d.until.IsZero() {
		until = "unknown   "
		d.text += " (" + d.term + " after apply)"
	}
	const indent = 15
	spans := []span{say(d.text)}
	if !d.sure {
		spans = append(spans, in(caution, " (if it was removed: the outcome is unknown)"))
	}
	s.flow([]span{say("  "), in(danger, until), say("   ")}, indent, spans...)
	shown := s.upTo(len(same), listedNames)
	var list []safe
	for _, d := range same[:shown] {
		list = append(list, glued(s.person(d.user)+" "+s.product(d.product)))
	}
	text := commas(list)
	if n := len(same) - shown; n > 0 {
		text += " and " + glued(num(n)+" more, "+s.more)
	}
	s.block(indent, in(faint, text))
}

// after adds an ISO 8601 duration of whole years, months, weeks, days, hours,
// minutes and seconds. It reports false for anything else.
func after(t time.Time, iso string) (time.Time, bool) {
	rest, ok := strings.CutPrefix(iso, "P")
	if !ok || rest == "" || t.IsZero() {
		return t, false
	}
	date, clock, timed := strings.Cut(rest, "T")
	if timed && clock == "" {
		return t, false
	}
	d, ok := units(date, "YMWD")
	if !ok {
		return t, false
	}
	c, ok := units(clock, "HMS")
	if !ok {
		return t, false
	}
	t = t.AddDate(d[0], d[1], 7*d[2]+d[3])
	return t.Add(time.Duration(c[0])*time.Hour + time.Duration(c[1])*time.Minute + time.Duration(c[2])*time.Second), true
}

// units reads "1Y2M" as figures in the order of letters, each at most once.
func units(s, letters string) ([4]int, bool) {
	var out [4]int
	next, n, open := 0, 0, false
	for _, c := range s {
		if '0' <= c && c <= '9' {
			n, open = n*10+int(c-'0'), true
			if n > 100_000 {
				return out, false
			}
			continue
		}
		at := strings.IndexRune(letters[next:], c)
		if !open || at < 0 {
			return out, false
		}
		out[next+at] = n
		next, n, open = next+at+1, 0, false
	}
	return out, !open
}
