package apply

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// record writes down what Graph answered to a batch, and parts it: carried
// out, lost, and put off. The rest is refused, each for itself.
func (r *runner) record(jobs []*job, answers map[plan.UserID]plan.Answer) (ok, lostOnes, again []*job, err error) {
	lines := make([]Entry, 0, len(jobs))
	for _, j := range jobs {
		e, what := r.verdict(j, answers[j.user])
		lines = append(lines, e)
		switch what {
		case carriedOut:
			ok = append(ok, j)
		case lost:
			lostOnes = append(lostOnes, j)
		case notYet, notHeld:
			again = append(again, j)
		}
	}
	if err := r.write(lines); err != nil {
		return nil, nil, nil, fmt.Errorf("%w: %w", ErrUnrecorded, err)
	}
	return ok, lostOnes, again, nil
}

// verdict is the line about one answer, and what to do about it.
func (r *runner) verdict(j *job, a plan.Answer) (Entry, fate) {
	v := judge(a.Status, a.Code, a.Message)
	if a.Status == statusUnavailable && a.RetryAfter > 0 {
		v.fate = notYet
	}
	e := entry(Intent, j.user, j.records)
	e.Status, e.Code, e.Message = a.Status, tidy(a.Code), tidy(a.Message)
	e.RequestID, e.ClientRequestID = tidy(a.RequestID), tidy(a.ClientRequestID)
	tried := slices.ContainsFunc(j.records, func(rec *record) bool { return rec.before })
	absent := v.fate == notHeld
	if absent && j.tries >= maxTries {
		v.fate = refused
	}
	switch v.fate {
	case carriedOut:
		e.State, e.Evidence = OK, ByAnswer
	case notYet, notHeld:
		e.State = Sent
		j.notBefore = r.Now().Add(backoff(a.RetryAfter, j.tries)).UTC().Truncate(time.Millisecond).Add(time.Millisecond)
		e.NotBefore = j.notBefore
		if j.tries >= maxTries {
			r.stopped = fmt.Sprintf("Graph put the same request off %d times: resume the run later", j.tries)
			return e, refused
		}
	case tokenDenied:
		e.State = Sent
		r.stopped = "Graph no longer accepts the token: sign in again, then resume the run"
	case refused:
		e.State, e.Class = Failed, v.class
		if tried {
			refusal := e
			e.State = Unknown
			// That the seat is not there speaks for an earlier try having taken
			// it: no read-back, however late, makes that a failure.
			if j.lost = 2; !absent {
				j.refusal = &refusal
			}
			return e, lost
		}
	case lost:
		e.State = Unknown
		j.lost++
		j.notBefore = r.Now().Add(max(lostWait, backoff(a.RetryAfter, 1))).UTC().Truncate(time.Millisecond).Add(time.Millisecond)
		e.NotBefore = j.notBefore
	}
	return e, v.fate
}

// readBack reads until the tenant shows what was carried out, and finds out
// what became of what was lost. It returns the jobs to be sent once more.
func (r *runner) readBack(ctx context.Context, ok, lostOnes []*job) ([]*job, error) {
	if len(lostOnes) > 0 && !r.interrupted {
		r.holdOff(lostOnes)
	}
	back, err := r.watch(ctx, append(slices.Clone(ok), lostOnes...), r.Patience)
	if err != nil {
		return nil, err
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
		case j.lost < 2:
			again = append(again, j)
		}
	}
	return again, r.write(lines)
}

// watch reads the people of jobs, after each wait of the patience, until all
// changes look as planned, and writes down those that do. It returns the jobs
// with changes of unknown fate that the last read showed as they were before.
// A read that fails shows nothing.
func (r *runner) watch(ctx context.Context, jobs []*job, patience []time.Duration) ([]*job, error) {
	left := slices.Clone(jobs)
	var before []*job
	for _, wait := range patience {
		if len(left) == 0 || wait > 0 && !r.pause(wait) {
			break
		}
		users, err := r.Tenant.Users(ctx, usersOf(left))
		if err != nil {
			r.Log.Warn("cannot read back", "batch", r.batch, "error", err)
			before = nil
			if ctx.Err() != nil {
				r.interrupted = true
				break
			}
			continue
		}
		var lines []Entry
		var still []*job
		before = nil
		for _, j := range left {
			u, exists := users[j.user]
			more, asWas := compare(j, u, exists)
			lines = append(lines, more...)
			if len(j.records) > 0 {
				still = append(still, j)
			}
			if asWas {
				before = append(before, j)
			}
		}
		if err := r.write(lines); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrUnrecorded, err)
		}
		left = still
	}
	return before, nil
}

// compare drops from a job what a read-back settles, and returns lines about
// it. asWas is true if what is left is of unknown fate and looks as before.
func compare(j *job, u plan.User, exists bool) (lines []Entry, asWas bool) {
	var confirmed, found, left []*record
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
			lines = append(lines, strange(rec, saw, why)...)
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

// strange is the line about a change of unknown fate that looks neither as
// before nor as planned; none if the journal says so already.
func strange(rec *record, saw sight, why string) []Entry {
	e := entry(Unknown, rec.change.User.ID, []*record{rec})
	e.Class, e.Message = plan.Changed, "sent without an answer, and now: "+why
	if saw == nobody {
		e.Class = plan.Gone
	}
	if rec.last.State == Unknown && rec.last.Class == e.Class && rec.last.Message == e.Message {
		return nil
	}
	return []Entry{e}
}
