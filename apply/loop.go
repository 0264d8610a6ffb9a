package apply

import (
	"context"
)

// carryOut does the whole run.
func (r *runner) carryOut(ctx context.Context) error {
	if err := r.takeUp(ctx); err != nil {
		return err
	}
	if err := r.setAside(); err != nil {
		return err
	}
	r.queue = r.jobs(r.p.Order)
	for {
		r.hasten(ctx)
		r.toldStopping()
		r.launch(ctx)
		if !r.await() {
			break
		}
		if err := r.takeIn(ctx); err != nil {
			return r.drain(err)
		}
	}
	return r.conclude()
}

// takeIn takes what lanes have handed back: notes it, makes it durable, and does
// what follows from it.
func (r *runner) takeIn(ctx context.Context) error {
	for _, res := range r.arrived {
		r.take(ctx, res)
	}
	r.arrived = nil
	for {
		if err := r.commit(); err != nil {
			return err
		}
		if !r.follow(ctx) {
			return nil
		}
	}
}

func (r *runner) take(ctx context.Context, res result) {
	switch res.deed {
	case looked:
		r.flights--
		r.takeLook(ctx, res)
	case sent:
		r.flights--
		r.sending--
		r.takeAnswers(res)
	case reread:
		r.reads--
		r.takeReread(ctx, res)
	}
}

// follow does what had to wait for lines to be durable: requests are sent, and
// what became of others is acted upon. It reports whether there are more lines
// to make durable.
func (r *runner) follow(ctx context.Context) bool {
	ready, answered, watched := r.ready, r.answered, r.watched
	r.ready, r.answered, r.watched = nil, nil, nil
	for _, f := range ready {
		if r.ending() || !r.mayGoOn() {
			r.unsend(f)
			continue
		}
		if err := r.markUsed(); err != nil {
			r.fail(err)
			r.unsend(f)
			continue
		}
		r.told(Event{Kind: Sending, Users: usersOf(f.jobs)})
		r.startSend(ctx, f)
	}
	for _, a := range answered {
		r.proceed(a)
	}
	for _, j := range watched {
		r.decide(j)
	}
	return len(r.hard) > 0
}

// drain waits for lanes that are still under way when the journal can no longer
// be written. What they hand back is on record nowhere.
func (r *runner) drain(err error) error {
	for r.flights+r.reads > 0 {
		for _, res := range r.collect(nil) {
			if res.deed == reread {
				r.reads--
			} else {
				r.flights--
			}
		}
	}
	return err
}

// conclude ends a run: what is not yet on record or told is.
func (r *runner) conclude() error {
	r.toldStopping()
	r.drop(append(r.retry.clear(), r.queue...))
	if err := r.flush(); err != nil {
		return err
	}
	if err := r.tell(r.untold); err != nil {
		r.fail(err)
	}
	if r.stopped != "" {
		r.Log.Warn("stopped before the end", "reason", r.stopped, "changes_left", r.book.sum.NotReached)
	}
	return r.err
}

// launch starts what may be started now: read-backs that are due, then requests.
func (r *runner) launch(ctx context.Context) {
	for r.reads < r.InFlight {
		jobs := r.watch.due(r.now(), maxBatch)
		if len(jobs) == 0 {
			break
		}
		r.startReread(ctx, jobs)
	}
	for r.flights < r.InFlight && !r.ending() && !r.holding() {
		jobs := r.next()
		if len(jobs) == 0 {
			break
		}
		r.startLook(ctx, &flight{jobs: jobs})
	}
}

// next returns the requests to be begun now, if any: those that Graph put off
// first, else a new batch.
func (r *runner) next() []*job {
	now := r.now()
	room, _ := r.pace.room(now)
	if room <= 0 {
		return nil
	}
	if at, ok := r.retry.next(); ok && !at.After(now) {
		if !r.mayGoOn() {
			return nil
		}
		jobs := r.retry.due(now, min(room, r.BatchSize))
		r.pace.begin(now, len(jobs))
		return jobs
	}
	size := r.size()
	if size == 0 || len(r.queue) == 0 || !r.mayGoOn() {
		return nil
	}
	return r.begin(r.cut(min(room, size)))
}

// begin makes a batch of jobs, and returns those that may be sent by now.
func (r *runner) begin(jobs []*job) []*job {
	if len(jobs) == 0 {
		return nil
	}
	r.batch++
	b := &batch{number: r.batch, jobs: jobs, open: len(jobs)}
	if r.proven < 2 {
		r.canary = b
	}
	r.untold = append(r.untold, b)
	var due []*job
	for _, j := range jobs {
		j.batch = b
		if j.notBefore.After(r.now()) {
			r.retry.add(j, j.notBefore)
			continue
		}
		due = append(due, j)
	}
	r.pace.begin(r.now(), len(due))
	return due
}

// holding reports whether too much of what was sent is of unknown fate for more
// to be sent: where Graph no longer answers, it must not be asked for everything.
func (r *runner) holding() bool {
	sent, bad, barren, unknown := r.breaker.sent, r.breaker.failed, 0, 0
	for _, b := range r.untold {
		if b.judged {
			continue
		}
		t := b.count()
		lost := 0
		for _, j := range b.jobs {
			if j.read && !j.ended {
				lost++
			}
		}
		sent, bad, unknown = sent+t.sent, bad+t.failed, unknown+lost
		if lost > 0 && t.done == 0 {
			barren++
		}
	}
	if unknown == 0 {
		return false // there is nothing to wait for: the breaker judges what ends
	}
	return barren >= barrenBatches || sent >= shareFrom && bad*100 > sent*sharePercent
}

// end notes that what became of a job is known, or is not looked for any more.
func (r *runner) end(j *job) {
	if j.ended {
		return
	}
	j.ended = true
	r.seats.ended(j)
	r.seats.end(j)
	if b := j.batch; b != nil {
		b.open--
		r.judge(b)
	}
}

// judge shows a batch that has come to its end to the breaker.
func (r *runner) judge(b *batch) {
	if b.open > 0 || b.judged {
		return
	}
	b.judged = true
	if why := r.breaker.add(b.count()); why != "" && r.stopped == "" {
		r.stopped = why
	}
}
