package apply

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/reseat-cli/reseat/plan"
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

// unsend notes that requests whose intents are on record were not sent after all:
// to make those durable takes a while, in which a lock can be lost, a window close,
// or a signal come.
func (r *runner) unsend(f *flight) {
	r.pace.back(len(f.jobs))
	for _, j := range f.jobs {
		e := entry(Sent, j.user, j.records)
		e.Message, e.NotBefore = tidy("not sent: "+r.reason()), j.notBefore
		r.hard = append(r.hard, e)
		r.answered = append(r.answered, settled{j, refused})
	}
}

// fail keeps the first error that ends the run: nothing more is started.
func (r *runner) fail(err error) {
	if r.err == nil {
		r.err = err
	}
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

// ending reports whether nothing more may be started.
func (r *runner) ending() bool { return r.halted() || r.err != nil }

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

// await waits until something comes back from a lane, or something is due. It
// returns false when there is nothing left to wait for.
func (r *runner) await() bool {
	if len(r.inbox) > 0 {
		r.arrived = r.collect(nil)
		return true
	}
	at, because, ok := r.nextDue()
	if r.flights+r.reads == 0 {
		if !ok {
			return false
		}
		if err := r.flush(); err != nil {
			r.fail(err)
			return false
		}
		r.pause(at, because)
		return true
	}
	if !ok {
		r.arrived = r.collect(nil)
		return true
	}
	r.arrived = r.collectUntil(at)
	return true
}

// collectUntil is collect with an alarm. The wait is over when it returns.
func (r *runner) collectUntil(at time.Time) []result {
	ctx, cancel := context.WithCancel(r.waits)
	rung := make(chan struct{})
	passed := false
	go func() {
		defer close(rung)
		passed = r.Wait(ctx, min(at.Sub(r.now()), maxWait)) == nil
	}()
	got := r.collect(rung)
	cancel()
	<-rung
	if passed {
		r.floor = later(r.floor, at)
	}
	return got
}

// nextDue is when something can be done that cannot be done now, and what.
func (r *runner) nextDue() (at time.Time, because string, ok bool) {
	soonest := func(t time.Time, why string) {
		if !ok || t.Before(at) {
			at, because, ok = t, why, true
		}
	}
	if t, there := r.watch.next(); there && r.reads < r.InFlight {
		soonest(t, becauseLag)
	}
	if r.ending() || r.holding() || r.flights >= r.InFlight {
		return at, because, ok
	}
	room, open := r.pace.room(r.now())
	if room == 0 && open.IsZero() {
		return at, because, ok // when one is answered
	}
	if t, there := r.retry.next(); there {
		soonest(later(t, open), becauseQuota)
	}
	if len(r.queue) > 0 && r.size() > 0 && open.After(r.now()) {
		soonest(open, becauseQuota)
	}
	return at, because, ok
}

// What a run waits for.
const (
	becauseLag   = "the directory does not show all changes yet"
	becauseQuota = "Graph asked to wait"
)

// held is what a pause is to be told as: as long as nothing may be sent, that is
// what the run waits for, whatever is read meanwhile.
func (r *runner) held(until time.Time, because string) (time.Time, string) {
	if !r.ending() && len(r.queue)+r.retry.len() > 0 && r.pace.hold.After(until) {
		return r.pace.hold, becauseQuota
	}
	return until, because
}

// hasten ends waits that nobody has patience for any more. What was sent is read
// once more, unless ctx has ended.
func (r *runner) hasten(ctx context.Context) {
	if ctx.Err() != nil {
		r.interrupted = true
	}
	r.halted()
	if !r.interrupted && r.err == nil {
		return
	}
	for _, j := range r.watch.clear() {
		if j.step == 0 && ctx.Err() == nil {
			r.watch.add(j, r.now())
			continue
		}
		r.giveUpOn(j)
	}
}

// drop lets go of jobs that were begun and are not sent in this Run any more.
func (r *runner) drop(jobs []*job) {
	for _, j := range jobs {
		if j.batch != nil {
			r.end(j)
		}
	}
}

// end notes that what became of a job is known, or is not looked for any more.
func (r *runner) end(j *job) {
	if j.ended {
		return
	}
	j.ended = true
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

// tell tells the ledger of what batches took that are over.
func (r *runner) tell(batches []*batch) error {
	var jobs []*job
	for _, b := range batches {
		jobs = append(jobs, b.jobs...)
	}
	r.untold = slices.DeleteFunc(r.untold, func(b *batch) bool { return slices.Contains(batches, b) })
	return r.removed(jobs)
}

// removed tells the ledger of the seats that jobs took, or may have taken.
func (r *runner) removed(jobs []*job) error {
	var taken []plan.Outcome
	for _, j := range jobs {
		for _, rec := range r.book.of(j.user) {
			if rec.change.Lost() && (rec.done() || rec.maybe && (rec.open() || rec.doubtful())) {
				taken = append(taken, rec.outcome())
			}
		}
	}
	if r.Removed == nil || len(taken) == 0 {
		return nil
	}
	if err := r.Removed(taken); err != nil {
		return fmt.Errorf("record %d removals: %w; resume the run to record them", len(taken), err)
	}
	return nil
}

// markUsed says once that the plan is used.
func (r *runner) markUsed() error {
	if r.used || r.Used == nil {
		return nil
	}
	if err := r.Used(); err != nil {
		return fmt.Errorf("mark plan as used: %w", err)
	}
	r.used = true
	return nil
}
