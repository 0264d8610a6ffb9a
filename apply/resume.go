package apply

import (
	"context"
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

// takeUp begins to settle what the history left open. What was carried out is
// verified. What may have been is read: at once if it may be sent again, for
// it is read then as well; else with patience, beside what is sent meanwhile.
func (r *runner) takeUp(ctx context.Context) error {
	if !slices.ContainsFunc(r.book.order, func(rec *record) bool { return rec.intended }) {
		return nil
	}
	if err := r.markUsed(); err != nil {
		return err
	}
	resend := r.openJobs(r.p.Order, func(rec *record) bool { return rec.open() && rec.maybe && r.sendable(rec) })
	if err := r.once(ctx, resend); err != nil {
		return err
	}
	if err := r.removed(r.openJobs(r.p.Order, func(rec *record) bool { return rec.intended })); err != nil {
		return err
	}
	settle := r.openJobs(r.p.Order, func(rec *record) bool { return rec.open() && rec.maybe && !r.sendable(rec) })
	verify := r.openJobs(r.p.Order, func(rec *record) bool { return rec.last.State == OK && !rec.given() })
	b := &batch{jobs: append(settle, verify...), judged: true}
	if len(b.jobs) == 0 {
		return nil
	}
	r.settling = map[plan.UserID]bool{}
	for i, j := range b.jobs {
		if i < len(settle) && r.assigns[j.user] {
			r.settling[j.user] = true
		}
		j.batch, j.closes = b, i < len(settle)
		j.ended = !j.closes
		if j.closes {
			b.open++
		}
		r.readBack(j, r.now())
	}
	r.untold = append(r.untold, b)
	return nil
}

// release lets the rest of a request go on when it was found out what became of
// a part of it.
func (r *runner) release(j *job) {
	if !j.closes || !r.settling[j.user] || r.ending() {
		return
	}
	delete(r.settling, j.user)
	r.queue = append(r.jobs([]plan.UserID{j.user}), r.queue...)
}

// sendable reports whether a change may be sent in this Run. What stands or
// falls with one that is in doubt may not.
func (r *runner) sendable(rec *record) bool {
	return rec.item.Class == plan.Ready && !r.SettleOnly && r.doubted(rec.change.User.ID) == nil
}

// doubted returns a change of a request with an assign of which nobody can find
// out what became of it, or nil.
func (r *runner) doubted(user plan.UserID) *record {
	if !r.assigns[user] {
		return nil
	}
	records := r.book.of(user)
	if i := slices.IndexFunc(records, (*record).doubtful); i >= 0 {
		return records[i]
	}
	return nil
}

// withDoubted is the line about changes that are not sent, because they stand or
// fall with one that is in doubt.
func withDoubted(by *record, records []*record) Entry {
	e := entry(Skipped, by.change.User.ID, records)
	e.Class, e.Message = by.last.Class, tidy(withOther(by.change, by.last.Message))
	return e
}

// openJobs gathers records of people into jobs, in their order, each person once.
func (r *runner) openJobs(people []plan.UserID, want func(*record) bool) []*job {
	var jobs []*job
	seen := map[plan.UserID]bool{}
	for _, user := range people {
		if seen[user] {
			continue
		}
		seen[user] = true
		j := &job{user: user}
		for _, rec := range r.book.of(user) {
			if want(rec) {
				j.records = append(j.records, rec)
			}
		}
		if j.all = j.records; len(j.all) > 0 {
			jobs = append(jobs, j)
		}
	}
	return jobs
}

// once reads the people of jobs a single time, which settles only what looks as
// planned.
func (r *runner) once(ctx context.Context, jobs []*job) error {
	for len(jobs) > 0 || r.reads > 0 {
		for len(jobs) > 0 && r.reads < r.InFlight && !r.halted() {
			n := min(len(jobs), maxBatch)
			r.startReread(ctx, jobs[:n])
			jobs = jobs[n:]
		}
		if r.reads == 0 {
			return nil // nobody has patience for the rest
		}
		for _, res := range r.collect(nil) {
			r.reads--
			if res.err != nil {
				r.Log.Warn("cannot read what was in flight", "people", len(res.flight.jobs), "error", res.err)
				continue
			}
			for _, j := range res.flight.jobs {
				u, exists := res.users[j.user]
				r.compare(j, u, exists)
				r.doubt(j, false)
			}
		}
		if err := r.flush(); err != nil {
			return r.drain(err)
		}
	}
	return nil
}

// closing says that the changes of a job which may have been carried out were
// not, and are not sent now. What is ready is put off while the plan is valid,
// and closed after that.
func (r *runner) closing(j *job) []Entry {
	var lines []Entry
	for _, rec := range j.records {
		if rec.item.Class == plan.Already {
			continue // two reads contradict each other: the next resume looks again
		}
		e := entry(Skipped, j.user, []*record{rec})
		e.Class, e.Code, e.Message = rec.item.Class, tidy(rec.item.Code), tidy(rec.item.Message)
		if e.Class == plan.Ready {
			e.Message = "read back as it was, and not sent again for now"
		}
		if e.Class == plan.Ready && r.expired() {
			e.Class, e.Message = plan.DeniedNow, "read back as it was; not sent again, because the plan may no longer be applied"
		}
		lines = append(lines, e)
	}
	return lines
}
