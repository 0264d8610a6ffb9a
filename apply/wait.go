package apply

import (
	"context"
	"time"
)

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

// now is the time, and not before what was waited for.
func (r *runner) now() time.Time { return later(r.Now(), r.floor) }

// pause waits until a time, unless the run is interrupted meanwhile.
func (r *runner) pause(until time.Time, because string) {
	d := min(until.Sub(r.now()), maxWait) // unless a clock was set back, none is longer
	if d <= 0 {
		return
	}
	r.toldWait(r.held(until, because))
	if err := r.Wait(r.waits, d); err != nil {
		r.interrupted = true
		return
	}
	r.floor = later(r.floor, until)
}
