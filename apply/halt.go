package apply

import "context"

// listen makes waits end at the first signal.
func (r *runner) listen(ctx context.Context) (stop func()) {
	waits, cancel := context.WithCancel(ctx)
	r.waits = waits
	if r.Interrupted == nil {
		return cancel
	}
	go func() {
		select {
		case <-r.Interrupted:
			cancel()
		case <-waits.Done():
		}
	}()
	return cancel
}

// mayGoOn asks, before anything more is sent, whether the tenant is still ours
// and the plan still valid; if not, the run stops.
func (r *runner) mayGoOn() bool {
	if r.Held != nil {
		if err := r.Held(); err != nil {
			r.stopped = tidy(err.Error())
			return false
		}
	}
	if r.Open != nil {
		if err := r.Open(); err != nil {
			r.stopped = tidy(err.Error())
			return false
		}
	}
	if until := r.p.ValidUntil; r.expired() {
		r.stopped = "the plan was valid until " + until.UTC().Format("2006-01-02 15:04 UTC")
		return false
	}
	return true
}

// halted reports whether nothing more may be started.
func (r *runner) halted() bool {
	select {
	case <-r.Interrupted:
		r.interrupted = true
	default:
	}
	if r.waits.Err() != nil {
		r.interrupted = true
	}
	return r.interrupted || r.stopped != ""
}

// expired reports whether the plan may no longer be applied.
func (r *runner) expired() bool {
	return !r.p.ValidUntil.IsZero() && !r.Now().Before(r.p.ValidUntil)
}

// ending reports whether nothing more may be started.
func (r *runner) ending() bool { return r.halted() || r.err != nil }

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

// fail keeps the first error that ends the run: nothing more is started.
func (r *runner) fail(err error) {
	if r.err == nil {
		r.err = err
	}
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

// drop lets go of jobs that were begun and are not sent in this Run any more.
func (r *runner) drop(jobs []*job) {
	for _, j := range jobs {
		if j.batch != nil {
			r.end(j)
		}
	}
}
