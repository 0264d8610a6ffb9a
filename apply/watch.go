package apply

import (
	"context"
	"fmt"
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

// readBack reads until the tenant shows what was carried out, and finds out
// what became of what was lost. It returns the jobs to be sent once more.
func (r *runner) readBack(ctx context.Context, ok, lostOnes []*job) ([]*job, error) {
	if len(lostOnes) > 0 && !r.interrupted {
		r.holdOff(lostOnes)
	}
	back, err := r.watch(ctx, append(slices.Clone(ok), lostOnes...))
	if err != nil {
		return nil, err
	}
	if r.halted() && r.interrupted {
		return nil, nil // patience was cut short: a resume looks again
	}
	var again []*job
	var lines []Entry
	for _, j := range back {
		switch {
		case j.refusal != nil:
			e := entry(Failed, j.user, j.records)
			w := j.refusal
			e.Class, e.Status, e.Code, e.Message = w.Class, w.Status, w.Code, w.Message
			e.RequestID, e.ClientRequestID = w.RequestID, w.ClientRequestID
			lines = append(lines, e)
		case r.doubted(j.user) != nil:
			lines = append(lines, withDoubted(r.doubted(j.user), j.records))
		case j.lost < 2:
			again = append(again, j)
		}
	}
	return again, r.write(lines)
}

// watch reads the people of jobs, after each wait of the patience, until all
// changes look as planned, and writes down those that do. It returns the jobs
// with changes of unknown fate that the last read showed as they were before,
// and only those. What the last read of the whole patience showed as neither is
// settled: nobody can find it out. A read that fails shows nothing.
func (r *runner) watch(ctx context.Context, jobs []*job) ([]*job, error) {
	left := slices.Clone(jobs)
	var before []*job
	for i, wait := range r.Patience {
		if len(left) == 0 {
			break
		}
		if wait > 0 && !r.pause(wait) {
			return before, r.doubt(left, false)
		}
		more, err := r.glance(ctx, left)
		if err != nil {
			return nil, err
		}
		before = more.before
		if more.failed {
			if ctx.Err() != nil {
				break
			}
			continue
		}
		left = more.left
		if i == len(r.Patience)-1 {
			return before, r.doubt(left, true)
		}
	}
	return before, r.doubt(left, false)
}

// A view is what one read of the people of jobs shows.
type view struct {
	left   []*job // with changes that do not look as planned
	before []*job // of those: with changes of unknown fate that look as before
	failed bool   // nothing could be read
}

// glance reads the people of jobs once and writes down what looks as planned.
func (r *runner) glance(ctx context.Context, jobs []*job) (view, error) {
	users, err := r.Tenant.Users(ctx, usersOf(jobs))
	if err != nil {
		r.Log.Warn("cannot read back", "batch", r.batch, "error", err)
		if ctx.Err() != nil {
			r.interrupted = true
		}
		return view{failed: true}, nil
	}
	var v view
	var lines []Entry
	for _, j := range jobs {
		u, exists := users[j.user]
		more, asWas := compare(j, u, exists)
		lines = append(lines, more...)
		if len(j.records) > 0 {
			v.left = append(v.left, j)
		}
		if asWas {
			v.before = append(v.before, j)
		}
	}
	if err := r.write(lines); err != nil {
		return view{}, fmt.Errorf("%w: %w", ErrUnrecorded, err)
	}
	return v, nil
}

// An oddity is a change of unknown fate that looks neither as before nor as
// planned.
type oddity struct {
	rec *record
	saw sight
	why string
}

// compare drops from a job what a read-back settles, and returns lines about
// it; what looks odd stays, and is noted in the job. asWas is true if something
// of unknown fate looks as before.
func compare(j *job, u plan.User, exists bool) (lines []Entry, asWas bool) {
	var confirmed, found, left []*record
	j.odd = nil
	for _, rec := range j.records {
		saw, why := look(rec.change, u, exists)
		known := rec.last.State == OK
		switch {
		case saw == asAfter && known:
			confirmed = append(confirmed, rec)
		case saw == asAfter:
			found = append(found, rec)
		case known, saw == asBefore:
			left = append(left, rec)
			asWas = asWas || !known
		default:
			left = append(left, rec)
			j.odd = append(j.odd, oddity{rec, saw, why})
		}
	}
	if len(confirmed) > 0 {
		e := entry(Verified, j.user, confirmed)
		e.Evidence, e.RequestID = confirmed[0].last.Evidence, confirmed[0].last.RequestID
		lines = append(lines, e)
	}
	if len(found) > 0 {
		lines = append(lines, readBackLines(j.user, found)...)
	}
	j.records = left
	return lines, asWas
}

// doubt writes down what looks odd in jobs, and takes it out of them. After the
// whole patience it is final: a later look could show no more than what others
// did since.
func (r *runner) doubt(jobs []*job, final bool) error {
	var lines []Entry
	for _, j := range jobs {
		for _, o := range j.odd {
			lines = append(lines, strange(o, final)...)
			j.records = slices.DeleteFunc(slices.Clone(j.records), func(rec *record) bool { return rec == o.rec })
		}
		j.odd = nil
	}
	if err := r.write(lines); err != nil {
		return fmt.Errorf("%w: %w", ErrUnrecorded, err)
	}
	return nil
}

// strange is the line about an oddity; none if the journal says so already.
func strange(o oddity, final bool) []Entry {
	e := entry(Unknown, o.rec.change.User.ID, []*record{o.rec})
	e.Class, e.Message = plan.Changed, "sent without an answer, and now: "+o.why
	if o.saw == nobody {
		e.Class = plan.Gone
	}
	if final {
		e.Evidence = ByReadBack
		e.Message += "; nobody can find out whether it was carried out"
	}
	last := o.rec.last
	if last.State == Unknown && last.Class == e.Class && last.Message == e.Message && last.Evidence == e.Evidence {
		return nil
	}
	return []Entry{e}
}
