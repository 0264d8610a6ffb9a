package apply

import (
	"fmt"
	"slices"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// Settled is a job whose answer is on record, or that is not sent at all, with
// what that means.
type settled struct {
	job  *job
	fate fate
}

// takeAnswers notes what Graph answered to a flight.
func (r *runner) takeAnswers(res result) {
	for _, j := range res.flight.jobs {
		a := res.answers[j.user]
		r.pace.heard(r.now(), a)
		e, what := r.verdict(j, a)
		j.busy = a.Status == statusUnavailable
		r.hard = append(r.hard, e)
		r.answered = append(r.answered, settled{j, what})
	}
}

// proceed does with a job what its answer says, once that is on record.
func (r *runner) proceed(a settled) {
	j := a.job
	switch a.fate {
	case carriedOut:
		r.end(j)
		r.readBack(j, r.now())
	case lost:
		at := j.notBefore
		if r.ending() {
			at = r.now()
		}
		r.readBack(j, at)
	case notYet, notHeld:
		r.retry.add(j, j.notBefore)
	default:
		r.end(j)
	}
}

// verdict is the line about one answer, and what to do about it.
func (r *runner) verdict(j *job, a plan.Answer) (Entry, fate) {
	v := judge(a.Status, a.Code, a.Message)
	if a.Status == statusUnavailable && a.RetryAfter > 0 {
		v.fate = notYet
	}
	e := entry(Sent, j.user, j.records)
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
		e.NotBefore = r.putOff(j, backoff(a.RetryAfter, j.tries))
		if j.tries >= r.mostTries(j, a.Status) {
			r.stopped = fmt.Sprintf("Graph put the same request off %d times: resume the run later", j.tries)
			return e, refused
		}
	case tokenDenied:
		e.State = Sent
		r.stopped = "Graph no longer accepts the token: sign in again, then resume the run"
	case refused:
		e.State, e.Class = Failed, v.class
		if v.class == plan.SeatGone {
			r.seats.refuse(j)
		}
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
		e.NotBefore = r.putOff(j, max(lostWait, backoff(a.RetryAfter, 1)))
	}
	return e, v.fate
}

// mostTries is how often a request is sent that Graph puts off: one that is
// throttled while others get through is only unlucky.
func (r *runner) mostTries(j *job, status int) int {
	carried := r.book.sum.Done + r.book.unconfirmed
	if j.tries == 1 {
		j.carried = carried
	}
	if status == statusThrottled && carried > j.carried {
		return 4 * maxTries
	}
	return maxTries
}

// putOff makes a job wait, and returns until when as a line says it: in whole
// milliseconds. The job itself goes by a time that a clock which is set does not
// move, if the clock has such.
func (r *runner) putOff(j *job, wait time.Duration) time.Time {
	j.notBefore = r.now().Add(wait + time.Millisecond)
	return j.notBefore.UTC().Truncate(time.Millisecond)
}
