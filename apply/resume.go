package apply

import (
	"context"
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

// takeUp settles what the history left open, before anything new is done.
// What was carried out is verified. What may have been is read: once if it may
// be sent again, for it is read then as well; else with patience.
func (r *runner) takeUp(ctx context.Context) error {
	if !slices.ContainsFunc(r.book.order, func(rec *record) bool { return rec.intended }) {
		return nil
	}
	if err := r.markUsed(); err != nil {
		return err
	}
	verify := r.openJobs(func(rec *record) bool { return rec.last.State == OK })
	resend := r.openJobs(func(rec *record) bool { return rec.open() && rec.maybe && r.sendable(rec) })
	settle := r.openJobs(func(rec *record) bool { return rec.open() && rec.maybe && !r.sendable(rec) })
	if _, err := r.inParts(resend, func(part []*job) ([]*job, error) { return nil, r.once(ctx, part) }); err != nil {
		return err
	}
	before, err := r.inParts(settle, func(part []*job) ([]*job, error) { return r.watch(ctx, part) })
	if err != nil {
		return err
	}
	if err := r.giveUp(before); err != nil {
		return err
	}
	if _, err := r.inParts(verify, func(part []*job) ([]*job, error) { return r.watch(ctx, part) }); err != nil {
		return err
	}
	return r.removed(r.openJobs(func(rec *record) bool { return rec.intended }))
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

// openJobs gathers records into jobs, in the plan's order, each user once.
func (r *runner) openJobs(want func(*record) bool) []*job {
	var jobs []*job
	seen := map[plan.UserID]bool{}
	for _, user := range r.p.Order {
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

// inParts does jobs in parts of as many as Graph reads at once, and gathers what
// that returns.
func (r *runner) inParts(jobs []*job, do func(part []*job) ([]*job, error)) ([]*job, error) {
	var all []*job
	for part := range slices.Chunk(jobs, maxBatch) {
		if r.halted() {
			break
		}
		some, err := do(part)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// once reads the people of jobs a single time, which settles only what looks as
// planned.
func (r *runner) once(ctx context.Context, jobs []*job) error {
	v, err := r.glance(ctx, jobs)
	if err != nil {
		return err
	}
	return r.doubt(v.left, false)
}

// giveUp writes down that changes which may have been carried out were not, and
// are not sent now. It is believed only if patience was not cut short. What is
// ready is put off while the plan is valid, and closed after that.
func (r *runner) giveUp(before []*job) error {
	if r.halted() {
		return nil
	}
	var lines []Entry
	for _, j := range before {
		if by := r.doubted(j.user); by != nil {
			lines = append(lines, withDoubted(by, j.records))
			continue
		}
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
	}
	return r.write(lines)
}
