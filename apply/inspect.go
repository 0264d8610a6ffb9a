package apply

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

// takeLook compares the requests of a flight with what was read just now. What
// is still as the plan saw it gets an intent; what is not is written down.
func (r *runner) takeLook(ctx context.Context, res result) {
	f := res.flight
	if res.err != nil {
		if ctx.Err() != nil {
			r.interrupted = true
		} else {
			r.fail(fmt.Errorf("read people and products before sending: %w", res.err))
		}
	}
	if r.ending() {
		r.pace.back(len(f.jobs))
		r.drop(f.jobs)
		return
	}
	counts := r.seatCounts(f)
	var due, late []*job
	for _, j := range slices.SortedStableFunc(slices.Values(f.jobs), func(a, b *job) int { return cmp.Compare(a.place, b.place) }) {
		u, exists := res.users[j.user]
		lines, later := r.lookAt(j, u, exists, counts)
		if later {
			late = append(late, j)
			wait(j, counts)
			continue
		}
		r.hard = append(r.hard, lines...)
		if len(j.records) > 0 {
			due = append(due, j)
		} else {
			r.answered = append(r.answered, settled{job: j, fate: refused})
		}
	}
	for sku, c := range counts {
		if c.given {
			r.seats.tight[sku] = c.lone
		}
	}
	r.putBack(late)
	r.pace.back(len(f.jobs) - len(due))
	if len(due) == 0 {
		return
	}
	if !r.mayGoOn() {
		r.pace.back(len(due))
		r.drop(due)
		return
	}
	if now := r.now(); r.pace.crowded(now) {
		// Graph has said since that it is too much: they are looked at anew when
		// they may be sent.
		r.pace.back(len(due))
		for _, j := range due {
			j.notBefore = later(j.notBefore, r.pace.hold)
			r.retry.add(j, j.notBefore)
		}
		return
	}
	for _, j := range due {
		r.hard = append(r.hard, entry(Intent, j.user, j.records))
	}
	r.ready = append(r.ready, &flight{jobs: due})
}

// putBack takes jobs out of their batch, to be begun once more when something that
// moves seats of their products has come to its end, or nothing does.
func (r *runner) putBack(jobs []*job) {
	for _, j := range jobs {
		b := j.batch
		r.seats.end(j)
		j.calm = true
		if j.tries > 0 {
			// It has been sent: it stays with its batch, and Graph is asked again.
			j.yielded++
			j.notBefore = r.now().Add(lostWait)
			r.seats.begin(j)
			r.retry.add(j, j.notBefore)
			continue
		}
		b.jobs = slices.DeleteFunc(slices.Clone(b.jobs), func(o *job) bool { return o == j })
		b.open--
		j.batch = nil
	}
	for _, j := range jobs {
		if j.batch != nil {
			continue
		}
		j.moved = r.seats.moved(j)
		at := slices.IndexFunc(r.queue, func(o *job) bool { return o.place == 0 || o.place > j.place })
		if at < 0 {
			at = len(r.queue)
		}
		r.queue = slices.Insert(r.queue, at, j)
	}
}

// maxYields is how often a request that has been sent before is put off for a
// seat that others may need or free: ten minutes, so that two never wait for each
// other for ever. Then Graph decides.
const maxYields = int(maxWait / lostWait)

// lookAt keeps of a job what may be sent, and returns lines about the rest. If
// it has to wait for a seat, nothing of it is decided yet.
func (r *runner) lookAt(j *job, u plan.User, exists bool, counts map[plan.SKU]*seatCount) (lines []Entry, wait bool) {
	var keep []*record
	var all, giving worstOf
	for _, rec := range j.records {
		e, seat := settleOne(j, rec, u, exists, counts[rec.change.SKU()])
		if seat == seatLater && j.yielded < maxYields {
			return nil, true
		}
		if len(e) == 0 {
			keep = append(keep, rec)
			continue
		}
		lines = append(lines, e...)
		if last := e[len(e)-1]; last.State == Skipped || last.State == Unknown {
			all.note(last, rec)
			if !rec.change.Takes() && last.Class != plan.SeatGone {
				giving.note(last, rec)
			}
		}
	}
	if r.assigns[j.user] {
		keep = slices.DeleteFunc(keep, func(rec *record) bool {
			worst := all
			if r.p.Mode == plan.ModeUndo && !rec.change.Takes() {
				// One product that is sold out does not keep another away.
				worst = giving
			}
			if worst.by == nil {
				return false
			}
			e := entry(Skipped, j.user, []*record{rec})
			e.Class, e.Code, e.Message = worst.Class, worst.Code, tidy(withOther(worst.by.change, worst.Message))
			if rec.maybe {
				e.State = Unknown
			}
			lines = append(lines, e)
			return true
		})
	}
	j.alone = nil
	for _, rec := range keep {
		if c := counts[rec.change.SKU()]; c != nil && takesSeat(rec) {
			c.give(j, rec.change.SKU())
		}
	}
	j.records = keep
	return lines, false
}

// A worstOf is the worst line of a request, and the change that it is about.
type worstOf struct {
	Entry
	by *record // nil: there is none
}

func (w *worstOf) note(e Entry, by *record) {
	if w.by == nil || severity(e.Class) > severity(w.Class) {
		w.Entry, w.by = e, by
	}
}

// settleOne looks at one change; lines say what became of it if it is not ready.
func settleOne(j *job, rec *record, u plan.User, exists bool, c *seatCount) (lines []Entry, seat seating) {
	saw, why := look(rec.change, u, exists)
	one := []*record{rec}
	if saw == asAfter && rec.maybe {
		return readBackLines(rec.change.User.ID, one), seatThere
	}
	e := entry(Skipped, rec.change.User.ID, one)
	e.Message = why
	switch saw {
	case asBefore:
		if rec.maybe || !takesSeat(rec) {
			return nil, seatThere
		}
		if seat = c.seat(j); seat != seatGone {
			return nil, seat
		}
		e.Class, e.Message = plan.SeatGone, "no free seat is left to give"
	case asAfter:
		e.Class, e.Message = plan.Changed, doneByOthers
	case nobody:
		e.Class = plan.Gone
	default:
		e.Class = plan.Changed
	}
	if rec.maybe {
		e.State, e.Message = Unknown, "sent without an answer, and now: "+why
	}
	return []Entry{e}, seatThere
}

// readBackLines say that changes whose answer was lost were carried out.
func readBackLines(user plan.UserID, records []*record) []Entry {
	done := entry(OK, user, records)
	done.Evidence = ByReadBack
	seen := entry(Verified, user, records)
	seen.Evidence = ByReadBack
	return []Entry{done, seen}
}

// setAside writes down what is not ready and was never sent.
func (r *runner) setAside() error {
	var lines []Entry
	for _, rec := range r.book.order {
		if rec.maybe || !rec.open() || rec.item.Class == plan.Ready {
			continue
		}
		e := entry(Skipped, rec.change.User.ID, []*record{rec})
		e.Class, e.Code, e.Message = rec.item.Class, tidy(rec.item.Code), tidy(rec.item.Message)
		if e.Class == plan.Already {
			e.State = Already
			if r.resumed {
				e.State, e.Class, e.Message = Skipped, plan.Changed, doneByOthers
			}
		}
		lines = append(lines, e)
	}
	return r.write(lines)
}

const doneByOthers = "done by somebody else since the first look"
