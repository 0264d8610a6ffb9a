package apply

import (
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
