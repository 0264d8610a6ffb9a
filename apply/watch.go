package apply

import (
	"context"
	"slices"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// readBack reads the people of a job from a time on, after each wait of the
// patience, until all its changes look as planned.
func (r *runner) readBack(j *job, from time.Time) {
	j.step, j.agreed, j.asWas, j.read = 0, 0, false, true
	if j.batch != nil {
		j.batch.unread++
	}
	r.watch.add(j, from.Add(r.Patience[0]))
}

// takeReread notes what a read-back shows. What the last read of the whole
// patience shows as neither is settled: nobody can find it out. A read that
// fails shows nothing.
func (r *runner) takeReread(ctx context.Context, res result) {
	if res.err != nil {
		r.Log.Warn("cannot read back", "people", len(res.flight.jobs), "error", res.err)
		if ctx.Err() != nil {
			r.interrupted = true
		}
	}
	for _, j := range res.flight.jobs {
		j.asWas = false
		if res.err == nil {
			u, exists := res.users[j.user]
			r.weigh(j, r.compare(j, u, exists))
		}
		j.agreed++
		if !j.asWas {
			j.agreed = 0
		}
		last := j.step == len(r.Patience)-1
		j.step++
		switch {
		case len(j.records) == 0, r.believed(j):
			r.watched = append(r.watched, j)
		case last:
			r.doubt(j, res.err == nil)
			r.watched = append(r.watched, j)
		case r.interrupted || r.err != nil:
			r.giveUpOn(j)
		default:
			r.watch.add(j, r.now().Add(r.Patience[j.step]))
		}
	}
}

// believed reports whether a job need not be read any longer, although its
// answer was lost: a service that says it is not available has hardly done the
// work, so it is enough that four reads, over 50 s, show the seat as it was. If it had, what
// is sent again does no harm: giving gives the same once more, and to a second
// taking Graph says that there is nothing to take. A reset or a time-out says nothing,
// and is given the whole patience.
func (r *runner) believed(j *job) bool {
	return j.busy && j.asWas && len(j.odd) == 0 && j.refusal == nil && !j.closes && j.agreed >= 4
}

// giveUpOn stops reading a job back before its time: that settles nothing.
func (r *runner) giveUpOn(j *job) {
	r.doubt(j, false)
	j.asWas = false
	r.watched = append(r.watched, j)
}

// decide does with a job what its read-backs say, when they are over.
func (r *runner) decide(j *job) {
	if len(j.records) == 0 || !j.asWas {
		r.unwatch(j)
		r.end(j)
		r.release(j)
		return
	}
	by := r.doubted(j.user)
	switch {
	case j.refusal != nil:
		e := entry(Failed, j.user, j.records)
		w := j.refusal
		e.Class, e.Status, e.Code, e.Message = w.Class, w.Status, w.Code, w.Message
		e.RequestID, e.ClientRequestID = w.RequestID, w.ClientRequestID
		r.hard = append(r.hard, e)
	case by != nil:
		r.hard = append(r.hard, withDoubted(by, j.records))
	case j.closes:
		r.hard = append(r.hard, r.closing(j)...)
	case j.lost < 2 && !r.ending():
		r.unwatch(j)
		r.retry.add(j, j.notBefore)
		return
	default:
		r.unwatch(j)
		r.end(j)
		return
	}
	j.asWas, j.records = false, nil
	r.watched = append(r.watched, j) // ends when that is on record
}

// unwatch takes a job out of those that are read back.
func (r *runner) unwatch(j *job) {
	j.read = false
	if j.batch != nil {
		j.batch.unread--
	}
}

// An oddity is a change that was sent and looks neither as before nor as planned.
type oddity struct {
	rec *record
	saw sight
	why string
}

// compare drops from a job what a read-back settles, and notes lines about it;
// what looks odd stays, and is noted in the job. The view is of what Graph said
// it carried out.
func (r *runner) compare(j *job, u plan.User, exists bool) view {
	shows := notShown
	var confirmed, found, left []*record
	j.odd = nil
	for _, rec := range j.records {
		saw, why := look(rec.change, u, exists)
		known := rec.last.State == OK
		switch {
		case saw == asAfter && known:
			confirmed = append(confirmed, rec)
			shows = max(shows, asPlanned)
		case saw == asAfter:
			found = append(found, rec)
		case saw == asBefore:
			left = append(left, rec)
			j.asWas = j.asWas || !known
		default:
			left = append(left, rec)
			if known && saw == asOther {
				shows = contrary
			}
			j.odd = append(j.odd, oddity{rec, saw, why})
		}
	}
	if len(confirmed) > 0 {
		r.soft = append(r.soft, entry(Verified, j.user, confirmed))
	}
	if len(found) > 0 {
		r.hard = append(r.hard, readBackLines(j.user, found)...)
	}
	j.records = left
	return shows
}

// weigh shows the breaker what a read-back says of a request that was sent in this
// Run. What was sent long ago others may have changed since.
func (r *runner) weigh(j *job, shows view) {
	if j.tries == 0 || shows == notShown {
		return
	}
	if why := r.breaker.saw(j.view, shows); why != "" && r.stopped == "" {
		r.stopped = why
	}
	j.view = shows
}

// doubt notes what looks odd in a job, and takes it out of it. After the whole
// patience it is final: a later look could show no more than what others did
// since. Before that, what Graph said was carried out is read on.
func (r *runner) doubt(j *job, final bool) {
	for _, o := range j.odd {
		known := o.rec.last.State == OK
		switch {
		case known && !final:
			continue
		case known:
			r.hard = append(r.hard, overtaken(o))
		default:
			r.hard = append(r.hard, strange(o, final)...)
		}
		j.records = slices.DeleteFunc(slices.Clone(j.records), func(rec *record) bool { return rec == o.rec })
	}
	j.odd = nil
	if !final {
		return
	}
	var left []*record
	for _, rec := range j.records {
		if rec.last.State == OK && r.now().Sub(rec.at) > 2*total(r.Patience) {
			r.hard = append(r.hard, turnedBack(rec))
			continue
		}
		left = append(left, rec)
	}
	j.records = left
}

// overtaken is the line about a change that Graph carried out and somebody
// changed again before it was read back.
func overtaken(o oddity) Entry {
	e := entry(Verified, o.rec.change.User.ID, []*record{o.rec})
	e.Class, e.Message = plan.Changed, "carried out, and changed by somebody since: "+o.why
	if o.saw == nobody {
		e.Class = plan.Gone
	}
	return e
}

// turnedBack is the line about a change that Graph accepted, while the tenant
// shows it as it was for longer than the directory should lag. It stays
// unconfirmed, and belongs to what an undo looks at; but no resume waits for it.
func turnedBack(rec *record) Entry {
	e := entry(OK, rec.change.User.ID, []*record{rec})
	e.Class, e.Evidence, e.RequestID = plan.Changed, rec.last.Evidence, rec.last.RequestID
	e.Message = "Graph accepted it, and the tenant goes on showing the seat as it was: somebody turned it back, or it never took effect"
	return e
}

// total is how long all the waits take.
func total(waits []time.Duration) time.Duration {
	var sum time.Duration
	for _, d := range waits {
		sum += d
	}
	return sum
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
